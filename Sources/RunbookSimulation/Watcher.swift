import RunbookDriver
import RunbookEngine
import RunbookModel

/// Reads the records as they are written, keeps its own account of each step, and says which promise was broken.
///
/// It asks the machine only whether a step has settled; everything else it works out for itself, so that a mistake of
/// the machine is not its own.
struct Watcher: Sendable {
  private var steps: [Account]
  /// Steps in the order in which their changes were begun.
  private var begun: [Int] = []
  private var applies = 0

  private struct Account: Sendable {
    /// An apply was released whose result is not known, and nobody has looked since.
    var isInDoubt = false
    /// The last look at its change did not find it.
    var isUnproven = false
    /// A person ordered another attempt at a change that may be in place.
    var mustLook = false
    var isLeft = false
    /// The how-manieth apply of the run its last one was.
    var lastApply = 0
    var wasApplied = false
    /// Its change is to be confirmed, and nobody has done it yet.
    var isToBeConfirmed = false
    /// The same until its being taken back has begun to go wrong: from there on a person decides.
    var mayNotStay = false
    var attempt = 0
    var planned: Value?
    var people: [String] = []
    var approved: Value?
  }

  init(_ model: Model) {
    steps = Array(repeating: Account(), count: model.parts.count)
  }

  typealias Finding = (invariant: Invariant, step: StepID, what: String)

  private mutating func noteConfirmation(_ event: Event, _ machine: RunMachine) {
    guard let id = event.step, let place = machine.place(of: id) else { return }
    var isSettled = false
    if case .personAnswered(let answer) = event { isSettled = answer.decision == .approve }
    if case .stepVerified(let report) = event, case .holds = report.result { isSettled = true }
    if case .operatorDecided(let decision) = event {
      switch decision.choice {
      case .skip, .markDone: isSettled = true
      case .pause, .continue, .retry, .override, .unwind, .abort, .switchVariant: break
      }
    }
    if case .stepUndone(let report) = event {
      steps[place].mayNotStay = false
      if case .done = report.result { isSettled = true }
    }
    guard isSettled else { return }
    steps[place].isToBeConfirmed = false
    steps[place].mayNotStay = false
  }

  /// What is not confirmed takes itself back out of the order; nothing that needs it can be there.
  private func builtOn(
    _ id: StepID, _ place: Int, _ model: Model, _ world: World
  ) -> Finding? {
    let other = model.plan.steps.indices.first { other in
      model.plan.steps[other].needs.contains(place) && world.isInPlace[other]
        && world.isTrusted[other] && steps[other].lastApply > steps[place].lastApply
    }
    guard let other else { return nil }
    let name = model.plan.steps[other].id
    return (.confirmedOrTakenBack, id, "'\(id)' takes itself back under '\(name)', which needs it")
  }

  /// Takes one record; `machine` has taken its event already.
  mutating func take(
    _ event: Event, _ commands: [Command], _ machine: RunMachine, _ model: Model, _ world: World
  ) -> Finding? {
    note(event, machine, model, world)
    noteConfirmation(event, machine)
    for command in commands {
      if case .close = command,
        let place = steps.indices.first(where: { steps[$0].mayNotStay && world.isInPlace[$0] })
      {
        let id = model.plan.steps[place].id
        return (.confirmedOrTakenBack, id, "the run ended, and nobody has confirmed '\(id)'")
      }
      guard let id = command.step, let place = machine.place(of: id) else { continue }
      if let finding = release(command, id, place, machine, model, world) { return finding }
    }
    return nil
  }

