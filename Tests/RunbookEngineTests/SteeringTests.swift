import RunbookEngine
import RunbookModel
import Testing

/// Every state of the run, and of a step, against every order: what is taken, and which answer the others get.
struct SteeringTests {
  private let verbs = SteeringVerb.allCases
  private let policy = ApprovalPolicy(role: "commander", count: 1, timeout: .seconds(60))

  private func order(
    _ verb: SteeringVerb, by: String = "alice", reason: String? = "because", attempt: Int? = nil
  ) -> SteeringOrder {
    SteeringOrder(
      verb, step: verb.takesStep ? "a" : nil, attempt: attempt, by: by, reason: reason,
      variant: verb == .switchVariant ? "failover" : nil,
      gate: verb == .override ? "max_data_loss" : nil)
  }

  /// `taken`, or the code of the refusal; what is taken must also be accepted by the machine itself.
  private func answer(_ machine: RunMachine, _ order: SteeringOrder) -> String {
    do throws(SteeringRefusal) {
      let event = try machine.event(for: order)
      var copy = machine
      do { _ = try copy.handle(event) } catch { return "FAULT: \(error)" }
      return "taken"
    } catch {
      return error.code.rawValue
    }
  }

  private func table(_ rows: [(String, RunMachine)]) -> String {
    rows.map { name, machine in
      var lines = [
        "\(name): run \(machine.state.name), step \(machine.state(of: "a")?.name ?? "?")"
      ]
      var answers: [(answer: String, verbs: [String])] = []
      for verb in verbs {
        let said = answer(machine, order(verb))
        if let place = answers.firstIndex(where: { $0.answer == said }) {
          answers[place].verbs.append(verb.rawValue)
        } else {
          answers.append((said, [verb.rawValue]))
        }
      }
      answers.sort { $0.answer == "taken" && $1.answer != "taken" }
      lines += answers.map { "  \($0.answer): \($0.verbs.joined(separator: " "))" }
      return lines.joined(separator: "\n")
    }.joined(separator: "\n")
  }

  @Test func `the whole table of state and order is as it was reviewed`() throws {
    let rows = try Situation.allCases.map { ("\($0)", try $0.machine()) }
    #expect(table(rows) == steeringTable)
  }

