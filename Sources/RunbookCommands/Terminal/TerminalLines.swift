import Glibc
import Synchronization

/// Lines that are typed at this terminal, read so that a question can be withdrawn while nobody types.
enum TerminalLines {
  /// What was typed beyond the last line that was taken.
  private static let rest = Mutex<[UInt8]>([])
  private static let longest = 4096

  /// The next line without its end; nil when the terminal is gone or `isWithdrawn` says that nobody asks any more.
  static func next(_ isWithdrawn: () -> Bool) -> String? {
    defer { Console.answered() }
    while !isWithdrawn() {
      if let line = takeLine() { return line }
      var waiting = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
      guard poll(&waiting, 1, 200) > 0 else { continue }
      var chunk = [UInt8](repeating: 0, count: 1024)
      let count = read(STDIN_FILENO, &chunk, chunk.count)
      if count < 0, errno == EINTR || errno == EAGAIN { continue }
      guard count > 0 else { return nil }
      rest.withLock { $0 += chunk[..<count] }
    }
    return nil
  }

  private static func takeLine() -> String? {
    rest.withLock { rest in
      let end = rest.firstIndex(of: 0x0A) ?? (rest.count >= longest ? rest.count - 1 : nil)
      guard let end else { return nil }
      let line = rest[..<end]
      rest.removeFirst(end + 1)
      return String(decoding: line, as: UTF8.self)
    }
  }
}

/// Set once, from anywhere: the question is not asked any more.
final class Withdrawal: Sendable {
  private let flag = Atomic<Bool>(false)
  var isSet: Bool { flag.load(ordering: .acquiring) }
  func set() { flag.store(true, ordering: .releasing) }
}
