import RunbookEngine
import RunbookModel

/// Performing a command in the model: how long it takes, what it does to the world, what it says.
extension SimulatedRun {
  private static let look = Int64(100_000_000)
  /// The driver waits so much longer for an action that does not heed its deadline.
  private static let grace = Int64(3_000_000_000)

  mutating func perform(_ released: Released) {
    let command = released.command
    if case .soak(let time) = command { return soak(time) }
    guard let id = command.step, let place = machine.place(of: id) else { return }
    if command.hasEffect, released.record >= journal.durable {
      breach(.recordBeforeEffect, id, "'\(id)' was changed before the record of it was durable")
    }
    switch command {
    case .plan(_, let attempt): begin(.plan, place, attempt)
    case .check(_, let attempt): begin(.check, place, attempt)
    case .apply(_, let attempt, _): begin(.apply, place, attempt)
    case .verify(_, let attempt, let change):
      begin(.verify, place, attempt, looksForChange: change != .null)
    case .undo(_, let attempt, _): begin(.undo, place, attempt)
    case .ask(_, let attempt, let request): ask(place, attempt, request)
    case .startTimer(_, let attempt, let purpose, let after):
      startTimer(place, TimerReport(id, attempt: attempt, purpose), after)
    case .startDeadline, .soak, .close: break
    }
  }

  /// The modelled service is good once every step has ended; who looks at it from outside is no part of the model.
  private mutating func soak(_ time: Duration) {
    working += 1
    let seen = SoakReport(.lasted, goodSince: nil, waited: time)
    agenda.add(.ended(.soakEnded(seen), nil), at: now + time.nanosecondsClamped)
  }

  private mutating func begin(
    _ verb: Verb, _ place: Int, _ attempt: Int, looksForChange: Bool = true
  ) {
    let step = model.plan.steps[place]
    let report = Report(step: step.id, attempt: attempt, place: place)
    let nth = count(verb.rawValue, place)
    switch script.fault(at: .command(place: place, verb, nth: nth)) {
    case .behaves(let behaviour)?:
      tell(.wentWrong(at: now, step.id, verb, behaviour))
      run(verb, behaviour, report, looksForChange)
    case .killed(let after, let isMade)?: die(verb, after, isMade, report)
    case .answers, .late, .decides, .orders, .dies, .signal, .returns, nil:
      run(verb, Behaviour(), report, looksForChange)
    }
  }

  private mutating func run(
    _ verb: Verb, _ behaviour: Behaviour, _ report: Report, _ looksForChange: Bool
  ) {
    let step = model.plan.steps[report.place]
    var ends = behaviour.ends
    // Nobody sees how something ends after its deadline.
    if verb != .verify, let takes = behaviour.takes, takes > step.timeout { ends = ends.unseen }
    let (event, isMade) = result(of: verb, ends, report, looksForChange)
    working += 1
    let effect = isMade ? Agenda.Effect(place: report.place, isUndo: verb == .undo) : nil
    agenda.add(.ended(event, effect), at: now + duration(of: verb, ends, behaviour.takes, step))
  }

  /// The process dies while this is under way, so nobody hears how it ends.
  private mutating func die(_ verb: Verb, _ after: Duration?, _ isMade: Bool, _ report: Report) {
    let step = model.plan.steps[report.place]
    tell(.wentWrong(at: now, step.id, verb, Behaviour(.hangs, told: "the process is killed")))
    let at = now + (after ?? usual(verb, step)).nanosecondsClamped
    let (event, _) = result(of: verb, .truly, report, true)
    let hasEffect = isMade && (verb == .apply || verb == .undo)
    let effect = hasEffect ? Agenda.Effect(place: report.place, isUndo: verb == .undo) : nil
    working += 1
    agenda.add(.ended(event, effect), at: at + 1)
    var death = Fault.Death(.beforeRecord, takesMachine: false, underWayIsMade: isMade)
    death.isMeanwhile = true
    agenda.add(.died(death), at: at)
  }

