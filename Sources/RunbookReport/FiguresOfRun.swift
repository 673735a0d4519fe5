package import RunbookForecast
import RunbookEngine
package import RunbookModel

extension RunFigures {
  /// The figures of a run at `now`; nil when no record opened it. `forecast` is of the same moment.
  package init?(_ history: RunHistory, now: Moment?, forecast: TimeForecast?) {
    guard let summary = RunSummary(history, now: now) else { return nil }
    let clocks = summary.clocks
    let plan = history.plan
    self.init(
      at: now?.wall ?? history.last ?? summary.started, run: summary.run, purpose: summary.purpose,
      service: summary.service, title: summary.title, clock: plan.objectives.clock.rawValue)
    startedBy = summary.startedBy
    // Not good from the first sample on: it began before anybody looked, and that moment is not known.
    let before = history.opening?.observedOutage
    outageAt =
      history.opening?.outageAt ?? before.flatMap { $0.lastGood == nil ? nil : $0.badSince }
      ?? clocks.outage.flatMap { $0.lastGood == nil ? nil : $0.onsetAt }
    elapsed = Known(clocks.rto.measured)
    // While it counts, what it shows now is known where its beginning is, though not what it will come to.
    if clocks.recovered == nil, let start = clocks.start.at, at >= start {
      elapsed = .exactly(at - start)
    }
    rto = clocks.rto.target
    rtoVerdict = Verdict(clocks.rto.verdict)
    recoveredAt = clocks.recovered?.at
    isRecoverySeen = clocks.recovered?.isSeen ?? false
    ahead = forecast.map {
      Ahead(
        half: $0.finish.p50, most: $0.finish.p95, withoutPeople: !$0.withoutPeople.isEmpty)
    }
    dataLoss = Known(clocks.rpo.measured)
    rpo = clocks.rpo.target
    rpoVerdict = Verdict(clocks.rpo.verdict)
    isClosed = history.isClosed
    isBeingWatched =
      recoveredAt == nil && !isClosed && clocks.outage != nil
      && plan.steps.indices.allSatisfy {
        !plan.steps[$0].isCritical || history.machine.steps[$0].isSettled
          || history.status(of: $0) == .excluded
      }
    incident = history.opening?.incident
    lead = Contacts(plan.environmentValues).toCall("commander").first
    if let response = Response(history) {
      responded = Known(response.time.measured)
      timeToRespond = response.time.target
      responseVerdict = Verdict(response.time.verdict)
    }
    for index in plan.steps.indices where plan.steps[index].onlyTells != true {
      let title = plan.steps[index].title ?? plan.steps[index].id.text
      switch history.status(of: index) {
      case .succeeded: if plan.steps[index].kind == .change { done.append(title) }
      case .inDoubt, .undoFailed: inDoubt.append(title)
      case .applying, .verifying, .checking, .planning, .backingOff, .undoing:
        underWay.append(title)
      case .notStarted: next.append(title)
      case .gated, .confirming, .failed, .failedIgnored, .skipped, .undone, .excluded, .notRun:
        break
      }
    }
    waiting = summary.waits.map { wait in
      let what = wait.step.map { "\($0): \(wait.text)" } ?? wait.text
      return wait.role.map { "\($0): \(what)" } ?? what
    }
  }
}

extension RunFigures.Known {
  init(_ measured: Measured) {
    self =
      switch measured {
      case .exactly(let duration): .exactly(duration)
      case .atLeast(let duration): .atLeast(duration)
      case .atMost(let duration): .atMost(duration)
      case .unknown(let why): .unknown(why)
      }
  }
}

extension RunFigures.Verdict {
  init(_ verdict: ObjectiveResult.Verdict) {
    self =
      switch verdict {
      case .met: .met
      case .missed: .missed
      case .unknown: .unknown
      case .stillCounting: .stillCounting
      case .notRecovered: .notRecovered
      case .noTarget: .noTarget
      }
  }
}
