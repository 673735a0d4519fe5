import Glibc
import RunbookAction
import RunbookModel

/// What came of one attempt to connect, over all addresses of the host.
enum ConnectOutcome: Sendable {
  case connected(Connection)
  /// Nobody accepted, and every address said or showed so.
  case unreachable([Failed])
  /// It could not be tried: the trouble is on this side.
  case notTried(String)

  struct Failed: Sendable, Equatable {
    var address: String
    var why: Why
  }

  enum Why: String, Sendable {
    case refused = "connection refused"
    case timedOut = "timed out"
    case hostUnreachable = "host unreachable"
  }
}

/// A socket that does not block; used on the thread of its loop only. Closed at the latest when nobody has it any more.
final class Connection: @unchecked Sendable {
  /// Whom it leads to.
  let address: String
  private(set) var descriptor: Int32

  fileprivate init(_ address: String, _ descriptor: Int32) {
    self.address = address
    self.descriptor = descriptor
  }

  deinit { close() }

  func close() {
    if descriptor >= 0 { Glibc.close(descriptor) }
    descriptor = -1
  }
}

/// Tries all addresses at the same time, until `deadline` at most; the first that accepts decides.
///
/// To be called on the loop's thread, where it answers.
func connect(
  to addresses: [SocketAddress], until deadline: Deadline, on loop: EventLoop,
  _ answer: @escaping (ConnectOutcome) -> Void
) {
  let attempts = addresses.map(Attempt.init)
  // From this very machine the answer is there at once.
  if let first = attempts.first(where: { $0.end == .connected }) {
    return answer(.connected(first.connection))
  }
  Attempts(attempts, on: loop, answer).begin(until: deadline)
}

/// Used on the thread of its loop only.
private final class Attempts: @unchecked Sendable {
  private let loop: EventLoop
  private var attempts: [Attempt]
  /// By the place of their attempt, until it has ended.
  private var watches: [Int: EventLoop.Watch] = [:]
  private var alarm: EventLoop.Alarm?
  /// nil when it was answered.
  private var answer: ((ConnectOutcome) -> Void)?

  init(
    _ attempts: [Attempt], on loop: EventLoop, _ answer: @escaping (ConnectOutcome) -> Void
  ) {
    self.loop = loop
    self.answer = answer
    self.attempts = attempts
  }

  func begin(until deadline: Deadline) {
    guard !isDecided else { return end() }
    for place in attempts.indices where attempts[place].end == nil {
      watches[place] = loop.watch(attempts[place].connection.descriptor, for: .writing) { [self] in
        watches.removeValue(forKey: place)?.end()
        attempts[place].finish()
        if isDecided { end() }
      }
      if watches[place] == nil { attempts[place].end = .failed(errno) }
    }
    guard !isDecided else { return end() }
    alarm = loop.at(deadline.instant) { [self] in
      // What came while nobody looked, as on a machine that was suspended, is seen all the same.
      for place in attempts.indices where attempts[place].end == nil { attempts[place].look() }
      end()
    }
  }

  private var isDecided: Bool {
    attempts.contains { $0.end == .connected } || !attempts.contains { $0.end == nil }
  }

  private func end() {
    for watch in watches.values { watch.end() }
    watches = [:]
    alarm?.callOff()
    alarm = nil
    answer?(outcome(attempts))
    answer = nil
  }
}

private func outcome(_ attempts: [Attempt]) -> ConnectOutcome {
  var failed: [ConnectOutcome.Failed] = []
  for attempt in attempts {
    switch attempt.end {
    case .connected: return .connected(attempt.connection)
    case .failed(let number):
      switch number {
      case ECONNREFUSED, ECONNRESET: failed.append(.init(address: attempt.address, why: .refused))
      case ETIMEDOUT: failed.append(.init(address: attempt.address, why: .timedOut))
      case EHOSTUNREACH, EHOSTDOWN:
        failed.append(.init(address: attempt.address, why: .hostUnreachable))
      default: break
      }
    case nil: failed.append(.init(address: attempt.address, why: .timedOut))
    }
  }
  // An address that this host could not even try says nothing about the other side.
  for attempt in attempts {
    if case .failed(let number) = attempt.end,
      !failed.contains(where: { $0.address == attempt.address })
    {
      return .notTried("\(attempt.address): \(String(cString: strerror(number)))")
    }
  }
  return failed.isEmpty ? .notTried("the host has no address") : .unreachable(failed)
}

private struct Attempt {
  enum End: Equatable {
    case connected
    case failed(Int32)
  }
  let connection: Connection
  var end: End?

  var address: String { connection.address }

  init(_ target: SocketAddress) {
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    let descriptor = socket(target.family, type, 0)
    connection = Connection(target.text, descriptor)
    guard descriptor >= 0 else {
      end = .failed(errno)
      return
    }
    let result = target.withPointer { Glibc.connect(descriptor, $0, $1) }
    if result == 0 {
      end = .connected
    } else if errno != EINPROGRESS {
      end = .failed(errno)
    } else {
      look()
    }
  }

  mutating func look() {
    var now = pollfd(fd: connection.descriptor, events: Int16(POLLOUT), revents: 0)
    guard poll(&now, 1, 0) == 1 else { return }
    if now.revents == Int16(POLLOUT) { end = .connected } else { finish() }
  }

  mutating func finish() {
    var number: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    getsockopt(connection.descriptor, SOL_SOCKET, SO_ERROR, &number, &length)
    end = number == 0 ? .connected : .failed(number)
  }
}
