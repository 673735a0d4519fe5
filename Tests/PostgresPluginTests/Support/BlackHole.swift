import Glibc

/// An address that answers nothing, not even with a refusal: a listener whose queue is full, so that the kernel drops
/// every further attempt, as a dead site does.
final class BlackHole: Sendable {
  let address: String
  private let descriptors: [Int32]

  init() throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var place = sockaddr_in()
    place.sin_family = sa_family_t(AF_INET)
    place.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &place) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) == 0 && listen(listener, 0) == 0
          && getsockname(listener, $0, &length) == 0
      }
    }
    guard isBound else { throw Workshop.CommandFailed(description: "no black hole to be had") }
    address = "127.0.0.1:\(UInt16(bigEndian: place.sin_port))"
    // Nobody accepts them, so they fill the queue.
    descriptors =
      [listener]
      + (0..<4).map { _ in
        let descriptor = socket(
          AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        withUnsafeMutablePointer(to: &place) {
          $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            _ = connect(descriptor, $0, length)
          }
        }
        return descriptor
      }
  }

  func close() {
    for descriptor in descriptors { Glibc.close(descriptor) }
  }
}
