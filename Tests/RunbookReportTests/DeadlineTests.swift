import RunbookEngine
import RunbookModel
import RunbookReport
import Testing

/// The run's own time against its deadline, beside the RTO's clock, which no pause stops.
struct DeadlineTests {
  private func script() throws -> RunScript {
    var plan = Plan.shop(clock: .run)
    plan.deadline = .seconds(3600)
    var script = RunScript(plan)
    try script.open()
    script.wait(.seconds(599))
    try script.check("outage_confirmed")
    return script
  }

  @Test func `R8: a pause of 2 h does not use up a deadline of 1 h, and the RTO clock runs on`()
    throws
  {
    var script = try script()
    try script.decide(.pause)
    script.wait(.seconds(7200))
    try script.decide(.continue)
    script.wait(.seconds(60))
    let clocks = script.clocks(now: script.now)
    let deadline = try #require(clocks.deadline)
    #expect(deadline.ran == .seconds(600) && deadline.paused == .seconds(7200))
    #expect(deadline.timesReached == 0)
    #expect(clocks.rto.verdict == .missed)
    guard case .atLeast(let elapsed) = clocks.rto.measured else {
      Issue.record("not counted: \(clocks.rto)")
      return
    }
    #expect(elapsed >= .seconds(7800))
  }

  @Test func `after the deadline the run holds for a person, and says so in status and report`()
    throws
  {
    var script = try script()
    script.wait(.seconds(3000))
    try script.add(.deadlineReached(DeadlineReport(ran: .seconds(3600), paused: .zero)))
    script.wait(.seconds(100))
    let summary = try script.summary(now: script.now)
    #expect(summary.state == .holding)
    #expect(summary.waits.contains { $0.text.contains("deadline of 1 h is over") })
    let report = try script.report()
    #expect(report.clocks.deadline?.timesReached == 1)
    #expect(report.markdown.contains("Deadline of the run, 1 h"))
    #expect(report.timeline.contains { $0.kind == .deadlineReached })
    try script.decide(.continue, reason: "one more hour, says the commander")
    #expect(try script.report().deviations.map(\.kind) == [.continued])
  }
}
