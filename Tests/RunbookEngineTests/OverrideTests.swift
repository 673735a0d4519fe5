import RunbookEngine
import RunbookModel
import Testing

/// A guard that has refused, and a person who waives it: for that step, for what was shown, and nothing else.
struct OverrideTests {
  private let gate = Gate(
    name: "max_data_loss", finding: "up to 12 s could be lost, and at most 5 s may be",
    measure: ["time": .duration(.seconds(12))])
  private let worse = Gate(
    name: "max_data_loss", finding: "up to 60 s could be lost, and at most 5 s may be",
    measure: ["time": .duration(.seconds(60))])

  private func refusal(_ gate: Gate) -> ActionFailure {
    ActionFailure(.unchanged(retryable: false), .precondition, gate.finding, gate: gate)
  }

  /// A run that holds because the guard of its first step has refused.
  private func holding(
    _ adjust: @escaping (inout PlannedStep) -> Void = { _ in },
    plan: (inout Plan) -> Void = { _ in }
  ) throws -> Scenario {
    var run = Scenario(
      [
        step("a") {
          $0.gates = ["max_data_loss"]
          adjust(&$0)
        }, step("b", .check, needs: [0]),
      ], adjust: plan)
    _ = try run.open()
    try run.take(planFailed("a", 1, refusal(gate)))
    return run
  }

  private func order(
    _ gate: String? = "max_data_loss", by: String = "alice", reason: String? = "told to",
    attempt: Int? = nil
  ) -> SteeringOrder {
    SteeringOrder(
      .override, step: "a", attempt: attempt, by: by, reason: reason, gate: gate)
  }

  private func refused(_ machine: RunMachine, _ order: SteeringOrder) -> SteeringRefusal? {
    do throws(SteeringRefusal) {
      _ = try machine.event(for: order)
      return nil
    } catch { return error }
  }

