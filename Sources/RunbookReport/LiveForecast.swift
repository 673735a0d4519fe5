package import RunbookForecast
package import RunbookEngine
package import RunbookModel

/// What is left of a run that goes on, foretold from where its records say that it stands.
package struct LiveForecast: Sendable {
  private let plan: Plan
  private let forecaster: Forecaster
  private let estimates: [StepEstimate]

  /// Nil where the forecast is of another plan. Fewer simulated runs than before a run: it is made again and again.
  package init?(_ kept: KeptForecast, of plan: Plan, atMost most: Int = 400) {
    guard kept.estimates.count == plan.steps.count else { return nil }
    self.plan = plan
    estimates = kept.estimates
    forecaster = Forecaster(
      plan, kept.estimates, seed: kept.forecast.seed,
      runs: min(max(100_000 / max(kept.estimates.count, 1), 50), most), figures: kept.forecast.steps
    )
  }

  /// At a moment so long after the run's start. Nil when nothing lies ahead that a forecast could be about: every critical
  /// step has ended, the run is being taken back, or its records cannot be followed.
  package func forecast(
    _ history: RunHistory, _ clock: ClockBeginning, at offset: Duration
  ) -> TimeForecast? {
    stand(history, clock, at: offset).flatMap { forecast($0.progress, passed: $0.passed) }
  }

  /// From where the steps stand, by whoever follows the run in another way than by its records.
  package func forecast(
    _ progress: [StepProgress], passed: TimeForecast.Passed
  ) -> TimeForecast? {
    ahead(progress)?.forecast(passed: passed)
  }

  /// What `forecast` says of the objective, for less.
  package func ending(
    _ history: RunHistory, _ clock: ClockBeginning, at offset: Duration
  ) -> TimeForecast.Ending? {
    guard let stand = stand(history, clock, at: offset) else { return nil }
    return ahead(stand.progress)?.ending(passed: stand.passed)
  }

  /// Whether the objective would be met in every simulated run, or there is none, seen without simulating any: even if
  /// one step went after another and each took the longest that it is ever drawn.
  package func cannotMiss(
    _ history: RunHistory, _ clock: ClockBeginning, at offset: Duration
  ) -> Bool {
    guard let rto = plan.objectives.rto else { return true }
    guard let stand = stand(history, clock, at: offset), stand.progress.count == estimates.count
    else { return false }
    let most = zip(stand.progress, estimates).reduce(0) { sum, step in
      switch step.0 {
      case .settled: sum
      case .waiting: sum + step.1.longest
      // Up to as long again where it took longer than anything expected.
      case .working(let passed): sum + max(step.1.work.longest, passed.inSeconds)
      case .asking(let passed):
        sum + step.1.work.longest + max(step.1.answer?.longest ?? 0, passed.inSeconds)
      }
    }
    return most <= (rto - stand.passed.time).inSeconds
  }

  private func stand(
    _ history: RunHistory, _ clock: ClockBeginning, at offset: Duration
  ) -> (progress: [StepProgress], passed: TimeForecast.Passed)? {
    guard history.disagreement == nil, let started = history.start,
      let progress = history.progress(at: offset)
    else { return nil }
    return (progress, clock.reading(started: started, at: offset))
  }

  private func ahead(_ progress: [StepProgress]) -> Forecaster? {
    guard progress.count == plan.steps.count,
      plan.steps.indices.contains(where: { plan.steps[$0].isCritical && progress[$0] != .settled })
    else { return nil }
    var ahead = forecaster
    ahead.progress = progress
    return ahead
  }
}

extension RunHistory {
  /// The time from the run's start to `now`, or to its end.
  package func offset(now: Moment?) -> Duration { Elapsed(self, now: now).sinceStart }

  /// Where each step stands at a moment after the run's start, which lies not before the last record. Nil in a run that
  /// does not go forward any more.
  package func progress(at offset: Duration) -> [StepProgress]? {
    guard opening != nil, !machine.isTakingBack else { return nil }
    switch machine.state {
    // What a pause or a hold will last nobody knows: it is foretold as if it ended now.
    case .open, .holding, .paused: break
    case .unwinding, .stopping, .closed: return nil
    }
    return plan.steps.indices.map { progress(of: $0, at: offset) }
  }

  private func progress(of index: Int, at offset: Duration) -> StepProgress {
    switch machine.steps[index] {
    case .pending: return plan.steps[index].isExcluded ? .settled : .waiting
    case .succeeded, .skipped: return .settled
    // It is tried again from its beginning, or left out.
    case .failed(let failure): return failure.isPassed ? .settled : .waiting
    case .undone: return .waiting
    case .gated:
      let asked = steps[index].openQuestion.map { time.offsets[$0.begun] }
      return .asking(offset - (asked ?? offset))
    case .planning, .applying, .verifying, .inDoubt, .backingOff, .confirming, .undoing:
      return .working(worked(steps[index], at: offset))
    }
  }

  /// How long it has worked since it last failed: what has ended, what goes on, and the delay or the time to be confirmed
  /// in which it stands.
  private func worked(_ past: StepHistory, at offset: Duration) -> Duration {
    let begin = past.failures.last?.record ?? 0
    var sum = Duration.zero
    var last: Int?
    for act in past.acts where act.begun >= begin && act.kind != .ask && act.kind != .undo {
      let end = act.ended.map { time.offsets[$0] } ?? offset
      sum += max(.zero, end - time.offsets[act.begun])
      last = act.ended
    }
    switch machine.steps[past.index] {
    case .backingOff, .confirming:
      if let last { sum += max(.zero, offset - time.offsets[last]) }
    case .pending, .planning, .gated, .applying, .verifying, .inDoubt, .succeeded, .failed,
      .skipped, .undoing, .undone:
      break
    }
    return sum
  }
}
