import Glibc
import RunbookAction
import RunbookModel

/// One request to one server and its answer, over sockets of our own so that every wait ends at the
/// deadline.
struct Exchange {
  let server: ServerAddress
  let deadline: Deadline

  /// Asks over UDP, again after 0.3 s, 0.6 s, 1.2 s ..., and over TCP when the answer does not fit.
  func ask(_ question: Question) throws(Trouble) -> Answer {
    guard let (id, bytes) = question.encoded() else {
      throw .garbage("the question for \(question.name) could not be written")
    }
    let begun = ContinuousClock.now
    return try firstThatListens(server, by: deadline) { address throws(Trouble) in
      let answer = try overUDP(bytes, to: address, since: begun) { answer in
        answer.answers(question, id: id)
      }
      guard answer.isTruncated else { return answer }
      let connection = try Connection(to: address, of: server, by: deadline)
      try connection.send(bytes)
      guard let full = Answer(try connection.receive()), full.answers(question, id: id) else {
        throw .garbage(
          "\(server) answered over TCP with something that is no answer to the question")
      }
      return full
    }
  }

  private func overUDP(
    _ bytes: [UInt8], to address: SocketAddress, since begun: ContinuousClock.Instant,
    isWanted: (Answer) -> Bool
  ) throws(Trouble) -> Answer {
    let socket = try Socket.connected(to: address, SOCK_DGRAM, of: server, by: deadline)
    defer { close(socket) }
    var buffer = [UInt8](repeating: 0, count: 65_535)
    var strangers = 0
    var pause = Duration.milliseconds(300)
    while !deadline.hasPassed {
      if Glibc.send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL)) < 0 {
        throw Socket.trouble(server, errno)
      }
      let resend = min(Deadline.after(pause), deadline)
      while Socket.isReady(socket, for: POLLIN, by: resend) {
        let count = recv(socket, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        if count < 0, errno == EAGAIN || errno == EINTR { continue }
        if count < 0 { throw Socket.trouble(server, errno) }
        if let answer = Answer(Array(buffer[..<count])), isWanted(answer) { return answer }
        strangers += 1
      }
      pause = pause * 2
    }
    let waited = begun.duration(to: .now).spoken
    guard strangers == 0 else {
      throw .garbage(
        "\(server) sent \(strangers) packet\(strangers == 1 ? "" : "s") in \(waited), none of them "
          + "an answer to the question")
    }
    throw .silent("\(server) did not answer in \(waited)")
  }
}

/// A name can have several addresses: where nobody listens at one, the next is tried.
func firstThatListens<Result>(
  _ server: ServerAddress, by deadline: Deadline,
  _ attempt: (SocketAddress) throws(Trouble) -> Result
) throws(Trouble) -> Result {
  var last = Trouble.unreachable("\(server) has no address")
  for address in try server.resolved(by: deadline) {
    do throws(Trouble) {
      return try attempt(address)
    } catch {
      guard case .unreachable = error else { throw error }
      last = error
    }
  }
  throw last
}

/// A TCP connection to a name server.
final class Connection {
  private let server: ServerAddress
  private let deadline: Deadline
  private let socket: Int32
  /// Bytes of a request may have reached the server.
  private(set) var hasSent = false

  init(to address: SocketAddress, of server: ServerAddress, by deadline: Deadline) throws(Trouble) {
    self.server = server
    self.deadline = deadline
    socket = try Socket.connected(to: address, SOCK_STREAM, of: server, by: deadline)
  }

  deinit { close(socket) }

