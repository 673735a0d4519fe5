import RunbookEngine
import RunbookModel
import RunbookReport
import Testing

@Suite struct ComparisonTests {
  func comparison(_ scripts: [RunScript]) throws -> RunComparison {
    RunComparison(
      try scripts.map { try $0.report() },
      definitions: scripts.map { StepContent.all($0.plan) })
  }

  @Test func `runs stand side by side with what differs from the first to the last`() throws {
    let slow = try RunScript.succeeded()
    let fast = try RunScript.succeeded(approvalAfter: .seconds(10))
    let compared = try comparison([slow, fast])
    #expect(compared.runs.map(\.rto.measured) == [.exactly(.seconds(102)), .exactly(.seconds(52))])
    let people = try #require(compared.phases.first { $0.name == .standingForPeople })
    #expect(people.difference == .seconds(-50))
    let go = try #require(compared.steps.first { $0.id == "go" })
    #expect(go.difference == .seconds(-50) && go.presence == .inAll)
    for text in [compared.sheet().markdown, compared.sheet().html] {
      #expect(text.contains("RTA: 1 min 42 s, then 52 s. All have the same steps."))
      #expect(text.contains("−50 s"))
    }
    #expect(HTMLCheck.problems(compared.sheet(.chinese).html).isEmpty)
    #expect(SchemaCheck.problems(compared.json, RunComparison.shape.schema, at: "it").isEmpty)
  }

  @Test func `a step that was added, removed or changed is said to be so`() throws {
    let before = try RunScript.succeeded()
    var plan = Plan.shop()
    plan.steps[6].id = "told_some"
    plan.steps[4].with = .map(
      [Template.Entry(key: "ttl", keyPlace: nil, value: .literal(.int(5), nil))], nil)
    var after = RunScript(plan)
    try after.open()
    let compared = try comparison([before, after])
    func presence(_ id: StepID) -> RunComparison.Presence? {
      compared.steps.first { $0.id == id }?.presence
    }
    #expect(presence("told_everyone") == .removed)
    #expect(presence("told_some") == .added)
    #expect(presence("switch_dns") == .changed)
    #expect(presence("fence_db") == .inAll)
    #expect(compared.steps.map(\.id).firstIndex(of: "told_everyone") == 6)
  }
}

@Suite struct TrendTests {
  @Test func `runs stand in the order of time, and those left out are named`() throws {
    let points = try [
      RunScript.succeeded(), RunScript.succeeded(approvalAfter: .seconds(10)), Scenes.undone(),
    ].map { try #require(Trend.Point(try $0.summary())) }
    #expect(Trend.Point(try Scenes.held().summary()) == nil)
    let left = LeftOut(
      run: RunID("20270101-000000-zzzz"), kind: .unreadable, why: "its plan is <b>gone")
    let trend = Trend(.runbook("shop_failover"), points.reversed(), leftOut: [left])
    #expect(trend.points.count == 3)
    #expect(trend.medianRTA == .seconds(102))
    let text = trend.sheet().markdown
    #expect(text.contains("3 runs; 1 did not succeed, 0 missed the RTO."))
    #expect(text.contains("20270101-000000-zzzz: its plan is \\<b>gone"))
    let html = trend.sheet().html
    #expect(HTMLCheck.problems(html).isEmpty)
    #expect(html.contains("its plan is &lt;b&gt;gone"))
    #expect(SchemaCheck.problems(trend.json, Trend.shape.schema, at: "trend").isEmpty)
  }

  @Test func `without any run it says so`() {
    let trend = Trend(.service("shop"), [], leftOut: [])
    #expect(trend.sheet().markdown.contains("No run of it has ended here."))
    #expect(trend.medianRTA == nil)
  }
}

@Suite struct CoverageTests {
  /// The runbook that the scripts' plan was made from.
  func runbook(_ adjust: (inout Step) -> Void = { _ in }) -> Runbook {
    let plan = Plan.shop()
    var runbook = Runbook(
      name: "shop_failover", title: plan.title, service: "shop", objectives: plan.objectives)
    runbook.variants = ["failover", "switchover"]
    runbook.stages = plan.stages.map { stage in
      Stage(
        name: stage.name,
        steps: plan.steps[stage.range].map { planned in
          var step = Step(id: planned.id, uses: planned.uses, with: planned.with)
          step.undo = planned.undo
          adjust(&step)
          return step
        })
    }
    return runbook
  }

  func coverage(_ runbook: Runbook, _ scripts: [RunScript]) -> Coverage {
    var builder = Coverage.Builder(runbook)
    for script in scripts { builder.add(script.history) }
    return builder.coverage(leftOut: [])
  }

  func state(_ coverage: Coverage, _ step: StepID, _ variant: String = "failover")
    -> Coverage.State?
  {
    coverage.rows.first { $0.step == step && $0.variant == variant }?.state
  }

  @Test func `a step that ran for real is covered in its variant, and in no other`() throws {
    let covered = coverage(runbook(), [try RunScript.succeeded()])
    #expect(state(covered, "fence_db") == .exercised)
    #expect(state(covered, "go") == .exercised)
    #expect(state(covered, "fence_db", "switchover") == .never)
    let row = try #require(covered.rows.first { $0.step == "fence_db" })
    #expect(row.last?.environment == "lab" && row.last?.purpose == .drill && row.times == 1)
    #expect(covered.count(.never) == 7)
    #expect(SchemaCheck.problems(covered.json, Coverage.shape.schema, at: "it").isEmpty)
    #expect(HTMLCheck.problems(covered.sheet(.chinese).html).isEmpty)
  }

  @Test func `a step that does something else since it ran is untested as it now stands`() throws {
    let changed = runbook { step in
      if step.id == "switch_dns" {
        step.with = .map(
          [Template.Entry(key: "ttl", keyPlace: nil, value: .literal(.int(5), nil))], nil)
      }
      // A title and a place are no part of what it does.
      if step.id == "fence_db" { step.title = "Another" }
    }
    let covered = coverage(changed, [try RunScript.succeeded()])
    #expect(state(covered, "switch_dns") == .changedSince)
    #expect(state(covered, "fence_db") == .exercised)
    #expect(covered.sheet().markdown.contains("UNTESTED as it now stands"))
  }

  @Test func `what was found in place or taken on a person's word was not done`() throws {
    var script = RunScript()
    try script.open()
    try script.check("outage_confirmed")
    try script.approve("go", after: .seconds(1))
    try script.add(
      .stepPlanned(StepReport("fence_db", attempt: 1, .alreadyInPlace(Evidence("it is")))))
    let covered = coverage(runbook(), [script])
    #expect(state(covered, "fence_db") == .never)
    #expect(covered.rows.first { $0.step == "fence_db" }?.timesNotDone == 1)
    #expect(state(covered, "promote_db") == .never)
  }

  @Test func `a step that failed the last time is not called covered`() throws {
    let covered = coverage(runbook(), [try Scenes.held()])
    #expect(state(covered, "switch_dns") == .failedLast)
  }
}
