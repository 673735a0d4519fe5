import RunbookAction
package import RunbookEngine
package import RunbookModel
import Synchronization

/// Takes the samples of all observers, each on a timer of its own, and hands out what there is to record.
///
/// Nothing that a step does can hold it up. A sample that is still being taken when the next is due is not joined by
/// another one: the times that were missed are counted.
package final class ObserverPool: Sendable {
  /// Looks once; must come back by itself soon after the observer's timeout.
  package typealias Sampler = @Sendable (Observer) async -> ObserverTrack.Sample

  private let observers: [Observer]
  private let clock: any DriverClock
  private let sampler: Sampler
  private let tracks: Mutex<[ObserverTrack]>
  private let tasks = Mutex<[Task<Void, Never>]>([])
  private let isDirty = Atomic(false)

  /// What has changed is recorded so soon, so that an onset is on disk while it is news.
  package static let soon = Duration.milliseconds(250)
  /// The counts of samples are recorded so often when nothing has changed.
  package static let often = Duration.seconds(5)

  package init(_ observers: [Observer], clock: any DriverClock, sampler: @escaping Sampler) {
    self.observers = observers
    self.clock = clock
    self.sampler = sampler
    tracks = Mutex(observers.map { ObserverTrack($0) })
  }

  deinit { stop() }

  /// Begins to look; `record` is called when there is something to record.
  package func start(_ record: @escaping @Sendable () -> Void) {
    let started = observers.indices.map { place in
      Task.detached(executorPreference: EventLoop.observing) {
        [weak self, clock, observer = observers[place]] in
        // Not all in the same instant: what they ask shall not be asked by all at once. Nor each in an instant of its
        // own: every time the thread wakes has its price.
        var due = clock.now().monotonic + observer.every * (place % 4) / 4
        while !Task.isCancelled {
          let wait = due - clock.now().monotonic
          if wait > .zero { await clock.sleep(for: wait) }
          guard !Task.isCancelled, let self else { return }
          let sample = await self.sampler(observer)
          guard !Task.isCancelled else { return }
          let late = clock.now().monotonic - due
          let missed = max(0, Int(late / observer.every))
          due += observer.every * (missed + 1)
          self.take(sample, at: place, missed: missed)
        }
      }
    }
    let recorder = Task.detached { [weak self, clock] in
      var quiet = Duration.zero
      while !Task.isCancelled {
        await clock.sleep(for: Self.soon)
        guard !Task.isCancelled, let self else { return }
        quiet += Self.soon
        let hasNews = self.isDirty.exchange(false, ordering: .acquiringAndReleasing)
        guard hasNews || quiet >= Self.often else { continue }
        quiet = .zero
        record()
      }
    }
    tasks.withLock { $0 = started + [recorder] }
  }

  package func stop() {
    let running = tasks.withLock { tasks in
      defer { tasks = [] }
      return tasks
    }
    for task in running { task.cancel() }
  }

  private func take(_ sample: ObserverTrack.Sample, at place: Int, missed: Int) {
    let hasChanged = tracks.withLock { tracks in
      let before = tracks[place].current
      tracks[place].take(sample, missed: missed)
      return tracks[place].current != before
    }
    if hasChanged { isDirty.store(true, ordering: .releasing) }
  }

  /// What was seen since the last time; nil where that is nothing.
  package func report() -> Observation? {
    let reports = tracks.withLock { tracks in
      tracks.indices.compactMap { tracks[$0].report() }
    }
    return reports.isEmpty ? nil : Observation(reports)
  }

  /// Where each observer stands.
  package var now: [ObserverTrack] { tracks.withLock { $0 } }

  // MARK: - Soak

  /// So much longer than the soak itself the service is waited for.
  package static func limit(of soak: Duration) -> Duration { soak * 3 + .seconds(60) }
  private static let pause = Duration.milliseconds(50)

  /// Returns when the service has been good for so long, or when that was not to be seen in `limit`.
  package func soak(for time: Duration) async -> SoakReport {
    let begun = clock.now().monotonic
    let limit = Self.limit(of: time)
    while true {
      let waited = clock.now().monotonic - begun
      let span = now.goodSpan
      // What was seen before the last step had ended counts as well: it is the customers' time.
      if let span, span.until.monotonic >= begun,
        span.until.monotonic - span.since.monotonic >= time
      {
        return SoakReport(.lasted, goodSince: span.since, waited: waited)
      }
      guard waited < limit, !Task.isCancelled else {
        return SoakReport(.notSeen, goodSince: span?.since, waited: waited)
      }
      await clock.sleep(for: Self.pause)
    }
  }
}
