import Glibc
import RunbookAction
import RunbookModel

/// What came of one attempt to connect, over all addresses of the host.
enum ConnectOutcome: Sendable, Equatable {
  /// The address that accepted.
  case connected(String)
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

/// Tries all addresses at the same time, until `deadline` at most; the first that accepts decides.
func connect(to addresses: [SocketAddress], until deadline: Deadline) async -> ConnectOutcome {
  let loop = EventLoop.current
  return await withCheckedContinuation { answer in
    loop.perform {
      Attempts(addresses, on: loop) { answer.resume(returning: $0) }.begin(until: deadline)
    }
  }
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
    _ addresses: [SocketAddress], on loop: EventLoop,
    _ answer: @escaping @Sendable (ConnectOutcome) -> Void
  ) {
    self.loop = loop
    self.answer = answer
    attempts = addresses.map(Attempt.init)
  }

  deinit { for attempt in attempts where attempt.descriptor >= 0 { close(attempt.descriptor) } }

  func begin(until deadline: Deadline) {
    guard !isDecided else { return end() }
    for place in attempts.indices where attempts[place].end == nil {
      watches[place] = loop.watch(attempts[place].descriptor, for: .writing) { [self] in
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
    case .connected: return .connected(attempt.address)
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
  let address: String
  let descriptor: Int32
  var end: End?

  init(_ target: SocketAddress) {
    address = target.text
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    descriptor = socket(target.family, type, 0)
    guard descriptor >= 0 else {
      end = .failed(errno)
      return
    }
    let descriptor = descriptor
    let result = target.withPointer { Glibc.connect(descriptor, $0, $1) }
    if result == 0 {
      end = .connected
    } else if errno != EINPROGRESS {
      end = .failed(errno)
    } else {
      // From this very machine the answer is there at once.
      look()
    }
  }

  mutating func look() {
    var now = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    if poll(&now, 1, 0) == 1 { finish() }
  }

  mutating func finish() {
    var number: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &number, &length)
    end = number == 0 ? .connected : .failed(number)
  }
}
