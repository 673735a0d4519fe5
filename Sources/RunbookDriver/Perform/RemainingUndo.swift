package import RunbookAction
package import RunbookEngine
import RunbookFormat
package import RunbookModel

/// What an undo would still do, in its order, from a run's records alone: nothing is looked at and nothing is changed.
package struct RemainingUndo: Sendable {
  /// Last change first, as they would be taken back.
  package var steps: [Step]
  /// Where it ends with something still changed, and why.
  package var stop: (step: StepID, why: String)?
  /// What stays as it is, and why.
  package var staying: [(step: StepID, why: String)]

  package struct Step: Sendable {
    package var step: PlannedStep
    package var state: StepState
    package var change: Value
    package var way: Way
  }

  package enum Way: Sendable {
    /// By the action itself.
    case own(WayBack)
    /// By the action that the runbook names.
    case other(uses: String, with: Value, byHand: String)
    /// It could not be put into words; undo itself may still know.
    case untold(String)
  }

  package init(_ machine: RunMachine, _ registry: ActionRegistry) {
    let plan = machine.plan
    let outputs = StepOutputs(plan: plan, catalogue: registry.catalogue)
    for (step, state) in zip(plan.steps, machine.steps) { outputs.note(step.id, state) }
    let scope = RunScope(plan: plan, outputs: outputs, opening: machine.opening)
    let reach = machine.undoReach
    steps = reach.steps.compactMap { id in
      guard let place = machine.place(of: id), let change = machine.change(of: place) else {
        return nil
      }
      let step = plan.steps[place]
      return Step(
        step: step, state: machine.steps[place], change: change,
        way: Self.way(step, change, registry, scope))
    }
    stop = reach.stop
    let reached = Set(reach.steps)
    staying = machine.changes.reversed().compactMap { place in
      let id = plan.steps[place].id
      if reached.contains(id) { return nil }
      if machine.leftInPlace.contains(place) { return (id, "a person said to leave it in place") }
      if let stop = reach.stop, stop.step != id { return (id, "it was made before \(stop.step)") }
      return (id, "it \(reach.stop?.why ?? "is not taken back")")
    }
  }

  private static func way(
    _ step: PlannedStep, _ change: Value, _ registry: ActionRegistry, _ scope: RunScope
  ) -> Way {
    switch step.undo {
    case .none(let reason): return .untold("it has no undo: \(reason)")
    case .auto:
      guard case .change(let body)? = registry[step.uses]?.body, let words = body.wayBack else {
        return .untold("this program has no action '\(step.uses)' that can undo itself")
      }
      do throws(ActionFailure) { return .own(try words(change)) } catch {
        return .untold(error.message)
      }
    case .explicit(let call):
      switch call.with.rendered(in: scope, unknownInText: .spreads) {
      case .failure(let error): return .untold("the input of \(call.uses): \(error.message)")
      case .success(let value):
        return .other(
          uses: call.uses, with: value,
          byHand: registry[call.uses].map { filled($0.page.byHand, from: value) } ?? "")
      }
    }
  }

  /// The page's words with the input in them: `{argv}` becomes what would be typed.
  private static func filled(_ text: String, from input: Value) -> String {
    guard case .map(let fields) = input else { return text }
    return fields.reduce(text) { text, field in
      text.replacing("{\(field.key)}", with: typed(field.value))
    }
  }

  private static func typed(_ value: Value) -> String {
    switch value {
    case .string(let text): text.shellQuoted
    case .list(let items): items.map(typed).joined(separator: " ")
    case .secret(let name): "<secret \(name)>"
    case .unknown(let why): "<not known: \(why)>"
    case .null, .bool, .int, .double, .duration, .timestamp, .map: JSONText.text(value)
    }
  }
}