  @Test func `every state of a run and of a step stands in the table`() throws {
    let machines = try Situation.allCases.map { try $0.machine() }
    #expect(
      Set(machines.map(\.state.name))
        == ["open", "holding", "paused", "unwinding", "stopping", "closed"])
    #expect(
      Set(machines.compactMap { $0.state(of: "a")?.name }) == [
        "pending", "planning", "gated", "applying", "verifying", "in doubt", "backing off",
        "succeeded", "failed", "skipped", "undoing", "undone", "confirming",
      ])
  }

  @Test func `a run that goes on as another variant ends, and leaves what it changed`() throws {
    var run = Scenario([step("a"), step("b")])
    var plan = run.machine.plan
    plan.variant = "switchover"
    plan.variants = ["switchover", "failover"]
    run = Scenario(RunMachine(plan: plan))
    _ = try run.open()
    try run.complete("a")
    try run.take(planFailed("b"))
    var order = order(.switchVariant)
    order.successor = RunID("next")
    let event = try run.machine.event(for: order)
    guard case .operatorDecided(let decision) = event else {
      Issue.record("\(event)")
      return
    }
    #expect(decision.choice == .switchVariant("failover", successor: RunID("next")))
    #expect(try run.take(event) == ["close failed_partly"])
    let written = try ValueEncoder().encode(event)
    #expect(try ValueDecoder().decode(Event.self, from: written) == event)
  }

  @Test func `R5: an order that is refused changes nothing`() throws {
    for situation in Situation.allCases {
      let machine = try situation.machine()
      for verb in verbs {
        let refusal: SteeringRefusal
        do throws(SteeringRefusal) {
          _ = try machine.event(for: order(verb))
          continue
        } catch { refusal = error }
        var after = machine
        let commands = try after.handle(.orderRefused(RefusedOrder(order(verb), refusal)))
        #expect(commands == [] && after.state == machine.state && after.steps == machine.steps)
        #expect(after.refusals == machine.refusals + 1)
      }
    }
  }

  @Test func `what departs from the plan needs a reason, and blanks are none`() throws {
    for verb in verbs where verb.needsReason && verb != .switchVariant {
      for reason in [nil, "", "  \t"] {
        for situation in Situation.allCases {
          #expect(
            answer(try situation.machine(), order(verb, reason: reason)) == "reason_needed",
            "\(verb)")
        }
      }
    }
  }

  @Test func `an order for a step needs one, an order for the run takes none, and ids are exact`()
    throws
  {
    let machine = try Situation.failedHolding.machine()
    for verb in verbs where verb != .switchVariant && verb != .confirm {
      var odd = order(verb)
      odd.step = verb.takesStep ? nil : "a"
      #expect(answer(machine, odd) == (verb.takesStep ? "step_needed" : "takes_no_step"))
    }
    var other = order(.retry)
    other.step = "A"
    #expect(answer(machine, other) == "no_such_step")
  }

  @Test func `what is offered is what would be taken, no more and no less`() throws {
    for situation in Situation.allCases where situation != .failedPassed {
      let machine = try situation.machine()
      let offered = machine.choices.filter { $0.step == nil || $0.step == "a" }.map(\.verb)
      let taken = verbs.filter { answer(machine, order($0)) == "taken" }
      #expect(Set(offered) == Set(taken), "\(situation)")
      #expect(offered.count == Set(offered).count, "\(situation)")
    }
  }

  @Test func `what is offered says when a change may be made twice`() throws {
    func retry(_ adjust: (inout PlannedStep) -> Void) throws -> String? {
      var run = Scenario([step("a", .change, adjust)])
      _ = try run.open()
      try run.take(planned("a"))
      try run.take(applyFailed("a", 1, lost))
      try run.take(cannotTell("a"))
      return run.machine.choices.first { $0.verb == .retry }?.does
    }
    #expect(try retry { $0.isVerifiable = true }?.contains("in place") == true)
    #expect(try retry { $0.isVerifiable = false }?.contains("may have been made") == true)
  }

  @Test func `R18: of two people at one gate the first wins, and the second is told`() throws {
    var machine = try Situation.gated.machine()
    _ = try machine.handle(try machine.event(for: order(.approve)))
    #expect(answer(machine, order(.approve, by: "bob")) == "already_decided")
    #expect(answer(machine, order(.decline, by: "bob")) == "already_decided")
  }

  @Test func `G4: who does not hold the role, or has answered already, cannot approve`() throws {
    var plan = Scenario([step("a") { $0.approval = policy }]).machine.plan
    plan.roles = [.init(name: "commander", people: ["alice", "bob"])]
    plan.steps[0].approval?.count = 2
    var run = Scenario(RunMachine(plan: plan))
    _ = try run.open()
    try run.take(planned("a"))
    #expect(answer(run.machine, order(.approve, by: "mallory")) == "not_your_role")
    #expect(answer(run.machine, order(.decline, by: "mallory")) == "not_your_role")
    try run.take(try run.machine.event(for: order(.approve)))
    var pretending = order(.approve)
    pretending.named = "bob"
    #expect(answer(run.machine, pretending) == "same_person")
    #expect(answer(run.machine, order(.approve, by: "bob")) == "taken")
  }

  @Test func `G5: an answer to the question of another attempt counts for nothing`() throws {
    let machine = try Situation.gated.machine()
    #expect(answer(machine, order(.approve, attempt: 2)) == "other_attempt")
    #expect(answer(machine, order(.approve, attempt: 1)) == "taken")
  }

  @Test func `undo is refused where it would end the run without undoing anything`() throws {
    var run = Scenario([step("a") { $0.pointOfNoReturn = true }, step("b", needs: [0])])
    _ = try run.open()
    try run.complete("a")
    #expect(answer(run.machine, order(.undo)) == "nothing_to_undo")
    #expect(run.machine.undoReach.stop?.step == "a")
  }

  @Test func `a pause starts nothing more, and continue starts what was ready`() throws {
    var run = Scenario([step("a"), step("b", needs: [0])])
    _ = try run.open()
    try run.take(planned("a"))
    try run.take(try run.machine.event(for: order(.pause, reason: nil)))
    try run.take(applied("a"))
    #expect(try run.take(holds("a")) == [])
    #expect(run.state("b") == "pending")
    #expect(try run.take(try run.machine.event(for: order(.continue, reason: nil))) == ["plan b#1"])
  }

  @Test func `a step that is only being looked at makes no change after a person's stop`() throws {
    for verb in [SteeringVerb.pause, .abort] {
      var run = Scenario([step("a"), step("b")])
      _ = try run.open()
      try run.take(try run.machine.event(for: order(verb)))
      #expect(try run.take(planned("a")) == [], "\(verb)")
      #expect(run.state("a") == "pending")
      let last = try run.take(planned("b"))
      #expect(last == (verb == .abort ? ["close failed_unchanged"] : []))
      guard verb == .pause else { continue }
      let resumed = try run.take(try run.machine.event(for: order(.continue)))
      #expect(resumed == ["plan a#1", "plan b#1"])
      #expect(try run.take(planned("a")) == ["apply a#1"])
    }
  }

  @Test
  func
    `a signal holds back what is only being looked at, and old records are replayed as they were`()
    throws
  {
    for (holdsBack, commands): (Bool?, [String]) in [(true, []), (nil, ["apply a#1"])] {
      var run = Scenario([step("a")])
      _ = try run.open()
      try run.take(.interrupted(Interruption(cause: "SIGINT", holdsBack: holdsBack)))
      #expect(try run.take(planned("a")) == commands)
    }
    let old = try ValueDecoder().decode(
      Event.self, from: try JSONText.read(Array(#"{"type":"interrupted","cause":"SIGINT"}"#.utf8)))
    #expect(old == .interrupted(Interruption(cause: "SIGINT", holdsBack: nil)))
  }

  @Test func `the new events survive being written and read, and old ones are read without them`()
    throws
  {
    let events: [Event] = [
      .operatorDecided(OperatorDecision(.pause, by: "ops", reason: nil, named: "carol")),
      .personAnswered(
        PersonAnswer(step: "a", attempt: 1, decision: .approve, by: "ops", named: "carol")),
      .orderRefused(
        RefusedOrder(order(.skip), SteeringRefusal(.wrongStepState, "it is succeeded"))),
    ]
    for event in events {
      let text = JSONText.write(try ValueEncoder().encode(event))
      #expect(try ValueDecoder().decode(Event.self, from: try JSONText.read(text)) == event)
    }
    let old = #"{"type":"operator_decided","choice":{"order":"abort"},"by":"alice","reason":"why"}"#
    let read = try ValueDecoder().decode(Event.self, from: try JSONText.read(Array(old.utf8)))
    #expect(read == .operatorDecided(OperatorDecision(.abort, by: "alice", reason: "why")))
  }
}

/// One way to stand for each state of the run and of step `a`, and the corners between them.
private enum Situation: CaseIterable {
  case pending, planning, gated, approved, applying, verifying, inDoubt, backingOff
  case succeeded, approvedGate, skippedByPerson, failedPassed, failedHolding, gatedHolding
  case pausedApplying, pausedGated, pausedFailed, undoing, pausedUndoing, stopping, undoFailed
  case ended, takenBack
  case confirming, confirmingPaused, confirmingHolding, confirmingStopping, confirmingLooking
  case confirmed, unconfirmed, unconfirmedUndoFailed, refusedByGate

  func machine() throws -> RunMachine {
    let gate = ApprovalPolicy(role: "commander", timeout: nil)
    let again = RetryPolicy(attempts: 3)
    var plan = Scenario([
      step("a") { step in
        switch self {
        case .gated, .approved, .gatedHolding, .pausedGated: step.approval = gate
        case .failedPassed: step.onFailure = .continue
        case .refusedByGate: step.gates = ["max_data_loss"]
        case .backingOff: step.retry = again
        case .pending: step.needs = [1]
        case .confirming, .confirmingPaused, .confirmingHolding, .confirmingStopping, .confirmed,
          .unconfirmed, .unconfirmedUndoFailed:
          step.commitWithin = .seconds(300)
        case .confirmingLooking:
          step.commitWithin = .seconds(300)
          step.verify = [CheckCall(uses: "test.check", with: .map([], nil))]
        case .planning, .applying, .verifying, .inDoubt, .succeeded, .approvedGate,
          .skippedByPerson, .failedHolding, .pausedApplying, .pausedFailed, .undoing,
          .pausedUndoing, .stopping, .undoFailed, .ended, .takenBack:
          break
        }
        if self == .approvedGate { step.kind = .person }
      }, step("b"),
    ]).machine.plan
    plan.roles = [.init(name: "commander", people: ["alice", "bob"])]
    plan.variant = "switchover"
    plan.variants = ["switchover", "failover"]
    var run = Scenario(RunMachine(plan: plan))
    _ = try run.open()
    let pause = Event.operatorDecided(OperatorDecision(.pause, by: "bob", reason: nil))
    let outOfTime = Event.timerFired(TimerReport("a", attempt: 1, .confirm))
    switch self {
    case .pending, .planning: break
    case .confirming: try run.complete("a")
    case .confirmingPaused:
      try run.complete("a")
      try run.take(pause)
    case .confirmingHolding:
      try run.complete("a")
      try run.take(planFailed("b"))
    case .confirmingStopping:
      try run.complete("a")
      try run.take(order(.abort))
    case .confirmed:
      try run.complete("a")
      try run.take(.personAnswered(answer))
    case .confirmingLooking:
      try run.complete("a")
      try run.take(outOfTime)
    case .unconfirmed:
      try run.complete("a")
      try run.take(outOfTime)
      try run.take(.stepUndone(StepReport("a", attempt: 1, .done(Evidence("as before")))))
    case .unconfirmedUndoFailed:
      try run.complete("a")
      try run.take(outOfTime)
      try run.take(.stepUndone(StepReport("a", attempt: 1, .failed(refused))))
    case .gated: try run.take(planned("a"))
    case .approved:
      try run.take(planned("a"))
      try run.take(.personAnswered(answer))
    case .applying: try run.take(planned("a"))
    case .verifying:
      try run.take(planned("a"))
      try run.take(applied("a"))
    case .inDoubt:
      try run.take(planned("a"))
      try run.take(applyFailed("a", 1, lost))
    case .backingOff: try run.take(planFailed("a", 1, passing))
    case .succeeded: try run.complete("a")
    case .approvedGate:
      let request = PersonRequest(kind: .approval, text: "go?")
      try run.take(.stepPlanned(StepReport("a", attempt: 1, .ask(request))))
      try run.take(.personAnswered(answer))
    case .skippedByPerson:
      try run.take(planFailed("a"))
      try run.take(order(.skip("a")))
    case .failedPassed, .failedHolding: try run.take(planFailed("a"))
    case .refusedByGate:
      let gate = Gate(name: "max_data_loss", finding: "12 s, at most 5 s", measure: 12)
      try run.take(
        planFailed("a", 1, .init(.unchanged(retryable: false), .precondition, "12 s", gate: gate)))
    case .gatedHolding:
      try run.take(planned("a"))
      try run.take(planFailed("b"))
    case .pausedApplying:
      try run.take(planned("a"))
      try run.take(pause)
    case .pausedGated:
      try run.take(planned("a"))
      try run.take(pause)
    case .pausedFailed:
      try run.take(pause)
      try run.take(planFailed("a"))
    case .undoing, .pausedUndoing, .undoFailed, .takenBack:
      try run.complete("a")
      try run.take(planFailed("b"))
      try run.take(order(.unwind))
      if self == .pausedUndoing { try run.take(pause) }
      if self == .undoFailed {
        try run.take(.stepUndone(StepReport("a", attempt: 1, .failed(refused))))
      }
      if self == .takenBack { try run.take(undone("a")) }
    case .stopping: try run.take(order(.abort))
    case .ended:
      try run.complete("a")
      try run.complete("b")
    }
    return run.machine
  }

  private var answer: PersonAnswer {
    PersonAnswer(step: "a", attempt: 1, decision: .approve, by: "bob")
  }
}
