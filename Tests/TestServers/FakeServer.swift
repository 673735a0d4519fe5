import Glibc
import Synchronization

/// A server on 127.0.0.1 that answers as a test wants: one answer for each packet, and one for each
/// connection's first bytes. An answer of nil is silence; over TCP the connection is then kept open
/// until the server ends.
package final class FakeServer: Sendable {
  package typealias Answering = @Sendable ([UInt8]) -> [UInt8]?

  package let port: UInt16
  package var address: String { "127.0.0.1:\(port)" }
  private let state: State

  private final class State: Sendable {
    let answering: Answering
    let sockets: (tcp: Int32, udp: Int32)
    let isEnding = Mutex(false)
    let isOver = Mutex(false)
    let answered = Mutex(0)

    init(_ answering: @escaping Answering, _ sockets: (tcp: Int32, udp: Int32)) {
      self.answering = answering
      self.sockets = sockets
    }
  }

  /// Listens on the port, or on a free one.
  package init(on wanted: UInt16? = nil, _ answering: @escaping Answering) throws {
    let port = try wanted ?? freePort()
    let tcp = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    let udp = socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var one: Int32 = 1
    setsockopt(tcp, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
    guard bindLoopback(tcp, port) != nil, bindLoopback(udp, port) != nil, listen(tcp, 64) == 0
    else {
      close(tcp)
      close(udp)
      throw RigError("port \(port) is taken")
    }
    self.port = port
    state = State(answering, (tcp, udp))
    let passed = Unmanaged.passRetained(state)
    var thread = pthread_t()
    let code = pthread_create(
      &thread, nil,
      { pointer in
        guard let pointer else { return nil }
        FakeServer.serve(Unmanaged<State>.fromOpaque(pointer).takeRetainedValue())
        return nil
      }, passed.toOpaque())
    guard code == 0 else {
      passed.release()
      throw RigError("no thread: \(code)")
    }
    pthread_detach(thread)
  }

  deinit { stop() }

  /// Returns when nobody listens any more.
  package func stop() {
    state.isEnding.withLock { $0 = true }
    while !state.isOver.withLock({ $0 }) { usleep(1000) }
  }

  /// How many answers were given.
  package var count: Int { state.answered.withLock { $0 } }

  private static func serve(_ state: State) {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    var silent: [Int32] = []
    while !state.isEnding.withLock({ $0 }) {
      var waiting = [
        pollfd(fd: state.sockets.tcp, events: Int16(POLLIN), revents: 0),
        pollfd(fd: state.sockets.udp, events: Int16(POLLIN), revents: 0),
      ]
      guard poll(&waiting, 2, 10) > 0 else { continue }
      if waiting[1].revents != 0 { answerPacket(state, &buffer) }
      if waiting[0].revents != 0, let kept = answerConnection(state, &buffer) {
        silent.append(kept)
      }
    }
    for socket in silent { close(socket) }
    close(state.sockets.tcp)
    close(state.sockets.udp)
    state.isOver.withLock { $0 = true }
  }

  private static func answerPacket(_ state: State, _ buffer: inout [UInt8]) {
    var from = sockaddr_storage()
    var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
    withUnsafeMutablePointer(to: &from) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        let count = recvfrom(state.sockets.udp, &buffer, buffer.count, 0, generic, &size)
        guard count >= 0, let answer = state.answering(Array(buffer[..<count])) else { return }
        state.answered.withLock { $0 += 1 }
        _ = sendto(state.sockets.udp, answer, answer.count, 0, generic, size)
      }
    }
  }

  /// The connection, when it is to be kept silent.
  private static func answerConnection(_ state: State, _ buffer: inout [UInt8]) -> Int32? {
    let connection = accept(state.sockets.tcp, nil, nil)
    guard connection >= 0 else { return nil }
    var waiting = pollfd(fd: connection, events: Int16(POLLIN), revents: 0)
    guard poll(&waiting, 1, 1000) > 0,
      case let count = recv(connection, &buffer, buffer.count, 0), count > 0
    else {
      close(connection)
      return nil
    }
    guard let answer = state.answering(Array(buffer[..<count])) else { return connection }
    state.answered.withLock { $0 += 1 }
    _ = send(connection, answer, answer.count, Int32(MSG_NOSIGNAL))
    close(connection)
    return nil
  }
}