  @Test func `the order names what is waived, and the step is looked at afresh with it`() throws {
    var run = try holding()
    #expect(run.machine.state == .holding && run.machine.waived(for: "a") == nil)
    let choice = try #require(run.machine.choices.first { $0.verb == .override })
    #expect(choice.gate == "max_data_loss" && choice.needsReason)
    #expect(choice.does.contains("up to 12 s could be lost, and at most 5 s may be"))
    let event = try run.machine.event(for: order())
    guard case .operatorDecided(let decision) = event else {
      Issue.record("\(event)")
      return
    }
    #expect(decision.choice == .override("a", gate) && decision.reason == "told to")
    #expect(
      try ValueDecoder().decode(Event.self, from: ValueEncoder().encode(event)) == event)
    #expect(try run.take(event) == ["plan a#2"])
    #expect(run.machine.waived(for: "a") == gate && run.machine.state == .open)
    try run.take(planned("a", 2))
    try run.take(applied("a", 2))
    #expect(try run.take(holds("a", 2)) == ["check b#1"])
    #expect(run.machine.waived(for: "b") == nil)
  }

  @Test func `a process that died right after the order goes on with it, and only with it`() throws
  {
    var run = try holding()
    let event = try run.machine.event(for: order())
    try run.take(event)
    // The journal read again by another process.
    var again = try holding()
    #expect(try again.take(event) == ["plan a#2"])
    #expect(try again.take(resumed) == ["plan a#2"])
    #expect(again.machine.waived(for: "a") == gate)
    let late = refused(again.machine, order())
    #expect(late?.code == .alreadyDecided, "\(String(describing: late))")
  }

  @Test func `what has become worse refuses again, and the first order does not cover it`() throws {
    var run = try holding()
    let first = try run.machine.event(for: order())
    try run.take(first)
    try run.take(planFailed("a", 2, refusal(worse)))
    #expect(run.machine.state == .holding)
    #expect(throws: EngineError.self) { try run.take(first) }
    #expect(run.machine.waived(for: "a") == gate)
    #expect(refused(run.machine, order(attempt: 1))?.code == .otherAttempt)
    #expect(try run.take(run.machine.event(for: order(attempt: 2))) == ["plan a#3"])
    #expect(run.machine.waived(for: "a") == worse)
  }

  @Test func `another attempt that the runbook asks for is under the same waiver`() throws {
    var run = try holding { $0.retry = RetryPolicy(attempts: 3, delay: .seconds(1)) }
    try run.take(run.machine.event(for: order()))
    try run.take(planFailed("a", 2, passing))
    #expect(
      try run.take(.timerFired(TimerReport("a", attempt: 2, .backoff))) == ["plan a#3"])
    #expect(run.machine.waived(for: "a") == gate)
  }

  @Test func `only a guard that the action declares, and that has refused, can be overridden`()
    throws
  {
    let run = try holding()
    let wrong = try #require(refused(run.machine, order("after")))
    #expect(wrong.code == .noSuchGate && wrong.message.contains("has no gate 'after'"))
    #expect(wrong.next == "it has: a.max_data_loss")
    #expect(refused(run.machine, order(nil))?.code == .noSuchGate)

    // The failure names a gate, but the page of the action did not declare it.
    let undeclared = try holding { $0.gates = nil }
    #expect(!undeclared.machine.choices.contains { $0.verb == .override })
    #expect(refused(undeclared.machine, order())?.code == .noSuchGate)
    var forced = undeclared
    #expect(throws: EngineError.self) {
      try forced.take(RunbookEngineTests.order(.override("a", gate)))
    }

    var other = Scenario([step("a") { $0.gates = ["max_data_loss"] }])
    _ = try other.open()
    let early = try #require(refused(other.machine, order()))
    #expect(early.code == .wrongStepState && early.next?.contains("never beforehand") == true)
    try other.take(planFailed("a"))
    #expect(!other.machine.choices.contains { $0.verb == .override })
    let otherwise = try #require(refused(other.machine, order()))
    #expect(otherwise.code == .wrongStepState && otherwise.message.contains("failed by: no"))
  }

  @Test func `it needs a reason and, where the step has a role, somebody who holds it`() throws {
    let run = try holding {
      $0.approval = ApprovalPolicy(role: "commander", count: 1, timeout: nil)
    } plan: {
      $0.roles = [.init(name: "commander", people: ["alice"])]
    }
    #expect(refused(run.machine, order(reason: " "))?.code == .reasonNeeded)
    #expect(refused(run.machine, order(by: "mallory"))?.code == .notYourRole)
    // The change is shown and approved as ever.
    var machine = run
    try machine.take(machine.machine.event(for: order()))
    let asked = try machine.take(planned("a", 2))
    #expect(asked == ["ask a#2"])
    let yes = PersonAnswer(step: "a", attempt: 2, decision: .approve, by: "alice")
    #expect(try machine.take(.personAnswered(yes)) == ["plan a#2"])
    #expect(machine.machine.waived(for: "a") == gate)
    #expect(try machine.take(planned("a", 2)) == ["apply a#2"])
  }

  @Test func `a plan that binds its changes binds all of them but what was waived`() throws {
    let bound: (inout PlannedStep) -> Void = {
      $0.forecast = StepForecast(.wouldChange, "", preview: preview, change: change)
    }
    for (found, commands): (Value, [String]) in [
      (["to": "b", "waived": ["time": .duration(.seconds(12))]], ["apply a#2"]),
      (["to": "c", "waived": ["time": .duration(.seconds(12))]], []),
    ] {
      var run = try holding(bound) { $0.bindsChanges = true }
      try run.take(run.machine.event(for: order()))
      #expect(try run.take(planned("a", 2, found)) == commands)
    }
    // Without an order nothing is left out of the comparison.
    var run = try holding(bound) { $0.bindsChanges = true }
    try run.take(RunbookEngineTests.order(.retry("a")))
    #expect(try run.take(planned("a", 2, ["to": "b", "waived": 1])) == [])
    #expect(run.state("a") == "failed")
  }

  @Test func `while changes are taken back nothing is overridden`() throws {
    var run = Scenario([
      step("z"),
      step("a", needs: [0]) { $0.gates = ["max_data_loss"] },
    ])
    _ = try run.open()
    try run.complete("z")
    try run.take(planFailed("a", 1, refusal(gate)))
    try run.take(RunbookEngineTests.order(.unwind))
    try run.take(.stepUndone(StepReport("z", attempt: 1, .failed(RunbookEngineTests.refused))))
    #expect(run.machine.state == .holding)
    #expect(!run.machine.choices.contains { $0.verb == .override })
    #expect(refused(run.machine, order()) != nil)
    #expect(throws: EngineError.self) {
      try run.take(RunbookEngineTests.order(.override("a", gate)))
    }
  }
}
