import RunbookEngine
import RunbookModel
import RunbookReport
import Testing

/// What the time from an outage to a lasting recovery went into.
struct PhaseTests {
  private func span(_ clocks: Clocks, _ phase: RecoveryPhase) throws -> PhaseSpan {
    try #require(clocks.split.first { $0.phase == phase })
  }

  private func took(_ clocks: Clocks) -> [Measured?] { clocks.split.map(\.took) }

  private func watched(clock: Objectives.Clock = .outage) -> RunScript {
    var plan = Plan.shop(clock: clock)
    plan.objectives.soak = .seconds(10)
    plan.observers = [
      Observer(
        name: "storefront", check: CheckCall(uses: "test.check", with: .map([], nil)),
        every: .seconds(1), timeout: .seconds(1), decides: .service)
    ]
    return RunScript(plan)
  }

  /// An alert 20 s after the outage, a command 6 s after it, and 4 s to the run; then the shop moves.
  private func stated(clock: Objectives.Clock = .outage) throws -> RunScript {
    var script = RunScript(.shop(clock: clock))
    var facts = IncidentFacts()
    facts.alertedAt = RunScript.start - .seconds(10)
    try script.open(
      outageAt: RunScript.start - .seconds(30), declaredAt: RunScript.start - .seconds(4),
      incident: facts)
    try script.check("outage_confirmed")
    try script.approve("go", after: .seconds(60))
    for step: StepID in ["fence_db", "promote_db", "switch_dns"] { try script.change(step) }
    try script.check("buy_something")
    try script.change("told_everyone")
    return script
  }

  @Test func `the phases are the time to recover, one after another, and say what they rest on`()
    throws
  {
    let clocks = try stated().clocks()
    #expect(clocks.split.map(\.phase) == RecoveryPhase.allCases)
    // The run: 1 check, 1 to the question, 60 of the person, 8 to the end of the last change, 1 + 1 to verify.
    let expected: [Measured?] = [
      .exactly(.seconds(20)), .exactly(.seconds(6)), .exactly(.seconds(4)), .exactly(.seconds(10)),
      .exactly(.seconds(60)), .exactly(.seconds(2)), nil,
    ]
    #expect(took(clocks) == expected)
    let counted = clocks.split.filter(\.isCounted).compactMap { $0.took?.duration }
    #expect(clocks.rto.measured == .exactly(counted.reduce(.zero, +)))
    let detect = try span(clocks, .detect)
    #expect(detect.from?.source.contains("as stated") == true)
    #expect(detect.to?.source == "the alert, as stated")
    let execute = try span(clocks, .execute)
    #expect(execute.from?.source == "the run's first record (record 1)")
    #expect(execute.to?.source.contains("switch_dns (record ") == true)
    #expect(try span(clocks, .verify).to?.source.contains("buy_something (record ") == true)
    #expect(try span(clocks, .soak).why == "the runbook asks for none")
  }

  @Test func `each clock counts its own phases, and they add up to it`() throws {
    for clock in [Objectives.Clock.outage, .declaration, .run] {
      let clocks = try stated(clock: clock).clocks()
      let counted = clocks.split.filter(\.isCounted).compactMap { $0.took?.duration }
      #expect(clocks.rto.measured == .exactly(counted.reduce(.zero, +)), "\(clock)")
    }
    let run = try stated(clock: .run).clocks()
    #expect(run.split.filter(\.isCounted).map(\.phase) == [.execute, .waitForPeople, .verify])
  }

  @Test func `what nothing says is unknown, with the reason`() throws {
    let clocks = try RunScript.succeeded(outageAt: nil).clocks()
    for phase in [RecoveryPhase.detect, .declare, .mobilise] {
      let span = try span(clocks, phase)
      #expect(span.took?.bound == "unknown" && span.took?.duration == nil, "\(phase)")
      #expect(span.why?.isEmpty == false, "\(phase)")
    }
    #expect(try span(clocks, .execute).took == .exactly(.seconds(10)))
    // Stated to be detected before it was declared, which cannot be: no figure is made of that.
    var facts = IncidentFacts()
    facts.alertedAt = RunScript.start - .seconds(1)
    var script = RunScript()
    try script.open(
      outageAt: RunScript.start - .seconds(30), declaredAt: RunScript.start - .seconds(4),
      incident: facts)
    #expect(try span(script.clocks(), .declare).took?.bound == "unknown")
  }

