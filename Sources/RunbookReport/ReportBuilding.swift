package import RunbookEngine
package import RunbookForecast
package import RunbookModel

extension Report {
  /// Nil when no record opened the run: then there is nothing to report on.
  package init?(
    plan: Plan, records: [ReportRecord], integrity: IntegrityFacts, toolVersion: String,
    generatedAt: Timestamp? = nil
  ) {
    self.init(
      RunHistory(plan: plan, records: records), integrity: integrity, toolVersion: toolVersion,
      generatedAt: generatedAt)
  }

  package init?(
    _ history: RunHistory, integrity: IntegrityFacts, toolVersion: String,
    generatedAt: Timestamp? = nil, kept: KeptForecast? = nil, hasCourse: Bool = true
  ) {
    guard let identity = Identity(history), let summary = RunSummary(history),
      let last = history.last
    else { return nil }
    language = history.words.language
    self.toolVersion = toolVersion
    self.generatedAt = generatedAt ?? last
    self.identity = identity
    self.summary = summary
    self.integrity = integrity
    clocks = summary.clocks
    response = Response(history)
    steps = history.plan.steps.indices.map { StepResult(history, $0) }
    stages = history.plan.stages.map { StageResult(history, $0) }
    counts = Counts(history)
    notRun = NotRun.all(history)
    undo = UndoSection(history)
    deviations = Deviation.all(history)
    people = Participant.all(history)
    observers = history.service.tracks
    timeline = Timeline.entries(history, summary.clocks)
    chart = RunChart(history, summary.clocks, lanes: RunChart.watched(history))
    doubts = Doubt.all(history, summary.clocks, integrity)
    forecast = kept.flatMap { ForecastScore(history, $0, summary.clocks, hasCourse: hasCourse) }
    if let doubt = Doubt.forecast(history, isScored: forecast != nil) { doubts.append(doubt) }
    observations = []
    headline = ""
    observations = Observation.all(history, self)
    headline = Self.headline(history, self)
  }
}

extension Report.Identity {
  init?(_ history: RunHistory) {
    guard let opening = history.opening, let start = history.start else { return nil }
    let plan = history.plan
    run = opening.run
    purpose = opening.purpose
    variant = opening.variant
    predecessor = opening.predecessor
    successor = history.successor?.run
    title = plan.title
    service = opening.service
    owner = plan.owner
    self.plan = opening.plan
    planHash = opening.planHash
    planMadeAt = plan.madeAt
    planMadeBy = plan.madeBy
    bindsChanges = plan.bindsChanges
    runbook = plan.runbook
    environment = plan.environment
    parameters = plan.parameters
    reason = opening.reason
    by = opening.by
    host = opening.host
    toolVersion = opening.toolVersion
    planToolVersion = plan.toolVersion
    started = start
    ended = history.closedAt.map { history.records[$0].at.wall }
    records = history.records.count
  }
}

extension Report.StageResult {
  init(_ history: RunHistory, _ stage: PlannedStage) {
    name = stage.name
    title = stage.title
    budget = stage.budget
    let steps = history.steps[stage.range.clamped(to: history.steps.indices)]
    let first = steps.compactMap(\.startedAt).min()
    let isOver = steps.allSatisfy { !history.status(of: $0.index).isUnderWay }
    let last = steps.flatMap(\.acts).compactMap(\.ended).max()
    started = first.map { history.records[$0].at.wall }
    guard let first, let last, isOver else { return }
    ended = history.records[last].at.wall
    duration = history.time.between(first, last)
  }
}

extension Report.Counts {
  init(_ history: RunHistory) {
    total = history.plan.steps.count
    for index in history.plan.steps.indices {
      switch history.status(of: index) {
      case .succeeded: succeeded += 1
      case .failed: failed += 1
      case .failedIgnored: failedIgnored += 1
      case .inDoubt: inDoubt += 1
      case .undone: undone += 1
      case .undoFailed: undoFailed += 1
      case .skipped: skipped += 1
      case .excluded: excluded += 1
      case .notRun: notRun += 1
      case .notStarted: notStarted += 1
      case .planning, .checking, .gated, .applying, .verifying, .backingOff, .confirming, .undoing:
        underWay += 1
      }
      let past = history.steps[index]
      attempts += past.attempts
      if past.attempts > 1 { retried += 1 }
      switch history.machine.steps[index] {
      case .succeeded(let success):
        switch success.way {
        case .alreadyInPlace: alreadyInPlace += 1
        case .markedDone: markedDone += 1
        case .changed, .unverified, .foundInPlace, .checked, .approved: break
        }
      case .skipped(.byPerson): skippedByPerson += 1
      case .failed(let failure): if failure.failure.kind == .timeout { timedOut += 1 }
      case .pending, .planning, .gated, .applying, .verifying, .inDoubt, .backingOff, .confirming,
        .skipped, .undoing, .undone:
        break
      }
    }
  }
}

extension Report.Participant {
  /// Everybody who did something, in the order in which they first did.
  static func all(_ history: RunHistory) -> [Report.Participant] {
    var done: [(name: String, account: String, did: [String])] = []
    let words = history.words
    func add(_ account: String, as name: String? = nil, _ what: String) {
      let name = name ?? account
      if let place = done.firstIndex(where: { $0.name == name }) {
        if !done[place].did.contains(what) { done[place].did.append(what) }
      } else {
        done.append((name, account, [what]))
      }
    }
    for record in history.records {
      switch record.event {
      case .runOpened(let said): add(said.by, words.startedTheRun)
      case .runResumed(let said): add(said.by, words.tookItOver)
      case .personAnswered(let said):
        add(said.by, as: said.who, words.answeredAbout(said.decision, said.step))
      case .operatorDecided(let said):
        add(
          said.by, as: said.who,
          words.say(said.choice.words, words.decision(said.choice))
            + (record.event.step.map { words.brackets($0.text) } ?? ""))
      case .stepPlanned, .stepChecked, .stepApplied, .stepVerified, .stepUndone, .timerFired,
        .deadlineReached, .interrupted, .orderRefused, .observed, .soakEnded:
        break
      }
    }
    return done.map { name, account, did in
      let roles = history.plan.roles.filter { $0.people.contains(account) }.map(\.name)
      return Report.Participant(name: name, roles: roles, did: did)
    }
  }
}
