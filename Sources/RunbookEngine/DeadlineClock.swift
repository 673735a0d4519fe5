package import RunbookModel

/// How much of a run's deadline is used up, read from its records.
///
/// What counts is the time in which the run goes on: with something under way, waiting for people, holding for a
/// decision, or left by a process that died. What does not count is the time in which it is paused, by a person, by a
/// signal, or by the deadline itself.
package struct DeadlineClock: Sendable, Equatable {
  /// Since the run began, or a person last said that it may go on.
  package private(set) var used = Duration.zero
  /// In all.
  package private(set) var ran = Duration.zero
  package private(set) var paused = Duration.zero
  package private(set) var timesReached = 0

  private var last: Moment?
  private var isPaused = false

  package init() {}

  /// Takes the next record, with the state that it has led to.
  package mutating func take(
    _ event: Event, _ commands: [Command], at moment: Moment, _ state: RunState
  ) {
    pass(until: moment, isTakenOver: event.isTakeOver)
    if case .deadlineReached = event { timesReached += 1 }
    // When a run is taken over its deadline goes on; else it begins anew.
    if !event.isTakeOver,
      commands.contains(where: { if case .startDeadline = $0 { true } else { false } })
    {
      used = .zero
    }
    isPaused = if case .paused = state { true } else { false }
  }

  /// How much of the deadline is left if the run goes on until `now`.
  package func left(of deadline: Duration, at now: Moment) -> Duration {
    var then = self
    then.pass(until: now, isTakenOver: false)
    return deadline - then.used
  }

  package func report(at now: Moment) -> DeadlineReport {
    var then = self
    then.pass(until: now, isTakenOver: false)
    return DeadlineReport(ran: then.used, paused: then.paused)
  }

  private mutating func pass(until moment: Moment, isTakenOver: Bool) {
    defer { last = moment }
    guard let last else { return }
    // Between two processes only the wall clock tells the time.
    let elapsed = max(
      .zero, isTakenOver ? moment.wall - last.wall : moment.monotonic - last.monotonic)
    if isPaused {
      paused += elapsed
    } else {
      used += elapsed
      ran += elapsed
    }
  }
}

extension Event {
  fileprivate var isTakeOver: Bool { if case .runResumed = self { true } else { false } }
}
