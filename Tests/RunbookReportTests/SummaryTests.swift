import RunbookEngine
import RunbookModel
import RunbookReport
import Testing

@Suite struct SummaryTests {
  @Test func `a finished run is one line with its outcome`() throws {
    let summary = try RunScript.succeeded().summary()
    #expect(summary.run == RunID("20261121-013500-k3f9"))
    #expect(summary.state == .ended)
    #expect(summary.outcome == .succeeded)
    #expect(summary.duration == .seconds(75))
    #expect(summary.ended == RunScript.start + .seconds(75))
    #expect(summary.stepCount == 7)
    #expect(summary.settledCount == 7)
    #expect(summary.waits.isEmpty)
    #expect(summary.current.isEmpty)
    #expect(summary.trouble == nil)
  }

  @Test func `a run that goes on says what it does and since when`() throws {
    var script = RunScript()
    try script.open()
    var now = script.now
    now.wall = now.wall + .seconds(7)
    let summary = try script.summary(now: now)
    #expect(summary.state == .running)
    #expect(summary.current.map(\.step) == ["outage_confirmed"])
    #expect(summary.current.map(\.status) == [.checking])
    #expect(summary.duration == .seconds(7))
    #expect(summary.ended == nil)
  }

  @Test func `a question is waited for, and nothing else goes on`() throws {
    var script = RunScript()
    try script.open()
    try script.check("outage_confirmed")
    script.wait(.seconds(1))
    try script.add(
      .stepPlanned(
        StepReport("go", attempt: 1, .ask(PersonRequest(kind: .approval, text: "Fail over?")))))
    let summary = try script.summary()
    #expect(summary.state == .waiting)
    #expect(summary.waits.map(\.kind) == [.approval])
    #expect(summary.waits.first?.text == "Fail over?")
    #expect(summary.waits.first?.since == RunScript.start + .seconds(2))
  }

  @Test func `a run that holds waits for a decision on the step that failed`() throws {
    let summary = try Scenes.held().summary()
    #expect(summary.state == .holding)
    #expect(summary.waits.map(\.kind) == [.decision])
    #expect(summary.waits.first?.step == "switch_dns")
    #expect(summary.waits.first?.instructions == ["check the TSIG key"])
    #expect(summary.trouble?.step == "switch_dns")
    #expect(summary.settledCount == 4)
  }

  @Test func `an interrupted run waits to be resumed, and a resumed one does not`() throws {
    var script = RunScript()
    try script.open()
    try script.add(.interrupted(Interruption(cause: "SIGTERM")))
    #expect(try script.summary().state == .interrupted)
    #expect(try script.summary().waits.map(\.kind) == [.resume])
    script.reboot(after: .seconds(30))
    try script.add(
      .runResumed(
        RunResumption(by: "bob", host: "ops2", interrupted: ["outage_confirmed"], cutBytes: 0)))
    #expect(try script.summary().state == .running)
    #expect(try script.summary().waits.isEmpty)
  }

  @Test func `a run that was paused and sent on is not interrupted any more`() throws {
    var script = RunScript()
    try script.open()
    try script.add(.interrupted(Interruption(cause: "SIGINT")))
    try script.check("outage_confirmed")
    #expect(try script.summary().state == .interrupted)
    try script.decide(.continue)
    #expect(try script.summary().state == .running)
  }

  @Test func `a run that held when it was interrupted waits for both`() throws {
    var script = try Scenes.held()
    try script.add(.interrupted(Interruption(cause: "SIGHUP")))
    let summary = try script.summary()
    #expect(summary.state == .interrupted)
    #expect(summary.waits.map(\.kind) == [.resume, .decision])
  }

  @Test func `following a run record by record gives the same as reading it whole`() throws {
    for script in try [RunScript.succeeded(), Scenes.resumed(), Scenes.undone()] {
      var followed = RunHistory(plan: script.plan, records: [])
      for record in script.records { followed.add(record) }
      #expect(RunSummary(followed) == RunSummary(script.history))
    }
  }
}
