import RunbookEngine
import RunbookForecast
import RunbookModel
import RunbookReport
import Testing

/// The forecast of a run's start against what came, and on the way.
@Suite struct ForecastScoreTests {
  /// What `RunScript.succeeded` takes, exactly: as if it had been run often before.
  private func kept(
    _ plan: Plan, spread: Double = 1.2, people: Duration? = .seconds(60),
    passed: Duration = .zero, workOfAsking: Double = 1
  ) -> KeptForecast {
    let estimates = plan.steps.map { step in
      StepEstimate(
        step: step.id, basis: .runs(9, environment: nil),
        work: Spread(
          samples: [step.kind == .change ? 3 : step.kind == .person ? workOfAsking : 1],
          width: spread),
        answer: step.kind == .person ? people.map { .answers([$0.inSeconds]) } : nil,
        asksPeople: step.kind == .person)
    }
    return KeptForecast(
      madeAt: RunScript.start, earlierRuns: [RunID("r1")], estimates: estimates,
      forecast: Forecaster(plan, estimates, runs: 200).forecast(passed: .init(passed)))
  }

  private func clock(_ script: RunScript) -> ClockBeginning {
    ClockBeginning(script.history, script.clocks())
  }

  private func score(_ script: RunScript, _ kept: KeptForecast) throws -> ForecastScore {
    try #require(ForecastScore(script.history, kept, script.clocks()))
  }

  @Test func `a run as it always was lies within what was foretold`() throws {
    let script = try RunScript.succeeded()
    let score = try score(script, kept(script.plan))
    #expect([.firstHalf, .secondHalf].contains(score.verdict))
    #expect(score.took == .seconds(72))
    #expect(score.met == true)
    #expect(score.squaredError == 0)
    #expect(score.warnedAfter == nil)
    #expect(score.stages.count == 4)
    #expect(try #require(score.course).count > 20)
  }

  @Test func `steps that are slower than ever put the objective at risk before it has passed`()
    throws
  {
    let plan = Plan.shop(rto: .seconds(200))
    var script = RunScript(plan)
    try script.open(outageAt: RunScript.start - .seconds(30))
    try script.check("outage_confirmed")
    try script.approve("go", after: .seconds(50))
    try script.change("fence_db")
    try script.change("promote_db", takes: .seconds(160))
    try script.change("switch_dns")
    try script.check("buy_something")
    try script.change("told_everyone")
    let score = try score(script, kept(plan, passed: .seconds(30)))
    #expect((score.foretold.chance ?? 0) > 0.9)
    #expect(score.met == false)
    #expect(score.verdict == .later)
    let warned = try #require(score.warnedAfter)
    // The outage began 30 s before the run.
    #expect(warned + .seconds(30) < .seconds(200))
    #expect(score.steps.first { $0.name == "promote_db" }?.verdict == .later)
    #expect(try #require(score.course).contains { $0.outlook == .onTrack })
    #expect(try #require(score.course).contains { $0.outlook == .willBeMissed })
    #expect(score.course?.last?.outlook == .missed)
  }

  @Test(arguments: Array(stride(from: 90, through: 990, by: 100)))
  func
    `that the objective cannot be missed is said without simulating only where no simulated run misses it`(
      _ rto: Int
    ) throws
  {
    let plan = Plan.shop(rto: .seconds(rto))
    var said = 0
    for answer in [40, 300] {
      let script = try RunScript.succeeded(plan: plan, approvalAfter: .seconds(answer))
      for spread in [1.0, 2] {
        for workOfAsking in [1.0, 100] {
          let kept = kept(
            plan, spread: spread, people: .seconds(20), workOfAsking: workOfAsking)
          let whole = try #require(ForecastScore(script.history, kept, script.clocks()))
          let short = ForecastScore(script.history, kept, script.clocks(), hasCourse: false)
          #expect(short?.warnedAfter == whole.warnedAfter && short?.course == nil)
          let live = try #require(LiveForecast(kept, of: plan))
          var past = RunHistory(plan: plan, records: [])
          for record in script.history.records {
            let before = past.records.isEmpty ? .zero : past.offset(now: nil)
            let between = before + (script.history.time.offsets[past.records.count] - before) / 2
            said += agree(live, past, clock(script), at: between)
            past.add(record)
            said += agree(live, past, clock(script), at: past.offset(now: nil))
          }
        }
      }
    }
    #expect(said > 0 || rto < 900)
  }

