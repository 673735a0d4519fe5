import Glibc
import Synchronization

/// A new folder under /tmp that only this test uses.
package func makeFolder(_ name: String) throws -> String {
  var template = Array("/tmp/lifeboat-\(name)-XXXXXX".utf8CString)
  guard mkdtemp(&template) != nil else { throw RigError("no folder: \(errno)") }
  return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

package func write(_ text: String, to path: String) throws {
  guard let file = fopen(path, "w") else { throw RigError("\(path) cannot be written") }
  defer { fclose(file) }
  fputs(text, file)
}

package func readText(_ path: String) -> String? {
  guard let file = fopen(path, "r") else { return nil }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 65_536)
  while case let count = fread(&buffer, 1, buffer.count, file), count > 0 {
    bytes += buffer[..<count]
  }
  return String(decoding: bytes, as: UTF8.self)
}

/// Asks again and again until it is so; false when it was not so in time.
package func eventually(
  within limit: Duration = .seconds(15), _ condition: () async throws -> Bool
) async rethrows -> Bool {
  let end = ContinuousClock.now.advanced(by: limit)
  while true {
    if try await condition() { return true }
    if ContinuousClock.now >= end { return false }
    try? await Task.sleep(for: .milliseconds(10))
  }
}

/// Ports that were handed out; a walk through them starts anywhere, so that two programs seldom meet.
private let handedOut = Mutex((next: UInt16.random(in: 10_000..<32_000), taken: Set<UInt16>()))

/// A port that nobody used a moment ago, for TCP and UDP; never the same twice in one program.
///
/// It lies below the range from which the kernel takes ports for outgoing connections (ip(7),
/// ip_local_port_range): a port from there can be a client's by the time its server binds it.
package func freePort(on host: String = "127.0.0.1") throws -> UInt16 {
  for _ in 0..<2000 {
    let candidate: UInt16? = handedOut.withLock {
      let port = $0.next
      $0.next = port >= 32_000 ? 10_000 : port + 1
      return $0.taken.insert(port).inserted ? port : nil
    }
    guard let candidate else { continue }
    let isFree = [SOCK_STREAM, SOCK_DGRAM].allSatisfy { kind in
      let descriptor = socket(AF_INET, Int32(kind.rawValue | SOCK_CLOEXEC.rawValue), 0)
      defer { close(descriptor) }
      return bindLoopback(descriptor, candidate, host: host) != nil
    }
    if isFree { return candidate }
  }
  throw RigError("no free port on \(host)")
}

/// Binds the socket to the port of a loopback address and returns it; nil when that is taken.
package func bindLoopback(
  _ socket: Int32, _ port: UInt16, host: String = "127.0.0.1"
) -> UInt16? {
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  guard inet_pton(AF_INET, host, &address.sin_addr) == 1 else { return nil }
  address.sin_port = port.bigEndian
  var size = socklen_t(MemoryLayout<sockaddr_in>.size)
  return withUnsafeMutablePointer(to: &address) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
      guard bind(socket, generic, size) == 0, getsockname(socket, generic, &size) == 0 else {
        return false
      }
      return true
    }
  } ? UInt16(bigEndian: address.sin_port) : nil
}