  @Test func `the answer that detected the outage bounds how long it went unseen`() throws {
    var script = watched()
    try script.open(
      declaredAt: RunScript.start - .seconds(4),
      seen: ObservedOutage(
        badSince: RunScript.start - .seconds(9), lastGood: RunScript.start - .seconds(10),
        observation: "o-1", record: "aa"))
    let detect = try span(script.clocks(), .detect)
    #expect(detect.took == .atMost(.seconds(1)))
    #expect(detect.from?.source.contains("observation o-1") == true)
    #expect(try span(script.clocks(), .declare).took == .exactly(.seconds(5)))
  }

  @Test func `a recovery seen during a change ends the execution, and the soak follows it`() throws
  {
    var script = watched()
    try script.open(declaredAt: RunScript.start)
    try script.see("storefront", .good, by: "site_a")
    script.wait(.seconds(5))
    try script.see("storefront", .bad)
    try script.check("outage_confirmed")
    try script.approve("go", after: .seconds(20))
    try script.change("fence_db")
    try script.change("promote_db", facts: ["recovery_point": Plan.noLoss])
    script.wait(.seconds(1))
    try script.planned("switch_dns")
    script.wait(.seconds(2))
    try script.see("storefront", .good, by: "site_b")
    let good = script.now.wall
    script.wait(.seconds(3))
    try script.applied("switch_dns", .done(Evidence("switched")))
    script.wait(.seconds(1))
    try script.verified("switch_dns", .holds(Evidence("holds")))
    try script.check("buy_something")
    try script.change("told_everyone")
    script.wait(.seconds(10))
    try script.see("storefront", .good, by: "site_b")
    try script.soaked(.lasted)

    let clocks = script.clocks()
    #expect(try span(clocks, .detect).took == nil)
    #expect(try span(clocks, .detect).why?.contains("while the run was under way") == true)
    let execute = try span(clocks, .execute)
    #expect(execute.from?.source.contains("first bad answer of storefront") == true)
    #expect(execute.why?.contains("while switch_dns was still being changed") == true)
    #expect(execute.to?.at == good)
    #expect(try span(clocks, .verify).took == .exactly(.zero))
    #expect(try span(clocks, .waitForPeople).took == .exactly(.seconds(20)))
    // 3 s of the change, its verification, two more steps, and the soak: all of it seen good.
    #expect(try span(clocks, .soak).took == .exactly(.seconds(3 + 1 + 1 + 3 + 10)))
    let counted = clocks.split.filter(\.isCounted).compactMap { $0.took?.duration }
    #expect(clocks.rto.measured == .exactly(counted.reduce(.zero, +)))
    // Nobody was waited for while the service was watched.
    #expect(clocks.phases.standingForPeople == .seconds(20))
  }

  @Test func `a run that did not recover has bounds, and its verification is unknown`() throws {
    let clocks = try Scenes.failedUnchanged().clocks()
    #expect(try span(clocks, .execute).took?.bound == "at_least")
    #expect(try span(clocks, .verify).took?.bound == "unknown")
    #expect(try span(clocks, .verify).why == "the run ended without a recovery")
  }

  @Test func `every form of the report shows each phase with its edges, in both languages`() throws
  {
    for language in Language.allCases {
      let report = try stated().report(in: language)
      let words = Words(language)
      for span in report.clocks.split {
        #expect(report.markdown.contains("**\(words.phase(span.phase))**"))
        #expect(report.html.contains(">\(words.phase(span.phase))<"))
        for edge in [span.from, span.to].compactMap({ $0 }) {
          #expect(report.markdown.contains(edge.source))
        }
      }
      #expect(report.markdown.contains(words.phasesCounted(.outage)))
    }
    guard case .list(let split)? = try stated().report().json["clocks"]?["phase_split"] else {
      Issue.record("no phases in the JSON")
      return
    }
    #expect(split.compactMap { $0["phase"] } == RecoveryPhase.allCases.map { .string($0.rawValue) })
    #expect(split.first?["took_seconds"] == .double(20) && split.first?["bound"] == "exactly")
  }
}
