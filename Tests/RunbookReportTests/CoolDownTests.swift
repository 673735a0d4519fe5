import RunbookEngine
import RunbookModel
import RunbookReport
import Testing

/// G13: one target is not promoted twice in a short time unless somebody says why.
struct CoolDownTests {
  private func plan(_ target: Value = "db-b:5432", coolDown: Duration? = .seconds(3600)) -> Plan {
    var plan = Plan.shop { $0[3].promotes = target }
    plan.coolDown = coolDown
    return plan
  }

  /// What stands against the plan so long after the shop's failover began.
  private func findings(
    _ next: Plan, after: Duration, of script: RunScript, doubts: [String] = []
  ) -> [String] {
    CoolDown.findings(
      next, after: script.history.promotions { $0.promotes != nil }, doubts: doubts,
      now: RunScript.start + after)
  }

  @Test
  func `a second promotion in the cool-down is named with run, person, time and what is left`()
    throws
  {
    let script = try RunScript.succeeded(plan: plan())
    let found = findings(plan(), after: .seconds(1267), of: script)
    #expect(found.count == 1)
    let text = try #require(found.first)
    for part in [
      "'promote_db' promotes db-b:5432", "run 20261121-013500-k3f9",
      "'promote_db' of the drill by alice", "20 min ago", "cool-down of 1 h lasts 40 min more",
    ] { #expect(text.contains(part), "\(part): \(text)") }
  }

  @Test func `after the cool-down nothing stands against it`() throws {
    let script = try RunScript.succeeded(plan: plan())
    #expect(findings(plan(), after: .seconds(3660), of: script).count == 1)
    #expect(findings(plan(), after: .seconds(3800), of: script).isEmpty)
  }

  @Test func `another target, and a plan that promotes nothing, are not kept waiting`() throws {
    let script = try RunScript.succeeded(plan: plan())
    #expect(findings(plan("db-a:5432"), after: .seconds(600), of: script).isEmpty)
    #expect(findings(plan(coolDown: nil), after: .seconds(600), of: script).isEmpty)
    var nothing = Plan.shop()
    nothing.coolDown = .seconds(3600)
    #expect(findings(nothing, after: .seconds(600), of: script, doubts: ["x"]).isEmpty)
  }

  @Test func `a target that is not known may be the same one`() throws {
    let script = try RunScript.succeeded(plan: plan(.unknown("until look has run")))
    #expect(findings(plan(), after: .seconds(600), of: script).first?.contains("perhaps") == true)
    let known = try RunScript.succeeded(plan: plan())
    #expect(findings(plan(.unknown("later")), after: .seconds(600), of: known).count == 1)
  }

  @Test func `what cannot be read counts as a promotion`() throws {
    let found = findings(
      plan(), after: .zero, of: RunScript(plan()), doubts: ["run x: its journal is damaged"])
    #expect(found.count == 1 && found[0].contains("cannot be read: run x"))
  }

  @Test func `a promotion that changed nothing starts no cool-down, one whose end is lost does`()
    throws
  {
    func after(_ result: ApplyResult) throws -> [String] {
      var script = RunScript(plan())
      try script.open()
      try script.check("outage_confirmed")
      try script.approve("go", after: .seconds(1))
      try script.change("fence_db")
      try script.planned("promote_db")
      try script.applied("promote_db", result)
      return findings(plan(), after: .seconds(600), of: script)
    }
    #expect(try after(.failed(.refused(.refused, "no"))).isEmpty)
    #expect(try after(.failed(.unknown(.timeout, "no answer"))).count == 1)
  }

  @Test func `a promotion on a person's word counts, one that was found in place before does not`()
    throws
  {
    var script = RunScript(plan())
    try script.open()
    try script.check("outage_confirmed")
    try script.approve("go", after: .seconds(1))
    try script.change("fence_db")
    var inPlace = script
    try inPlace.add(
      .stepPlanned(StepReport("promote_db", attempt: 1, .alreadyInPlace(Evidence("it is one")))))
    #expect(findings(plan(), after: .seconds(600), of: inPlace).isEmpty)
    try script.planned("promote_db")
    try script.applied("promote_db", .failed(.refused(.refused, "no")))
    try script.decide(.markDone("promote_db"))
    #expect(findings(plan(), after: .seconds(600), of: script).count == 1)
  }

  @Test func `an acknowledged guard is a deviation with its reason`() throws {
    var script = RunScript(plan())
    try script.open()
    guard case .runOpened(var opening) = script.records[0].event else { return }
    opening.acknowledged = [
      Acknowledgement(guard: "cool_down", finding: "promoted 20 min ago", reason: "wrong site")
    ]
    var other = RunScript(plan())
    try other.add(.runOpened(opening))
    let deviation = try #require(try other.report().deviations.first)
    #expect(deviation.kind == .guardAcknowledged && deviation.by == "alice")
    #expect(deviation.reason == "wrong site" && deviation.effect.contains("20 min ago"))
    let read = try ValueDecoder().decode(
      Event.self, from: ValueEncoder().encode(Event.runOpened(opening)))
    #expect(read == .runOpened(opening))
  }
}
