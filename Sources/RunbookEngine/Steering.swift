public import RunbookModel

/// What a person can order of a run that is being driven: one word, the same at every way in.
public enum SteeringVerb: String, Sendable, Codable, CaseIterable {
  case pause
  case `continue`
  case approve
  case decline
  case retry
  case skip
  case markDone = "mark-done"
  case undo
  case abort
  /// The run ends, and another run goes on as the runbook's other variant: a run keeps the plan that it was opened with.
  case switchVariant = "switch-variant"
  /// A change that would take itself back stays.
  case confirm
  /// A guard that has refused is waived, for this step and up to what it found.
  case override

  /// It is about one step, which must be named.
  package var takesStep: Bool {
    switch self {
    case .approve, .decline, .retry, .skip, .markDone, .confirm, .override: true
    case .pause, .continue, .undo, .abort, .switchVariant: false
    }
  }

  /// It departs from the plan: why stands in the report.
  package var needsReason: Bool {
    switch self {
    case .decline, .retry, .skip, .markDone, .undo, .abort, .switchVariant, .override: true
    case .pause, .continue, .approve, .confirm: false
    }
  }
}

/// An order as somebody gave it, before anybody knows whether it fits.
public struct SteeringOrder: Sendable, Equatable, Codable {
  public var verb: SteeringVerb
  public var step: StepID?
  /// The attempt that the person saw; nil for the one that there is.
  public var attempt: Int?
  /// The account, as the operating system says.
  public var by: String
  /// The name that the person gave, where several share the account. A claim: no right comes from it.
  public var named: String?
  public var reason: String?
  /// For `switch-variant`: which.
  public var variant: String?
  /// For `override`: which.
  public var gate: String?
  /// For `switch-variant`: the id of the run that goes on; given by whoever drives this one.
  public var successor: RunID?

  public init(
    _ verb: SteeringVerb, step: StepID? = nil, attempt: Int? = nil, by: String,
    named: String? = nil, reason: String? = nil, variant: String? = nil, gate: String? = nil
  ) {
    self.gate = gate
    self.variant = variant
    self.verb = verb
    self.step = step
    self.attempt = attempt
    self.by = by
    self.named = named
    self.reason = reason
  }
}

/// Why an order was not taken. Nothing was changed by it.
public struct SteeringRefusal: Error, Sendable, Equatable, Codable {
  public enum Code: String, Sendable, Codable, CaseIterable {
    /// This version does not serve the order.
    case notServed = "not_served"
    case stepNeeded = "step_needed"
    case takesNoStep = "takes_no_step"
    case noSuchStep = "no_such_step"
    /// The runbook has no such variant, or it is the run's own.
    case noSuchVariant = "no_such_variant"
    /// The step's action has no such guard that a person may override.
    case noSuchGate = "no_such_gate"
    case reasonNeeded = "reason_needed"
    case wrongRunState = "wrong_run_state"
    case wrongStepState = "wrong_step_state"
    /// Somebody else was first.
    case alreadyDecided = "already_decided"
    /// The question that the person saw is not the one that stands now.
    case otherAttempt = "other_attempt"
    case notYourRole = "not_your_role"
    case samePerson = "same_person"
    case nothingToUndo = "nothing_to_undo"
    /// The account may not steer this run.
    case notAllowed = "not_allowed"
    /// The message is no order that this version knows.
    case notUnderstood = "not_understood"
    /// The process lets go of the run; it takes no more orders.
    case lettingGo = "letting_go"
    /// The journal could not be written: whether the order counts is known when the run is resumed.
    case journalLost = "journal_lost"
  }
  public var code: Code
  public var message: String
  /// What to do instead.
  public var next: String?

  public init(_ code: Code, _ message: String, next: String? = nil) {
    self.code = code
    self.message = message
    self.next = next
  }
}

