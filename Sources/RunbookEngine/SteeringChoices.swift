public import RunbookModel

/// An order that would be taken now, and what it would do.
public struct SteeringChoice: Sendable, Equatable, Codable {
  public var verb: SteeringVerb
  public var step: StepID?
  public var does: String
  public var needsReason: Bool
  /// For `switch-variant`: which.
  public var variant: String?
  /// For `override`: which.
  public var gate: String?

  init(
    _ verb: SteeringVerb, _ step: StepID? = nil, _ does: String, variant: String? = nil,
    gate: String? = nil
  ) {
    self.gate = gate
    self.variant = variant
    self.verb = verb
    self.step = step
    self.does = does
    needsReason = verb.needsReason
  }
}

extension RunMachine {
  /// Failed steps that wait for a person's decision.
  package var undecided: [(step: PlannedStep, failure: StepFailure)] {
    zip(plan.steps, steps).compactMap { step, state in
      if case .failed(let failure) = state, !failure.isPassed { (step, failure) } else { nil }
    }
  }

  /// Questions that stand.
  package var questions: [(step: PlannedStep, request: PersonRequest, approvedBy: [String])] {
    zip(plan.steps, steps).compactMap { step, state in
      if case .gated(_, _, let request, let people) = state {
        (step, request, people)
      } else {
        nil
      }
    }
  }

  /// What can be ordered now: of everything that `event(for:)` would take, what somebody may want. At most 50.
  package var choices: [SteeringChoice] {
    var all: [SteeringChoice] = []
    for (step, _, people) in questions {
      all.append(SteeringChoice(.approve, step.id, approving(step, people)))
      all.append(SteeringChoice(.decline, step.id, declining(step)))
    }
    for (step, _) in toConfirm {
      all.append(
        SteeringChoice(.confirm, step.id, "its change stays, and what needs it goes on"))
      all.append(
        SteeringChoice(.decline, step.id, "take its change back now; the run holds then"))
    }
    for (step, failure) in undecided {
      if failure.isOfUndo, failure.isUnconfirmed, !isTakingBack {
        all.append(SteeringChoice(.retry, step.id, "try once more to take its change back"))
        all.append(
          SteeringChoice(.skip, step.id, "leave its change in place; what needs it goes on"))
        all.append(
          SteeringChoice(.markDone, step.id, "count it as taken back on your word; then decide on"))
        continue
      }
      if failure.isOfUndo {
        all.append(SteeringChoice(.retry, step.id, "try once more to take its change back"))
        all.append(
          SteeringChoice(.skip, step.id, "leave its change in place; the rest is taken back"))
        all.append(
          SteeringChoice(.markDone, step.id, "count it as taken back on your word; go on with it"))
        continue
      }
      let rest =
        switch failure.effect {
        case .unchanged: ""
        case .changed: "; what it changed stays as it is"
        case .unknown: "; what it may have changed stays as it is"
        }
      all.append(SteeringChoice(.retry, step.id, Self.retrying(step, failure)))
      if let gate = overridable(step.id, failure) {
        all.append(SteeringChoice(.override, step.id, Self.overriding(gate), gate: gate.name))
      }
      all.append(SteeringChoice(.skip, step.id, "leave it out; what needs it goes on\(rest)"))
      all.append(
        SteeringChoice(.markDone, step.id, "count it as done on your word; what needs it goes on"))
    }
    // Orders for the whole run are never cut off.
    all = Array(all.prefix(Self.mostChoices))
    all.append(SteeringChoice(.pause, nil, "start nothing more; what runs is let finish"))
    all.append(
      SteeringChoice(
        .continue, nil,
        waitsForService ? "watch the service once more" : "go on where it stopped"))
    all.append(SteeringChoice(.undo, nil, undoing))
    for variant in otherVariants {
      all.append(
        SteeringChoice(
          .switchVariant, nil,
          "end this run, undo nothing, and go on as '\(variant)' with a new run, planned afresh",
          variant: variant))
    }
    all.append(SteeringChoice(.abort, nil, aborting))
    return all.filter(wouldTake)
  }

  private static let mostChoices = 46

  private func wouldTake(_ choice: SteeringChoice) -> Bool {
    // As somebody who may: who that is, is not the question here.
    let step = choice.step.flatMap(place(of:)).map { plan.steps[$0] }
    let done = choice.step.flatMap(state(of:))
    var people = [""]
    if choice.verb == .override, let role = step?.approval?.role {
      people = plan.roles.first { $0.name == role }?.people ?? []
    }
    if case .gated(_, _, _, let approved) = done, let role = step?.approval?.role {
      people = plan.roles.first { $0.name == role }?.people.filter { !approved.contains($0) } ?? []
    }
    guard let by = people.first else { return false }
    let order = SteeringOrder(
      choice.verb, step: choice.step, by: by, reason: "-", variant: choice.variant,
      gate: choice.gate)
    return (try? event(for: order)) != nil
  }

  private func approving(_ step: PlannedStep, _ people: [String]) -> String {
    let needed = step.approval?.count ?? 1
    let more =
      needed > 1 ? " (yes number \(people.count + 1) of \(needed), by a person of their own)" : ""
    switch step.kind {
    case .person: return "answer yes; what needs it goes on\(more)"
    case .change, .check:
      return "say yes; the change is made if it is still the same when looked at again\(more)"
    }
  }

  private func declining(_ step: PlannedStep) -> String {
    let then =
      switch step.onFailure {
      case .hold: "the run holds"
      case .unwind: "what was changed is undone"
      case .stop: "the run ends"
      case .continue: "the run goes on without it"
      }
    return "answer no; the step fails, it has changed nothing, and \(then)"
  }

  private static func overriding(_ gate: Gate) -> String {
    "waive \(gate.name) for this step, for no more than was found: \(gate.finding); then look again and "
      + "act, with every other guard in force"
  }

  private static func retrying(_ step: PlannedStep, _ failure: StepFailure) -> String {
    if failure.change != nil, step.isVerifiable || !step.verify.isEmpty {
      return "look whether it is in place; if not, plan and apply it afresh"
    }
    switch failure.effect {
    case .unchanged: return "look again and make another attempt"
    case .changed, .unknown:
      return "make it once more, though it may have been made; nothing can look whether it was"
    }
  }

  private var undoing: String {
    let reach = undoReach
    let names = reach.steps.map(\.text).joined(separator: ", ")
    let stop = reach.stop.map { "; stops at \($0.step), which \($0.why)" } ?? ""
    return "take back what was changed, last first: \(names)\(stop); then the run ends"
  }

  private var aborting: String {
    let names = changes.map { plan.steps[$0].id.text }.joined(separator: ", ")
    return "end the run here; nothing more is started, nothing is undone"
      + (names.isEmpty ? "" : "; what was changed, or may have been, stays: \(names)")
  }
}
