import Glibc
import RunbookAction
import RunbookModel

/// Speaks HAProxy's runtime API: one command line a connection, its answer up to the end of the
/// stream.
struct RuntimeClient: Sendable {
  let address: RuntimeAddress

  /// What one answer may hold: the state of some 50,000 servers.
  static let largestAnswer = 16 << 20
  /// How long one command may take; HAProxy answers in milliseconds.
  static let patience = Duration.seconds(5)

  /// The answer's text. Commands joined by `;` are done in order, and each gives its own answer.
  func send(_ line: String, by deadline: Deadline) async throws(RuntimeTrouble) -> String {
    let deadline = min(deadline, .after(Self.patience))
    return try await blocking { () throws(RuntimeTrouble) in
      try connect(by: deadline).exchange(line)
    }
  }

  /// A name can have several addresses: where nobody listens at one, the next is tried.
  private func connect(by deadline: Deadline) throws(RuntimeTrouble) -> Stream {
    var last = RuntimeTrouble.unreachable("\(address) has no address")
    for target in try address.resolved(by: deadline) {
      do throws(RuntimeTrouble) {
        return try Stream(to: target, of: address, by: deadline)
      } catch {
        guard case .unreachable = error else { throw error }
        last = error
      }
    }
    throw last
  }
}

/// Why a command got no answer that counts.
enum RuntimeTrouble: Error, Sendable {
  /// Nothing came in time.
  case silent(String)
  /// There is nobody, or the connection broke.
  case unreachable(String)
  /// An answer that does not make sense, or that refuses.
  case refused(String)

  var text: String {
    switch self {
    case .silent(let text), .unreachable(let text), .refused(let text): text
    }
  }

  var kind: FailureKind {
    switch self {
    case .silent: .timeout
    case .unreachable: .unreachable
    case .refused: .refused
    }
  }
}

private final class Stream {
  private let address: RuntimeAddress
  private let deadline: Deadline
  private let socket: Int32

  init(
    to target: SocketAddress, of address: RuntimeAddress, by deadline: Deadline
  ) throws(RuntimeTrouble) {
    self.address = address
    self.deadline = deadline
    let flags = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
    socket = Glibc.socket(target.family, Int32(flags), 0)
    let result = target.bytes.withUnsafeBytes {
      Glibc.connect(
        socket, $0.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t($0.count))
    }
    if result == 0 { return }
    // A unix socket whose queue is full says EAGAIN: its process accepts nothing at the moment.
    guard errno == EINPROGRESS || errno == EINTR else { throw Self.trouble(address, errno) }
    guard isReady(for: POLLOUT) else { throw .silent("\(address) took no connection in time") }
    var code: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    getsockopt(socket, SOL_SOCKET, SO_ERROR, &code, &size)
    if code != 0 { throw Self.trouble(address, code) }
  }

  deinit { close(socket) }

  func exchange(_ line: String) throws(RuntimeTrouble) -> String {
    try send(Array("\(line)\n".utf8))
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      guard isReady(for: POLLIN) else { throw .silent("\(address) did not answer in time") }
      let count = recv(socket, &buffer, buffer.count, Int32(MSG_DONTWAIT))
      if count < 0, errno == EAGAIN || errno == EINTR { continue }
      if count < 0 { throw Self.trouble(address, errno) }
      if count == 0 { break }
      bytes += buffer[..<count]
      if bytes.count > RuntimeClient.largestAnswer {
        throw .refused(
          "\(address) answered with more than \(RuntimeClient.largestAnswer >> 20) MiB")
      }
    }
    guard !bytes.isEmpty else {
      throw .unreachable("\(address) closed the connection without an answer")
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private func send(_ bytes: [UInt8]) throws(RuntimeTrouble) {
    var sent = 0
    while sent < bytes.count {
      guard isReady(for: POLLOUT) else { throw .silent("\(address) took no command in time") }
      let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
      let count = bytes[sent...].withUnsafeBytes {
        Glibc.send(socket, $0.baseAddress, $0.count, flags)
      }
      if count < 0, errno == EAGAIN || errno == EINTR { continue }
      if count < 0 { throw Self.trouble(address, errno) }
      sent += count
    }
  }

  private func isReady(for events: Int32) -> Bool {
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

  private static func trouble(_ address: RuntimeAddress, _ code: Int32) -> RuntimeTrouble {
    switch code {
    case ECONNREFUSED: .unreachable("nobody listens at \(address) (connection refused)")
    case ENOENT:
      .unreachable("there is no socket at \(address): HAProxy does not run, or elsewhere")
    case EACCES: .unreachable("this user may not open the socket \(address)")
    case EAGAIN: .silent("\(address) takes no connection at the moment")
    case ECONNRESET, EPIPE: .unreachable("\(address) broke the connection")
    default: .unreachable("\(address) cannot be reached: \(String(cString: strerror(code)))")
    }
  }
}
