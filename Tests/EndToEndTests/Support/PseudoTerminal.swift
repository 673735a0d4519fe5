import Glibc
import Synchronization
import TestServers

/// A terminal without a person: a program runs on it, the test types, and what the screen shows can be read.
final class PseudoTerminal: Sendable {
  let pid: pid_t
  private let master: Int32
  private let screen: Mutex<Screen>
  private let status = Mutex<Int32?>(nil)

  // TIOCGPTN, TIOCSPTLCK and POSIX_SPAWN_SETSID, which the module does not have.
  private static let giveNumber = UInt(0x8004_5430)
  private static let lock = UInt(0x4004_5431)
  private static let newSession = Int16(0x80)

  init(_ words: [String], environment: [String], in folder: String, columns: Int, rows: Int) throws
  {
    master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
    var (number, isLocked): (UInt32, Int32) = (0, 0)
    guard master >= 0, ioctl(master, Self.giveNumber, &number) == 0,
      ioctl(master, Self.lock, &isLocked) == 0
    else { throw RigError("no pseudo terminal: error \(errno)") }
    let name = "/dev/pts/\(number)"
    screen = Mutex(Screen(columns: columns, rows: rows))
    var size = winsize(
      ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(master, UInt(TIOCSWINSZ), &size)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // The first terminal that a session opens becomes its own.
    posix_spawn_file_actions_addopen(&actions, 0, name, O_RDWR, 0)
    posix_spawn_file_actions_adddup2(&actions, 0, 1)
    posix_spawn_file_actions_adddup2(&actions, 0, 2)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setflags(&attributes, Self.newSession)
    let words = ["/usr/bin/env", "-C", folder] + words
    var arguments = words.map { strdup($0) } + [nil]
    var variables = (environment + ["TERM=xterm"]).map { strdup($0) } + [nil]
    defer { for word in arguments + variables { free(word) } }
    var process: pid_t = 0
    let code = posix_spawn(&process, words[0], &actions, &attributes, &arguments, &variables)
    guard code == 0 else { throw RigError("\(words[3]) cannot be started: error \(code)") }
    pid = process
  }

  deinit {
    Glibc.kill(pid, SIGKILL)
    waitpid(pid, nil, WNOHANG)
    close(master)
  }

  func type(_ text: String) { _ = text.withCString { write(master, $0, strlen($0)) } }
  func signal(_ number: Int32) { Glibc.kill(pid, number) }

  func resize(columns: Int, rows: Int) {
    var size = winsize(
      ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    screen.withLock { $0.resize(columns: columns, rows: rows) }
    _ = ioctl(master, UInt(TIOCSWINSZ), &size)
  }

  /// What the screen shows now, a line each; `isWhole`: nothing was ever written beyond its edge.
  var shown: Screen {
    screen.withLock { screen in
      var bytes = [UInt8](repeating: 0, count: 65_536)
      while case let count = read(master, &bytes, bytes.count), count > 0 {
        screen.take(bytes[..<count])
      }
      return screen
    }
  }

  /// Its exit code once it has ended; 128 and more: a signal.
  var ended: Int32? {
    status.withLock { status in
      if status != nil { return status }
      var raw: Int32 = 0
      guard waitpid(pid, &raw, WNOHANG) == pid else { return nil }
      status = raw & 0x7F == 0 ? raw >> 8 & 0xFF : 128 + (raw & 0x7F)
      return status
    }
  }

  /// Waits until the screen shows that text.
  func waitFor(_ text: String) async throws {
    guard await eventually(within: .seconds(60), { shown.text.contains(text) }) else {
      throw RigError("'\(text)' was not shown:\n\(shown.text)")
    }
  }

  func waitForEnd() async throws -> Int32 {
    _ = await eventually(within: .seconds(60)) {
      _ = shown
      return ended != nil
    }
    guard let ended else { throw RigError("it did not end:\n\(shown.text)") }
    return ended
  }
}

/// As much of a terminal as the program uses: enough to see what a person would.
struct Screen {
  private(set) var columns: Int
  private(set) var rows: Int
  private(set) var isAlternate = false
  private(set) var hasCursor = true
  /// A character was written where there is no column for it.
  private(set) var overflowed = false
  /// Everything that was written on the first screen, lines that were scrolled away included.
  private(set) var transcript = ""
  private var cells: [[Character]]
  private var (row, column) = (0, 0)
  private var escape: String?
  private var rest: [UInt8] = []
  /// The second column of a character that takes two.
  private static let covered: Character = "\u{0}"

  init(columns: Int, rows: Int) {
    self.columns = columns
    self.rows = rows
    cells = Array(repeating: Array(repeating: " ", count: columns), count: rows)
  }

  var lines: [String] { cells.map { String($0.filter { $0 != Self.covered }) } }
  var text: String { lines.joined(separator: "\n") }

  mutating func resize(columns: Int, rows: Int) {
    self = Screen(columns: columns, rows: rows, of: self)
  }

  private init(columns: Int, rows: Int, of other: Screen) {
    self.init(columns: columns, rows: rows)
    isAlternate = other.isAlternate
    hasCursor = other.hasCursor
    overflowed = other.overflowed
    transcript = other.transcript
    rest = other.rest
  }

  /// Bytes as they were read: a character may come in two parts.
  mutating func take(_ bytes: ArraySlice<UInt8>) {
    let all = rest + bytes
    let start = all.lastIndex { $0 < 0x80 || $0 >= 0xC0 } ?? 0
    let length: Int =
      switch all.isEmpty ? 0 : all[start] {
      case 0xF0...: 4
      case 0xE0...: 3
      case 0xC0...: 2
      default: 1
      }
    let whole = start + length > all.count ? start : all.count
    rest = Array(all[whole...])
    take(String(decoding: all[..<whole], as: UTF8.self))
  }

  private mutating func take(_ text: String) {
    for scalar in text.unicodeScalars {
      if escape != nil {
        escape?.unicodeScalars.append(scalar)
        if let sequence = escape, sequence.count > 1, (0x40...0x7E).contains(scalar.value) {
          escape = nil
          control(sequence)
        }
      } else {
        plain(scalar)
      }
    }
  }

  private mutating func plain(_ scalar: Unicode.Scalar) {
    if !isAlternate, scalar.value != 0x1B { transcript.unicodeScalars.append(scalar) }
    switch scalar.value {
    case 0x1B: escape = ""
    case 0x0D: column = 0
    case 0x0A:
      row += 1
      if row == rows {
        cells.removeFirst()
        cells.append(Array(repeating: " ", count: columns))
        row -= 1
      }
    case 0x20...:
      let wide =
        (0x2E80...0xFF60).contains(scalar.value) || (0xFFE0...0xFFE6).contains(scalar.value)
      guard column + (wide ? 2 : 1) <= columns else {
        if isAlternate { overflowed = true }
        return
      }
      cells[row][column] = Character(scalar)
      if wide { cells[row][column + 1] = Self.covered }
      column += wide ? 2 : 1
    default: break
    }
  }

  private mutating func control(_ sequence: String) {
    let body = sequence.dropFirst().dropLast()
    let numbers = body.split(separator: ";").compactMap { Int($0) }
    switch (sequence.last, body) {
    case ("h", "?1049"): isAlternate = true
    case ("l", "?1049"): isAlternate = false
    case ("h", "?25"): hasCursor = true
    case ("l", "?25"): hasCursor = false
    case ("H", _):
      row = min((numbers.first ?? 1) - 1, rows - 1)
      column = min((numbers.dropFirst().first ?? 1) - 1, columns - 1)
    case ("K", _): for place in min(column, columns)..<columns { cells[row][place] = " " }
    case ("J", "2"): cells = Array(repeating: Array(repeating: " ", count: columns), count: rows)
    case ("J", _):
      for line in row..<rows { cells[line] = Array(repeating: " ", count: columns) }
    default: break
    }
  }
}

extension Desk {
  /// The program on a terminal of that size.
  func terminal(_ arguments: String..., columns: Int = 100, rows: Int = 30) throws -> PseudoTerminal
  {
    try PseudoTerminal(
      [Programs.lifeboat] + arguments,
      environment: [
        "LIFEBOAT_STATE=\(state)", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=\(path)",
        "LANG=C.UTF-8",
      ], in: path + "/out", columns: columns, rows: rows)
  }
}
