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

private let handedOut = Mutex(Set<UInt16>())

/// A port of 127.0.0.1 that was free for TCP and UDP a moment ago; never the same twice in one
/// program.
package func freePort() throws -> UInt16 {
  for _ in 0..<50 {
    let stream = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    defer { close(stream) }
    guard let port = bindLoopback(stream, 0) else { continue }
    let datagram = socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    defer { close(datagram) }
    guard bindLoopback(datagram, port) != nil else { continue }
    if handedOut.withLock({ $0.insert(port).inserted }) { return port }
  }
  throw RigError("no free port")
}

/// Binds the socket to 127.0.0.1 and returns the port; nil when that is taken.
package func bindLoopback(_ socket: Int32, _ port: UInt16) -> UInt16? {
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
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
