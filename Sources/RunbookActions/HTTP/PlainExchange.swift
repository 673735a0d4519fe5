import Glibc
import RunbookAction
import RunbookModel

/// One request, as its text, over a connection of its own, without TLS, on the event loop.
///
/// nil where somebody else must judge it: an address could not be tried from here, or the answer is none that the
/// parser takes.
@inline(__always)
nonisolated(nonsending) func exchangePlainly(
  _ text: [UInt8], of request: HTTPRequest, at addresses: [SocketAddress],
  until deadline: Deadline
) async -> Result<HTTPAnswer, HTTPTrouble>? {
  let loop = EventLoop.current
  let (isForHead, readsHeaders) = (request.method == "HEAD", request.readsHeaders)
  return await withCheckedContinuation { result in
    loop.perform {
      let began = ContinuousClock.now
      connect(to: addresses, until: deadline, on: loop) { outcome in
        switch outcome {
        case .connected(let connection):
          let reader = AnswerReader(toHead: isForHead, readsHeaders: readsHeaders)
          PlainExchange(text, reader, over: connection, from: began, until: deadline, on: loop) {
            result.resume(returning: $0)
          }.begin()
        case .unreachable(let failed): result.resume(returning: .failure(trouble(failed)))
        case .notTried:
          result.resume(returning: deadline.hasPassed ? .failure(.connectTimedOut) : nil)
        }
      }
    }
  }
}

/// Only where every address said that nobody listens, nobody does; silence may be ours.
private func trouble(_ failed: [ConnectOutcome.Failed]) -> HTTPTrouble {
  if failed.allSatisfy({ $0.why == .refused }) { return .refused }
  return failed.contains { $0.why == .timedOut } ? .connectTimedOut : .hostUnreachable
}

/// Used on the thread of its loop only.
private final class PlainExchange: @unchecked Sendable {
  private let loop: EventLoop
  private let connection: Connection
  private let reader: AnswerReader
  private let began: ContinuousClock.Instant
  private let deadline: Deadline
  private var unsent: [UInt8]
  private var wasReset = false
  private var watch: EventLoop.Watch?
  private var alarm: EventLoop.Alarm?
  /// nil when it was answered.
  private var answer: ((Result<HTTPAnswer, HTTPTrouble>?) -> Void)?

  init(
    _ text: [UInt8], _ reader: AnswerReader, over connection: Connection,
    from began: ContinuousClock.Instant, until deadline: Deadline, on loop: EventLoop,
    _ answer: @escaping (Result<HTTPAnswer, HTTPTrouble>?) -> Void
  ) {
    self.loop = loop
    self.connection = connection
    self.began = began
    self.deadline = deadline
    self.answer = answer
    self.reader = reader
    unsent = text
  }

  func begin() {
    alarm = loop.at(deadline.instant) { [self] in
      // What came while nobody looked, as on a machine that was suspended, is seen all the same.
      read()
      end(.failure(.answerTimedOut))
    }
    send()
  }

  private func send() {
    let count = unsent.withUnsafeBytes {
      Glibc.send(connection.descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
    }
    switch count < 0 ? errno : 0 {
    case 0 where count == unsent.count: unsent = []
    case 0: unsent.removeFirst(count)
    case EAGAIN, EINTR: break
    // It has closed already. It may have said why before: what it said is read.
    case EPIPE: unsent = []
    // The same, but it said so by a reset, which nobody is told of twice.
    case ECONNRESET: (unsent, wasReset) = ([], true)
    case let number: return end(.failure(.notTried(String(cString: strerror(number)))))
    }
    if unsent.isEmpty {
      wait(for: .reading) { [self] in read() }
    } else {
      wait(for: .writing) { [self] in send() }
    }
  }

  private func wait(for readiness: EventLoop.Readiness, then act: @escaping () -> Void) {
    watch?.end()
    watch = loop.watch(connection.descriptor, for: readiness, act)
    if watch == nil { end(.failure(.notTried(String(cString: strerror(errno))))) }
  }

  /// Once only, also where there is more: others on this thread wait as well.
  private func read() {
    let room = loop.room
    let count = recv(connection.descriptor, room.baseAddress, room.count, 0)
    switch count < 0 ? errno : 0 {
    case 0: break
    case EAGAIN, EINTR: return
    case ECONNRESET: return end(.failure(.broken("the connection was reset")))
    case EHOSTUNREACH, EHOSTDOWN: return end(.failure(.hostUnreachable))
    case ETIMEDOUT: return end(.failure(.answerTimedOut))
    case let number: return end(.failure(.notTried(String(cString: strerror(number)))))
    }
    if count == 0, wasReset { return end(.failure(.broken("the connection was reset"))) }
    let bytes = UnsafeRawBufferPointer(rebasing: room[..<count])
    switch count == 0 ? reader.end() : reader.take(bytes) {
    case .more: break
    case .whole:
      var answer = reader.answer
      answer.took = ContinuousClock.now - began
      answer.remoteIP = connection.address
      end(.success(answer))
    case .brokenOff: end(.failure(.broken("the other side closed the connection first")))
    case .tooLong:
      end(.failure(.broken("its headers are longer than \(HTTPLimits.headers) bytes")))
    case .refused: end(deadline.hasPassed ? .failure(.answerTimedOut) : nil)
    }
  }

  private func end(_ result: Result<HTTPAnswer, HTTPTrouble>?) {
    watch?.end(closing: true)
    watch = nil
    connection.close()
    alarm?.callOff()
    alarm = nil
    answer?(result)
    answer = nil
  }
}
