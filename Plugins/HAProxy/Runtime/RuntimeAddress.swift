import Dispatch
import Glibc
import RunbookAction

/// Where a process of HAProxy takes commands: `host:port`, `[v6]:port`, or the path of a socket.
enum RuntimeAddress: Hashable, Sendable, CustomStringConvertible {
  case tcp(host: String, port: UInt16)
  case unix(path: String)

  /// Reads what `description` writes; nil for anything else.
  init?(_ text: String) {
    guard !text.utf8.contains(0) else { return nil }
    if text.hasPrefix("/") {
      guard text.utf8.count < Self.longestPath else { return nil }
      self = .unix(path: text)
      return
    }
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
    guard !host.isEmpty else { return nil }
    self = .tcp(host: String(host), port: port)
  }

  /// What the kernel has room for, with the final zero.
  private static let longestPath = MemoryLayout.size(ofValue: sockaddr_un().sun_path)

  var description: String {
    switch self {
    case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    case .unix(let path): path
    }
  }

  /// The address as the kernel takes it. A name is looked up through the system, which nothing can
  /// stop: past the deadline its answer is not waited for.
  func resolved(by deadline: Deadline) throws(RuntimeTrouble) -> [SocketAddress] {
    switch self {
    case .unix(let path): return [Self.unixAddress(path)]
    case .tcp(let host, let port):
      let box = Box()
      let done = DispatchSemaphore(value: 0)
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
  }

  /// Written by one thread before the signal, read by the other after it.
  private final class Box: @unchecked Sendable {
    var found: [SocketAddress] = []
  }

  private static func unixAddress(_ path: String) -> SocketAddress {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { room in
      room.copyBytes(from: path.utf8.prefix(room.count - 1))
    }
    return SocketAddress(family: AF_UNIX, bytes: withUnsafeBytes(of: address) { Array($0) })
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