  /// Events that say nothing of a step are of no interest here.
  private mutating func note(_ event: Event, _ machine: RunMachine, _ model: Model, _ world: World)
  {
    guard let id = event.step, let place = machine.place(of: id) else { return }
    if case .stepPlanned(let report) = event, case .change(let change, _) = report.result {
      steps[place].planned = change
    }
    if case .stepApplied(let report) = event { noteApplied(report.result, place, world) }
    if case .stepVerified(let report) = event {
      steps[place].isInDoubt = false
      if case .holds = report.result {} else { steps[place].isUnproven = true }
      steps[place].mustLook = false
    }
    if case .stepUndone(let report) = event, case .done = report.result {
      begun.removeAll { $0 == place }
      steps[place].isInDoubt = false
      // It is gone again: whatever a look said of it before is no doubt any more.
      steps[place].isUnproven = false
    }
    if case .personAnswered(let answer) = event, answer.decision == .approve,
      !steps[place].people.contains(answer.by)
    {
      steps[place].people.append(answer.by)
      let needed = model.plan.steps[place].approval?.count ?? 1
      if steps[place].people.count >= needed { steps[place].approved = steps[place].planned }
    }
    // What a person leaves in place is no longer in the way of what came before it.
    if case .operatorDecided(let decision) = event, case .skip = decision.choice {
      steps[place].isLeft = true
    }
    // Their word settles a doubt; that it is right is theirs to answer for.
    if case .operatorDecided(let decision) = event, case .markDone = decision.choice {
      steps[place].isInDoubt = false
      steps[place].isUnproven = false
    }
    if case .operatorDecided(let decision) = event, case .retry = decision.choice {
      // Where nothing can look, a person's order to try again is the person's to answer for.
      if model.parts[place].canBeSeen {
        steps[place].mustLook = steps[place].isUnproven
      } else {
        steps[place].isInDoubt = false
      }
    }
  }

  private mutating func noteApplied(_ result: ApplyResult, _ place: Int, _ world: World) {
    switch result {
    case .done: steps[place].isInDoubt = false
    case .failed(let failure):
      guard failure.effect != .unknown else { return }
      steps[place].isInDoubt = false
      steps[place].isUnproven = false
      if !world.isInPlace[place] || !world.isTrusted[place] { begun.removeAll { $0 == place } }
    }
  }

  private mutating func release(
    _ command: Command, _ id: StepID, _ place: Int, _ machine: RunMachine, _ model: Model,
    _ world: World
  ) -> Finding? {
    switch command {
    case .plan(_, let attempt), .check(_, let attempt):
      let isFirst = steps[place].attempt == 0
      if attempt > steps[place].attempt {
        steps[place].attempt = attempt
        steps[place].isUnproven = false
        steps[place].people = []
        steps[place].approved = nil
      }
      return begins(id, place, isFirst, machine, model)
    case .apply(_, _, let change):
      if let late = goesForwardLate(id, machine) { return late }
      if steps[place].isInDoubt || steps[place].mustLook {
        return (.lookBeforeAgain, id, "'\(id)' was to be changed again while it was in doubt")
      }
      if let why = isUnapproved(change, place, model) { return (.approvedOnly, id, why) }
      steps[place].isInDoubt = true
      if !steps[place].wasApplied || !begun.contains(place) { begun.append(place) }
      steps[place].wasApplied = true
      applies += 1
      steps[place].lastApply = applies
    case .undo(_, let attempt, _):
      guard steps[place].wasApplied else {
        return (.undoLastFirst, id, "'\(id)' was to be undone, and was never begun")
      }
      if steps[place].isToBeConfirmed { return builtOn(id, place, model, world) }
      // The next attempts belong to an undo that is under way.
      if attempt == 1, case .paused = machine.state {
        return (.nothingNew, id, "'\(id)' was to be undone while the run is paused")
      }
      // A step that has lied may be out of the order: what it said is why.
      guard begun.contains(place) else { return nil }
      let later = begun.reversed().prefix { $0 != place }
      // What a later step has honestly put in place must be gone first.
      if let other = later.first(where: {
        world.isInPlace[$0] && world.isTrusted[$0] && !steps[$0].isLeft
          && steps[$0].lastApply > steps[place].lastApply
          && model.plan.steps[$0].onlyTells != true
      }) {
        let name = model.plan.steps[other].id
        return (.undoLastFirst, id, "'\(id)' was to be undone before '\(name)', which came later")
      }
    case .ask:
      // A question that is put afresh takes nobody's earlier yes for an answer.
      if case .gated(_, _, _, let people) = machine.steps[place], people.isEmpty {
        steps[place].people = []
        steps[place].approved = nil
      }
    case .startTimer(_, _, .confirm, _):
      steps[place].isToBeConfirmed = true
      steps[place].mayNotStay = true
    case .verify, .startTimer(_, _, .gate, _), .startTimer(_, _, .backoff, _), .startDeadline,
      .soak,
      .close:
      break
    }
    return nil
  }

