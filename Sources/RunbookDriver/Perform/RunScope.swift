package import RunbookEngine
import RunbookFormat
package import RunbookModel
import Synchronization

/// What the names in a plan's expressions stand for, before and during a run.
package struct RunScope: Sendable {
  /// What is the same for every step; a scope is handed on for every look at one.
  private final class Common: Sendable {
    let plan: Plan
    let outputs: StepOutputs
    let roots: ValueMap
    let figures: @Sendable () -> RunFigures?

    init(
      _ plan: Plan, _ outputs: StepOutputs, _ roots: ValueMap,
      _ figures: @escaping @Sendable () -> RunFigures?
    ) {
      self.plan = plan
      self.outputs = outputs
      self.roots = roots
      self.figures = figures
    }
  }
  private let common: Common
  package var plan: Plan { common.plan }
  package var outputs: StepOutputs { common.outputs }
  /// What the run has come to when it is asked for; before a run what the plan alone says.
  var figures: @Sendable () -> RunFigures? { common.figures }
  /// The item of the copy whose expressions are read.
  private var each: EachItem?

  /// `opening` is nil in a dry run: then what only a run knows is unknown.
  package init(
    plan: Plan, outputs: StepOutputs, opening: RunOpening?,
    figures: (@Sendable () -> RunFigures?)? = nil
  ) {
    let secrets = ValueMap(distinct: plan.secrets.map { ($0.name.name, .secret($0.name)) })
    let objectives: [(String, Duration?)] = [
      ("rto", plan.objectives.rto), ("rpo", plan.objectives.rpo), ("mtpd", plan.objectives.mtpd),
      ("soak", plan.objectives.soak),
    ]
    var run: ValueMap = [:]
    run["id"] = opening.map { .string($0.run.text) } ?? .unknown("the run has not been started")
    run["by"] = opening.map { .string($0.by) } ?? .unknown("the run has not been started")
    run["reason"] =
      opening.map { $0.reason.map(Value.string) ?? .unknown("no reason was given") }
      ?? .unknown("the run has not been started")
    run["outage_at"] =
      opening?.knownOutage.map(Value.timestamp)
      ?? .unknown("nobody has said or seen when the outage began")
    let roots: ValueMap = [
      "params": .map(plan.parameters), "env": plan.environmentValues, "secrets": .map(secrets),
      "objectives": .map(
        ValueMap(
          distinct: objectives.map { name, value in
            (name, value.map(Value.duration) ?? .unknown("the runbook has no \(name)"))
          })),
      "variant": plan.variant.map(Value.string) ?? .null,
      "purpose": .string(plan.purpose.rawValue), "run": .map(run),
    ]
    common = Common(
      plan, outputs, roots, figures ?? { [planned = RunFigures(plan, opening)] in planned })
  }

  /// The same names as one step sees them: a copy has its item.
  package func of(_ step: PlannedStep) -> RunScope {
    guard let item = step.each else { return self }
    return with(item)
  }

  package func with(_ item: EachItem) -> RunScope {
    var scope = self
    scope.each = item
    return scope
  }
}

extension RunScope: ExpressionScope {
  package func root(_ name: String) -> Value? {
    switch name {
    case "recovery_point": outputs.recoveryPoint
    case "clock": figures()?.value ?? .unknown("what the run has come to cannot be read")
    case "each": each.map { ["key": .string($0.key), "value": $0.value] }
    default: common.roots[name]
    }
  }

  package func step(_ id: String) -> Value? { outputs[StepID(id)] }
}

/// What finished steps offer to later ones; written by the driver's loop, read by whatever it has started.
package final class StepOutputs: Sendable {
  private struct Content: Sendable {
    var values: [StepID: Value] = [:]
    /// For each repeated step, its copies' outputs by key.
    var copies: [StepID: ValueMap] = [:]
    var recoveryPoint: Value = .unknown("no step has measured it yet")
  }
  private let content: Mutex<Content>
  /// For each step, the outputs that its action promises.
  private let promised: [StepID: [String]]
  /// For each copy, the step that it is a copy of.
  private let copies: [StepID: (step: StepID, key: String)]

  package init(plan: Plan, catalogue: ActionCatalogue) {
    promised = Dictionary(
      plan.steps.map { ($0.id, catalogue[$0.uses]?.outputs.map(\.name) ?? []) },
      uniquingKeysWith: { first, _ in first })
    var copies: [StepID: (step: StepID, key: String)] = [:]
    var content = Content()
    for repeated in plan.repeated ?? [] {
      let steps = plan.steps[repeated.range]
      content.copies[repeated.step] = ValueMap(
        distinct: steps.map { ($0.each?.key ?? "", .unknown("until \($0.id) has run")) })
      for copy in steps { copies[copy.id] = (repeated.step, copy.each?.key ?? "") }
    }
    self.copies = copies
    self.content = Mutex(content)
  }

  /// A step's outputs; unknown before it has run; nil where the plan has no such step. Of a repeated step a map of its
  /// copies' outputs by key.
  package subscript(id: StepID) -> Value? {
    content.withLock { content in
      if let copies = content.copies[id] { return .map(copies) }
      guard promised[id] != nil else { return nil }
      return content.values[id] ?? .unknown("until \(id) has run")
    }
  }

  package var recoveryPoint: Value { content.withLock(\.recoveryPoint) }

  package func set(_ id: StepID, _ value: Value) {
    content.withLock { content in
      content.values[id] = value
      if let copy = copies[id] { content.copies[copy.step]?[copy.key] = value }
      if let point = value["recovery_point"], case .map = point { content.recoveryPoint = point }
    }
  }

  /// Takes over what a step's new state says.
  func note(_ id: StepID, _ state: StepState) {
    switch state {
    case .succeeded(let success):
      var facts = success.evidence.facts
      // Found in place after a doubt, or done on a person's word: what was promised and not seen is unknown.
      for name in promised[id] ?? [] where facts[name] == nil {
        facts[name] = .unknown("\(id) \(success.way.unseen)")
      }
      set(id, .map(facts))
    case .skipped: set(id, .unknown("\(id) was skipped"))
    case .failed(let failure) where failure.isPassed: set(id, .unknown("\(id) failed"))
    case .failed, .pending, .planning, .gated, .applying, .verifying, .inDoubt, .backingOff,
      .confirming,
      .undoing, .undone:
      break
    }
  }
}

extension StepSuccess.Way {
  /// Why an output of the step may not have been seen.
  fileprivate var unseen: String {
    switch self {
    case .foundInPlace: "was found done after its result was lost"
    case .markedDone: "counts as done on a person's word"
    case .changed, .unverified, .alreadyInPlace, .checked, .approved: "did not tell it"
    }
  }
}

extension RunFigures {
  /// What is known before a run has begun.
  init(_ plan: Plan, _ opening: RunOpening?) {
    self.init(
      at: plan.madeAt, run: opening?.run, purpose: plan.purpose, service: plan.service,
      title: plan.title, clock: plan.objectives.clock.rawValue)
    outageAt = opening?.outageAt
    incident = opening?.incident
    lead = Contacts(plan.environmentValues).toCall("commander").first
    rto = plan.objectives.rto
    rpo = plan.objectives.rpo
    next = plan.steps.filter { $0.onlyTells != true && !$0.isExcluded }.map {
      $0.title ?? $0.id.text
    }
  }
}
