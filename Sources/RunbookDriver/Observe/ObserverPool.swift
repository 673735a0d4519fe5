import RunbookAction
package import RunbookEngine
package import RunbookModel
import Synchronization

/// Takes the samples of all observers, each on a timer of its own, and hands out what there is to record.
///
/// Nothing that a step does can hold it up. A sample that is still being taken when the next is due is not joined by
/// another one: the times that were missed are counted. A look that does not come back is left behind.
package final class ObserverPool: Sendable {
  /// Looks once; what does not come back soon after the observer's timeout is given up.
  package typealias Sampler =
    nonisolated(nonsending) @Sendable (Observer) async -> ObserverTrack.Sample

  private let observers: [Observer]
  private let clock: any DriverClock
  private let grace: Duration
  private let sampler: Sampler
  private let places: Mutex<[Place]>
  private let helpers = Mutex(Helpers())
  private let isDirty = Atomic(false)

  /// Where one observer stands.
  private struct Place {
    var track: ObserverTrack
    var task: Task<Void, Never>?
    /// Of the task: whoever comes back from an earlier one counts no more.
    var turn = 0
    var look: Look?
    /// By then it has come back from its look, or begun the next one.
    var lastChance: ContinuousClock.Instant

    /// A look that has not come back yet.
    struct Look {
      var due: Duration
      var begun: Moment
    }
  }

  private struct Helpers {
    var recorder: Task<Void, Never>?
    var watchdog: EventLoop.Alarm?
    var isStopped = false
  }

  /// What has changed is recorded so soon, so that an onset is on disk while it is news.
  package static let soon = Duration.milliseconds(250)
  /// The counts of samples are recorded so often when nothing has changed.
  package static let often = Duration.seconds(5)

  /// `grace`: how long a look that does not heed its deadline is waited for.
  package init(
    _ observers: [Observer], clock: any DriverClock, grace: Duration = Performer.grace,
    sampler: @escaping Sampler
  ) {
    self.observers = observers
    self.clock = clock
    self.grace = grace
    self.sampler = sampler
    places = Mutex(observers.map { Place(track: ObserverTrack($0), lastChance: .now) })
  }

  deinit { stop() }

  /// Begins to look; `record` is called when there is something to record.
  package func start(_ record: @escaping @Sendable () -> Void) {
    let now = clock.now().monotonic
    for place in observers.indices {
      places.withLock { $0[place].lastChance = .now + patience(place) + observers[place].every }
      // Not all in the same instant: what they ask shall not be asked by all at once. Nor each in an instant of its
      // own: every time the thread wakes has its price.
      observe(place, turn: 0, from: now + observers[place].every * (place % 4) / 4)
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
    helpers.withLock { $0.recorder = recorder }
    watchOver()
  }

  package func stop() {
    let helpers = helpers.withLock { helpers in
      defer { helpers = Helpers(isStopped: true) }
      return helpers
    }
    helpers.recorder?.cancel()
    helpers.watchdog?.callOff()
    for task in places.withLock({ $0.map(\.task) }) { task?.cancel() }
  }

  private func observe(_ place: Int, turn: Int, from first: Duration) {
    let task = Task.detached(executorPreference: EventLoop.observing) {
      [weak self, clock, observer = observers[place]] in
      var due = first
      while !Task.isCancelled {
        let wait = due - clock.now().monotonic
        if wait > .zero { await clock.sleep(for: wait) }
        guard !Task.isCancelled, let self else { return }
        guard self.begin(place, turn: turn, due: due) else { return }
        let sample = await self.sampler(observer)
        guard !Task.isCancelled, let next = self.take(sample, at: place, turn: turn) else { return }
        due = next
      }
    }
    places.withLock { $0[place].task = task }
    if helpers.withLock({ $0.isStopped }) { task.cancel() }
  }

  /// How long a look may take.
  private func patience(_ place: Int) -> Duration { observers[place].timeout + grace }

  /// False where somebody else goes on.
  private func begin(_ place: Int, turn: Int, due: Duration) -> Bool {
    places.withLock { places in
      guard places[place].turn == turn else { return false }
      places[place].look = Place.Look(due: due, begun: clock.now())
      places[place].lastChance = .now + patience(place)
      return true
    }
  }

  /// When the next is due; nil where somebody else goes on.
  private func take(_ sample: ObserverTrack.Sample, at place: Int, turn: Int) -> Duration? {
    places.withLock { places in
      guard places[place].turn == turn, let look = places[place].look else { return nil }
      return end(look, with: sample, at: place, &places[place])
    }
  }

  /// When the next is due.
  private func end(
    _ look: Place.Look, with sample: ObserverTrack.Sample, at index: Int, _ place: inout Place
  ) -> Duration {
    let every = observers[index].every
    place.look = nil
    place.lastChance = .now + every + patience(index)
    let late = clock.now().monotonic - look.due
    let missed = late < every ? 0 : Int(late / every)
    if place.track.take(sample, missed: missed) { isDirty.store(true, ordering: .releasing) }
    return look.due + every * (missed + 1)
  }

  // MARK: - Looks that do not come back

  /// Looks now and then for what has not come back. On a loop that takes no samples itself.
  private func watchOver() {
    let alarm = EventLoop.shared.at(.now + .seconds(1)) { [weak self] in
      self?.giveUpOverdue()
      self?.watchOver()
    }
    let isStopped = helpers.withLock { helpers in
      helpers.watchdog = alarm
      return helpers.isStopped
    }
    if isStopped { alarm.callOff() }
  }

  private func giveUpOverdue() {
    let now = ContinuousClock.now
    var next: [(place: Int, turn: Int, due: Duration)] = []
    places.withLock { places in
      for place in places.indices where places[place].lastChance < now {
        let observer = observers[place]
        func unknown(_ begun: Moment, _ saw: String) -> ObserverTrack.Sample {
          .init(.unknown, at: begun, took: clock.now().monotonic - begun.monotonic, saw: saw)
        }
        if let look = places[place].look {
          let sample = unknown(look.begun, "no answer in \(observer.timeout.spoken)")
          let due = end(look, with: sample, at: place, &places[place])
          places[place].turn += 1
          places[place].task?.cancel()
          next.append((place, places[place].turn, due))
        } else {
          let sample = unknown(clock.now(), "nobody looked: this program was held up")
          if places[place].track.take(sample, missed: 0) {
            isDirty.store(true, ordering: .releasing)
          }
          places[place].lastChance = now + observer.every + patience(place)
        }
      }
    }
    for (place, turn, due) in next { observe(place, turn: turn, from: due) }
  }

  /// What was seen since the last time; nil where that is nothing.
  package func report() -> Observation? {
    let reports = places.withLock { places in
      places.indices.compactMap { places[$0].track.report() }
    }
    return reports.isEmpty ? nil : Observation(reports)
  }

  /// Where each observer stands.
  package var now: [ObserverTrack] { places.withLock { $0.map(\.track) } }

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
