import RunbookModel

extension Event {
  /// The event in the words of an error message.
  package var phrase: String {
    switch self {
    case .runOpened: "opening the run"
    case .runResumed: "resuming"
    case .stepPlanned: "the result of a plan"
    case .stepChecked: "the result of a check"
    case .stepApplied: "the result of an apply"
    case .stepVerified: "the result of a verification"
    case .stepUndone: "the result of an undo"
    case .timerFired: "a timer"
    case .deadlineReached: "the run's deadline"
    case .personAnswered: "a person's answer"
    case .operatorDecided(let decision):
      switch decision.choice {
      case .pause: "pause"
      case .continue: "continue"
      case .retry: "retry"
      case .skip: "skip"
      case .markDone: "mark done"
      case .override: "override"
      case .unwind: "undo"
      case .abort: "abort"
      case .switchVariant: "switch variant"
      }
    case .interrupted: "an interruption"
    case .orderRefused: "a refused order"
    case .observed: "an observation"
    case .soakEnded: "the end of the soak"
    }
  }
}
