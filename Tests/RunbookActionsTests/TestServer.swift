import Glibc
import Synchronization

/// A tiny TCP server on a free port of 127.0.0.1 that does to each connection what it is told; gone when `stop`ped.
final class TestServer: Sendable {
  enum Behaviour: Sendable {
    /// Reads the request's head, sends these bytes, closes.
    case send(String)
    /// Reads the request's head, sends these bytes one at a time, closes.
    case drip(String)
    /// Reads the request's head however long it is, answers how often this byte was in it, closes.
    case count(Unicode.Scalar)
    /// Reads a little, sends these bytes, and resets the connection.
    case reset(String)
    /// Sends these bytes without waiting for a request, closes.
    case greet(String)
    /// Accepts and never says a word.
    case hang
    /// Closes without a word.
    case close
    /// Sends a head without a length and then a body that never ends.
    case endless
    /// Sends these bytes and then stays silent.
    case stall(String)
  }

  let port: UInt16
  private let listener: Int32
  private let behaviours: Mutex<[Behaviour]>
  private let requests = Mutex<[String]>([])
  private let connections = Mutex<[Int32]>([])

  /// The last behaviour serves all further connections.
  init(_ behaviours: Behaviour...) throws {
    self.behaviours = Mutex(behaviours)
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    port = try bindLoopback(listener)
    listen(listener, 64)
    var thread = pthread_t()
    let this = Unmanaged.passRetained(self).toOpaque()
    pthread_create(
      &thread, nil,
      { this in
        Unmanaged<TestServer>.fromOpaque(this!).takeRetainedValue().acceptAll()
        return nil
      }, this)
    pthread_detach(thread)
  }

  var address: String { "127.0.0.1:\(port)" }
  var url: String { "http://127.0.0.1:\(port)/" }
  /// The heads of the requests so far.
  var seen: [String] { requests.withLock { $0 } }

  func stop() {
    shutdown(listener, Int32(SHUT_RDWR))
    connections.withLock { list in
      for descriptor in list {
        shutdown(descriptor, Int32(SHUT_RDWR))
        close(descriptor)
      }
      list = []
    }
  }

  private func acceptAll() {
    while true {
      let descriptor = accept(listener, nil, nil)
      if descriptor < 0, errno == EINTR || errno == ECONNABORTED { continue }
      guard descriptor >= 0 else { break }
      serve(descriptor)
    }
    close(listener)
  }

  private func serve(_ descriptor: Int32) {
    let behaviour = behaviours.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }
    switch behaviour {
    case .send(let text):
      readHead(descriptor)
      put(text, descriptor)
      close(descriptor)
    case .drip(let text):
      var one: Int32 = 1
      setsockopt(
        descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
      readHead(descriptor)
      for byte in text.utf8 { put(String(UnicodeScalar(byte)), descriptor) }
      close(descriptor)
    case .count(let wanted):
      put(answer(200, "\(count(UInt8(ascii: wanted), descriptor))"), descriptor)
      close(descriptor)
    case .reset(let text):
      var byte: UInt8 = 0
      read(descriptor, &byte, 1)
      put(text, descriptor)
      var lingering = linger(l_onoff: 1, l_linger: 0)
      setsockopt(
        descriptor, SOL_SOCKET, SO_LINGER, &lingering, socklen_t(MemoryLayout<linger>.size))
      close(descriptor)
    case .greet(let text):
      put(text, descriptor)
      close(descriptor)
    case .close: close(descriptor)
    case .hang: connections.withLock { $0.append(descriptor) }
    case .stall(let text):
      readHead(descriptor)
      put(text, descriptor)
      connections.withLock { $0.append(descriptor) }
    case .endless:
      readHead(descriptor)
      put("HTTP/1.1 200 OK\r\n\r\n", descriptor)
      let block = String(repeating: "x", count: 65536)
      while put(block, descriptor) {}
      close(descriptor)
    }
  }

  private func readHead(_ descriptor: Int32) {
    var head: [UInt8] = []
    var byte: UInt8 = 0
    while head.count < 65536, !head.suffix(4).elementsEqual([13, 10, 13, 10]),
      read(descriptor, &byte, 1) == 1
    { head.append(byte) }
    // The body too, where its length is said: what was posted can be looked at.
    let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n")
    let length =
      lines.first { $0.lowercased().hasPrefix("content-length:") }
      .flatMap { Int($0.drop { $0 != ":" }.dropFirst().filter(\.isNumber)) } ?? 0
    var left = min(length, 65536)
    while left > 0, read(descriptor, &byte, 1) == 1 {
      head.append(byte)
      left -= 1
    }
    requests.withLock { $0.append(String(decoding: head, as: UTF8.self)) }
  }

  private func count(_ wanted: UInt8, _ descriptor: Int32) -> Int {
    var block = [UInt8](repeating: 0, count: 65536)
    var end: [UInt8] = []
    var found = 0
    while !end.elementsEqual("\r\n\r\n".utf8) {
      let count = read(descriptor, &block, block.count)
      guard count > 0 else { break }
      found += block.prefix(count).count { $0 == wanted }
      end = (end + block.prefix(count)).suffix(4)
    }
    return found
  }

  @discardableResult
  private func put(_ text: String, _ descriptor: Int32) -> Bool {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes {
        send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      bytes = bytes.dropFirst(count)
    }
    return true
  }
}

/// A port that says nothing at all, neither yes nor no: as many wait to be accepted as the system lets wait.
final class SilentPort {
  private var descriptors: [Int32] = []

  init(_ host: String, _ port: UInt16) throws {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    inet_pton(AF_INET, host, &address.sin_addr)
    let length = socklen_t(MemoryLayout<sockaddr_in>.size)
    try withUnsafePointer(to: &address) {
      try $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        let type =
          Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let listener = socket(AF_INET, type, 0)
        descriptors.append(listener)
        guard bind(listener, address, length) == 0, listen(listener, 0) == 0 else { throw NoPort() }
        for _ in 0..<4 {
          let caller = socket(AF_INET, type, 0)
          descriptors.append(caller)
          connect(caller, address, length)
        }
      }
    }
  }

  func stop() {
    for descriptor in descriptors { close(descriptor) }
    descriptors = []
  }
}

struct NoPort: Error {}

/// Binds to a free port and says which.
func bindLoopback(_ descriptor: Int32) throws -> UInt16 {
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
  var length = socklen_t(MemoryLayout<sockaddr_in>.size)
  let done = withUnsafeMutablePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
    }
  }
  guard done else { throw NoPort() }
  return UInt16(bigEndian: address.sin_port)
}

/// A port on which nobody listens, held for as long as `body` runs.
func withClosedPort<Result>(_ body: (UInt16) async throws -> Result) async throws -> Result {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
  defer { close(descriptor) }
  return try await body(bindLoopback(descriptor))
}

/// An HTTP answer with its length.
func answer(_ status: Int = 200, _ body: String = "", _ headers: String = "") -> String {
  "HTTP/1.1 \(status) Words\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)"
}
