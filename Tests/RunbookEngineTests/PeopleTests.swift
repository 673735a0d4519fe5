import RunbookEngine
import RunbookModel
import Testing

struct PeopleTests {
  private let policy = ApprovalPolicy(role: "commander", count: 1, timeout: .seconds(60))

  private func answer(
    _ step: StepID, _ decision: PersonAnswer.Decision, attempt: Int = 1, by: String = "alice"
  ) -> Event {
    .personAnswered(PersonAnswer(step: step, attempt: attempt, decision: decision, by: by))
  }

  @Test func `an approval is bound to the change: another one found afterwards is not applied`()
    throws
  {
    var run = Scenario([step("a") { $0.approval = policy }])
    _ = try run.open()
    #expect(try run.take(planned("a")) == ["ask a#1", "gate a#1 1m"])
    #expect(try run.take(answer("a", .approve)) == ["plan a#1"])
    #expect(try run.take(planned("a", 1, ["to": "elsewhere"])) == [])
    #expect(run.state("a") == "failed")
  }

  @Test func `an approved change that is still the same is applied`() throws {
    var run = Scenario([step("a") { $0.approval = policy }])
    _ = try run.open()
    try run.take(planned("a"))
    try run.take(answer("a", .approve))
    #expect(try run.take(planned("a")) == ["apply a#1"])
  }

  @Test func `two approvals must come from two people`() throws {
    var two = policy
    two.count = 2
    var run = Scenario([step("a") { $0.approval = two }])
    _ = try run.open()
    try run.take(planned("a"))
    #expect(try run.take(answer("a", .approve)) == [])
    #expect(throws: EngineError.self) { try run.take(answer("a", .approve)) }
    #expect(try run.take(answer("a", .approve, by: "bob")) == ["plan a#1"])
  }

  @Test func `G2: a gate that nobody answers denies, it never approves`() throws {
    var run = Scenario([step("a") { $0.approval = policy }])
    _ = try run.open()
    try run.take(planned("a"))
    #expect(try run.take(.timerFired(TimerReport("a", attempt: 1, .gate))) == [])
    #expect(run.state("a") == "failed")
  }

  @Test func `G5: an answer to one question counts for no other`() throws {
    var run = Scenario([step("a", .person), step("b", .person)])
    _ = try run.open()
    let ask = PersonRequest(kind: .approval, text: "go?")
    try run.take(.stepPlanned(StepReport("a", attempt: 1, .ask(ask))))
    #expect(throws: EngineError.self) { try run.take(answer("b", .approve)) }
    #expect(throws: EngineError.self) { try run.take(answer("a", .approve, attempt: 2)) }
    try run.take(answer("a", .approve))
    #expect(run.state("a") == "succeeded")
  }

  @Test func `a declined question fails the step and changes nothing`() throws {
    var run = Scenario([step("a", .person) { $0.onFailure = .stop }])
    _ = try run.open()
    let ask = PersonRequest(kind: .approval, text: "go?")
    try run.take(.stepPlanned(StepReport("a", attempt: 1, .ask(ask))))
    #expect(try run.take(answer("a", .decline)) == ["close failed_unchanged"])
  }

  @Test func `an open question is asked again after the process was replaced`() throws {
    var run = Scenario([step("a", .person)])
    _ = try run.open()
    let ask = PersonRequest(kind: .task, text: "pull the plug")
    try run.take(.stepPlanned(StepReport("a", attempt: 1, .ask(ask))))
    #expect(try run.take(resumed) == ["ask a#1"])
  }
}