  private func goesForwardLate(_ id: StepID, _ machine: RunMachine) -> Finding? {
    switch machine.state {
    // A hold lets finish what was begun, and a change that is being planned is.
    case .open, .holding: nil
    case .paused, .unwinding, .stopping, .closed:
      (.nothingNew, id, "'\(id)' was to be changed while the run is \(machine.state.name)")
    }
  }

  private func begins(
    _ id: StepID, _ place: Int, _ isFirst: Bool, _ machine: RunMachine, _ model: Model
  ) -> Finding? {
    let step = model.plan.steps[place]
    if let need = step.needs.first(where: { !machine.steps[$0].isSettled }) {
      return (.needsFirst, id, "'\(id)' began before '\(model.plan.steps[need].id)' had ended")
    }
    let copies = (step.needsCopies ?? []).compactMap { model.plan.repeated?[$0].range }.joined()
    if let copy = copies.first(where: { !machine.steps[$0].isSettled }) {
      return (.needsFirst, id, "'\(id)' began before '\(model.plan.steps[copy].id)' had ended")
    }
    if let need = (step.needs + copies).first(where: { steps[$0].mayNotStay }) {
      let name = model.plan.steps[need].id
      return (.confirmedOrTakenBack, id, "'\(id)' began before '\(name)' was confirmed")
    }
    if isFirst, let why = isOutOfTurn(place, step, machine) { return (.copiesInTurn, id, why) }
    guard step.stage > 0 else { return nil }
    let before = model.plan.stages[step.stage - 1].range
    if let open = before.first(where: { !machine.steps[$0].isSettled }) {
      return (.needsFirst, id, "'\(id)' began before '\(model.plan.steps[open].id)' had ended")
    }
    return nil
  }

  /// What is wrong with a copy's beginning now, from what the other copies have come to.
  private func isOutOfTurn(
    _ place: Int, _ step: PlannedStep, _ machine: RunMachine
  ) -> String? {
    guard let repeated = step.copyOf.flatMap({ machine.plan.repeated?[$0] }) else { return nil }
    var underWay = 1
    var proven = 0
    var failed = 0
    for other in repeated.range where other != place {
      switch machine.steps[other] {
      case .pending, .skipped: break
      case .succeeded(let success): if success.way.isProof { proven += 1 }
      case .failed(let failure) where failure.isPassed: failed += 1
      case .planning, .gated, .applying, .verifying, .inDoubt, .backingOff, .confirming, .failed,
        .undoing, .undone:
        underWay += 1
      }
    }
    if let most = repeated.maxParallel, underWay > most {
      return "'\(step.id)' began as one of \(underWay) copies; at most \(most) may be under way"
    }
    guard let canary = repeated.canary, proven < canary else { return nil }
    if underWay + proven > canary || failed > 0 {
      return "'\(step.id)' began when \(proven) of \(canary) canaries had succeeded"
    }
    return nil
  }

  private func isUnapproved(_ change: Value, _ place: Int, _ model: Model) -> String? {
    let step = model.plan.steps[place]
    guard step.approval == nil else {
      return steps[place].approved == change
        ? nil : "'\(step.id)' was to make a change that nobody had approved"
    }
    guard steps[place].planned == change else {
      return "'\(step.id)' was to make another change than the one that was planned"
    }
    if model.plan.bindsChanges, step.onlyTells != true, let bound = step.forecast.change,
      bound != change
    {
      return "'\(step.id)' was to make another change than the saved plan's"
    }
    return nil
  }
}
