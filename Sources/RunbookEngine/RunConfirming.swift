package import RunbookModel

/// What a change that waits to be confirmed means for the run: it does not end before that is decided.
extension RunMachine {
  /// Some change is taken back by itself unless somebody confirms it; whoever drives the run must not let go of it.
  package var waitsForConfirmation: Bool { steps.contains(where: \.waitsToBeConfirmed) }

  /// Changes that wait to be confirmed, in the order of the plan.
  package var toConfirm: [(step: PlannedStep, success: StepSuccess)] {
    zip(plan.steps, steps).compactMap { step, state in
      if case .confirming(let success, isLooking: false) = state { (step, success) } else { nil }
    }
  }

  /// True while some change waits to be confirmed, or when one of them is taken back now because its time is over.
  ///
  /// Asked when the run has nothing else to do: it may be ending, or taking back everything that may be taken back. What
  /// is out of that reach is still not to stay unless it is confirmed.
  mutating func endWaitsForConfirmation(_ commands: inout [Command]) -> Bool {
    let overdue = changes.last { timeIsOut.contains($0) && steps[$0].waitsToBeConfirmed }
    if let overdue,
      let transition = machine(overdue).transition(
        from: steps[overdue], on: .timerFired(.confirm, runIsOpen: false))
    {
      timeIsOut.remove(overdue)
      enter(overdue, transition, &commands)
      return true
    }
    return waitsForConfirmation
  }
}

extension RunResumption {
  /// How much of their time is left to the changes that wait to be confirmed, from when each began to wait.
  package static func timeLeft(
    _ machine: RunMachine, now: Timestamp, began: (StepID) -> (at: Timestamp, after: Duration)?
  ) -> [TimeLeft] {
    machine.toConfirm.map { step, _ in
      // Without a record of when it began nothing vouches for any time that is left.
      let left = began(step.id).map { $0.after - (now - $0.at) } ?? .zero
      // A clock that was set back must not make it longer than it ever was, and a record holds no time below zero.
      return TimeLeft(step: step.id, left: max(.zero, min(left, step.commitWithin ?? .zero)))
    }
  }
}
