import RunbookModel

extension RunMachine {
  /// What a run that ends now has come to.
  var outcome: Outcome {
    var everUndone = false
    var allGood = true
    for (place, state) in steps.enumerated() {
      switch state {
      case .succeeded, .skipped: break
      case .failed:
        if state.isTakenBack { everUndone = true }
        if plan.steps[place].isCritical { allGood = false }
      case .undone:
        everUndone = true
        allGood = false
      case .pending, .planning, .gated, .applying, .verifying, .inDoubt, .backingOff, .confirming,
        .undoing:
        allGood = false
      }
    }
    if allGood { return .succeeded }
    if !changes.isEmpty { return .failedPartly }
    return everUndone ? .failedUndone : .failedUnchanged
  }
}
