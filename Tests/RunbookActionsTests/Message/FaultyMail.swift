import Glibc
import Synchronization

/// A mail server that goes wrong at one place: for faults only, what is accepted is tested on a real one.
final class FaultyMail: Sendable {
  enum Fault: Sendable {
    /// Never greets.
    case silent
    /// Says nothing any more once the whole message is there.
    case hangsAtTheEnd
    /// Closes the connection once the whole message is there.
    case closesAtTheEnd
    /// Takes a part of the message and closes.
    case closesWithin
    /// Answers the end of the message with this.
    case answers(String)
    /// Answers the end of the message and then hangs over the goodbye.
    case hangsOverGoodbye
  }

  let port: UInt16
  private let fault: Fault
  private let listener: Int32
  private let kept = Mutex<[Int32]>([])
  private let heard = Mutex("")

  init(_ fault: Fault) throws {
    self.fault = fault
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    port = try bindLoopback(listener)
    listen(listener, 16)
    var thread = pthread_t()
    let this = Unmanaged.passRetained(self).toOpaque()
    pthread_create(
      &thread, nil,
      { this in
        guard let this else { return nil }
        Unmanaged<FaultyMail>.fromOpaque(this).takeRetainedValue().serve()
        return nil
      }, this)
    pthread_detach(thread)
  }

  var address: String { "127.0.0.1:\(port)" }
  /// All that clients have said.
  var said: String { heard.withLock { $0 } }

  func stop() {
    // The listener last: its end closes the others, and their numbers may be somebody else's at once.
    kept.withLock { for one in $0 { shutdown(one, Int32(SHUT_RDWR)) } }
    shutdown(listener, Int32(SHUT_RDWR))
  }

  private func serve() {
    while case let connection = accept(listener, nil, nil), connection >= 0 {
      kept.withLock { $0.append(connection) }
      talk(connection)
    }
    kept.withLock { for one in $0 { close(one) } }
    close(listener)
  }

  private func talk(_ connection: Int32) {
    if case .silent = fault { return }
    put("220 faulty ESMTP\r\n", connection)
    var text = ""
    var buffer = [UInt8](repeating: 0, count: 4096)
    var isData = false
    while case let count = read(connection, &buffer, buffer.count), count > 0 {
      let part = String(decoding: buffer[..<count], as: UTF8.self)
      heard.withLock { $0 += part }
      text += part
      if isData {
        if case .closesWithin = fault {
          shutdown(connection, Int32(SHUT_RDWR))
          return
        }
        if text.hasSuffix("\r\n.\r\n") { return end(connection) }
        continue
      }
      guard text.hasSuffix("\r\n") else { continue }
      isData = text.hasPrefix("DATA")
      put(isData ? "354 go on\r\n" : "250 fine\r\n", connection)
      text = ""
    }
  }

  private func end(_ connection: Int32) {
    switch fault {
    case .silent, .hangsAtTheEnd, .closesWithin: return
    case .closesAtTheEnd: shutdown(connection, Int32(SHUT_RDWR))
    case .answers(let text): put(text + "\r\n", connection)
    case .hangsOverGoodbye: put("250 taken\r\n", connection)
    }
  }

  private func put(_ text: String, _ connection: Int32) {
    let bytes = Array(text.utf8)
    _ = send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
  }
}
