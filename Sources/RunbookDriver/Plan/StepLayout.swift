import RunbookAction
import RunbookEngine
import RunbookFormat
import RunbookModel

/// Lays a runbook's steps out as a plan holds them: every default filled in, a repeated step once for each item, and
/// each need turned into places.
struct StepLayout {
  private(set) var stages: [PlannedStage] = []
  private(set) var steps: [PlannedStep] = []
  private(set) var repeated: [RepeatedStep] = []

  private let variant: String?
  private let catalogue: ActionCatalogue
  private let scope: RunScope
  /// What waiting for a step of the runbook comes to.
  private var waits: [StepID: Wait] = [:]

  static let mostSteps = 100_000

  /// The places that have to end first: those of steps, and of repeated steps with all their copies.
  private struct Wait {
    var steps: [Int] = []
    var copies: [Int] = []

    mutating func add(_ other: Wait) {
      for step in other.steps where !steps.contains(step) { steps.append(step) }
      for copy in other.copies where !copies.contains(copy) { copies.append(copy) }
    }
  }

  /// `plan` has everything but its steps: what the lists of repeated steps are read from.
  init(plan: Plan, catalogue: ActionCatalogue) {
    variant = plan.variant
    self.catalogue = catalogue
    scope = RunScope(
      plan: plan, outputs: StepOutputs(plan: plan, catalogue: catalogue), opening: nil)
  }

  mutating func add(_ stage: Stage) throws(Diagnostic) {
    let first = steps.count
    for step in stage.steps { try add(step) }
    var planned = PlannedStage(
      name: stage.name, title: stage.title, budget: stage.budget, first: first,
      count: steps.count - first)
    if stage.afterSoak { planned.afterSoak = true }
    stages.append(planned)
  }

  private mutating func add(_ step: Step) throws(Diagnostic) {
    var wait = Wait()
    for need in step.needs {
      if let other = waits[need] { wait.add(other) }
    }
    var planned = planned(step)
    planned.needs = wait.steps
    planned.needsCopies = wait.copies.isEmpty ? nil : wait.copies
    // What the variant leaves out is not repeated either: its list may have no meaning there.
    guard let repetition = step.forEach, !planned.isExcluded else {
      // Whoever waits for a step that is left out waits for what that one would have waited for.
      waits[step.id] = planned.isExcluded ? wait : Wait(steps: [steps.count])
      planned.promotes = target(of: planned)
      return steps.append(planned)
    }
    let items = try items(of: repetition, step.id)
    waits[step.id] = items.isEmpty ? wait : Wait(copies: [repeated.count])
    let first = steps.count
    for item in items { steps.append(try copy(of: planned, repetition, item)) }
    var laid = RepeatedStep(
      step: step.id, stage: stages.count, list: repetition.list.source, first: first,
      count: items.count)
    laid.canary = repetition.canary
    laid.maxParallel = repetition.maxParallel
    repeated.append(laid)
  }

  private func items(of repetition: Repetition, _ id: StepID) throws(Diagnostic) -> [EachItem] {
    func problem(_ message: String, help: String? = nil) -> Diagnostic {
      Diagnostic(
        "LB222", .error, "'for_each' of '\(id)' cannot be used: \(message)",
        at: repetition.list.place, help: help)
    }
    let value: Value
    switch Template.expression(repetition.list).rendered(in: scope) {
    case .failure(let error): throw problem(error.message)
    case .success(let rendered): value = rendered
    }
    switch RepeatedItems.items(of: value) {
    case .failure(let error): throw problem(error.message, help: error.help)
    case .success(let items):
      guard steps.count + items.count <= Self.mostSteps else {
        throw problem(
          "with its \(items.count) items the plan has more than \(Self.mostSteps) steps",
          help: "make several runbooks of it")
      }
      return items
    }
  }

  private func copy(
    of step: PlannedStep, _ repetition: Repetition, _ item: EachItem
  ) throws(Diagnostic) -> PlannedStep {
    var copy = step
    copy.id = StepID("\(step.id)[\(item.key)]")
    copy.each = item
    copy.copyOf = repeated.count
    copy.promotes = target(of: copy)
    // A question must say of which copy it is.
    copy.title = step.title.map { "\($0) [\(item.key)]" }
    let scope = scope.with(item)
    if let title = repetition.title { copy.title = try text(title, scope, "title", step.id) }
    if let byHand = repetition.byHand {
      copy.byHand = try text(byHand, scope, "by_hand", step.id)
    }
    return copy
  }

  /// What a promotion promotes: an address where its input has one, so that a name or a password beside it makes no
  /// other target of it.
  private func target(of step: PlannedStep) -> Value? {
    guard let page = catalogue[step.uses], page.traits.contains(.promotes) else { return nil }
    guard let field = page.promotes, let template = step.with[field] else {
      return .unknown("its input does not say it")
    }
    switch template.rendered(in: scope.of(step)) {
    case .failure(let error): return .unknown(error.message)
    case .success(let value):
      let target = value["address"] ?? value
      if let reason = target.firstUnknown { return .unknown(reason) }
      if case .string(let text) = target { return .string(text.lowercased()) }
      return target
    }
  }

  private func text(
    _ template: Template, _ scope: RunScope, _ key: String, _ id: StepID
  ) throws(Diagnostic) -> String {
    // Together with words around it, every value has a form in text.
    let parts: [Template.Part] =
      switch template {
      case .expression(let expression): [.literal(""), .expression(expression)]
      case .text(let parts, _): parts
      case .literal, .list, .map: []
      }
    switch Template.text(parts, template.place).rendered(in: scope, unknownInText: .spelled) {
    case .success(.string(let text)): return text
    case .success: return ""
    case .failure(let error):
      throw Diagnostic(
        "LB222", .error, "'\(key)' of '\(id)' cannot be written: \(error.message)",
        at: template.place)
    }
  }

  private func planned(_ step: Step) -> PlannedStep {
    let page = catalogue[step.uses]
    var planned = PlannedStep(
      id: step.id, stage: stages.count, uses: step.uses, kind: page?.kind ?? .check,
      with: step.with,
      timeout: step.timeout ?? page?.timeout ?? .seconds(60),
      settle: step.settle ?? page?.settle ?? .zero,
      expected: step.expected ?? page?.expected ?? .seconds(1),
      forecast: StepForecast(.decidedDuringRun, "not looked at"))
    planned.isExpectedByAuthor = step.expected == nil ? nil : true
    planned.title = step.title
    planned.owner = step.owner
    planned.when = step.when
    planned.retry = step.retry
    planned.verify = step.verify
    planned.approval = step.approval
    planned.onFailure = step.onFailure
    planned.undo = step.undo
    planned.pointOfNoReturn = step.pointOfNoReturn
    planned.commitWithin = step.commitWithin
    planned.isRepeatable = page?.isRepeatable ?? false
    planned.isVerifiable = page?.isVerifiable(with: step.with) ?? false
    if page?.traits.contains(.tells) == true { planned.onlyTells = true }
    if let gates = page?.gates, !gates.isEmpty { planned.gates = gates.map(\.name) }
    planned.isCritical = step.critical
    planned.byHand = step.byHand
    planned.isExcluded =
      !step.only.isEmpty && !step.only.contains { $0 == variant }
    return planned
  }
}
