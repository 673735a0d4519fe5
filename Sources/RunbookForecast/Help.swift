package import RunbookEngine
package import RunbookModel

/// One thing that could be done to the runbook, and what the simulated runs say that it would bring.
package struct Help: Sendable, Equatable {
  package enum Kind: String, Sendable, CaseIterable {
    /// Its work takes half of the time.
    case shorten
    /// People answer in half of the time.
    case answerSooner = "answer_sooner"
    /// It begins with its stage, and waits for none of the steps that it waits for now.
    case startEarlier = "start_earlier"
  }
  package var kind: Kind
  package var step: StepID
  /// For `startEarlier`: what it would no longer wait for.
  package var without: [StepID]
  package var gainP50: Duration
  package var gainP95: Duration
  /// The chance of meeting the RTO then; nil without one.
  package var chance: Double?
}

/// Tries what would help most: each change alone, in the same simulated runs.
package struct Helper: Sendable {
  private let plan: Plan
  private let estimates: [StepEstimate]
  private let catalogue: ActionCatalogue
  private let seed: UInt64
  /// The most candidates of each kind: the ones that the finish waits for longest.
  private static let candidates = 8
  /// Less than this share of P95 is no help, and less than the figures can tell.
  private static let leastGain = 0.01

  package init(
    _ plan: Plan, _ estimates: [StepEstimate], catalogue: ActionCatalogue, seed: UInt64 = 1
  ) {
    self.plan = plan
    self.estimates = estimates
    self.catalogue = catalogue
    self.seed = seed
  }

  /// The best first.
  package func all(for forecast: TimeForecast) -> [Help] {
    let forecaster = Forecaster(plan, estimates, seed: seed)
    let runs = min(forecast.simulatedRuns, forecaster.trialRuns)
    let before = forecaster.finishes(runs: runs) { _ in }
    var found: [Help] = []
    func weigh(_ kind: Help.Kind, _ place: Int, without: [StepID] = [], _ after: [Double]) {
      let (old, new) = (Percentiles(before), Percentiles(after))
      guard (old.p95 - new.p95).inSeconds > Self.leastGain * old.p95.inSeconds else { return }
      let left = plan.objectives.rto.map { ($0 - forecast.passed.time).inSeconds }
      found.append(
        Help(
          kind: kind, step: plan.steps[place].id, without: without, gainP50: old.p50 - new.p50,
          gainP95: old.p95 - new.p95,
          chance: left.map { left in
            Double(after.count { $0 <= left }) / Double(after.count)
          }))
    }
    for place in heaviest(forecast, { $0.work.p95 }) {
      weigh(.shorten, place, forecaster.finishes(runs: runs) { $0.scales[place] = 0.5 })
    }
    for place in heaviest(forecast, { $0.answer?.p95 ?? .zero }) {
      weigh(.answerSooner, place, forecaster.finishes(runs: runs) { $0.answerScales[place] = 0.5 })
    }
    for place in heaviest(forecast, { $0.work.p95 }) {
      guard let dropped = droppable(place) else { continue }
      var other = plan
      other.steps[place].needs = []
      other.steps[place].needsCopies = nil
      weigh(
        .startEarlier, place, without: dropped.map { plan.steps[$0].id },
        forecaster.finishes(runs: runs, adjust: { _ in }, in: PlanGraph(other)))
    }
    return found.sorted { ($0.gainP95, $1.step.text) > ($1.gainP95, $0.step.text) }
  }

  private func heaviest(
    _ forecast: TimeForecast, _ time: (TimeForecast.StepTime) -> Duration
  ) -> [Int] {
    func weight(_ place: Int) -> Double {
      forecast.steps[place].criticality * time(forecast.steps[place]).inSeconds
    }
    let heavy = forecast.steps.indices.filter {
      forecast.steps[$0].criticality >= 0.05 && weight($0) > 0
    }
    return Array(heavy.sorted { (weight($0), $1) > (weight($1), $0) }.prefix(Self.candidates))
  }

  // MARK: - What may begin earlier

  /// The steps of its stage that the step waits for, itself or through others, where nothing that is known stands against
  /// not waiting for them; nil where something does, or where it waits for nothing.
  ///
  /// Order has a meaning beyond data: never is a step taken from behind a person's word, a check, a fence, a promotion, a
  /// point of no return, or something that may be confirmed; and what fences, promotes, or moves names or traffic stays.
  private func droppable(_ place: Int) -> [Int]? {
    let step = plan.steps[place]
    guard step.kind == .change, !isFixed(place), step.copyOf == nil, step.needsCopies == nil,
      step.approval == nil
    else { return nil }
    let before = ancestors(of: place)
    guard !before.isEmpty, !before.contains(where: { isFixed($0) || isGate($0) }) else {
      return nil
    }
    let texts = step.expressions
    for ancestor in before {
      let id = plan.steps[ancestor].id.text
      if texts.contains(where: { $0.contains("steps") && $0.contains(id) }) { return nil }
    }
    return before.sorted()
  }

  /// Steps of the same stage that end before this one begins.
  private func ancestors(of place: Int) -> Set<Int> {
    let stage = plan.stages[plan.steps[place].stage].range
    var found: Set<Int> = []
    var open = [place]
    while let next = open.popLast() {
      var needs = plan.steps[next].needs
      for list in plan.steps[next].needsCopies ?? [] {
        needs += plan.repeated?[list].range ?? 0..<0
      }
      for need in needs where stage.contains(need) && found.insert(need).inserted {
        open.append(need)
      }
    }
    return found
  }

  private func isGate(_ place: Int) -> Bool {
    let step = plan.steps[place]
    return step.kind != .change || step.approval != nil || step.commitWithin != nil
      || step.copyOf != nil
  }

  /// Its place in the order is what keeps the data whole.
  private func isFixed(_ place: Int) -> Bool {
    let step = plan.steps[place]
    guard let page = catalogue[step.uses] else { return true }
    let meaning: Set<ActionTrait> = [.fences, .promotes, .movesNames, .movesTraffic]
    return step.pointOfNoReturn || !page.traits.isDisjoint(with: meaning)
  }
}

extension PlannedStep {
  /// The source of every expression in it.
  fileprivate var expressions: [String] {
    var found = when.map { [$0.source] } ?? []
    func look(_ template: Template) {
      switch template {
      case .literal: break
      case .expression(let expression): found.append(expression.source)
      case .text(let parts, _):
        for case .expression(let expression) in parts { found.append(expression.source) }
      case .list(let items, _): for item in items { look(item) }
      case .map(let entries, _): for entry in entries { look(entry.value) }
      }
    }
    look(with)
    for check in verify { look(check.with) }
    if case .explicit(let call) = undo { look(call.with) }
    return found
  }
}
