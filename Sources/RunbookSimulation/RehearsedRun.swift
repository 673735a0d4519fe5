package import RunbookEngine
package import RunbookModel

/// A rehearsal, played: what came out, and what of it was not as expected.
package struct RehearsedRun: Sendable {
  package let account: SimulatedRun.Account
  package private(set) var mismatches: [Mismatch] = []

  /// Something that was expected, and what was so instead.
  package struct Mismatch: Sendable, Equatable {
    package var expected: String
    package var happened: String
    /// Steps whose part of the story says why.
    package var steps: [StepID]
  }

  package var hasPassed: Bool { mismatches.isEmpty }

  /// How long the run took; one that waits for a person, until it had nothing else to do.
  package var took: Duration {
    switch account.ending {
    case .held, .unanswered: .nanoseconds(account.records.last?.at ?? 0)
    case .closed, .paused, .neverBegan, .lost: account.took
    }
  }

  /// Plays it in a model of the plan, which must have been made for its environment, variant and parameters.
  package static func play(
    _ rehearsal: Rehearsal, _ plan: Plan, catalogue: ActionCatalogue
  ) -> RehearsedRun {
    var plan = plan
    for given in rehearsal.given where given.isLeftOut {
      for place in plan.places(of: given.step) {
        plan.steps[place].forecast = StepForecast(.wouldSkip, "given: its 'when' is false")
      }
    }
    let script = RehearsalScript(rehearsal, plan)
    let account = SimulatedRun.play(
      Model(plan, catalogue: catalogue), script: Script(script.lines), tellsStory: true)
    var run = RehearsedRun(account: account)
    run.checkPromises()
    run.compare(rehearsal, RehearsedFacts(plan, account), plan)
    run.checkGiven(script, rehearsal, plan)
    return run
  }

  private mutating func add(_ expected: String, _ happened: String, _ steps: [StepID] = []) {
    mismatches.append(Mismatch(expected: expected, happened: happened, steps: steps))
  }

  private mutating func checkPromises() {
    for breach in account.breaches {
      add(
        "no promise is broken", "\(breach.invariant.rawValue) was: \(breach.what)",
        breach.step.map { [$0] } ?? [])
    }
  }

  /// A rehearsal in which what was given never came to pass has shown nothing.
  private mutating func checkGiven(
    _ script: RehearsalScript, _ rehearsal: Rehearsal, _ plan: Plan
  ) {
    for id in rehearsal.named where plan.places(of: id).isEmpty {
      add("the plan has a step \(id)", plan.copiesHint(id.base) ?? "it has none", [id])
    }
    let told = Set(account.script.map(\.point))
    for first in script.firsts where !told.contains(first.point) {
      let why =
        if case .hold = first.point { "the run did not hold for it" } else { "it never came to it" }
      add("\(first.words) comes to pass, as given", why, first.step.map { [$0] } ?? [])
    }
    for happening in account.story {
      guard case .orderRefused(_, let order, let refusal) = happening else { continue }
      add(
        "the order '\(order.verb.rawValue)' is taken", "it was refused: \(refusal.message)",
        order.step.map { [$0] } ?? [])
    }
  }
}

// MARK: - What was expected

extension RehearsedRun {
  private mutating func compare(_ rehearsal: Rehearsal, _ facts: RehearsedFacts, _ plan: Plan) {
    let expect = rehearsal.expect
    if let outcome = expect.outcome, outcome.rawValue != account.ending.outcomeWord {
      add(
        "outcome: \(outcome.rawValue)", "\(account.ending.outcomeWord): the run \(ending)",
        facts.reasons)
    }
    compare("because", expect.because, facts.reasons)
    for id in expect.never {
      for step in plan.ids(of: id) {
        guard let at = facts.begun[step] else { continue }
        let verb = plan.isChange(step) ? "changed" : "begun"
        add("never: \(step)", "it was \(verb) at T+\(at.spoken)", [step])
      }
    }
    for id in expect.done { compare(id, "done", facts, plan) { $0.isDone } }
    for id in expect.undone { compare(id, "undone", facts, plan) { $0.isUndone } }
    compare("changed", expect.changed, account.inPlace)
    compareOrder(expect.order, facts, plan)
    compareTimes(rehearsal, facts, plan)
  }

