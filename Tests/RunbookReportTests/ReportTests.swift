import RunbookEngine
import RunbookModel
import RunbookReport
import Testing

@Suite struct ReportTests {
  @Test func `steps add up to the plan, each in one count`() throws {
    for script in try [
      RunScript.succeeded(), Scenes.held(), Scenes.undone(), Scenes.inDoubt(), Scenes.resumed(),
      Scenes.failedUnchanged(), Scenes.skipped(),
    ] {
      let counts = try script.report().counts
      let sum =
        counts.succeeded + counts.failed + counts.failedIgnored + counts.inDoubt + counts.undone
        + counts.undoFailed + counts.skipped + counts.excluded + counts.notRun + counts.notStarted
        + counts.underWay
      #expect(sum == counts.total)
      #expect(counts.total == 7)
    }
  }

  @Test func `what was not run names the step that failed, not the one between`() throws {
    let notRun = try Scenes.undone().report().notRun
    #expect(notRun.map(\.step) == ["switch_dns", "buy_something", "told_everyone"])
    #expect(notRun.allSatisfy { $0.cause == "promote_db" && $0.kind == .upstream })
    #expect(notRun.last?.text == "it needs 'promote_db', which failed")
  }

  @Test func `a step in a later stage that needs nothing names what stopped the run`() throws {
    var script = RunScript(.shop { $0[5].needs = [] })
    try script.open()
    script.wait(.seconds(1))
    try script.checked("outage_confirmed", .doesNotHold(Evidence("site A answers")))
    try script.decide(.abort)
    let buy = try script.report().notRun.first { $0.step == "buy_something" }
    #expect(buy?.kind == .stopped)
    #expect(buy?.text == "the run stopped because 'outage_confirmed' failed")
  }

  @Test func `steps left out by variant, condition and person each say so`() throws {
    var script = RunScript(.shop { $0[0].isExcluded = true })
    try script.open()
    try script.approve("go", after: .seconds(1))
    script.wait(.seconds(1))
    try script.add(
      .stepPlanned(StepReport("fence_db", attempt: 1, .skipped("when is false: site A is gone"))))
    script.wait(.seconds(1))
    try script.planned("promote_db")
    try script.applied("promote_db", .failed(.refused(.refused, "no")))
    try script.decide(.skip("promote_db"), by: "bob", reason: "promoted by hand")
    let notRun = try script.report().notRun
    #expect(notRun.map(\.kind) == [.variant, .condition, .person])
    #expect(notRun.map(\.text)[0] == "the variant 'failover' leaves it out")
    #expect(notRun.map(\.text)[1] == "when is false: site A is gone")
    #expect(notRun.map(\.text)[2] == "left out by bob: promoted by hand")
  }

