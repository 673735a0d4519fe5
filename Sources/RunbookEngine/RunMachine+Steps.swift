package import RunbookModel

// What the run tells its steps, and what it may ask of them.

extension RunMachine {
  func machine(_ place: Int) -> StepMachine {
    StepMachine(
      step: plan.steps[place], seed: opening?.seed ?? 0, bindsChange: plan.bindsChanges,
      waived: waivers[place], wasAskedBefore: askedAgain.contains(place))
  }

  /// The guard that a person has overridden for the step.
  package func waived(for step: StepID) -> Gate? { place(of: step).flatMap { waivers[$0] } }

  /// Undoing ends at a step that has no undo and at a point of no return.
  func mayUndo(_ place: Int) -> Bool {
    let step = plan.steps[place]
    if step.pointOfNoReturn { return false }
    return switch step.undo {
    case .none: false
    case .auto, .explicit: true
    }
  }
}
