import Glibc
import Synchronization

/// The terminal's other screen: taken, redrawn where something changed, and given back as it was, however this process ends.
///
/// Nothing of the terminal's modes is changed: what is typed is echoed by the terminal and overwritten with the next
/// drawing; Ctrl-C and Ctrl-Z are signals as everywhere.
struct FullScreen: ~Copyable {
  private var shown: [String] = []
  private var size: TerminalSize?
  private static let enter = "\u{1B}[?1049h\u{1B}[?25l"
  private static let leave = "\u{1B}[?25h\u{1B}[?1049l"
  /// The signal that ends this process, once one came.
  private static let caught = Atomic<Int32>(0)
  private static let isResumed = Atomic<Bool>(false)

  init() {
    _ = Self.caught.load(ordering: .relaxed)
    _ = Self.isResumed.load(ordering: .relaxed)
    for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] {
      signal(number) { FullScreen.caught.store($0, ordering: .relaxed) }
    }
    // A handler that does nothing, so that a change of size ends a wait.
    signal(SIGWINCH) { _ in }
    signal(SIGTSTP) { _ in
      FullScreen.restore()
      kill(getpid(), SIGSTOP)
    }
    signal(SIGCONT) { _ in FullScreen.isResumed.store(true, ordering: .relaxed) }
    for number in [SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGABRT, SIGFPE] {
      signal(number) { number in
        FullScreen.restore()
        signal(number, SIG_DFL)
        raise(number)
      }
    }
    Self.write(Self.enter)
  }

  deinit { Self.restore() }

  /// The signal that asks for the end, or nil.
  var endedBy: Int32? {
    let number = Self.caught.load(ordering: .relaxed)
    return number == 0 ? nil : number
  }

  /// Draws what differs from what is shown; all of it after a change of size or a pause.
  mutating func draw(_ lines: [String], _ newSize: TerminalSize) {
    let isResumed = Self.isResumed.exchange(false, ordering: .relaxed)
    var output = isResumed ? Self.enter : ""
    if isResumed || newSize != size {
      output += "\u{1B}[H\u{1B}[2J"
      shown = []
      size = newSize
    }
    let lines = Array(lines.prefix(newSize.rows))
    for (row, line) in lines.enumerated() where row >= shown.count || shown[row] != line {
      output += "\u{1B}[\(row + 1);1H\(line)\u{1B}[K"
    }
    if shown.count > lines.count { output += "\u{1B}[\(lines.count + 1);1H\u{1B}[J" }
    shown = lines
    // One write, shown at once where the terminal knows how.
    if !output.isEmpty { Self.write("\u{1B}[?2026h\(output)\u{1B}[?2026l") }
  }

  /// Waits for so long, or for a signal; false when the terminal is gone.
  func wait(milliseconds: Int32) -> Bool {
    var terminal = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
    let found = poll(&terminal, 1, milliseconds)
    return found <= 0 || terminal.revents & Int16(POLLERR | POLLNVAL | POLLHUP) == 0
  }

  private static func restore() { write(leave) }

  private static func write(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      var done = 0
      while done < bytes.count {
        let count = Glibc.write(STDOUT_FILENO, bytes.baseAddress! + done, bytes.count - done)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return }
        done += count
      }
    }
  }
}