/// The record of an order that was not taken.
public struct RefusedOrder: Sendable, Equatable, Codable {
  public var verb: SteeringVerb
  public var step: StepID?
  public var by: String
  public var named: String?
  public var code: SteeringRefusal.Code
  public var message: String

  public init(_ order: SteeringOrder, _ refusal: SteeringRefusal) {
    verb = order.verb
    step = order.step
    by = order.by
    named = order.named
    code = refusal.code
    message = refusal.message
  }
}

// MARK: - The table

extension RunMachine {
  /// The event that the order makes in this state, or why there is none. Pure: the whole table is under test.
  package func event(for order: SteeringOrder) throws(SteeringRefusal) -> Event {
    let event = try wanted(order)
    // The machine has the last word, on a copy: what is said to be taken is taken.
    var copy = self
    do throws(EngineError) { _ = try copy.handle(event) } catch {
      throw SteeringRefusal(.wrongStepState, "\(error)", next: advice)
    }
    return event
  }

  private func wanted(_ order: SteeringOrder) throws(SteeringRefusal) -> Event {
    try checkForm(order)
    if order.verb == .switchVariant { try checkVariant(order) }
    try checkRunState(order.verb)
    guard let id = order.step else { return try runEvent(order) }
    guard let place = place(of: id) else {
      throw SteeringRefusal(
        .noSuchStep, "there is no step '\(id)' in this run",
        next: plan.copiesHint(id) ?? "status lists the steps")
    }
    if order.verb == .override { _ = try overridable(by: order, plan.steps[place], steps[place]) }
    return try stepEvent(order, plan.steps[place], steps[place])
  }

  private func checkForm(_ order: SteeringOrder) throws(SteeringRefusal) {
    let verb = order.verb.rawValue
    if order.verb.takesStep, order.step == nil {
      throw SteeringRefusal(.stepNeeded, "\(verb) needs the step that it is about")
    }
    if !order.verb.takesStep, order.step != nil {
      throw SteeringRefusal(.takesNoStep, "\(verb) is about the whole run, not about one step")
    }
    if order.verb.needsReason, order.reason?.allSatisfy(\.isWhitespace) ?? true {
      throw SteeringRefusal(
        .reasonNeeded, "\(verb) departs from the plan and needs a reason: it goes into the report",
        next: "say why with --reason")
    }
  }

  private func checkVariant(_ order: SteeringOrder) throws(SteeringRefusal) {
    let others = otherVariants
    guard let variant = order.variant, others.contains(variant) else {
      let own = plan.variant.map { "; this run is '\($0)'" } ?? ""
      throw SteeringRefusal(
        .noSuchVariant,
        order.variant.map { "there is no other variant '\($0)'\(own)" }
          ?? "switch-variant needs the variant to go on with\(own)",
        next: others.isEmpty
          ? "this runbook has no other variant: abort or undo this run"
          : "choose from: \(others.joined(separator: ", "))")
    }
  }

  private func checkGate(_ order: SteeringOrder, _ step: PlannedStep) throws(SteeringRefusal) {
    let gates = step.gates ?? []
    if let gate = order.gate, gates.contains(gate) { return }
    let names = gates.map { "\(step.id.shellText).\($0)" }.joined(separator: ", ")
    let says = order.gate.map {
      "'\(step.id)' (\(step.uses)) has no gate '\($0)' that a person may override"
    }
    throw SteeringRefusal(
      .noSuchGate, says ?? "override needs the gate that is to be waived, written STEP.GATE",
      next: gates.isEmpty ? "no guard of \(step.uses) can be overridden" : "it has: \(names)")
  }

  /// Whether the order would override what a step has failed by, wherever the run stands: a guard is waived for what
  /// somebody was shown, never beforehand.
  package func checkOverride(_ order: SteeringOrder) throws(SteeringRefusal) {
    try checkForm(order)
    guard let place = order.step.flatMap(place(of:)) else { return }
    _ = try overridable(by: order, plan.steps[place], steps[place])
  }

