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

  func out(_ text: String) { Self.write(text + "\n", to: STDOUT_FILENO) }
  func note(_ text: String) { Self.write(text + "\n", to: STDERR_FILENO) }
  /// The last line makes way until `answered`.
  /// What is written meanwhile stands above it.
  func prompt(_ text: String) {
    Self.last.withLock { last in
      Self.put((last.isDrawn ? Self.away : "") + text, to: STDERR_FILENO)
      last.isDrawn = false
      last.prompt = text
    }
  }

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

  /// A line below all others that is put away before anything else is written, and drawn again after it.
  private struct Last {
    var text: String?
    var isDrawn = false
    /// Somebody is asked, and types there.
    var prompt: String?
  }
  private static let last = Mutex(Last())
  private static let away = "\r\u{1B}[K"

  /// Shows, changes or, with nil, takes away the last line of the terminal. Only for a terminal that can be written over.
  static func showLast(_ text: String?) {
    last.withLock { last in
      last.text = text
      guard last.prompt == nil else { return }
      let drawing = (last.isDrawn ? away : "") + (text.map(drawn) ?? "")
      last.isDrawn = text != nil
      put(drawing, to: STDOUT_FILENO)
    }
  }

  /// The question was answered or is not asked any more: the last line may come back.
  static func answered() { last.withLock { $0.prompt = nil } }

  /// Never longer than a line, also where the terminal has become narrower since it was cut.
  private static func drawn(_ text: String) -> String { "\u{1B}[?7l\(text)\u{1B}[?7h" }

  private static let lost = Mutex<Int32?>(nil)

  /// Why some of what was to be written to stdout is not there, or nil.
  static var lostOutput: String? {
    lost.withLock { $0 }.map { String(cString: strerror($0)) }
  }

  private static func write(_ text: String, to file: Int32) {
    last.withLock { last in
      // Above a question, which is then asked again: what was typed of the answer is kept by the terminal.
      if let prompt = last.prompt, isatty(file) == 1 { return put("\n\(text)\(prompt)", to: file) }
      let before = last.isDrawn ? away : ""
      last.isDrawn = last.text != nil && last.prompt == nil
      put(before + text + (last.isDrawn ? last.text.map(drawn) ?? "" : ""), to: file)
    }
  }

  private static func put(_ text: String, to file: Int32) {
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

extension Console {
  var diagnosticColour: DiagnosticRenderer.Colour { hasColour ? .ansi : .none }
}
