import RunbookEngine
import RunbookForecast
import RunbookModel
import RunbookReport
import Testing

/// What a run's records say of its steps' times: what forecasts of later runs rest on.
@Suite struct TimesTests {
  private func times(_ script: RunScript, _ step: StepID) throws -> StepTimes {
    try #require(script.history.times?.steps.first { $0.step == step })
  }

  @Test func `a change's time is its own work, a question's what people took`() throws {
    let script = try RunScript.succeeded()
    let promote = try times(script, "promote_db")
    #expect(promote.ending == .changed)
    #expect(promote.worked == .seconds(3))
    #expect(promote.answered == nil)
    let go = try times(script, "go")
    #expect(go.ending == .answered)
    #expect(go.answered == .seconds(60))
    #expect(go.worked == .seconds(1))
    #expect(try times(script, "buy_something").ending == .checked)
  }

  @Test func `a change that found itself done took its time all the same`() throws {
    var script = RunScript(.shop { _ in })
    try script.open()
    try script.check("outage_confirmed")
    try script.approve("go", after: .seconds(1))
    try script.planned("fence_db")
    script.wait(.seconds(2))
    var seen = Evidence("nothing was changed")
    seen.changedNothing = true
    try script.applied("fence_db", .done(seen))
    script.wait(.seconds(1))
    try script.verified("fence_db", .holds(Evidence("it is so")))
    let fence = try times(script, "fence_db")
    #expect(fence.ending == .changed)
    #expect(fence.worked.map { $0 >= .seconds(3) } == true)
  }

  @Test func `an answer that was given beforehand says nothing of people`() throws {
    let script = try RunScript.succeeded(approvalAfter: .milliseconds(3))
    #expect(try times(script, "go").answered == nil)
  }

  @Test func `a step that failed and was tried again counts from its last attempt, and as failed`()
    throws
  {
    var script = try Scenes.held()
    script.wait(.seconds(600))
    try script.decide(.retry("switch_dns"), by: "bob")
    script.wait(.seconds(1))
    try script.planned("switch_dns", attempt: 2)
    script.wait(.seconds(1))
    try script.applied("switch_dns", attempt: 2, .done(Evidence("done")))
    script.wait(.seconds(1))
    try script.verified("switch_dns", attempt: 2, .holds(Evidence("holds")))
    let seen = try times(script, "switch_dns")
    #expect(seen.hasFailed)
    #expect(seen.ending == .changed)
    #expect(seen.worked == .seconds(3))
  }

  @Test func `attempts of its own and the delays between them are part of a step's time`() throws {
    let retrying = Plan.shop { $0[4].retry = RetryPolicy(attempts: 2, delay: .seconds(20)) }
    var script = RunScript(retrying)
    try script.open()
    try script.check("outage_confirmed")
    try script.approve("go", after: .seconds(5))
    try script.change("fence_db")
    try script.change("promote_db")
    script.wait(.seconds(1))
    try script.planned("switch_dns")
    script.wait(.seconds(2))
    try script.applied("switch_dns", .failed(.passing(.unreachable, "no answer")))
    script.wait(.seconds(20))
    try script.add(.timerFired(TimerReport("switch_dns", attempt: 1, .backoff)))
    script.wait(.seconds(1))
    try script.planned("switch_dns", attempt: 2)
    script.wait(.seconds(4))
    try script.applied("switch_dns", attempt: 2, .done(Evidence("done")))
    script.wait(.seconds(1))
    try script.verified("switch_dns", attempt: 2, .holds(Evidence("holds")))
    let seen = try times(script, "switch_dns")
    #expect(seen.worked == .seconds(1 + 2 + 20 + 1 + 4 + 1))
    #expect(!seen.hasFailed)
  }

  @Test func `a step that a process died in was not measured`() throws {
    let script = try Scenes.resumed()
    let promote = try times(script, "promote_db")
    #expect(promote.ending == .changed)
    #expect(promote.worked == nil)
    #expect(try times(script, "switch_dns").worked == .seconds(3))
  }

  @Test func `what was taken back was done well before, and what failed was not`() throws {
    let script = try Scenes.undone()
    #expect(try times(script, "fence_db").worked == .seconds(3))
    let promote = try times(script, "promote_db")
    #expect(promote.ending == .none)
    #expect(promote.worked == nil)
    #expect(promote.hasFailed)
  }

  @Test func `what a person left out says nothing, and what never began is not there`() throws {
    let script = try Scenes.skipped()
    #expect(try times(script, "switch_dns").ending == .none)
    #expect(try Scenes.held().history.times?.steps.count == 5)
    #expect(RunScript().history.times == nil)
  }
}
