import Glibc
import RunbookDriver
import RunbookEngine
import RunbookModel
import Synchronization
import Testing

// One after another: one of them holds up the thread that all of them look on.
@Suite(.serialized) struct ObserverPoolTests {
  /// Time that passes a hundred times as fast.
  private final class QuickClock: DriverClock {
    private let begin = ContinuousClock.now

    func now() -> Moment {
      let passed = (ContinuousClock.now - begin) * 100 + .seconds(1)
      return Moment(
        wall: Timestamp(nanoseconds: passed.nanosecondsClamped), monotonic: passed)
    }

    func sleep(for duration: Duration) async { try? await Task.sleep(for: duration / 100) }
  }

  private func observer(
    _ name: String, every: Duration = .milliseconds(50), timeout: Duration = .seconds(1),
    decides: Observer.Decision? = .service
  ) -> Observer {
    Observer(
      name: name, check: CheckCall(uses: "test.check", with: .map([], nil)), every: every,
      timeout: timeout, decides: decides)
  }

  private func sample(_ state: ObservedState, _ clock: any DriverClock) -> ObserverTrack.Sample {
    ObserverTrack.Sample(state, at: clock.now(), took: .milliseconds(1), saw: state.rawValue)
  }

  private func eventually(_ condition: () -> Bool) async -> Bool {
    let end = ContinuousClock.now + .seconds(20)
    while ContinuousClock.now < end {
      if condition() { return true }
      try? await Task.sleep(for: .milliseconds(10))
    }
    return condition()
  }

  @Test func `a sample that never comes back holds up no other observer`() async throws {
    let clock = SystemClock()
    let pool = ObserverPool(
      [observer("stuck", timeout: .seconds(600)), observer("quick")], clock: clock
    ) { observer in
      if observer.name == "stuck" { try? await Task.sleep(for: .seconds(600)) }
      return self.sample(.good, clock)
    }
    pool.start {}
    defer { pool.stop() }
    let began = clock.now().monotonic
    #expect(
      await eventually { (pool.now[1].last?.monotonic ?? .zero) > began + .milliseconds(300) })
    #expect(pool.now[0].last == nil && pool.now.state(of: .service) == .unknown)
  }

  @Test
  func `a look that does not come back is given up, counts as unknown, and the next one is taken`()
    async throws
  {
    let clock = SystemClock()
    let looks = Atomic(0)
    let stuck = Mutex<CheckedContinuation<Void, Never>?>(nil)
    let pool = ObserverPool(
      [observer("shop", timeout: .milliseconds(10))], clock: clock, grace: .zero
    ) { _ in
      // The second one comes back late, when nobody waits for it any more.
      let number = looks.add(1, ordering: .relaxed).newValue
      if number == 2 {
        await withCheckedContinuation { continuation in
          stuck.withLock { $0 = continuation }
        }
      } else if number == 5 {
        stuck.withLock { $0.take() }?.resume()
      }
      return self.sample(number == 2 ? .bad : .good, clock)
    }
    pool.start {}
    defer { pool.stop() }
    #expect(await eventually { looks.load(ordering: .relaxed) >= 8 })
    let report = try #require(pool.report()?.observers.first)
    #expect(report.changes.map(\.to) == [.good, .unknown, .good])
    #expect(report.changes.map(\.saw) == ["good", "no answer in 10 ms", "good"])
    #expect(report.samples.missed > 0, "the times that came and went while it was waited for")
  }

  @Test func `an observer that is kept from looking is unknown, and good again when it can look`()
    async throws
  {
    let clock = SystemClock()
    let isHeldUp = Atomic(false)
    let pool = ObserverPool(
      [observer("rude", timeout: .milliseconds(10)), observer("shop", timeout: .milliseconds(10))],
      clock: clock, grace: .zero
    ) { observer in
      // It blocks the thread of all observers, which no check may do.
      while observer.name == "rude", isHeldUp.load(ordering: .relaxed) { usleep(1000) }
      return self.sample(.good, clock)
    }
    pool.start {}
    defer {
      isHeldUp.store(false, ordering: .relaxed)
      pool.stop()
    }
    #expect(await eventually { pool.now.state(of: .service) == .good })
    isHeldUp.store(true, ordering: .relaxed)
    #expect(await eventually { pool.now[1].current?.to == .unknown })
    #expect(pool.now[1].current?.saw.contains("nobody looked") == true)
    isHeldUp.store(false, ordering: .relaxed)
    #expect(await eventually { pool.now.state(of: .service) == .good })
  }

  @Test func `what has changed is told soon, and given out once`() async throws {
    let clock = SystemClock()
    let isDown = Atomic(false)
    let pool = ObserverPool([observer("shop")], clock: clock) { _ in
      self.sample(isDown.load(ordering: .relaxed) ? .bad : .good, clock)
    }
    let told = Atomic(0)
    pool.start { told.add(1, ordering: .relaxed) }
    defer { pool.stop() }
    #expect(await eventually { told.load(ordering: .relaxed) == 1 })
    #expect(pool.report()?.observers.first?.changes.map(\.to) == [.good])
    isDown.store(true, ordering: .relaxed)
    #expect(await eventually { told.load(ordering: .relaxed) == 2 })
    #expect(pool.report()?.observers.first?.changes.map(\.to) == [.bad])
  }

  @Test func `samples that took longer than their interval are counted as missed`() async throws {
    let clock = QuickClock()
    let pool = ObserverPool([observer("slow", every: .seconds(1))], clock: clock) { _ in
      await clock.sleep(for: .milliseconds(3500))
      return self.sample(.good, clock)
    }
    pool.start {}
    #expect(await eventually { (pool.now[0].last?.monotonic ?? .zero) > .seconds(60) })
    pool.stop()
    let samples = try #require(pool.report()?.observers.first?.samples)
    #expect(samples.missed >= 2 * samples.taken, "\(samples)")
  }

  @Test func `a service that stays good for the soak has lasted`() async {
    let clock = QuickClock()
    let pool = ObserverPool([observer("shop")], clock: clock) { _ in self.sample(.good, clock) }
    pool.start {}
    defer { pool.stop() }
    let report = await pool.soak(for: .seconds(10))
    #expect(report.result == .lasted && report.goodSince != nil)
  }

  @Test func `a service that is never good for long enough is given up, and that is said`() async {
    let clock = QuickClock()
    let number = Atomic(0)
    let pool = ObserverPool([observer("shop", every: .seconds(1))], clock: clock) { _ in
      let isGood = number.add(1, ordering: .relaxed).oldValue % 10 != 0
      return self.sample(isGood ? .good : .bad, clock)
    }
    pool.start {}
    defer { pool.stop() }
    let report = await pool.soak(for: .seconds(60))
    #expect(report.result == .notSeen)
    #expect(report.waited >= ObserverPool.limit(of: .seconds(60)))
  }

  @Test func `good samples from before the watch began do not end it`() async {
    let clock = QuickClock()
    let pool = ObserverPool([observer("shop")], clock: clock) { _ in
      // One answer, and then none ever again.
      if clock.now().monotonic > .seconds(2) { try? await Task.sleep(for: .seconds(600)) }
      return self.sample(.good, clock)
    }
    pool.start {}
    defer { pool.stop() }
    #expect(await eventually { pool.now[0].last != nil })
    await clock.sleep(for: .seconds(5))
    #expect(await pool.soak(for: .zero).result == .notSeen)
  }
}
