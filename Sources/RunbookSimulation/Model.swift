package import RunbookEngine
package import RunbookModel

/// A plan made ready to be simulated many times: what every run of it shares.
package struct Model: Sendable {
  package let plan: Plan
  let fresh: RunMachine
  let parts: [Part]
  let opening: RunOpening
  /// A step makes a data store writable, so traffic must not move before it.
  let hasPromotion: Bool

  /// What the model knows of one step.
  struct Part: Sendable {
    var change: Value
    /// What would have to be done when the world has moved meanwhile.
    var otherChange: Value
    /// Steps whose outputs its input reads; without them it cannot begin.
    var reads: [Int]
    var traits: Set<ActionTrait>
    /// Something can look whether the change is in place.
    var canBeSeen: Bool
    /// The author's own checks stand behind the action's: they can fail although the change is made.
    var hasAuthorsChecks: Bool
    var isLeftOut: Bool
    /// The data store that it fences or promotes: one for the whole runbook, or one for each item where every such step
    /// is repeated.
    var store: String
  }

  package init(_ plan: Plan, catalogue: ActionCatalogue) {
    self.plan = plan
    fresh = RunMachine(plan: plan)
    var places: [String: [Int]] = [:]
    for (place, step) in plan.steps.enumerated() { places[step.id.text] = [place] }
    for repeated in plan.repeated ?? [] { places[repeated.step.text] = Array(repeated.range) }
    let isStorePerItem = plan.steps.allSatisfy { step in
      let traits = catalogue[step.uses]?.traits ?? []
      return step.each != nil || traits.isDisjoint(with: [.fences, .promotes])
    }
    let parts = plan.steps.map { step in
      Part(
        change: step.forecast.change ?? ["step": .string(step.id.text), "world": "as found"],
        otherChange: ["step": .string(step.id.text), "world": "moved"],
        reads: step.with.stepsRead.flatMap { places[$0] ?? [] },
        traits: catalogue[step.uses]?.traits ?? [],
        canBeSeen: step.isVerifiable || !step.verify.isEmpty,
        hasAuthorsChecks: !step.verify.isEmpty,
        isLeftOut: step.isExcluded || step.forecast.status == .wouldSkip,
        store: isStorePerItem ? step.each?.key ?? "" : "")
    }
    self.parts = parts
    hasPromotion = parts.contains { $0.traits.contains(.promotes) && !$0.isLeftOut }
    opening = RunOpening(
      run: RunID("simulated"), plan: plan.id, planHash: "", purpose: plan.purpose,
      runbook: plan.runbook.name, service: plan.service, environment: plan.environment.name,
      variant: plan.variant, by: "model", host: "model", reason: nil, outageAt: nil,
      declaredAt: nil, toolVersion: plan.toolVersion, seed: 1)
  }

  /// More records than any run of this plan can have: reaching it means that a run does not end.
  var recordLimit: Int { 1000 + 200 * plan.steps.count }

  /// Who answers when so many people have said yes already.
  func person(for step: PlannedStep, after others: Int) -> String {
    let role = plan.roles.first { $0.name == step.approval?.role }
    guard let people = role?.people, !people.isEmpty else { return "person \(others + 1)" }
    return people[others % people.count]
  }
}

extension Template {
  /// Names of the steps whose outputs the expressions in it read.
  fileprivate var stepsRead: Set<String> {
    switch self {
    case .literal: []
    case .expression(let text): Self.stepsRead(in: text.source)
    case .text(let parts, _):
      parts.reduce(into: []) { names, part in
        if case .expression(let text) = part { names.formUnion(Self.stepsRead(in: text.source)) }
      }
    case .list(let items, _): items.reduce(into: []) { $0.formUnion($1.stepsRead) }
    case .map(let entries, _): entries.reduce(into: []) { $0.formUnion($1.value.stepsRead) }
    }
  }

  private static func stepsRead(in source: String) -> Set<String> {
    var names: Set<String> = []
    let words = source.split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == ".") }
    for word in words {
      let parts = word.split(separator: ".")
      if parts.count > 1, parts[0] == "steps" { names.insert(String(parts[1])) }
    }
    return names
  }
}