  /// What a step usually takes goes to its change, as far as that may take so long, and then to the look after it.
  private func usual(_ verb: Verb, _ step: PlannedStep) -> Duration {
    switch verb {
    case .plan: .nanoseconds(Self.look)
    case .check, .apply, .undo: min(step.expected, step.timeout)
    case .verify: max(.nanoseconds(Self.look), step.expected - step.timeout)
    }
  }

  private func duration(
    of verb: Verb, _ ends: Behaviour.Ending, _ takes: Duration?, _ step: PlannedStep
  ) -> Int64 {
    let longest = step.timeout.nanosecondsClamped + Self.grace
    // Nothing is waited for longer than its deadline; a look after a change asks again until it has settled.
    if let takes {
      let settling = verb == .verify ? step.settle.nanosecondsClamped : 0
      return min(takes.nanosecondsClamped, max(longest, settling))
    }
    switch ends {
    case .hangs, .lost, .cut: return longest
    case .truly, .failed, .passing, .liesDone, .liesFailed, .doesNotHold, .cannotTell, .drifts:
      break
    }
    let usual = usual(verb, step).nanosecondsClamped
    guard verb == .verify, ends == .doesNotHold || ends == .cannotTell else { return usual }
    return max(usual, step.settle.nanosecondsClamped)
  }

  private struct Report {
    var step: StepID
    var attempt: Int
    var place: Int
  }

  private mutating func result(
    of verb: Verb, _ ends: Behaviour.Ending, _ report: Report, _ looksForChange: Bool
  ) -> (Event, isMade: Bool) {
    switch verb {
    case .plan:
      return (
        .stepPlanned(StepReport(report.step, attempt: report.attempt, planned(report.place, ends))),
        false
      )
    case .check:
      return (
        .stepChecked(StepReport(report.step, attempt: report.attempt, checked(report.place, ends))),
        false
      )
    case .verify:
      let verdict = verified(report.place, ends, looksForChange)
      return (
        .stepVerified(StepReport(report.step, attempt: report.attempt, verdict)), false
      )
    case .apply:
      let (result, isMade) = changed(report.place, ends)
      return (.stepApplied(StepReport(report.step, attempt: report.attempt, result)), isMade)
    case .undo:
      let (result, isMade) = undone(report.place, ends)
      return (.stepUndone(StepReport(report.step, attempt: report.attempt, result)), isMade)
    }
  }

  private func planned(_ place: Int, _ ends: Behaviour.Ending) -> PlanResult {
    let step = model.plan.steps[place]
    let part = model.parts[place]
    if part.isLeftOut { return .skipped(step.forecast.summary) }
    if let missing = part.reads.first(where: { !hasOutputs($0) }) {
      return .failed(
        .refused(.input, "nothing is known of '\(model.plan.steps[missing].id)', which it reads"))
    }
    switch ends {
    case .failed, .liesFailed: return .failed(.refused(.precondition, "it cannot be done"))
    case .passing, .cut, .cannotTell: return .failed(.passing(.unreachable, "no answer"))
    case .hangs, .lost: return .failed(.passing(.timeout, "no answer in time"))
    case .liesDone: return .alreadyInPlace(Evidence("it is so"))
    case .truly, .doesNotHold, .drifts: break
    }
    if step.kind == .person {
      return .ask(PersonRequest(kind: .approval, text: step.title ?? step.id.text))
    }
    if world.isInPlace[place], step.isVerifiable { return .alreadyInPlace(Evidence("it is so")) }
    let change = ends == .drifts ? part.otherChange : part.change
    return .change(change, Preview(saw: [], does: [], fidelity: .static))
  }

  /// A step that nobody carried out has given nothing that others could read. One that the variant leaves out is not
  /// asked for.
  private func hasOutputs(_ place: Int) -> Bool {
    switch machine.steps[place] {
    case .succeeded(let success):
      if case .markedDone = success.way { false } else { true }
    case .skipped: model.parts[place].isLeftOut
    case .pending, .planning, .gated, .applying, .verifying, .inDoubt, .backingOff, .confirming,
      .failed,
      .undoing, .undone:
      false
    }
  }

