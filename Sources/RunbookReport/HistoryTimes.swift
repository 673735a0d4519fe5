package import RunbookForecast
import RunbookEngine
import RunbookModel

/// The times that a run's records hold of its steps, for forecasts of later runs.
extension RunHistory {
  /// Nil when no record opened the run.
  package var times: RunTimes? {
    guard let opening else { return nil }
    return RunTimes(
      run: opening.run, service: opening.service, runbook: opening.runbook,
      environment: opening.environment,
      steps: plan.steps.indices.compactMap { steps[$0].startedAt == nil ? nil : times(of: $0) })
  }

  private func times(of index: Int) -> StepTimes {
    let step = plan.steps[index]
    let past = steps[index]
    var times = StepTimes(
      step: step.id, copyOf: step.copyOf.flatMap { plan.repeated?[$0].step },
      definition: StepDefinition.text(of: step), ending: ending(of: index), worked: nil,
      answered: nil, hasFailed: !past.failures.isEmpty)
    if times.ending == .skipped { times.worked = .zero }
    if let end = past.succeededAt, times.ending != .none, times.ending != .skipped {
      times.worked = work(of: past, to: end)
      times.answered = answer(of: past, to: end)
    }
    return times
  }

  private func ending(of index: Int) -> StepTimes.Ending {
    switch machine.steps[index] {
    case .succeeded(let success):
      switch success.way {
      case .changed, .unverified, .foundInPlace: .changed
      // Found so by the change itself, which took its time.
      case .alreadyInPlace where steps[index].acts.contains { $0.kind == .apply }: .changed
      case .alreadyInPlace: .alreadyInPlace
      case .checked: .checked
      case .approved: .answered
      case .markedDone: .none
      }
    case .skipped(.byCondition): .skipped
    // Only what was changed is taken back; that it was done well before is as true as ever.
    case .undoing, .undone: steps[index].succeededAt == nil ? .none : .changed
    case .pending, .planning, .gated, .applying, .verifying, .inDoubt, .backingOff, .confirming,
      .failed, .skipped(.byVariant), .skipped(.byPerson), .skipped(.byCanary):
      .none
    }
  }

  /// The commands of the attempts that led to that success, with the delays between them and the time to be confirmed.
  /// Nil where a process died on the way: then nobody measured it.
  private func work(of past: StepHistory, to end: Int) -> Duration? {
    let begin = past.failures.last { $0.record < end }?.record ?? 0
    let confirming = past.confirmation.flatMap { $0.record >= begin ? $0.record : nil } ?? end
    var sum = time.between(min(confirming, end), end)
    for act in past.acts where act.begun >= begin && act.begun < min(confirming, end) {
      guard act.kind != .ask, act.kind != .undo else { continue }
      guard act.ending != .interrupted, let ended = act.ended else { return nil }
      sum += time.between(act.begun, ended)
      for case .startTimer(plan.steps[past.index].id, _, .backoff, let after)
        in records[ended].commands
      { sum += after }
    }
    return sum
  }

  /// The last question about it that got its yes. Nobody reads and answers within a second: such an answer was given
  /// beforehand, and says nothing of how long people take.
  private func answer(of past: StepHistory, to end: Int) -> Duration? {
    let act = past.acts.last {
      $0.kind == .ask && $0.ending == .approved && $0.request?.kind != .confirmation
        && $0.begun < end
    }
    guard let act, let ended = act.ended else { return nil }
    let took = time.between(act.begun, ended)
    return took < .seconds(1) ? nil : took
  }
}
