import CLab
import Glibc

/// A socket of another process that has gone silent: nothing that is sent to it arrives.
///
/// Where the kernel lets us, a filter drops every packet. Where it does not, a listening socket's queue is made as short
/// as can be and filled, after which the kernel ignores everybody who knocks; connections that exist stay open, and
/// their process, which is frozen, says nothing.
struct Silence {
  private let socket: Int32
  private let isDeaf: Bool
  /// The connection that fills the queue.
  private let filler: Int32?

  private static let usualQueue: Int32 = 128

  /// Silences all TCP sockets of a process, which must be ours.
  static func fall(on pid: pid_t) -> [Silence] {
    let process = lab_open_process(pid)
    guard process >= 0 else { return [] }
    defer { close(process) }
    return Files.list("/proc/\(pid)/fd").compactMap { name in
      guard let number = Int32(name) else { return nil }
      let socket = lab_borrow_descriptor(process, number)
      guard socket >= 0 else { return nil }
      if let silence = Silence(socket) { return silence }
      close(socket)
      return nil
    }
  }

  private init?(_ socket: Int32) {
    guard Self.option(SO_DOMAIN, of: socket) == AF_INET else { return nil }
    self.socket = socket
    if lab_deafen(socket) == 0 {
      isDeaf = true
      filler = nil
    } else if Self.option(SO_ACCEPTCONN, of: socket) == 1, listen(socket, 0) == 0 {
      isDeaf = false
      filler = Self.knock(on: socket)
    } else {
      return nil
    }
  }

  func end() {
    if isDeaf { _ = lab_hear(socket) } else { listen(socket, Self.usualQueue) }
    if let filler { close(filler) }
    close(socket)
  }

  private static func option(_ name: Int32, of socket: Int32) -> Int32? {
    var value: Int32 = 0
    var size = socklen_t(4)
    return getsockopt(socket, SOL_SOCKET, name, &value, &size) == 0 ? value : nil
  }

  /// A connection to a listening socket, which nobody accepts.
  private static func knock(on socket: Int32) -> Int32? {
    var address = sockaddr_in()
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let client = Glibc.socket(AF_INET, streamSocket | nonBlocking | closedOnExec, 0)
    guard client >= 0 else { return nil }
    withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        guard getsockname(socket, $0, &size) == 0 else { return }
        connect(client, $0, size)
      }
    }
    return client
  }
}
