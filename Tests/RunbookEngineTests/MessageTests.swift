import RunbookEngine
import RunbookModel
import Testing

/// Steps that only tell people something: nothing rests on them, and nothing of them can be taken back.
struct MessageTests {
  private func message(_ id: StepID, needs: [Int] = [], _ policy: FailurePolicy = .continue)
    -> PlannedStep
  {
    step(id, needs: needs) {
      $0.onlyTells = true
      $0.isRepeatable = false
      $0.isVerifiable = false
      $0.isCritical = false
      $0.onFailure = policy
      $0.undo = .none(reason: "what was sent cannot be unsent")
    }
  }

  @Test func `one whose answer was lost holds nobody up and stays unknown`() throws {
    var run = Scenario([message("told"), step("b", .check, needs: [0])])
    _ = try run.open()
    try run.take(planned("told"))
    #expect(try run.take(applyFailed("told", 1, lost)) == ["verify told#1"])
    #expect(try run.take(cannotTell("told")) == ["check b#1"])
    #expect(run.state("told") == "failed")
    guard case .failed(let failure) = run.machine.state(of: "told") else { return }
    #expect(failure.effect == .unknown)
    #expect(try run.take(checked("b")) == ["close succeeded"])
  }

  @Test func `the same with 'hold' waits for a person, who may have it sent again`() throws {
    var run = Scenario([message("told", .hold)])
    _ = try run.open()
    try run.take(planned("told"))
    try run.take(applyFailed("told", 1, lost))
    #expect(try run.take(cannotTell("told")) == [])
    #expect(run.machine.state == .holding)
    #expect(try run.take(order(.retry("told"))) == ["plan told#2"])
  }

  @Test func `after a crash it is looked for, and never sent again by itself`() throws {
    var run = Scenario([message("told"), step("b", .check, needs: [0])])
    _ = try run.open()
    try run.take(planned("told"))
    #expect(try run.take(resumed) == ["verify told#1"])
    #expect(try run.take(cannotTell("told")) == ["check b#1"])
  }

  @Test func `undoing passes it over, and what is left is told as before`() throws {
    var run = Scenario([step("a"), message("told", needs: [0]), step("c", .check, needs: [1])])
    _ = try run.open()
    try run.complete("a")
    try run.take(planned("told"))
    try run.take(applied("told"))
    let failed = Event.stepChecked(StepReport("c", attempt: 1, .failed(refused)))
    try run.take(failed)
    #expect(try run.take(order(.unwind)) == ["undo a#1"])
    #expect(try run.take(undone("a")) == ["close failed_undone"])
    #expect(run.state("told") == "succeeded")
  }

  @Test func `alone it leaves nothing changed behind`() throws {
    var run = Scenario([message("told"), step("b", .check, needs: [0])])
    _ = try run.open()
    try run.take(planned("told"))
    try run.take(applied("told"))
    let failed = Event.stepChecked(StepReport("b", attempt: 1, .failed(refused)))
    try run.take(failed)
    #expect(try run.take(order(.abort)) == ["close failed_unchanged"])
  }

  @Test func `what somebody approved is what is sent, though its figures have moved on`() throws {
    var asked = message("told")
    asked.approval = ApprovalPolicy(role: "commander", timeout: nil)
    var run = Scenario([asked])
    _ = try run.open()
    let shown: Value = ["body": "4 min"]
    #expect(try run.take(planned("told", 1, shown)) == ["ask told#1"])
    let yes = Event.personAnswered(
      PersonAnswer(step: "told", attempt: 1, decision: .approve, by: "alice", reason: nil))
    #expect(try run.take(yes) == ["plan told#1"])
    let later: Value = ["body": "5 min"]
    #expect(
      try run.machine.handle(planned("told", 1, later))
        == [.apply("told", attempt: 1, change: shown)])
  }

  @Test func `a saved plan does not stop over figures that have moved on`() throws {
    var told = message("told")
    told.forecast.change = ["body": "4 min"]
    var plan = Scenario([told]).machine.plan
    plan.bindsChanges = true
    var run = Scenario(RunMachine(plan: plan))
    _ = try run.open()
    #expect(try run.take(planned("told", 1, ["body": "5 min"])) == ["apply told#1"])
  }
}
