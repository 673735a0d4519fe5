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

/// Tries all addresses at the same time; the first that accepts decides. Blocks its thread until `deadline` at most.
func connect(to addresses: [SocketAddress], until deadline: Deadline) -> ConnectOutcome {
  var attempts = addresses.map(Attempt.init)
  defer { for attempt in attempts where attempt.descriptor >= 0 { close(attempt.descriptor) } }
  while attempts.contains(where: { $0.end == nil }) {
    if deadline.hasPassed { break }
    var watched = attempts.map {
      pollfd(fd: $0.end == nil ? $0.descriptor : -1, events: Int16(POLLOUT), revents: 0)
    }
    guard poll(&watched, nfds_t(watched.count), Int32(deadline.milliseconds)) > 0 else { continue }
    for (index, entry) in watched.enumerated() where entry.revents != 0 {
      attempts[index].finish()
    }
    if attempts.contains(where: { $0.end == .connected }) { break }
  }
  return outcome(attempts)
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
    }
  }

  mutating func finish() {
    var number: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &number, &length)
    end = number == 0 ? .connected : .failed(number)
  }
}