  /// 1 where it is said that the objective cannot be missed.
  private func agree(
    _ live: LiveForecast, _ past: RunHistory, _ clock: ClockBeginning, at offset: Duration
  ) -> Int {
    guard live.cannotMiss(past, clock, at: offset) else { return 0 }
    let ending = live.ending(past, clock, at: offset)
    #expect(ending == nil || ending?.chance == 1, "\(offset): \(ending as Any)")
    return 1
  }

  @Test func `what people took is left out where it was not foretold`() throws {
    let script = try RunScript.succeeded()
    let score = try score(script, kept(script.plan, people: nil))
    #expect(score.foretold.withoutPeople == ["go"])
    #expect(score.notForetold == .seconds(60))
    #expect([.firstHalf, .secondHalf].contains(score.verdict))
  }

  @Test func `a trend shows how far each forecast was from what came, and whether they are right`()
    throws
  {
    func point(_ script: RunScript, _ kept: KeptForecast?) throws -> Trend.Point {
      let error = kept.flatMap { ForecastError(script.history, $0, script.clocks()) }
      return try #require(Trend.Point(try script.summary(), forecast: error))
    }
    let usual = try RunScript.succeeded()
    let slow = try RunScript.succeeded(
      plan: .shop(rto: .seconds(300)), approvalAfter: .seconds(400))
    let trend = Trend(
      .runbook("shop_failover"),
      [
        try point(usual, kept(usual.plan)),
        try point(slow, kept(slow.plan, passed: .seconds(30))),
        try point(usual, nil), try point(Scenes.failedUnchanged(), kept(Plan.shop())),
      ], leftOut: [])
    let late = try #require(trend.points.compactMap(\.forecast).first { $0.verdict == .later })
    #expect(late.took == .seconds(412))
    #expect(try #require(late.error) == .seconds(412) - late.foretold.p50)
    #expect(late.met == false && late.squaredError == 1)
    let calibration = try #require(trend.calibration)
    #expect(calibration.compared == 2 && calibration.withinMost == 1)
    #expect(calibration.chances == 3 && calibration.met == 1)
    #expect(try #require(calibration.brier) > 0.6)
    for text in [trend.sheet().markdown, trend.sheet().html] {
      #expect(text.contains("LATER than foretold") && text.contains("none kept"))
      #expect(text.contains("Of 2 recoveries that were foretold"))
      #expect(text.contains("too few to say whether the forecasts are right"))
    }
    #expect(trend.sheet(.chinese).markdown.contains("误差中位数"))
    #expect(HTMLCheck.problems(trend.sheet(.chinese).html).isEmpty)
    #expect(SchemaCheck.problems(trend.json, Trend.shape.schema, at: "trend").isEmpty)
  }

  @Test func `a run that did not recover did not keep what was foretold`() throws {
    let script = try Scenes.failedUnchanged()
    let score = try score(script, kept(script.plan))
    #expect(score.verdict == .notReached)
    #expect(score.met == false)
    #expect((score.squaredError ?? 0) > 0.9)
  }

  @Test func `a forecast of another plan is not held against this run`() throws {
    let script = try RunScript.succeeded()
    var other = script.plan
    other.steps.removeLast()
    other.stages[3].count -= 1
    #expect(ForecastScore(script.history, kept(other), script.clocks()) == nil)
  }

