import RunbookEngine
import RunbookModel
import RunbookReport
import Testing

@Suite struct ClocksTests {
  @Test func `the clock runs from the stated outage to the last critical step`() throws {
    let script = try RunScript.succeeded()
    let clocks = script.clocks()
    // 30 s before the run, 1 check, 1 + 60 for the person, 3 changes of 3 s, 1 check.
    #expect(clocks.rto.measured == .exactly(.seconds(30 + 1 + 61 + 9 + 1)))
    #expect(clocks.rto.verdict == .met)
    #expect(clocks.recovered?.step == "buy_something")
    #expect(!clocks.missesObjective)
  }

  @Test func `a step that is not critical does not stop the clock later`() throws {
    let clocks = try RunScript.succeeded().clocks()
    #expect(clocks.recovered?.offset == .seconds(72))
    #expect(clocks.phases.run == .seconds(75))
  }

  @Test func `an unknown outage gives a lower bound and an unknown verdict`() throws {
    let clocks = try RunScript.succeeded(outageAt: nil).clocks()
    #expect(clocks.rto.measured == .atLeast(.seconds(72)))
    #expect(clocks.rto.verdict == .unknown)
    #expect(
      clocks.rto.why.contains(
        "at least 1 min 12 s, counted from the run's start; when the outage began was not said"))
    #expect(!clocks.missesObjective)
  }

  @Test func `a lower bound over the target is a miss even when the outage is unknown`() throws {
    let script = try RunScript.succeeded(plan: .shop(rto: .seconds(60)), outageAt: nil)
    #expect(script.clocks().rto.verdict == .missed)
    #expect(script.clocks().missesObjective)
  }

  @Test func `the declaration bounds an outage that nobody dated`() throws {
    let clocks = try RunScript.succeeded(
      outageAt: nil, declaredAt: RunScript.start - .seconds(100)
    ).clocks()
    #expect(clocks.rto.measured == .atLeast(.seconds(172)))
  }

  @Test func `the runbook's clock decides what is counted`() throws {
    let run = try RunScript.succeeded(plan: .shop(clock: .run), outageAt: nil).clocks()
    #expect(run.rto.measured == .exactly(.seconds(72)))
    let declared = try RunScript.succeeded(
      plan: .shop(clock: .declaration), declaredAt: RunScript.start - .seconds(10)
    ).clocks()
    #expect(declared.rto.measured == .exactly(.seconds(82)))
    // The outage itself still counts against the longest that can be borne.
    #expect(declared.mtpd.measured == .exactly(.seconds(102)))
  }

  @Test func `exactly the target is met and a nanosecond more is missed`() throws {
    let met = try RunScript.succeeded(plan: .shop(rto: .seconds(102))).clocks()
    #expect(met.rto.verdict == .met)
    let missed = try RunScript.succeeded(
      plan: .shop(rto: .seconds(102) - .nanoseconds(1))
    ).clocks()
    #expect(missed.rto.verdict == .missed)
    #expect(missed.rto.margin == .nanoseconds(-1))
  }

  @Test func `a stated outage after the end makes the time unknown, not negative`() throws {
    let clocks = try RunScript.succeeded(outageAt: RunScript.start + .seconds(3600)).clocks()
    #expect(clocks.rto.measured.duration == nil)
    #expect(clocks.rto.verdict == .unknown)
  }

  @Test func `without targets nothing is met and nothing is missed`() throws {
    let clocks = try RunScript.succeeded(plan: .shop(rto: nil, rpo: nil, mtpd: nil)).clocks()
    #expect(clocks.rto.verdict == .noTarget)
    #expect(clocks.rpo.verdict == .noTarget)
    #expect(!clocks.missesObjective)
  }

  @Test func `a run that goes on is still counting until the target has passed`() throws {
    var script = RunScript()
    try script.open(outageAt: RunScript.start)
    try script.check("outage_confirmed")
    var now = script.now
    now.wall = RunScript.start + .seconds(300)
    let early = script.clocks(now: now)
    #expect(early.rto.verdict == .stillCounting)
    #expect(early.rto.measured == .atLeast(.seconds(300)))
    #expect(early.rto.margin == .seconds(600))
    now.wall = RunScript.start + .seconds(901)
    #expect(script.clocks(now: now).rto.verdict == .missed)
  }

  @Test func `a run that failed in time did not recover, and did not meet its objective`() throws {
    var script = RunScript()
    try script.open(outageAt: RunScript.start)
    script.wait(.seconds(1))
    try script.checked("outage_confirmed", .doesNotHold(Evidence("site A answers")))
    try script.decide(.abort)
    let clocks = script.clocks()
    #expect(clocks.recovered == nil)
    #expect(clocks.rto.verdict == .notRecovered)
    #expect(clocks.mtpd.verdict == .notRecovered)
    #expect(clocks.rpo.verdict == .unknown)
  }

  @Test func `people's time is split from the run's own`() throws {
    let phases = try RunScript.succeeded().clocks().phases
    #expect(phases.asking == .seconds(60))
    #expect(phases.standingForPeople == .seconds(60))
    #expect(phases.startToFirstChange == .seconds(63))
    #expect(phases.outageToStart == .seconds(30))
    #expect(phases.unattended == .zero)
  }

  @Test func `the phases add up to the time to recover`() throws {
    let clocks = try RunScript.succeeded().clocks()
    let phases = clocks.phases
    let parts = [
      phases.outageToStart, phases.startToFirstChange, phases.firstToLastChange,
      phases.lastChangeToRecovered,
    ]
    #expect(parts == [.seconds(30), .seconds(63), .seconds(7), .seconds(2)])
    #expect(clocks.rto.measured == .exactly(parts.reduce(.zero) { $0 + ($1 ?? .zero) }))
  }

  @Test func `the time without a writer runs from the fence to the promotion`() throws {
    let gap = try RunScript.succeeded().clocks().withoutWriter
    #expect(gap?.fencedBy == "fence_db")
    #expect(gap?.promotedBy == "promote_db")
    #expect(gap?.duration == .exactly(.seconds(2)))
  }

  @Test func `without a fence the time without a writer is not known`() throws {
    var script = RunScript(
      .shop { steps in
        for index in [0, 1, 2] { steps[index].isExcluded = true }
      })
    try script.open()
    try script.change("promote_db", facts: ["recovery_point": Plan.noLoss])
    #expect(script.clocks().withoutWriter == nil)
  }

  @Test func `the wall clock may step without changing a duration`() throws {
    var script = RunScript()
    try script.open(outageAt: RunScript.start - .seconds(30))
    script.setWall(by: .seconds(-3600))
    try script.check("outage_confirmed")
    #expect(script.history.time.offsets.last == .seconds(1))
    #expect(script.history.time.wallSteps.map(\.by) == [.seconds(-3600)])
    let report = try script.report()
    #expect(report.doubts.contains { $0.text.contains("wall clock moved back by 1 h") })
  }

  @Test func `time between two processes comes from the wall clock and counts as unattended`()
    throws
  {
    var script = RunScript()
    try script.open(outageAt: RunScript.start)
    try script.check("outage_confirmed")
    script.reboot(after: .seconds(120))
    try script.add(
      .runResumed(RunResumption(by: "carol", host: "ops2", interrupted: ["go"], cutBytes: 17)))
    #expect(script.clocks().phases.unattended == .seconds(120))
    #expect(script.clocks().phases.run == .seconds(121))
  }

  @Test func `what counts on a person's word alone is named beside the time`() throws {
    var script = RunScript()
    try script.open(outageAt: RunScript.start)
    try script.check("outage_confirmed")
    try script.approve("go", after: .seconds(5))
    try script.change("fence_db")
    try script.change("promote_db", facts: ["recovery_point": Plan.noLoss])
    try script.change("switch_dns")
    script.wait(.seconds(1))
    try script.checked("buy_something", .doesNotHold(Evidence("status 500")))
    try script.decide(.skip("buy_something"), reason: "the test shop is broken")
    let clocks = script.clocks()
    #expect(clocks.recovered?.onTheirWord == ["buy_something"])
    #expect(clocks.rto.why.contains("on a person's word alone: buy_something"))
  }
}