  private func overridable(
    by order: SteeringOrder, _ step: PlannedStep, _ state: StepState
  ) throws(SteeringRefusal) -> Gate {
    try checkGate(order, step)
    guard case .failed(let failure) = state, let gate = overridable(step.id, failure),
      gate.name == order.gate
    else { throw notOverridable(order, step, state) }
    try checkRole(order, step)
    return gate
  }

  private func notOverridable(
    _ order: SteeringOrder, _ step: PlannedStep, _ state: StepState
  ) -> SteeringRefusal {
    let gate = order.gate ?? ""
    if case .failed(let failure) = state {
      return SteeringRefusal(
        .wrongStepState,
        "it is not \(gate) that '\(step.id)' has failed by: \(failure.failure.message)",
        next: advice)
    }
    if waived(for: step.id)?.name == gate {
      return SteeringRefusal(
        .alreadyDecided, "\(gate) is waived for '\(step.id)' already; the step is \(state.name)",
        next: "the run goes on by itself, or is resumed without the order")
    }
    return SteeringRefusal(
      .wrongStepState, "\(gate) of '\(step.id)' has not refused: the step is \(state.name)",
      next: "a guard is waived once it has refused, for what it has found; never beforehand")
  }

  /// What the run could be continued as.
  package var otherVariants: [String] { (plan.variants ?? []).filter { $0 != plan.variant } }

  private func checkRunState(_ verb: SteeringVerb) throws(SteeringRefusal) {
    let fits =
      switch (verb, state) {
      case (.pause, .open), (.pause, .unwinding): true
      case (.continue, .paused): true
      case (.approve, .open), (.approve, .holding), (.decline, .open), (.decline, .holding): true
      case (.retry, .open), (.retry, .holding), (.override, .open), (.override, .holding): true
      case (.skip, .open), (.skip, .holding), (.skip, .paused): true
      case (.markDone, .open), (.markDone, .holding), (.markDone, .paused): true
      case (.undo, .open), (.undo, .holding), (.undo, .paused): true
      case (.abort, .open), (.abort, .holding), (.abort, .paused), (.abort, .unwinding): true
      case (.switchVariant, .open), (.switchVariant, .holding), (.switchVariant, .paused): true
      // Its time runs on whatever the run does, so it can be confirmed as long as there is a run.
      case (.confirm, .open), (.confirm, .holding), (.confirm, .paused), (.confirm, .unwinding),
        (.confirm, .stopping):
        true
      case (.pause, _), (.continue, _), (.approve, _), (.decline, _), (.retry, _), (.skip, _),
        (.markDone, _), (.undo, _), (.abort, _), (.switchVariant, _), (.confirm, _),
        (.override, _):
        false
      }
    guard !fits else { return }
    throw SteeringRefusal(
      .wrongRunState, "\(verb.rawValue) is not possible while the run is \(state.name)",
      next: advice)
  }

  /// What can be done instead in this state of the run.
  private var advice: String {
    switch state {
    case .open: "the run goes on by itself; pause stops it"
    case .holding:
      "it waits for a decision: retry, skip or mark-done for its failed step, undo, abort"
    case .paused: "nothing is started while it is paused: continue, undo or abort"
    case .unwinding: "changes are being undone: pause or abort stops that"
    case .stopping: "it ends as soon as what runs has finished"
    case .closed: "it has ended; see its report"
    }
  }

  private func runEvent(_ order: SteeringOrder) throws(SteeringRefusal) -> Event {
    let choice: OperatorDecision.Choice
    switch order.verb {
    case .pause: choice = .pause
    case .continue: choice = .continue
    case .abort: choice = .abort
    case .switchVariant:
      // The one that drives the run names its successor; an order that has none is only asked whether it would fit.
      choice = .switchVariant(order.variant ?? "", successor: order.successor ?? RunID("successor"))
    case .undo:
      if let why = undoReach.nothing {
        throw SteeringRefusal(
          .nothingToUndo, why, next: "abort ends the run and leaves all as it is")
      }
      choice = .unwind
    case .approve, .decline, .retry, .skip, .markDone, .confirm, .override:
      throw SteeringRefusal(.stepNeeded, "\(order.verb.rawValue) needs the step that it is about")
    }
    return .operatorDecided(decision(choice, order))
  }