  @Test func `every decision says who, when, why and to what effect`() throws {
    let deviation = try #require(try Scenes.skipped().report().deviations.first)
    #expect(deviation.kind == .skipped)
    #expect(
      try Scenes.skipped().report().headline == "The drill succeeded: shop was recovered in "
        + "1 min 16 s (on a person's word alone: switch_dns), within the objective of 15 min.")
    #expect(deviation.step == "switch_dns")
    #expect(deviation.by == "bob")
    #expect(deviation.reason == "done by the registrar")
    #expect(deviation.at == RunScript.start + .seconds(45))
    #expect(
      deviation.effect == "left out; the steps that need it went on without it "
        + "(it had failed: 127.0.0.1:5353 answered BADKEY)")
  }

  @Test func `a step marked done is never shown as seen`() throws {
    var script = try Scenes.held()
    try script.decide(.markDone("switch_dns"), by: "bob", reason: "the registrar did it")
    let report = try script.report()
    #expect(report.counts.markedDone == 1)
    #expect(
      report.doubts.contains {
        $0.text == "'switch_dns' counts as done because bob said so: the registrar did it. "
          + "Lifeboat did not see it."
      })
    #expect(report.deviations.map(\.kind) == [.markedDone])
  }

  @Test func `a waived guard stands with who, why, what was waived and what was lost in the end`()
    throws
  {
    let gate = Gate(
      name: "max_data_loss", finding: "up to 12 s could be lost, and at most 5 s may be",
      measure: 12)
    func script(promoted: Bool) throws -> RunScript {
      var script = RunScript(.shop { $0[3].gates = ["max_data_loss"] })
      try script.open(outageAt: RunScript.start - .seconds(30))
      try script.check("outage_confirmed")
      try script.approve("go", after: .seconds(5))
      try script.change("fence_db", facts: ["receipt": "r"])
      script.wait(.seconds(1))
      try script.add(
        .stepPlanned(
          StepReport(
            "promote_db", attempt: 1,
            .failed(
              ActionFailure(
                .unchanged(retryable: false), .precondition, gate.finding, gate: gate)))))
      try script.decide(.override("promote_db", gate), by: "bob", reason: "the director said so")
      guard promoted else { return script }
      try script.planned("promote_db", attempt: 2)
      let fact: Value = ["loss": .duration(.seconds(11)), "bytes": 100, "method": "x"]
      try script.applied(
        "promote_db", attempt: 2, .done(Evidence("promoted", facts: ["recovery_point": fact])))
      try script.verified("promote_db", attempt: 2, .holds(Evidence("so")))
      return script
    }
    let done = try #require(try script(promoted: true).report().deviations.first)
    #expect(done.kind == .overridden && done.step == "promote_db" && done.by == "bob")
    #expect(done.reason == "the director said so")
    #expect(
      done.effect
        == "waived 'max_data_loss': up to 12 s could be lost, and at most 5 s may be; "
        + "lost in the end: at most 11 s")
    let open = try #require(try script(promoted: false).report().deviations.first)
    #expect(open.effect.hasSuffix("; the step was not done"))
  }

  @Test func `a no and a missing answer are deviations`() throws {
    var script = RunScript(
      .shop { steps in
        steps[1].approval = ApprovalPolicy(role: "commander", timeout: .seconds(600))
      })
    try script.open()
    try script.check("outage_confirmed")
    script.wait(.seconds(1))
    try script.add(
      .stepPlanned(
        StepReport("go", attempt: 1, .ask(PersonRequest(kind: .approval, text: "Fail over?")))))
    let waits = try script.summary().waits
    #expect(waits.map(\.role) == ["commander"])
    #expect(waits.first?.until == RunScript.start + .seconds(602))
    script.wait(.seconds(600))
    try script.add(.timerFired(TimerReport("go", attempt: 1, .gate)))
    try script.decide(.retry("go"), reason: nil)
    script.wait(.seconds(1))
    try script.add(
      .stepPlanned(
        StepReport("go", attempt: 2, .ask(PersonRequest(kind: .approval, text: "Fail over?")))))
    script.wait(.seconds(1))
    try script.add(
      .personAnswered(
        PersonAnswer(step: "go", attempt: 2, decision: .decline, by: "bob", reason: "wait")))
    let report = try script.report()
    #expect(report.deviations.map(\.kind) == [.notAnswered, .retried, .declined])
    #expect(report.deviations[0].effect == "taken as a no: the step failed")
    #expect(report.clocks.phases.asking == .seconds(601))
  }

  @Test func `undone and standing changes are told apart`() throws {
    let undone = try Scenes.undone().report().undo
    #expect(undone.undone.map(\.step) == ["fence_db"])
    #expect(undone.standing.isEmpty)
    #expect(undone.because == "bob decided it: too much would be lost")
    let held = try Scenes.held().report().undo
    #expect(held.standing.map(\.step) == ["fence_db", "promote_db"])
    #expect(held.standing[1].cannotUndo == "it is a point of no return")
    #expect(held.standing[0].cannotUndo?.contains("before the point of no return") == true)
    let doubt = try Scenes.inDoubt().report().undo
    #expect(doubt.standing.map(\.isCertain) == [true, false])
  }

  @Test func `an undo that failed stands first among the doubts`() throws {
    var script = try Scenes.undoing()
    try script.undone("fence_db", .failed(.unknown(.timeout, "no answer in 60 s")))
    let report = try script.report()
    #expect(report.steps[2].status == .undoFailed)
    #expect(
      report.doubts.first?.text == "'fence_db' was not taken back: it could not be undone: "
        + "no answer in 60 s.")
    #expect(report.summary.state == .holding)
  }

  @Test func `a change that was being made when the records end is in doubt`() throws {
    var script = try Scenes.undoing(undo: false)
    try script.planned("promote_db")
    let report = try script.report()
    #expect(report.steps[3].status == .applying)
    #expect(report.doubts.first?.step == "promote_db")
    #expect(report.doubts.first?.isUrgent == true)
  }

  @Test func `a killed run that was resumed tells what was lost and how it was found`() throws {
    let report = try Scenes.resumed().report()
    #expect(report.summary.outcome == .succeeded)
    #expect(report.observations.contains { $0.kind == .foundAfterDoubt && $0.step == "promote_db" })
    #expect(report.observations.contains { $0.kind == .unattended })
    #expect(report.doubts.contains { $0.text.hasPrefix("17 bytes of a line") })
    #expect(!report.doubts.contains { $0.isUrgent })
    #expect(report.people.map(\.name) == ["alice", "bob", "carol"])
    #expect(report.people[1].roles == ["commander"])
    let apply = report.steps[3].acts.first { $0.kind == .apply }
    #expect(apply?.ending == .interrupted)
  }

  @Test func `a step that unwinds by its own rule is named as the cause, though it was undone`()
    throws
  {
    var script = RunScript(.shop { $0[2].onFailure = .unwind })
    try script.open()
    try script.check("outage_confirmed")
    try script.approve("go", after: .seconds(1))
    script.wait(.seconds(1))
    try script.planned("fence_db")
    try script.applied("fence_db", .done(Evidence("fenced")))
    try script.verified("fence_db", .doesNotHold(Evidence("it still takes writes")))
    script.wait(.seconds(1))
    try script.undone("fence_db", .done(Evidence("open again")))
    let report = try script.report()
    #expect(
      report.headline == "The drill failed; what it had changed was undone. Step 'fence_db': "
        + "it was applied, but does not hold: it still takes writes.")
    #expect(report.undo.because == "a step with 'on_failure: unwind' failed")
    #expect(report.notRun.first { $0.step == "switch_dns" }?.cause == "fence_db")
  }

  @Test func `a critical step that failed and let the run go on is the cause of its failure`()
    throws
  {
    var script = RunScript(.shop { $0[4].onFailure = .continue })
    try script.open()
    try script.check("outage_confirmed")
    try script.approve("go", after: .seconds(1))
    try script.change("fence_db")
    try script.change("promote_db")
    script.wait(.seconds(1))
    try script.planned("switch_dns")
    try script.applied("switch_dns", .failed(.refused(.refused, "the zone is frozen")))
    try script.check("buy_something")
    try script.change("told_everyone")
    let report = try script.report()
    #expect(report.summary.outcome == .failedPartly)
    #expect(report.headline.hasSuffix("Step 'switch_dns': the zone is frozen."))
    #expect(report.notRun.isEmpty)
    #expect(report.clocks.rto.verdict == .notRecovered)
  }

  @Test func `a failure that was put right is not the cause of a later undo`() throws {
    var script = RunScript()
    try script.open()
    script.wait(.seconds(1))
    try script.checked("outage_confirmed", .doesNotHold(Evidence("site A answers")))
    try script.decide(.retry("outage_confirmed"), reason: "look again")
    try script.checked("outage_confirmed", attempt: 2, .holds(Evidence("gone")))
    try script.approve("go", after: .seconds(1))
    script.wait(.seconds(1))
    try script.planned("fence_db")
    try script.applied("fence_db", .failed(.refused(.authentication, "wrong password")))
    let report = try script.report()
    #expect(report.summary.trouble?.step == "fence_db")
    #expect(report.deviations.first?.effect.hasSuffix("(it had failed: site A answers)") == true)
    #expect(report.observations.contains { $0.kind == .retries && $0.step == "outage_confirmed" })
  }

  @Test func `every attempt is listed with its own end`() throws {
    var script = RunScript(
      .shop { $0[2].retry = RetryPolicy(attempts: 3, delay: .seconds(1), backoff: 1) })
    try script.open()
    try script.check("outage_confirmed")
    try script.approve("go", after: .seconds(1))
    for attempt in 1...3 {
      script.wait(.seconds(1))
      try script.planned("fence_db", attempt: attempt)
      script.wait(.seconds(1))
      guard attempt < 3 else { break }
      try script.applied(
        "fence_db", attempt: attempt, .failed(.passing(.unreachable, "no route \(attempt)")))
      script.wait(.seconds(1))
      try script.add(.timerFired(TimerReport("fence_db", attempt: attempt, .backoff)))
    }
    try script.applied("fence_db", attempt: 3, .done(Evidence("fenced")))
    try script.verified("fence_db", attempt: 3, .holds(Evidence("no writes")))
    let report = try script.report()
    let step = report.steps[2]
    #expect(step.attempts == 3)
    #expect(step.acts.filter { $0.kind == .apply }.map(\.ending) == [.failed, .failed, .done])
    #expect(step.duration == .seconds(8))
    #expect(step.worked == .seconds(6))
    #expect(report.timeline.contains { $0.text == "waits 1 s before the next attempt" })
    // A delay before the next attempt is the run's own, not a person's.
    #expect(report.clocks.phases.standingForPeople == .seconds(1))
  }

  @Test func `two people must say yes where two are asked for, and both are listed`() throws {
    var script = RunScript(
      .shop { $0[2].approval = ApprovalPolicy(role: "commander", count: 2, timeout: nil) })
    try script.open()
    try script.check("outage_confirmed")
    try script.approve("go", after: .seconds(1))
    script.wait(.seconds(1))
    try script.planned("fence_db")
    func answer(_ who: String) -> Event {
      .personAnswered(PersonAnswer(step: "fence_db", attempt: 1, decision: .approve, by: who))
    }
    script.wait(.seconds(1))
    try script.add(answer("bob"))
    let wait = try #require(try script.summary().waits.first)
    #expect(wait.approvedBy == ["bob"])
    #expect(wait.needed == 2)
    script.wait(.seconds(1))
    try script.add(answer("carol"))
    let ask = try script.report().steps[2].acts.first { $0.kind == .ask }
    #expect(ask?.ending == .approved)
    #expect(ask?.answers.map(\.by) == ["bob", "carol"])
    #expect(ask?.duration == .seconds(2))
  }

  @Test func `observations come from figures`() throws {
    var script = RunScript()
    try script.open()
    try script.check("outage_confirmed")
    try script.approve("go", after: .seconds(1))
    try script.change("fence_db", takes: .milliseconds(4200))
    let found = try script.report().observations
    #expect(
      found.map(\.text) == [
        "'fence_db' took 3.1 times its expected time: 6.2 s, expected 2 s.",
        "The run stood still for people for 1 s of its 9.2 s.",
      ])
  }

  @Test func `another change than the planned one is a deviation`() throws {
    var script = RunScript(.shop { $0[2].forecast.change = ["to": "a"] })
    try script.open()
    try script.check("outage_confirmed")
    try script.approve("go", after: .seconds(1))
    try script.change("fence_db")
    #expect(try script.report().deviations.map(\.kind) == [.otherChange])
  }

  @Test func `steps that nothing verified are named in one entry, however many they are`() throws {
    var script = RunScript(
      .shop { steps in
        for index in [2, 3, 4] { steps[index].isVerifiable = false }
      })
    try script.open()
    try script.check("outage_confirmed")
    try script.approve("go", after: .seconds(1))
    func unverified() throws -> [String] {
      try script.report().doubts.map(\.text).filter { $0.hasPrefix("Nothing verified") }
    }
    try script.planned("fence_db")
    try script.applied("fence_db", .done(Evidence("done")))
    #expect(
      try unverified() == [
        "Nothing verified 'fence_db': that it did its work is its own word alone."
      ])
    for step in ["promote_db", "switch_dns"] as [StepID] {
      try script.planned(step)
      try script.applied(step, .done(Evidence("done")))
    }
    #expect(
      try unverified() == [
        "Nothing verified 3 steps: that they did their work is their own word alone. They are "
          + "'fence_db', 'promote_db', 'switch_dns'."
      ])
  }

  @Test func `messages are not among the steps that nothing verified`() throws {
    var script = RunScript(
      .shop { steps in
        for index in [2, 3, 4] { steps[index].isVerifiable = false }
        for index in [3, 4] { steps[index].onlyTells = true }
      })
    try script.open()
    try script.check("outage_confirmed")
    try script.approve("go", after: .seconds(1))
    for step in ["fence_db", "promote_db"] as [StepID] {
      try script.planned(step)
      try script.applied(step, .done(Evidence("done")))
    }
    let limits = { try script.report().doubts.filter { $0.kind == .limit }.map(\.text) }
    #expect(
      try limits() == [
        "Nothing verified 'fence_db': that it did its work is its own word alone.",
        "Whether the message of 'promote_db' reached anybody is not known: it was handed over, and "
          + "nothing more was seen.",
      ])
    try script.planned("switch_dns")
    try script.applied("switch_dns", .done(Evidence("done")))
    #expect(try limits().last?.hasPrefix("Whether the messages of 2 steps reached anybody") == true)
  }

  @Test func `the timeline begins with what was stated and ends with the run`() throws {
    let report = try RunScript.succeeded(declaredAt: RunScript.start - .seconds(10)).report()
    #expect(report.timeline.prefix(3).map(\.kind) == [.outage, .declared, .runOpened])
    #expect(report.timeline.prefix(3).map(\.offset) == [.seconds(-30), .seconds(-10), .zero])
    #expect(report.timeline.last?.kind == .runEnded)
    let offsets = report.timeline.map(\.offset)
    #expect(offsets == offsets.sorted())
  }
}

extension Scenes {
  /// The fence is up, the promotion was refused and the undo has been asked for; or is just about to be promoted.
  static func undoing(undo: Bool = true) throws -> RunScript {
    var script = RunScript()
    try script.open(outageAt: RunScript.start - .seconds(30))
    try script.check("outage_confirmed")
    try script.approve("go", after: .seconds(5))
    try script.change("fence_db")
    script.wait(.seconds(1))
    guard undo else { return script }
    try script.planned("promote_db")
    try script.applied("promote_db", .failed(.refused(.precondition, "too far behind")))
    try script.decide(.unwind, by: "bob")
    script.wait(.seconds(1))
    return script
  }
}