@Suite struct RecoveryPointTests {
  func rpo(_ point: Value?, rpo target: Duration? = .seconds(5)) throws -> ObjectiveResult {
    try RunScript.succeeded(plan: .shop(rpo: target), recoveryPoint: point).clocks().rpo
  }

  @Test func `a measured loss is compared with the objective`() throws {
    let five = Value.duration(.seconds(5))
    #expect(try rpo(["loss": five, "bound": "exactly"]).verdict == .met)
    #expect(try rpo(["loss": five, "bound": "exactly"], rpo: .seconds(4)).verdict == .missed)
    #expect(try rpo(["loss": "4s", "bound": "exactly"]).measured == .exactly(.seconds(4)))
  }

  @Test func `a loss that is not known is never zero`() throws {
    let unknown = try rpo(["loss": .unknown("the old primary does not answer"), "bytes": 0])
    #expect(unknown.measured == .unknown("the old primary does not answer"))
    #expect(unknown.verdict == .unknown)
    #expect(try rpo([:]).verdict == .unknown)
    #expect(try rpo(["loss": 0]).verdict == .unknown)
    #expect(try rpo(nil).why == "no step of this run measured the recovery point")
  }

  @Test func `a bound decides only what it can decide, and a loss is an upper bound`() throws {
    #expect(try rpo(["loss": .duration(.seconds(3))]).measured == .atMost(.seconds(3)))
    #expect(try rpo(["loss": .duration(.seconds(3))]).verdict == .met)
    #expect(try rpo(["loss": .duration(.seconds(9))]).verdict == .unknown)
    #expect(try rpo(["loss": .duration(.zero)]).measured == .exactly(.zero))
    #expect(try rpo(["loss": .duration(.seconds(3)), "bound": "at_least"]).verdict == .unknown)
    #expect(try rpo(["loss": .duration(.seconds(9)), "bound": "at_least"]).verdict == .missed)
  }

  @Test func `of several promotions the worst counts`() throws {
    var script = RunScript()
    try script.open()
    try script.check("outage_confirmed")
    try script.approve("go", after: .seconds(1))
    try script.change(
      "fence_db",
      facts: ["recovery_point": ["loss": .duration(.seconds(9)), "bound": "exactly"]])
    try script.change("promote_db", facts: ["recovery_point": Plan.noLoss])
    let clocks = script.clocks()
    #expect(clocks.recoveryPoints.map(\.step) == ["fence_db", "promote_db"])
    #expect(clocks.rpo.verdict == .missed)
    #expect(clocks.rpo.measured == .exactly(.seconds(9)))
  }

  @Test func `a check's estimate before the promotion is not what was lost`() throws {
    var script = RunScript()
    try script.open()
    script.wait(.seconds(1))
    try script.checked(
      "outage_confirmed",
      .holds(Evidence("ready", facts: ["recovery_point": ["loss": .duration(.zero)]])))
    #expect(script.clocks().recoveryPoints.isEmpty)
    #expect(script.clocks().rpo.verdict == .unknown)
  }

  @Test func `a promotion whose ending was lost bounds the time without a writer`() throws {
    let gap = try Scenes.resumed().clocks().withoutWriter
    #expect(gap?.duration == .atMost(.seconds(92)))
  }
}