  private func decision(
    _ choice: OperatorDecision.Choice, _ order: SteeringOrder
  ) -> OperatorDecision {
    OperatorDecision(choice, by: order.by, reason: order.reason, named: order.named)
  }

  private func stepEvent(
    _ order: SteeringOrder, _ step: PlannedStep, _ state: StepState
  ) throws(SteeringRefusal) -> Event {
    if let attempt = order.attempt, attempt != state.attempt {
      throw SteeringRefusal(
        .otherAttempt,
        "what was seen was attempt \(attempt) of '\(step.id)'; now it is attempt \(state.attempt)",
        next: "look at it again")
    }
    switch (order.verb, state) {
    case (.approve, .gated(let attempt, _, _, let people)):
      try checkRole(order, step)
      guard !people.contains(order.by) else {
        throw SteeringRefusal(
          .samePerson, "\(order.by) has approved '\(step.id)' already; it takes somebody else")
      }
      return answer(.approve, order, step, attempt)
    case (.decline, .gated(let attempt, _, _, _)):
      try checkRole(order, step)
      return answer(.decline, order, step, attempt)
    case (.confirm, .confirming(let success, isLooking: false)):
      return answer(.approve, order, step, success.attempt)
    case (.decline, .confirming(let success, isLooking: false)):
      return answer(.decline, order, step, success.attempt)
    case (.retry, .failed): return .operatorDecided(decision(.retry(step.id), order))
    // What the runbook lets pass stays visible as the failure that it was.
    case (.skip, .failed(let failure)) where !failure.isPassed:
      return .operatorDecided(decision(.skip(step.id), order))
    case (.markDone, .failed): return .operatorDecided(decision(.markDone(step.id), order))
    case (.override, .failed):
      let gate = try overridable(by: order, step, state)
      return .operatorDecided(decision(.override(step.id, gate), order))
    case (.approve, _), (.decline, _), (.retry, _), (.skip, _), (.markDone, _), (.pause, _),
      (.continue, _), (.undo, _), (.abort, _), (.switchVariant, _), (.confirm, _), (.override, _):
      throw misfit(order.verb, step, state)
    }
  }

  /// The guard that the step failed by, where it may be overridden now.
  package func overridable(_ step: StepID, _ failure: StepFailure) -> Gate? {
    guard !isTakingBack, let place = place(of: step) else { return nil }
    return machine(place).overridable(failure)
  }

  private func answer(
    _ said: PersonAnswer.Decision, _ order: SteeringOrder, _ step: PlannedStep, _ attempt: Int
  ) -> Event {
    .personAnswered(
      PersonAnswer(
        step: step.id, attempt: attempt, decision: said, by: order.by, reason: order.reason,
        named: order.named))
  }

  private func checkRole(
    _ order: SteeringOrder, _ step: PlannedStep
  ) throws(SteeringRefusal) {
    if let refusal = plan.roleRefusal(step, by: order.by) {
      throw SteeringRefusal(.notYourRole, refusal)
    }
  }

