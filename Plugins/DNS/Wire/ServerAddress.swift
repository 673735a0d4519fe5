import Dispatch
import Glibc
import RunbookAction
import RunbookModel

/// Where a server listens: `host:port` or `[v6]:port`.
struct ServerAddress: Hashable, Sendable, CustomStringConvertible {
  let host: String
  let port: UInt16
  let description: String

  init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]),
      port > 0
    else { return nil }
    var host = text[..<colon]
    if host.hasPrefix("[") {
      guard host.hasSuffix("]") else { return nil }
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      return nil
    }
    guard !host.isEmpty, !host.utf8.contains(0) else { return nil }
    self.host = String(host)
    self.port = port
    description = text
  }

  /// It is an IP address, which needs no look-up.
  var isNumeric: Bool {
    var buffer = in6_addr()
    return inet_pton(AF_INET, host, &buffer) == 1 || inet_pton(AF_INET6, host, &buffer) == 1
  }

  /// The addresses to connect to. A name is looked up through the system, which nothing can stop:
  /// past the deadline its answer is not waited for.
  func resolved(by deadline: Deadline) throws(Trouble) -> [SocketAddress] {
    if isNumeric {
      let found = Self.lookUp(host, port)
      guard !found.isEmpty else { throw .unreachable("\(self) cannot be used as an address") }
      return found
    }
    let box = Box()
    let done = DispatchSemaphore(value: 0)
    let (host, port) = (host, port)
    DispatchQueue.global().async {
      box.found = Self.lookUp(host, port)
      done.signal()
    }
    guard done.wait(timeout: .now() + .milliseconds(deadline.milliseconds)) == .success else {
      throw .silent("the system did not find out in time which address '\(host)' has")
    }
    guard !box.found.isEmpty else {
      throw .unreachable("the system knows no address of '\(host)'")
    }
    return box.found
  }

  /// Written by one thread before the signal, read by the other after it.
  private final class Box: @unchecked Sendable {
    var found: [SocketAddress] = []
  }

  /// At most four, in the system's order.
  private static func lookUp(_ host: String, _ port: UInt16) -> [SocketAddress] {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_NUMERICSERV
    var list: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, String(port), &hints, &list) == 0, let list else { return [] }
    defer { freeaddrinfo(list) }
    var found: [SocketAddress] = []
    var next: UnsafeMutablePointer<addrinfo>? = list
    while let info = next?.pointee, found.count < 4 {
      if let address = info.ai_addr {
        let bytes = UnsafeRawBufferPointer(start: address, count: Int(info.ai_addrlen))
        found.append(SocketAddress(family: info.ai_family, bytes: Array(bytes)))
      }
      next = info.ai_next
    }
    return found
  }
}

/// An address as the kernel takes it.
struct SocketAddress: Sendable {
  var family: Int32
  var bytes: [UInt8]
}

/// Why there is no answer.
enum Trouble: Error, Sendable {
  /// Nothing came in time; the sentence says from whom and how long.
  case silent(String)
  /// There is nobody, or the connection broke.
  case unreachable(String)
  /// Something came that is no answer to the question.
  case garbage(String)

  var text: String {
    switch self {
    case .silent(let text), .unreachable(let text), .garbage(let text): text
    }
  }

  var kind: FailureKind {
    switch self {
    case .silent: .timeout
    case .unreachable: .unreachable
    case .garbage: .failed
    }
  }
}