  @Test func `the report holds the score, in JSON and for people`() throws {
    let script = try RunScript.succeeded()
    let report = try #require(
      Report(
        script.history,
        integrity: IntegrityFacts(
          rootHash: "c0ffee", records: 1, bytes: 1, signedBy: nil, verification: .verified),
        toolVersion: "1.0.0", kept: kept(script.plan)))
    #expect(report.json["forecast"]?["foretold"]?["simulated_runs"] == .int(200))
    #expect(report.json["forecast"]?["met"] == .bool(true))
    #expect(report.markdown.contains("## Forecast against fact"))
    #expect(try script.report().json["forecast"] == .null)
  }

  @Test func `a forecast that is gone or was changed is missed, not made up`() throws {
    var script = RunScript()
    var opening = RunOpening(
      run: RunID("20261121-013500-k3f9"), plan: script.plan.id, planHash: "ab12", purpose: .drill,
      runbook: "shop_failover", service: "shop", environment: "lab", variant: "failover",
      by: "alice", host: "ops1", reason: nil, outageAt: nil, declaredAt: nil, toolVersion: "1",
      seed: 1)
    opening.forecast = "ab34"
    try script.add(.runOpened(opening))
    let report = try script.report()
    #expect(report.forecast == nil)
    #expect(report.doubts.contains { $0.text.contains("not held against what came") })
  }

  // MARK: - On the way

  @Test func `what lies ahead shrinks as steps end, and a question counts from when it was asked`()
    throws
  {
    var script = RunScript()
    try script.open(outageAt: RunScript.start)
    let live = try #require(LiveForecast(kept(script.plan, spread: 1), of: script.plan))
    func ahead(after more: Duration = .zero) throws -> Duration {
      let offset = (script.history.time.offsets.last ?? .zero) + more
      return try #require(live.forecast(script.history, clock(script), at: offset)).finish.p50
    }
    let whole = try ahead()
    try script.check("outage_confirmed")
    #expect(try ahead() < whole)
    script.wait(.seconds(1))
    try script.add(
      .stepPlanned(
        StepReport("go", attempt: 1, .ask(PersonRequest(kind: .approval, text: "Go?")))))
    let asked = try ahead()
    #expect(try ahead(after: .seconds(20)) < asked)
    #expect(try ahead(after: .seconds(600)) > asked)
  }

  @Test func `nothing is foretold of a run that has ended or is being taken back`() throws {
    for script in try [RunScript.succeeded(), Scenes.undone(), Scenes.failedUnchanged()] {
      let live = try #require(LiveForecast(kept(script.plan), of: script.plan))
      #expect(live.forecast(script.history, clock(script), at: .seconds(1000)) == nil)
    }
    let held = try Scenes.held()
    #expect(
      LiveForecast(kept(held.plan), of: held.plan)?
        .forecast(held.history, clock(held), at: .seconds(100)) != nil)
  }

  @Test func `an outage whose beginning is not known makes the chance an upper bound`() throws {
    var script = RunScript()
    try script.open(declaredAt: RunScript.start - .seconds(40))
    let live = try #require(LiveForecast(kept(script.plan), of: script.plan))
    let forecast = try #require(live.forecast(script.history, clock(script), at: .seconds(10)))
    #expect(forecast.passed == .init(.seconds(50), isLeast: true))
  }

  @Test func `when the last critical step has ended nothing is foretold any more`() throws {
    var script = RunScript()
    try script.open(outageAt: RunScript.start)
    try script.check("outage_confirmed")
    try script.approve("go", after: .seconds(5))
    for step in ["fence_db", "promote_db", "switch_dns"] as [StepID] { try script.change(step) }
    let live = try #require(LiveForecast(kept(script.plan), of: script.plan))
    #expect(live.forecast(script.history, clock(script), at: .seconds(60)) != nil)
    try script.check("buy_something")
    #expect(live.forecast(script.history, clock(script), at: .seconds(60)) == nil)
  }

  @Test func `an outage that observers see while a run goes on starts the clock of its forecast`()
    throws
  {
    var plan = Plan.shop()
    plan.observers = [
      Observer(
        name: "front", check: CheckCall(uses: "http.check", with: .map([], nil)),
        every: .seconds(1), timeout: .seconds(1), decides: .service)
    ]
    var script = RunScript(plan)
    try script.open()
    var clock = ClockBeginning(
      .outage, try #require(script.history.opening))
    #expect(
      clock.reading(started: RunScript.start, at: .seconds(9)) == .init(.seconds(9), isLeast: true))
    func seen(after: Duration?) -> Observation {
      Observation([
        ObserverReport(
          observer: "front",
          changes: [
            ObservedChange(
              to: .bad, at: Moment(wall: RunScript.start + .seconds(3), monotonic: .seconds(3)),
              after: after.map { Moment(wall: RunScript.start + $0, monotonic: $0) }, saw: "503",
              answeredBy: nil)
          ], samples: SampleCounts(), latency: [], last: nil)
      ])
    }
    clock.take(seen(after: nil), of: plan)
    #expect(clock.at == nil)
    clock.take(seen(after: .seconds(2)), of: plan)
    #expect(clock.reading(started: RunScript.start, at: .seconds(9)) == .init(.seconds(6)))
  }
}
