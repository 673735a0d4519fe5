import RunbookEngine
import RunbookModel
import RunbookReport
import Testing

@Suite struct HistoryTests {
  @Test func `every step's state is the machine's own`() throws {
    let scripts = try [
      RunScript.succeeded(), Scenes.held(), Scenes.undone(), Scenes.inDoubt(), Scenes.resumed(),
      Scenes.failedUnchanged(), Scenes.skipped(),
    ]
    for script in scripts {
      #expect(script.history.machine.steps == script.machine.steps)
      #expect(script.history.machine.state == script.machine.state)
      #expect(script.history.disagreement == nil)
    }
  }

  @Test func `every act has its ending and no act is lost`() throws {
    let history = try RunScript.succeeded().history
    let promote = try #require(
      history.steps.first { history.plan.steps[$0.index].id == "promote_db" })
    #expect(promote.acts.map(\.kind) == [.plan, .apply, .verify])
    #expect(promote.acts.map(\.ending) == [.changeFound, .done, .holds])
    #expect(promote.attempts == 1)
    #expect(history.outcome == .succeeded)
  }

  @Test func `a record that the rules cannot follow is named and nothing after it is believed`()
    throws
  {
    var script = RunScript()
    try script.open()
    script.addBlindly(.stepVerified(StepReport("fence_db", attempt: 1, .holds(Evidence("no")))))
    script.addBlindly(
      .stepChecked(StepReport("outage_confirmed", attempt: 1, .verdict(.holds(Evidence("yes"))))))
    let report = try script.report()
    #expect(script.history.disagreement?.record == 1)
    #expect(report.doubts.first?.kind == .record)
    #expect(report.doubts.first?.text.contains("Record 2 does not fit the rules") == true)
    #expect(report.steps[0].status == .checking)
    #expect(report.timeline.last?.text.contains("checked, holds: yes") == true)
  }

  @Test func `other commands than the rules give are found too`() throws {
    var script = RunScript()
    try script.open()
    script.addBlindly(
      .stepChecked(StepReport("outage_confirmed", attempt: 1, .verdict(.holds(Evidence("yes"))))),
      [.close(.succeeded)])
    #expect(script.history.disagreement?.record == 1)
    #expect(script.clocks().recovered == nil)
    #expect(try script.report().markdown.contains("does not fit the rules"))
  }

  @Test func `an answer to a question that no longer stands counts for nothing`() throws {
    var script = RunScript()
    try script.open()
    script.addBlindly(
      .personAnswered(PersonAnswer(step: "go", attempt: 7, decision: .approve, by: "mallory")))
    #expect(script.history.answers.map(\.counted) == [false])
  }

  @Test func `no records give no report`() {
    let plan = Plan.shop()
    #expect(RunSummary(plan: plan, records: []) == nil)
    #expect(Clocks.result(plan: plan, records: []).rto.verdict == .stillCounting)
  }
}

/// Runs that went another way than planned.
enum Scenes {
  /// Before anything was changed, a check does not hold, and the commander ends it.
  static func failedUnchanged() throws -> RunScript {
    var script = RunScript()
    try script.open(outageAt: RunScript.start - .seconds(30))
    script.wait(.seconds(1))
    try script.checked("outage_confirmed", .doesNotHold(Evidence("2 of 3 reach site A")))
    script.wait(.seconds(20))
    try script.decide(.abort, by: "bob", reason: "site A is alive")
    return script
  }

  private static func toDatabase() throws -> RunScript {
    var script = RunScript()
    try script.open(outageAt: RunScript.start - .seconds(30))
    try script.check("outage_confirmed")
    try script.approve("go", after: .seconds(5))
    return script
  }

  /// The switch of the name fails, and the run waits for a decision.
  static func held() throws -> RunScript {
    var script = try toDatabase()
    try script.change("fence_db", facts: ["receipt": "r"])
    try script.change("promote_db", facts: ["recovery_point": Plan.noLoss])
    script.wait(.seconds(1))
    try script.planned("switch_dns")
    script.wait(.seconds(1))
    try script.applied(
      "switch_dns",
      .failed(
        .refused(
          .authentication, "127.0.0.1:5353 answered BADKEY", advice: "check the TSIG key")))
    return script
  }

  /// The fence is up, the promotion is refused, and the commander has all of it undone.
  static func undone() throws -> RunScript {
    var script = try toDatabase()
    try script.change("fence_db", facts: ["receipt": "r"])
    script.wait(.seconds(1))
    try script.planned("promote_db")
    script.wait(.seconds(1))
    try script.applied(
      "promote_db", .failed(.refused(.precondition, "the standby is 40 MiB behind")))
    script.wait(.seconds(10))
    try script.decide(.unwind, by: "bob", reason: "too much would be lost")
    script.wait(.seconds(2))
    try script.undone("fence_db", .done(Evidence("the old primary takes writes again")))
    return script
  }

  /// The promotion's result was lost and nobody can see the server.
  static func inDoubt() throws -> RunScript {
    var script = try toDatabase()
    try script.change("fence_db", facts: ["receipt": "r"])
    script.wait(.seconds(1))
    try script.planned("promote_db")
    script.wait(.seconds(60))
    try script.applied("promote_db", .failed(.unknown(.timeout, "no answer in 60 s")))
    script.wait(.seconds(10))
    try script.verified("promote_db", .cannotTell(Evidence("127.0.2.10:5532 does not answer")))
    return script
  }

  /// Killed during the promotion; taken over on another machine, where it is found in place.
  static func resumed() throws -> RunScript {
    var script = try toDatabase()
    try script.change("fence_db", facts: ["receipt": "r"])
    script.wait(.seconds(1))
    try script.planned("promote_db")
    script.reboot(after: .seconds(90))
    try script.add(
      .runResumed(
        RunResumption(by: "carol", host: "ops2", interrupted: ["promote_db"], cutBytes: 17)))
    script.wait(.seconds(1))
    try script.verified(
      "promote_db",
      .holds(Evidence("127.0.2.10:5532 is a primary", facts: ["recovery_point": Plan.noLoss])))
    try script.change("switch_dns")
    try script.check("buy_something")
    try script.change("told_everyone")
    return script
  }

  /// A person leaves the name out and goes on.
  static func skipped() throws -> RunScript {
    var script = try held()
    script.wait(.seconds(30))
    try script.decide(.skip("switch_dns"), by: "bob", reason: "done by the registrar")
    try script.check("buy_something")
    try script.change("told_everyone")
    return script
  }
}
