import Synchronization

/// Calls back at an instant, unless it is called off before, as nearly always: deadlines that are kept.
///
/// One task sleeps for all of them. Setting and calling off costs a lock; a task and a timer of the system for each
/// deadline cost more than a short step itself.
final class Alarms: Sendable {
  static let shared = Alarms()

  /// Calls an alarm off; doing so late or twice does nothing.
  struct Token: Sendable { fileprivate var id: UInt64 }

  private struct Alarm: Sendable {
    var instant: ContinuousClock.Instant
    var ring: @Sendable () -> Void
  }

  /// The one task that sleeps now; an older one that wakes all the same finds that its number is not this one.
  private struct Sleeper: Sendable {
    var until: ContinuousClock.Instant
    var number: UInt64
    var task: Task<Void, Never>
  }

  private struct State: Sendable {
    var lastID: UInt64 = 0
    var alarms: [UInt64: Alarm] = [:]
    var sleeper: Sleeper?
    var sleepers: UInt64 = 0
  }
  private let state = Mutex(State())

  func set(at instant: ContinuousClock.Instant, _ ring: @escaping @Sendable () -> Void) -> Token {
    let (id, isFirst) = state.withLock { state in
      state.lastID += 1
      state.alarms[state.lastID] = Alarm(instant: instant, ring: ring)
      return (state.lastID, state.sleeper.map { instant < $0.until } ?? true)
    }
    if isFirst { sleep() }
    return Token(id: id)
  }

  func callOff(_ token: Token) {
    // The closure is let go of outside the lock: it may hold anything.
    withExtendedLifetime(state.withLock { $0.alarms.removeValue(forKey: token.id) }) {}
  }

  /// Starts a sleeper for the alarm that is next; none when there is none.
  private func sleep() {
    state.withLock { state in
      state.sleeper?.task.cancel()
      state.sleeper = nil
      guard let first = state.alarms.values.map(\.instant).min() else { return }
      state.sleepers += 1
      let number = state.sleepers
      let task = Task {
        try? await ContinuousClock().sleep(until: first)
        wake(number)
      }
      state.sleeper = Sleeper(until: first, number: number, task: task)
    }
  }

  private func wake(_ number: UInt64) {
    let due = state.withLock { state -> [Alarm]? in
      guard state.sleeper?.number == number else { return nil }
      let now = ContinuousClock.now
      let ids = state.alarms.filter { $0.value.instant <= now }.keys
      return ids.compactMap { state.alarms.removeValue(forKey: $0) }
    }
    guard let due else { return }
    sleep()
    for alarm in due { alarm.ring() }
  }
}
