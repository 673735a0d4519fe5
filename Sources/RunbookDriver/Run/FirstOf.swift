import RunbookAction
import Synchronization

/// The result of `work`, or `late()` when it has not come by the deadline and a little grace.
///
/// Work that does not heed its deadline is cancelled and left behind: nothing waits for it, and what it may still do is
/// unknown, which is what `late` must say.
func firstOf<Result: Sendable>(
  deadline: Deadline, grace: Duration, _ work: @escaping @Sendable () async -> Result,
  late: @escaping @Sendable () -> Result
) async -> Result {
  let winner = Winner<Result>()
  return await withCheckedContinuation { continuation in
    winner.expect(continuation)
    let worker = Task { winner.finish(await work()) }
    let alarm = EventLoop.shared.at(deadline.instant + grace) {
      worker.cancel()
      winner.finish(late())
    }
    winner.onFinish { alarm.callOff() }
  }
}

/// Lets the first of two finish and forgets the other.
private final class Winner<Result: Sendable>: Sendable {
  private struct Content: Sendable {
    var continuation: CheckedContinuation<Result, Never>?
    var isFinished = false
    var whenFinished: (@Sendable () -> Void)?
  }
  private let content = Mutex(Content())

  func expect(_ continuation: CheckedContinuation<Result, Never>) {
    content.withLock { $0.continuation = continuation }
  }

  func onFinish(_ action: @escaping @Sendable () -> Void) {
    let isLate = content.withLock { content in
      if !content.isFinished { content.whenFinished = action }
      return content.isFinished
    }
    if isLate { action() }
  }

  func finish(_ result: Result) {
    let (continuation, after) = content.withLock { content in
      defer {
        content.continuation = nil
        content.whenFinished = nil
        content.isFinished = true
      }
      return (content.continuation, content.whenFinished)
    }
    continuation?.resume(returning: result)
    after?()
  }
}
