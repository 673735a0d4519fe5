import Glibc
import RunbookAction
import RunbookModel

/// Runs a declared command (`stop`, `start`): words without a shell, in a process group of its own, with bounded
/// output, ended with its whole group at the deadline.
struct Program: Sendable {
  var words: [String]

  enum Ending: Sendable, Equatable {
    case exited(Int32)
    case killed(signal: Int32)
    /// It was still running at the deadline and was ended.
    case late
    /// It could not be started, so it did nothing.
    case notStarted(String)

    var isSuccess: Bool { self == .exited(0) }
    var sentence: String {
      switch self {
      case .exited(let code): "ended with exit code \(code)"
      case .killed(let signal): "was ended by signal \(signal)"
      case .late: "did not end in time and was ended"
      case .notStarted(let reason): "could not be started: \(reason)"
      }
    }
  }

  struct Result: Sendable {
    var ending: Ending
    var output: String
    var droppedBytes: Int
  }

  static let outputLimit = 64 * 1024
  /// Only these of our variables are handed on.
  private static let handedOn = [
    "PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ", "SSH_AUTH_SOCK",
  ]

  func run(by deadline: Deadline) -> Result {
    guard let (end, into) = Self.makePipe() else { return notStarted(errno) }
    defer { close(end) }
    let (code, process) = spawn(output: into, errors: into, [])
    close(into)
    guard code == 0 else { return notStarted(code) }
    return follow(process, output: nil, errors: Intake(end), by: deadline)
  }

  /// As `run`, for a program whose output is long: `take` is given it line by line, and what is kept is what went to
  /// standard error. Messages are English and times UTC, as far as the program heeds our environment.
  func read(by deadline: Deadline, _ take: @escaping (String) -> Void) -> Result {
    guard let (end, into) = Self.makePipe() else { return notStarted(errno) }
    defer { close(end) }
    guard let (errorsEnd, errorsInto) = Self.makePipe() else {
      let code = errno
      close(into)
      return notStarted(code)
    }
    defer { close(errorsEnd) }
    let (code, process) = spawn(
      output: into, errors: errorsInto, ["LC_ALL=C", "TZ=UTC"])
    close(into)
    close(errorsInto)
    guard code == 0 else { return notStarted(code) }
    var lines = LineSplitter()
    let result = follow(
      process, output: Intake(end) { lines.split($0, take) }, errors: Intake(errorsEnd),
      by: deadline)
    lines.end(take)
    return result
  }

  private static func makePipe() -> (end: Int32, into: Int32)? {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return nil }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
    return (ends[0], ends[1])
  }

  private func notStarted(_ code: Int32) -> Result {
    Result(
      ending: .notStarted(String(cString: strerror(code))), output: "", droppedBytes: 0)
  }

  private func spawn(
    output: Int32, errors: Int32, _ more: [String]
  ) -> (code: Int32, process: pid_t) {
    guard !words.isEmpty else { return (EINVAL, 0) }
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, errors, 2)
    var none = sigset_t()
    sigemptyset(&none)
    var all = sigset_t()
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes,
      Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    let environment =
      more
      + Self.handedOn.compactMap { name in
        more.contains { $0.hasPrefix("\(name)=") }
          ? nil : getenv(name).map { "\(name)=\(String(cString: $0))" }
      }
    var process: pid_t = 0
    let code = withCStrings(words) { words in
      withCStrings(environment) { environment in
        posix_spawnp(
          &process, words[0]!, &actions, &attributes, mutable(words), mutable(environment))
      }
    }
    return (code, process)
  }

  /// C declares the words as changeable and does not change them.
  private func mutable(
    _ words: UnsafePointer<UnsafePointer<CChar>?>
  ) -> UnsafePointer<UnsafeMutablePointer<CChar>?> {
    UnsafeRawPointer(words).assumingMemoryBound(to: UnsafeMutablePointer<CChar>?.self)
  }

  /// Reads until the program itself has ended: what it left behind (a started server) may keep the pipe open for ever.
  private func follow(
    _ process: pid_t, output: Intake?, errors: Intake, by deadline: Deadline
  ) -> Result {
    var output = output
    var errors = errors
    var status: Int32 = 0
    func drain() -> Bool {
      let hasMoved = output?.drain() ?? false
      return errors.drain() || hasMoved
    }
    func result(_ ending: Ending) -> Result {
      Result(ending: ending, output: utf8(errors.kept), droppedBytes: errors.dropped)
    }
    var rest = Duration.milliseconds(1)
    while waitpid(process, &status, WNOHANG) == 0 {
      let hasMoved = drain()
      if deadline.hasPassed {
        kill(-process, SIGKILL)
        waitpid(process, &status, 0)
        _ = drain()
        return result(.late)
      }
      if hasMoved {
        rest = .milliseconds(1)
        continue
      }
      pauseThread(rest, by: deadline)
      rest = min(rest * 2, .milliseconds(20))
    }
    _ = drain()
    let signal = status & 0x7F
    return result(signal == 0 ? .exited(status >> 8 & 0xFF) : .killed(signal: signal))
  }

  private func utf8(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}

/// Our end of a pipe: what comes through it is kept up to a limit, or handed on.
private struct Intake {
  let end: Int32
  var take: ((ArraySlice<UInt8>) -> Void)?
  private(set) var kept: [UInt8] = []
  private(set) var dropped = 0
  private var isOpen = true

  init(_ end: Int32, _ take: ((ArraySlice<UInt8>) -> Void)? = nil) {
    self.end = end
    self.take = take
  }

  /// True when something came. Bounded, so that a program that never stops talking cannot hide the deadline.
  mutating func drain() -> Bool {
    var buffer = [UInt8](repeating: 0, count: 16384)
    var hasMoved = false
    for _ in 0..<16 where isOpen {
      let count = read(end, &buffer, buffer.count)
      if count < 0 { return hasMoved }
      isOpen = count > 0
      hasMoved = hasMoved || count > 0
      if let take {
        take(buffer[..<count])
        continue
      }
      let room = min(count, Program.outputLimit - kept.count)
      kept += buffer[..<room]
      dropped += count - room
    }
    return hasMoved
  }
}

/// Bytes as lines. Of a line that is too long only its beginning is given.
private struct LineSplitter {
  private var line: [UInt8] = []
  private static let longest = 4096

  mutating func split(_ bytes: ArraySlice<UInt8>, _ take: (String) -> Void) {
    var rest = bytes
    while let end = rest.firstIndex(of: 0x0A) {
      add(rest[..<end])
      take(String(decoding: line, as: UTF8.self))
      line.removeAll(keepingCapacity: true)
      rest = rest[(end + 1)...]
    }
    add(rest)
  }

  mutating func end(_ take: (String) -> Void) {
    guard !line.isEmpty else { return }
    take(String(decoding: line, as: UTF8.self))
    line = []
  }

  private mutating func add(_ bytes: ArraySlice<UInt8>) {
    line += bytes.prefix(max(0, Self.longest - line.count))
  }
}
