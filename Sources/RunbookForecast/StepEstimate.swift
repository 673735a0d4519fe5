package import RunbookEngine
package import RunbookModel

/// What a step is expected to take, and what that rests on.
package struct StepEstimate: Sendable, Equatable, Codable {
  package enum Basis: Sendable, Equatable, Codable {
    /// Earlier runs of the same step. `environment`: where, if it was not here.
    case runs(Int, environment: String?)
    /// It was never run, but other copies of the same repeated step were.
    case copies(Int)
    /// `expected` in the runbook.
    case author
    /// What the action says of itself: nothing of this place.
    case action
    /// The plan found it in place: it is only looked at.
    case inPlace
    /// It is left out, and takes no time.
    case leftOut
  }

  package var step: StepID
  package var basis: Basis
  package var work: Spread
  /// How long people take to answer; nil where nobody is asked, and where nobody knows.
  package var answer: Spread?
  package var asksPeople: Bool
  /// In so many of the runs in which it began it failed.
  package var failed: Int
  package var begun: Int
  /// Earlier runs of a step of that name with another action, input or check: they do not count.
  package var redefined: Int

  /// In seconds: neither its work nor people's answers are drawn longer than that together, where it has not begun.
  package var longest: Double { work.longest + (answer?.longest ?? 0) }

  package init(
    step: StepID, basis: Basis, work: Spread, answer: Spread? = nil, asksPeople: Bool = false,
    failed: Int = 0, begun: Int = 0, redefined: Int = 0
  ) {
    self.step = step
    self.basis = basis
    self.work = work
    self.answer = answer
    self.asksPeople = asksPeople
    self.failed = failed
    self.begun = begun
    self.redefined = redefined
  }

  /// One estimate for each step of the plan, from what earlier runs say.
  package static func all(for plan: Plan, from runs: [RunTimes]) -> [StepEstimate] {
    let past = Past(runs, of: plan)
    return plan.steps.map { step in
      let name = step.copyOf.flatMap { plan.repeated?[$0].step }
      return past.estimate(step, repeated: name, environment: plan.environment.name)
    }
  }
}

/// Earlier runs, by step.
private struct Past {
  private struct Seen {
    var times: StepTimes
    var environment: String
  }
  private var bySteps: [StepID: [Seen]] = [:]
  private var byCopies: [StepID: [Seen]] = [:]

  init(_ runs: [RunTimes], of plan: Plan) {
    for run in runs where run.runbook == plan.runbook.name && run.service == plan.service {
      for times in run.steps {
        let seen = Seen(times: times, environment: run.environment)
        bySteps[times.step, default: []].append(seen)
        if let name = times.copyOf { byCopies[name, default: []].append(seen) }
      }
    }
  }

  func estimate(
    _ step: PlannedStep, repeated: StepID?, environment: String
  ) -> StepEstimate {
    if step.isExcluded || step.forecast.status == .wouldSkip {
      return StepEstimate(step: step.id, basis: .leftOut, work: .nothing)
    }
    let all = bySteps[step.id] ?? []
    let definition =
      all.isEmpty && repeated == nil ? "" : StepDefinition.text(of: step)
    let same = all.filter { $0.times.definition == definition }
    var chosen = same.filter { $0.environment == environment }
    var elsewhere: String?
    if chosen.isEmpty, let last = same.last {
      elsewhere = last.environment
      chosen = same.filter { $0.environment == last.environment }
    }
    var ofCopies = false
    if chosen.isEmpty, let repeated {
      chosen = (byCopies[repeated] ?? []).filter { $0.times.definition == definition }
      ofCopies = !chosen.isEmpty
    }
    var estimate = StepEstimate(step: step.id, basis: .action, work: .nothing)
    estimate.redefined = all.count - same.count
    estimate.begun = chosen.count
    estimate.failed = chosen.count { $0.times.hasFailed }
    let answers = chosen.compactMap { $0.times.answered?.inSeconds }
    estimate.asksPeople = step.kind == .person || step.approval != nil
    if estimate.asksPeople, !answers.isEmpty { estimate.answer = .answers(answers) }
    let samples = chosen.compactMap { $0.times.sample(for: step) }
    if samples.isEmpty {
      (estimate.basis, estimate.work) = Self.stated(step)
    } else {
      estimate.work = .measured(samples, limit: step.longestWork?.inSeconds)
      estimate.basis =
        ofCopies ? .copies(samples.count) : .runs(samples.count, environment: elsewhere)
    }
    return estimate
  }

  /// Without an earlier run.
  private static func stated(_ step: PlannedStep) -> (StepEstimate.Basis, Spread) {
    let limit = step.longestWork?.inSeconds
    // Its own checks confirm it at the end of that time, and no sooner.
    let fixed = step.verify.isEmpty ? 0 : step.commitWithin?.inSeconds ?? 0
    func spread(_ expected: Duration, _ width: Double) -> Spread {
      Spread(
        samples: [expected.inSeconds], width: width, fixed: fixed,
        limit: limit.map { $0 - fixed })
    }
    if step.kind == .person { return (.action, .nothing) }
    if step.forecast.status == .alreadyInPlace {
      return (.inPlace, Spread(samples: [step.likely.inSeconds], width: Spread.actionsWidth))
    }
    if step.isExpectedByAuthor == true {
      return (.author, spread(step.expected, Spread.authorsWidth))
    }
    return (.action, spread(step.expected, Spread.actionsWidth))
  }
}

extension StepTimes {
  /// What this run says of the step as it is planned now, in seconds; nil where it ended in another way.
  fileprivate func sample(for step: PlannedStep) -> Double? {
    switch ending {
    case .none: return nil
    case .skipped: return step.forecast.status == .decidedDuringRun && step.when != nil ? 0 : nil
    case .alreadyInPlace:
      guard step.forecast.status == .alreadyInPlace else { return nil }
    case .changed:
      guard step.kind == .change, step.forecast.status != .alreadyInPlace else { return nil }
    case .checked: guard step.kind == .check else { return nil }
    case .answered: guard step.kind == .person else { return nil }
    }
    return worked?.inSeconds
  }
}

extension PlannedStep {
  /// Every attempt to its timeout, every pause, and the whole time to settle: what takes longer has failed.
  fileprivate var longestWork: Duration? {
    guard kind != .person else { return nil }
    return max(worst - (approval?.timeout ?? .zero), expected)
  }
}
