import RunbookEngine
import RunbookModel

/// What a person must know when a run holds: what happened, what was and was not changed, what is unknown, what can be
/// done now and what each of it would do.
struct HoldText {
  let machine: RunMachine
  let console: Console

  var text: String {
    let failed = zip(machine.plan.steps, machine.steps).compactMap { step, state in
      if case .failed(let failure) = state, !failure.isPassed { (step, failure) } else { nil }
    }
    var lines = [console.styled("The run holds and needs a decision.", .strong)]
    for (step, failure) in failed { lines += explain(step, failure) }
    lines.append("")
    lines += changed
    lines.append("")
    lines.append("  Possible now:")
    for (step, failure) in failed { lines += possible(step, failure) }
    lines.append("    undo              \(undoText)")
    lines.append(
      "    abort             end the run here; nothing more is started, nothing is undone")
    lines.append("    leave             leave it holding; 'lifeboat resume' goes on later")
    return lines.joined(separator: "\n")
  }

  private func explain(_ step: PlannedStep, _ failure: StepFailure) -> [String] {
    var lines = [
      "  \(console.styled("\(step.id) failed", .bad)) (\(step.uses), attempt \(failure.attempt)):",
      wrapped(failure.failure.message, width: 100, indent: "    "),
    ]
    switch failure.effect {
    case .unchanged: lines.append("    It changed nothing.")
    case .changed: lines.append("    Its change was made and is still there.")
    case .unknown:
      lines.append(
        console.styled("    It is NOT KNOWN whether its change was made.", .warning)
          + " Look at the target before you decide.")
    }
    if let advice = failure.failure.advice {
      lines.append(wrapped("Next: \(advice)", width: 100, indent: "    "))
    }
    return lines
  }

  private var changed: [String] {
    let names = machine.changes.map { machine.plan.steps[$0].id.text }
    let pending = machine.plan.steps.indices.filter { machine.steps[$0] == .pending }.count
    return [
      names.isEmpty
        ? "  Changed so far: nothing." : "  Changed so far: \(names.joined(separator: ", ")).",
      "  Not started: \(pending) of \(machine.steps.count) steps.",
    ]
  }

  private func possible(_ step: PlannedStep, _ failure: StepFailure) -> [String] {
    let again =
      failure.change == nil
      ? "look again and make another attempt"
      : "look whether it is in place; if not, plan and apply it afresh"
    return [
      "    retry \(step.id)  \(again)",
      "    skip \(step.id)  leave it out; what needs it goes on",
      "    mark-done \(step.id)  count it as done on your word",
    ]
  }

  private var undoText: String {
    guard let last = machine.changes.last else { return "nothing to undo; ends the run" }
    let step = machine.plan.steps[last]
    if step.pointOfNoReturn { return "not possible: \(step.id) is a point of no return" }
    if case .none(let reason) = step.undo {
      return "ends at once: \(step.id) has no undo (\(reason))"
    }
    return "undo the changes, last first, beginning with \(step.id)"
  }
}
