public import RunbookModel

/// What is to be done next: the only output of the machines. Each one ends in exactly one event.
public enum Command: Sendable, Equatable {
  /// Evaluate `when` and the input, look at the world, say what would be done. Reads only.
  case plan(StepID, attempt: Int)
  /// Evaluate `when` and the input, and check. Reads only.
  case check(StepID, attempt: Int)
  /// Make the change. The record that holds this command is durable before it is performed.
  case apply(StepID, attempt: Int, change: Value)
  /// Look whether the change is in place, until it holds or `settle` has passed. Reads only.
  case verify(StepID, attempt: Int, change: Value)
  /// Take the change back. Durable before it is performed, as `apply`.
  case undo(StepID, attempt: Int, change: Value)
  case ask(StepID, attempt: Int, PersonRequest)
  case startTimer(StepID, attempt: Int, TimerPurpose, after: Duration)
  /// Says when the run has gone on for so long; time in which it is paused does not count.
  case startDeadline(after: Duration)
  /// Watch until the service has been good for so long, or that is not to be seen.
  case soak(for: Duration)
  /// The run has ended; nothing follows.
  case close(Outcome)

  /// Performing it may change something outside, so its record must be durable before.
  public var hasEffect: Bool {
    switch self {
    case .apply, .undo: true
    case .plan, .check, .verify, .ask, .startTimer, .startDeadline, .soak, .close: false
    }
  }

  public var step: StepID? {
    switch self {
    case .plan(let step, _), .check(let step, _), .apply(let step, _, _),
      .verify(let step, _, _), .undo(let step, _, _), .ask(let step, _, _),
      .startTimer(let step, _, _, _):
      step
    case .startDeadline, .soak, .close: nil
    }
  }
}

/// How a run ended.
public enum Outcome: String, Sendable, Codable, CaseIterable {
  /// Every step that had to succeed did.
  case succeeded
  /// Nothing was changed.
  case failedUnchanged = "failed_unchanged"
  /// What was changed was undone.
  case failedUndone = "failed_undone"
  /// Some of it was changed and still is, or it is not known.
  case failedPartly = "failed_partly"
}
