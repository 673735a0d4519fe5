import RunbookAction
import Synchronization

/// Starts children in the order in which they came, two at a time: more only get in each other's way in the kernel.
///
/// A program on a dead network file system holds its thread for ever. One that takes long is no longer counted, so the
/// next gets a thread of its own, up to 64.
final class Spawner: Sendable {
  static let shared = Spawner()
  private static let together = 2
  private static let limit = 64
  private static let long = Duration.milliseconds(250)

  private struct State {
    var queue: [Child] = []
    var lastWorker = 0
    /// The workers, each with the moment at which it began the start that it is in.
    var workers: [Int: ContinuousClock.Instant?] = [:]

    func free(at now: ContinuousClock.Instant) -> Int {
      workers.values.count { began in began.map { now - $0 < Spawner.long } ?? true }
    }
  }

  private let state = Mutex(State())

  func add(_ child: Child) {
    state.withLock { $0.queue.append(child) }
    relieve()
  }

  /// Nobody waits to be started.
  var isIdle: Bool { state.withLock { $0.queue.isEmpty } }

  /// Adds a thread where some wait and those at work hang; called now and then while there are children.
  func relieve() {
    let worker = state.withLock { state -> Int? in
      guard !state.queue.isEmpty, state.workers.count < Self.limit,
        state.free(at: .now) < Self.together
      else { return nil }
      state.lastWorker += 1
      state.workers.updateValue(nil, forKey: state.lastWorker)
      return state.lastWorker
    }
    if let worker { onOwnThread { self.work(worker) } }
  }

  private func work(_ worker: Int) {
    while let child = next(worker) {
      let spawned = start(child)
      state.withLock { _ = $0.workers.updateValue(nil, forKey: worker) }
      if let spawned { follow(child, spawned) }
    }
  }

  private func next(_ worker: Int) -> Child? {
    state.withLock { state in
      let now = ContinuousClock.now
      guard !state.queue.isEmpty, state.free(at: now) <= Self.together else {
        state.workers[worker] = nil
        return nil
      }
      state.workers.updateValue(now, forKey: worker)
      return state.queue.removeFirst()
    }
  }
}
