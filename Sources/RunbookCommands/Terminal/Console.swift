import Glibc
import RunbookFormat
import Synchronization

/// Writes to the terminal or to whatever stands in its place: data to stdout, everything else to stderr.
struct Console: Sendable {
  /// Colour helps the eye; no message rests on it.
  let hasColour: Bool
  let isInteractive: Bool

  init() {
    let isTerminal = isatty(STDOUT_FILENO) == 1
    let noColour = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
    let isDumb = getenv("TERM").map { String(cString: $0) == "dumb" } ?? true
    hasColour = isTerminal && !noColour && !isDumb
    isInteractive = isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1
  }

  /// Data goes to a terminal on which text can be put in place of other text.
  var isScreen: Bool {
    isatty(STDOUT_FILENO) == 1 && getenv("TERM").map { String(cString: $0) != "dumb" } ?? false
  }

  /// Somebody still reads the data: a pipe whose reader is gone says so.
  var isRead: Bool {
    var output = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
    return poll(&output, 1, 0) <= 0 || output.revents & Int16(POLLERR | POLLNVAL | POLLHUP) == 0
  }

  func clear() { Self.write("\u{1B}[H\u{1B}[2J", to: STDOUT_FILENO) }

  func out(_ text: String) { Self.write(text + "\n", to: STDOUT_FILENO) }
  func note(_ text: String) { Self.write(text + "\n", to: STDERR_FILENO) }
  func prompt(_ text: String) { Self.write(text, to: STDERR_FILENO) }

  enum Style: String {
    case good = "32"
    case bad = "31"
    case warning = "33"
    case strong = "1"
    case faint = "2"
  }

  func styled(_ text: String, _ style: Style) -> String {
    hasColour ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
  }

  private static let lock = Mutex(())
  private static let lost = Mutex<Int32?>(nil)

  /// Why some of what was to be written to stdout is not there, or nil.
  static var lostOutput: String? {
    lost.withLock { $0 }.map { String(cString: strerror($0)) }
  }

  private static func write(_ text: String, to file: Int32) {
    lock.withLock { _ in
      var bytes = Array(text.utf8)[...]
      while !bytes.isEmpty {
        let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
        if count < 0, errno == EINTR { continue }
        guard count > 0 else {
          // A closed pipe: there is nobody to tell. Anything else has cut the answer short.
          if file == STDOUT_FILENO, errno != EPIPE { lost.withLock { $0 = $0 ?? errno } }
          return
        }
        bytes = bytes.dropFirst(count)
      }
    }
  }
}

extension Console {
  var diagnosticColour: DiagnosticRenderer.Colour { hasColour ? .ansi : .none }
}
