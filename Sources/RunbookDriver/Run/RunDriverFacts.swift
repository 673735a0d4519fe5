package import RunbookEngine
package import RunbookModel

// What the loop must know about events and orders, and the machines need not.

extension SteeringOrder {
  /// What a person at this process said, as an order like any other.
  init(_ answer: PersonAnswer) {
    self.init(
      answer.decision == .approve ? .approve : .decline, step: answer.step,
      attempt: answer.attempt, by: answer.by, named: answer.named,
      reason: answer.reason)
  }

  init(_ decision: OperatorDecision) {
    var gate: String?
    if case .override(_, let waived) = decision.choice { gate = waived.name }
    let (verb, step): (SteeringVerb, StepID?) =
      switch decision.choice {
      case .pause: (.pause, nil)
      case .continue: (.continue, nil)
      case .retry(let step): (.retry, step)
      case .skip(let step): (.skip, step)
      case .markDone(let step): (.markDone, step)
      case .override(let step, _): (.override, step)
      case .unwind: (.undo, nil)
      case .abort: (.abort, nil)
      case .switchVariant: (.switchVariant, nil)
      }
    self.init(
      verb, step: step, by: decision.by, named: decision.named, reason: decision.reason, gate: gate)
  }
}

extension Event {
  /// What was learnt about an effect: losing it would put the step in doubt.
  package var isPrecious: Bool {
    switch self {
    case .stepApplied, .stepUndone, .personAnswered, .operatorDecided, .runOpened, .runResumed,
      .deadlineReached:
      true
    case .stepPlanned, .stepChecked, .stepVerified, .timerFired, .interrupted, .orderRefused,
      .observed, .soakEnded:
      false
    }
  }

  /// People and signals can come after the end; that is no fault of this program.
  var mayComeLate: Bool {
    switch self {
    case .personAnswered, .operatorDecided, .interrupted, .observed, .soakEnded: true
    case .runOpened, .runResumed, .stepPlanned, .stepChecked, .stepApplied, .stepVerified,
      .stepUndone, .timerFired, .deadlineReached, .orderRefused:
      false
    }
  }
}

extension StepState {
  var isUndoInDoubt: Bool {
    guard case .undoing(_, _, let before?) = self else { return false }
    return before.effect == .unknown
  }
}

extension RunDriver {
  /// How a call of `run` came to its end.
  package enum Ending: Sendable, Equatable {
    case closed(Outcome)
    /// A person must decide or answer, and nobody is there.
    case waiting
    /// A signal or a person stopped it; it can be resumed.
    case paused(because: String)
  }

  /// The journal could not be written: what was under way then is in doubt, and nothing was started after.
  package struct JournalLost: Error, Sendable {
    package var cause: any Error
    package var underWay: [StepID]
  }
}