  private func checked(_ place: Int, _ ends: Behaviour.Ending) -> CheckResult {
    let step = model.plan.steps[place]
    if model.parts[place].isLeftOut { return .skipped(step.forecast.summary) }
    switch ends {
    case .truly, .liesDone, .drifts: return .verdict(.holds(Evidence("it holds")))
    case .doesNotHold, .liesFailed: return .verdict(.doesNotHold(Evidence("it does not hold")))
    case .cannotTell, .cut: return .verdict(.cannotTell(Evidence("no answer")))
    case .failed: return .failed(.refused(.input, "it cannot be asked"))
    case .passing: return .failed(.passing(.unreachable, "no answer"))
    case .hangs, .lost: return .failed(.passing(.timeout, "no answer in time"))
    }
  }

  private mutating func verified(
    _ place: Int, _ ends: Behaviour.Ending, _ looksForChange: Bool
  ) -> Verdict {
    let part = model.parts[place]
    let isSo = !looksForChange || world.isInPlace[place]
    switch ends {
    case .truly, .drifts, .passing, .failed:
      guard part.canBeSeen else { return .cannotTell(Evidence("nothing can look")) }
      if looksForChange, !world.isTrusted[place] { world.trust(place) }
      return isSo ? .holds(Evidence("it is so")) : .doesNotHold(Evidence("it is not so"))
    case .doesNotHold, .liesFailed:
      // The author's own check may fail although the change is made; the action's own word would be a lie.
      if isSo, looksForChange, !part.hasAuthorsChecks { world.distrust(place, model) }
      return .doesNotHold(Evidence("it is not so"))
    case .liesDone:
      if !isSo { world.distrust(place, model) }
      return .holds(Evidence("it is so"))
    case .cannotTell, .hangs, .lost, .cut: return .cannotTell(Evidence("no answer"))
    }
  }

  /// After an undo the action itself looks whether its change is gone, where it can.
  private mutating func undone(
    _ place: Int, _ ends: Behaviour.Ending
  ) -> (ApplyResult, isMade: Bool) {
    guard ends == .liesDone, model.plan.steps[place].isVerifiable else {
      return changed(place, ends)
    }
    return (.failed(.unknown(.failed, "the change is still seen in place")), false)
  }

  private mutating func changed(
    _ place: Int, _ ends: Behaviour.Ending
  ) -> (ApplyResult, isMade: Bool) {
    switch ends {
    case .truly, .doesNotHold, .drifts: return (.done(Evidence("done")), true)
    case .failed: return (.failed(.refused(.refused, "it was refused")), false)
    case .passing: return (.failed(.passing(.unreachable, "no answer")), false)
    case .lost, .hangs: return (.failed(.unknown(.timeout, "no answer came")), true)
    case .cut, .cannotTell: return (.failed(.unknown(.timeout, "no answer came")), false)
    case .liesDone:
      world.distrust(place, model)
      return (.done(Evidence("done")), false)
    case .liesFailed:
      world.distrust(place, model)
      return (.failed(.passing(.unreachable, "nothing was changed")), true)
    }
  }

  /// How often this has been asked of the step, this time included.
  mutating func count(_ what: String, _ place: Int) -> Int {
    let key = place << 8 | Int(what.utf8.first ?? 0)
    counts[key, default: 0] += 1
    return counts[key] ?? 1
  }
}

extension Behaviour.Ending {
  /// The same, when its answer comes after the deadline.
  fileprivate var unseen: Self {
    switch self {
    case .truly, .lost, .hangs, .liesFailed, .doesNotHold, .drifts: .hangs
    case .failed, .passing, .cut, .liesDone, .cannotTell: .cut
    }
  }
}