  func send(_ message: [UInt8]) throws(Trouble) {
    guard let length = UInt16(exactly: message.count) else {
      throw .garbage("the request is larger than the 65,535 bytes that DNS allows")
    }
    let bytes = [UInt8(length >> 8), UInt8(length & 0xFF)] + message
    var sent = 0
    while sent < bytes.count {
      guard Socket.isReady(socket, for: POLLOUT, by: deadline) else {
        throw .silent("\(server) did not take the request in time")
      }
      hasSent = true
      let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
      let count = bytes[sent...].withUnsafeBytes {
        Glibc.send(socket, $0.baseAddress, $0.count, flags)
      }
      if count < 0, errno == EAGAIN || errno == EINTR { continue }
      if count < 0 { throw Socket.trouble(server, errno) }
      sent += count
    }
  }

  func receive() throws(Trouble) -> [UInt8] {
    let length = try receive(exactly: 2)
    return try receive(exactly: Int(length[0]) << 8 | Int(length[1]))
  }

  private func receive(exactly wanted: Int) throws(Trouble) -> [UInt8] {
    let begun = ContinuousClock.now
    var bytes = [UInt8](repeating: 0, count: wanted)
    var got = 0
    while got < wanted {
      guard Socket.isReady(socket, for: POLLIN, by: deadline) else {
        throw .silent("\(server) did not answer in \(begun.duration(to: .now).spoken)")
      }
      let count = bytes[got...].withUnsafeMutableBytes {
        recv(socket, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT))
      }
      if count < 0, errno == EAGAIN || errno == EINTR { continue }
      if count < 0 { throw Socket.trouble(server, errno) }
      if count == 0 { throw .unreachable("\(server) closed the connection without an answer") }
      got += count
    }
    return bytes
  }
}

/// The few calls on sockets that need care.
enum Socket {
  static func connected(
    to address: SocketAddress, _ type: __socket_type, of server: ServerAddress,
    by deadline: Deadline
  ) throws(Trouble) -> Int32 {
    let flags = SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
    let socket = Glibc.socket(address.family, Int32(type.rawValue | flags), 0)
    guard socket >= 0 else { throw trouble(server, errno) }
    do throws(Trouble) {
      try connect(socket, to: address, of: server, by: deadline)
      return socket
    } catch {
      close(socket)
      throw error
    }
  }

  private static func connect(
    _ socket: Int32, to address: SocketAddress, of server: ServerAddress, by deadline: Deadline
  ) throws(Trouble) {
    let begun = ContinuousClock.now
    let result = address.bytes.withUnsafeBytes {
      Glibc.connect(
        socket, $0.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t($0.count))
    }
    if result == 0 { return }
    guard errno == EINPROGRESS || errno == EINTR else { throw trouble(server, errno) }
    guard isReady(socket, for: POLLOUT, by: deadline) else {
      throw .silent("\(server) took no connection in \(begun.duration(to: .now).spoken)")
    }
    var code: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    getsockopt(socket, SOL_SOCKET, SO_ERROR, &code, &size)
    if code != 0 { throw trouble(server, code) }
  }

  /// Waits until the socket can be read or written, or the deadline has passed.
  static func isReady(_ socket: Int32, for events: Int32, by deadline: Deadline) -> Bool {
    var wanted = pollfd(fd: socket, events: Int16(events), revents: 0)
    while !deadline.hasPassed {
      switch poll(&wanted, 1, Int32(deadline.milliseconds)) {
      case 1...: return true
      case 0: continue
      default: if errno != EINTR { return true }
      }
    }
    return false
  }

  static func trouble(_ server: ServerAddress, _ code: Int32) -> Trouble {
    switch code {
    case ECONNREFUSED: .unreachable("nobody listens at \(server) (connection refused)")
    case ECONNRESET, EPIPE: .unreachable("\(server) broke the connection")
    default: .unreachable("\(server) cannot be reached: \(String(cString: strerror(code)))")
    }
  }
}

/// Asks one server, off Swift's own threads.
func ask(
  _ server: ServerAddress, _ question: Question, by deadline: Deadline
) async throws(Trouble) -> Answer {
  try await blocking { () throws(Trouble) in
    try Exchange(server: server, deadline: deadline).ask(question)
  }
}