  private func misfit(
    _ verb: SteeringVerb, _ step: PlannedStep, _ state: StepState
  ) -> SteeringRefusal {
    let word = verb.rawValue
    let isAnswer = verb == .approve || verb == .decline
    if verb == .confirm, step.commitWithin == nil {
      return SteeringRefusal(
        .wrongStepState, "'\(step.id)' is not to be confirmed: it has no commit_within",
        next: "a question is answered with approve or decline")
    }
    switch state {
    case .confirming(_, isLooking: true) where verb == .confirm || isAnswer:
      return SteeringRefusal(
        .wrongStepState,
        "\(word) came too late: the time of '\(step.id)' is over, and its checks decide",
        next: "look at it again in a moment")
    case .succeeded where verb == .confirm:
      return SteeringRefusal(
        .alreadyDecided, "'\(step.id)' is confirmed, or had nothing to confirm")
    case .undoing(_, _, let before?) where verb == .confirm && before.isUnconfirmed:
      return SteeringRefusal(
        .wrongStepState, "confirm came too late: '\(step.id)' is being taken back",
        next: "retry makes its change once more, when it is taken back")
    case .succeeded(let success):
      switch success.way {
      case .approved where isAnswer, .markedDone:
        return SteeringRefusal(
          .alreadyDecided, "\(word) came too late: '\(step.id)' is \(success.evidence.summary)")
      case .approved, .changed, .unverified, .foundInPlace, .alreadyInPlace, .checked: break
      }
    case .skipped(.byPerson(let who, _)):
      return SteeringRefusal(
        .alreadyDecided, "\(word) came too late: '\(step.id)' was left out by \(who)")
    case .planning(_, .some) where isAnswer:
      return SteeringRefusal(
        .alreadyDecided, "\(word) came too late: '\(step.id)' is approved and goes on")
    case .failed(let failure):
      return SteeringRefusal(
        .wrongStepState,
        "\(word) does not fit '\(step.id)', which failed: \(failure.failure.message)",
        next: failure.isPassed ? "the runbook lets the run go on without it" : advice)
    case .pending, .planning, .gated, .applying, .verifying, .inDoubt, .backingOff, .confirming,
      .skipped, .undoing, .undone:
      break
    }
    let instead: String? =
      switch state {
      case .gated: "it asks a question: approve or decline"
      case .confirming: "it waits to be confirmed: confirm or decline"
      case .pending, .planning, .applying, .verifying, .inDoubt, .backingOff, .succeeded, .failed,
        .skipped, .undoing, .undone:
        nil
      }
    return SteeringRefusal(
      .wrongStepState, "\(word) does not fit '\(step.id)', which is \(state.name)", next: instead)
  }
}

extension Plan {
  /// Why the account may not answer for the step, or nil when it may.
  package func roleRefusal(_ step: PlannedStep, by account: String) -> String? {
    guard let role = step.approval?.role else { return nil }
    let people = roles.first { $0.name == role }?.people ?? []
    if people.contains(account) { return nil }
    return "'\(step.id)' needs a \(role); \(account) is not one. In the environment "
      + "'\(environment.name)' that is: \(people.isEmpty ? "nobody" : people.joined(separator: ", "))"
  }
}

/// How far an undo would come now.
package struct UndoReach: Sendable, Equatable {
  /// What would be undone, in that order.
  package var steps: [StepID] = []
  /// Where it would end with something still changed, and why.
  package var stop: (step: StepID, why: String)?

  package static func == (one: Self, other: Self) -> Bool {
    one.steps == other.steps && one.stop?.step == other.stop?.step
      && one.stop?.why == other.stop?.why
  }

  /// Why there is nothing that could be undone, or nil.
  package var nothing: String? {
    guard steps.isEmpty else { return nil }
    guard let stop else { return "the run has changed nothing that is still in place" }
    return "nothing can be undone: \(stop.step) \(stop.why)"
  }
}

extension RunMachine {
  package var undoReach: UndoReach {
    var reach = UndoReach()
    for place in changes.reversed() where !leftInPlace.contains(place) {
      let step = plan.steps[place]
      if step.pointOfNoReturn {
        reach.stop = (step.id, "is a point of no return")
        return reach
      }
      if case .none(let reason) = step.undo {
        reach.stop = (step.id, "has no undo (\(reason))")
        return reach
      }
      reach.steps.append(step.id)
    }
    return reach
  }
}
