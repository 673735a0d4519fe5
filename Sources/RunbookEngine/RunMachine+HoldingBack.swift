import RunbookModel

// What a step must not do while the run is paused, takes back, or ends.

extension RunMachine {
  /// From looking to a change, or to the question about it.
  func wouldChange(_ place: Int, _ transition: StepMachine.Transition) -> Bool {
    switch (steps[place], transition.next) {
    case (.planning, .applying), (.planning, .gated), (.inDoubt, .applying): true
    case (.pending, _), (.planning, _), (.gated, _), (.applying, _), (.verifying, _),
      (.inDoubt, _), (.backingOff, _), (.confirming, _), (.succeeded, _), (.failed, _),
      (.skipped, _), (.undoing, _), (.undone, _):
      false
    }
  }

  /// While changes are taken back, or the run is ending, no step goes forward: what was only looked at stays as it is,
  /// and a change in doubt that is not in place is not made again.
  func holdBack(
    _ place: Int, _ transition: inout StepMachine.Transition, _ event: Event
  ) throws(EngineError) {
    switch (steps[place], transition.next) {
    case (.gated, .planning): throw .wrongRunState(order: event.phrase, state: state.name)
    case (.planning, .applying), (.planning, .gated): transition = (.pending, [])
    case (.confirming, .undoing) where isTakingBack:
      // Everything is taken back in its order, this too.
      if case .personAnswered = event {
        throw .wrongRunState(order: event.phrase, state: state.name)
      }
    case (.inDoubt(let attempt, let change, let why, _), .applying),
      (.inDoubt(let attempt, let change, let why, _), .planning):
      let failure = ActionFailure.refused(
        .failed, "\(why); it does not hold, and the run goes no further forward")
      let mayBeSo = !plan.steps[place].verify.isEmpty
      transition = (
        .failed(
          StepFailure(
            failure: failure, effect: mayBeSo ? .unknown : .unchanged,
            change: mayBeSo ? change : nil, attempt: attempt, needsPerson: false)), []
      )
    case (.pending, _), (.planning, _), (.gated, _), (.applying, _), (.verifying, _),
      (.inDoubt, _), (.backingOff, _), (.confirming, _), (.succeeded, _), (.failed, _),
      (.skipped, _), (.undoing, _), (.undone, _):
      break
    }
  }
}

extension StepState {
  /// After a look that said no: a new attempt, or the end of it.
  var isAnotherTry: Bool {
    switch self {
    case .pending, .applying, .planning, .failed: true
    case .gated, .verifying, .inDoubt, .backingOff, .confirming, .succeeded, .skipped, .undoing,
      .undone:
      false
    }
  }
}