  /// A repeated step stands for all its copies.
  private mutating func compare(_ key: String, _ wanted: [StepID]?, _ found: [StepID]) {
    guard let wanted else { return }
    let missing = wanted.filter { id in !found.contains { $0 == id || $0.base == id } }
    let other = found.filter { id in !wanted.contains { $0 == id || id.base == $0 } }
    guard !missing.isEmpty || !other.isEmpty else { return }
    add("\(key): \(Self.list(wanted))", "\(key): \(Self.list(found))", missing + other)
  }

  /// How it ended, with when.
  private var ending: String { "\(account.ending.sentence), after \(took.spoken)" }

  private static func list(_ steps: [StepID]) -> String {
    "[\(steps.map(\.text).joined(separator: ", "))]"
  }

  private mutating func compare(
    _ id: StepID, _ word: String, _ facts: RehearsedFacts, _ plan: Plan,
    _ isSo: (StepState) -> Bool
  ) {
    for step in plan.ids(of: id) {
      guard let state = account.machine.state(of: step), !isSo(state) else { continue }
      add("\(word): \(step)", state.plainly, [step])
    }
  }

  /// All copies of the first before any copy of the second.
  private mutating func compareOrder(_ order: [StepID], _ facts: RehearsedFacts, _ plan: Plan) {
    for (first, second) in zip(order, order.dropFirst()) {
      let ends = plan.ids(of: first).map { facts.order[$0] ?? .max }.max() ?? .max
      let begins = plan.ids(of: second).compactMap { facts.order[$0] }.min()
      if let begins, ends < begins { continue }
      let happened =
        ends == .max
        ? "\(first) was never begun"
        : begins == nil ? "\(second) was never begun" : "\(second) was begun first"
      add("order: \(first) before \(second)", happened, [first, second])
    }
  }

  private mutating func compareTimes(
    _ rehearsal: Rehearsal, _ facts: RehearsedFacts, _ plan: Plan
  ) {
    let expect = rehearsal.expect
    if let within = expect.within, took > within {
      add("within: \(within.text)", "it took \(took.spoken)")
    }
    if let before = expect.heldBefore {
      if let held = facts.held {
        if held > before { add("held_before: \(before.text)", "it held at T+\(held.spoken)") }
      } else {
        add("held_before: \(before.text)", "the run never held")
      }
    }
    guard let wanted = expect.rto, let rto = plan.objectives.rto else { return }
    let before =
      switch plan.objectives.clock {
      case .outage: rehearsal.outageAt ?? .zero
      case .declaration, .run: Duration.zero
      }
    let words: String
    let verdict: Rehearsal.Expectation.Objective
    if let recovered = facts.recovered {
      let time = before + recovered
      verdict = time <= rto ? .met : .missed
      words = "\(verdict.rawValue): recovered after \(time.spoken), and the RTO is \(rto.spoken)"
    } else {
      verdict = .missed
      words = "missed: the service was not recovered"
    }
    if verdict != wanted { add("rto: \(wanted.rawValue)", words) }
  }
}

extension Rehearsal {
  /// Steps of which it says that something is so.
  fileprivate var named: [StepID] {
    given.map(\.step) + expect.done + expect.undone + expect.never
  }
}

extension Plan {
  fileprivate func ids(of id: StepID) -> [StepID] { places(of: id).map { steps[$0].id } }

  fileprivate func isChange(_ id: StepID) -> Bool {
    steps.first { $0.id == id }?.kind == .change
  }
}

extension SimulatedRun.Ending {
  /// The word that an expectation has for it.
  package var outcomeWord: String {
    switch self {
    case .unanswered: Rehearsal.Expectation.Outcome.waiting.rawValue
    case .closed, .held, .paused, .neverBegan, .lost: word
    }
  }
}

extension StepState {
  fileprivate var isDone: Bool { if case .succeeded = self { true } else { false } }
  fileprivate var isUndone: Bool { if case .undone = self { true } else { false } }

  fileprivate var plainly: String {
    if case .failed(let failure) = self { return "it failed: \(failure.failure.message)" }
    if case .succeeded = self { return "it is done" }
    return "it is \(name)"
  }
}
