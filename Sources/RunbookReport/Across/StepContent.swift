package import RunbookEngine
package import RunbookModel

/// What a step does, as its author wrote it and without where that stood: two texts are equal when nothing that it does,
/// checks or takes back was changed. Names, owners and times are no part of it.
package enum StepContent {
  package static func text(_ step: PlannedStep) -> String {
    text(step.uses, step.with, step.verify, step.undo)
  }

  package static func text(_ step: Step) -> String {
    text(step.uses, step.with, step.verify, step.undo)
  }

  /// Of every step of a plan; the copies of a repeated step under its own name too.
  package static func all(_ plan: Plan) -> [StepID: String] {
    var texts: [StepID: String] = [:]
    for step in plan.steps {
      let text = text(step)
      texts[step.id] = text
      texts[authored(step, in: plan)] = text
    }
    return texts
  }

  /// The step as its author named it: a copy's is that which was repeated.
  static func authored(_ step: PlannedStep, in plan: Plan) -> StepID {
    guard let place = step.copyOf, let repeated = plan.repeated, place < repeated.count else {
      return step.id
    }
    return repeated[place].step
  }

  private static func text(
    _ uses: String, _ with: Template, _ verify: [CheckCall], _ undo: UndoChoice
  ) -> String {
    var parts = [call(uses, with)]
    parts += verify.map { "verify " + call($0.uses, $0.with) }
    switch undo {
    case .auto: parts.append("undo auto")
    case .none: parts.append("undo none")
    case .explicit(let check): parts.append("undo " + call(check.uses, check.with))
    }
    return parts.joined(separator: "\n")
  }

  private static func call(_ uses: String, _ with: Template) -> String {
    // A template has a form in JSON whatever it holds, without its places.
    let value = (try? ValueEncoder().encode(with)).map { JSONText.text($0) }
    return "\(uses) \(value ?? "")"
  }
}
