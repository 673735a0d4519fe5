import RunbookEngine
import RunbookModel
import RunbookReport
import Testing

/// A run written down by hand: events at times, with the commands that the real machine gives for them.
struct RunScript {
  static let start = Timestamp("2026-11-21T01:35:00Z")!

  var plan: Plan
  private(set) var machine: RunMachine
  private(set) var records: [ReportRecord] = []
  private(set) var now = Moment(wall: RunScript.start, monotonic: .seconds(5000))

  init(_ plan: Plan = .shop()) {
    self.plan = plan
    machine = RunMachine(plan: plan)
  }

  /// Lets time pass on both clocks.
  mutating func wait(_ duration: Duration) {
    now.wall = now.wall + duration
    now.monotonic += duration
  }

  /// The wall clock is set; the monotonic one is not.
  mutating func setWall(by duration: Duration) { now.wall = now.wall + duration }

  /// Another boot: the monotonic clock begins anew.
  mutating func reboot(after duration: Duration) {
    now.wall = now.wall + duration
    now.monotonic = .seconds(3)
  }

  mutating func add(_ event: Event) throws {
    let commands = try machine.handle(event)
    records.append(
      ReportRecord(seq: records.count + 1, at: now, event: event, commands: commands))
  }

  /// Adds an event whatever the machine would say to it, with commands of the test's own.
  mutating func addBlindly(_ event: Event, _ commands: [Command] = []) {
    records.append(
      ReportRecord(seq: records.count + 1, at: now, event: event, commands: commands))
  }

  mutating func open(
    outageAt: Timestamp? = nil, declaredAt: Timestamp? = nil, seen: ObservedOutage? = nil,
    incident: IncidentFacts? = nil
  ) throws {
    var opening = RunOpening(
      run: RunID("20261121-013500-k3f9"), plan: plan.id, planHash: "ab12", purpose: .drill,
      runbook: "shop_failover", service: "shop", environment: "lab", variant: "failover",
      by: "alice", host: "ops1", reason: "quarterly drill", outageAt: outageAt,
      declaredAt: declaredAt, toolVersion: "1.0.0", seed: 1)
    (opening.observedOutage, opening.incident) = (seen, incident)
    try add(.runOpened(opening))
  }

  mutating func planned(_ step: StepID, attempt: Int = 1, change: Value = ["to": "b"]) throws {
    let preview = Preview(
      saw: ["\(step) is not done"], does: ["do \(step)"], fidelity: .observed)
    try add(.stepPlanned(StepReport(step, attempt: attempt, .change(change, preview))))
  }

  mutating func checked(_ step: StepID, attempt: Int = 1, _ verdict: Verdict) throws {
    try add(.stepChecked(StepReport(step, attempt: attempt, .verdict(verdict))))
  }

  mutating func applied(_ step: StepID, attempt: Int = 1, _ result: ApplyResult) throws {
    try add(.stepApplied(StepReport(step, attempt: attempt, result)))
  }

  mutating func verified(_ step: StepID, attempt: Int = 1, _ verdict: Verdict) throws {
    try add(.stepVerified(StepReport(step, attempt: attempt, verdict)))
  }

  mutating func undone(_ step: StepID, _ result: ApplyResult) throws {
    try add(.stepUndone(StepReport(step, attempt: 1, result)))
  }

  mutating func decide(
    _ choice: OperatorDecision.Choice, by: String = "alice", reason: String? = "I looked"
  ) throws {
    try add(.operatorDecided(OperatorDecision(choice, by: by, reason: reason)))
  }

  /// One change from its plan to its verification, a second for each part.
  mutating func change(_ step: StepID, facts: ValueMap = [:], takes: Duration = .seconds(1)) throws
  {
    wait(.seconds(1))
    try planned(step)
    wait(takes)
    try applied(step, .done(Evidence("\(step) was done", facts: facts)))
    wait(.seconds(1))
    try verified(step, .holds(Evidence("\(step) holds")))
  }

  mutating func check(_ step: StepID) throws {
    wait(.seconds(1))
    try checked(step, .holds(Evidence("\(step) holds")))
  }

  /// A person is asked and says yes after a time.
  mutating func approve(_ step: StepID, by: String = "bob", after: Duration) throws {
    wait(.seconds(1))
    try add(
      .stepPlanned(
        StepReport(
          step, attempt: 1, .ask(PersonRequest(kind: .approval, text: "Fail over to site B?")))))
    wait(after)
    try add(.personAnswered(PersonAnswer(step: step, attempt: 1, decision: .approve, by: by)))
  }
}

extension RunScript {
  var history: RunHistory { RunHistory(plan: plan, records: records) }

  func clocks(now: Moment? = nil) -> Clocks {
    Clocks.result(plan: plan, records: records, now: now)
  }

  func summary(now: Moment? = nil) throws -> RunSummary {
    try #require(RunSummary(plan: plan, records: records, now: now))
  }

  func report(
    verification: IntegrityFacts.Verification = .verified, signedBy: String? = "lifeboat-lab",
    in language: Language = .english
  ) throws -> Report {
    let history = history.told(in: Words(language))
    let integrity = IntegrityFacts(
      rootHash: "c0ffee", records: records.count, bytes: 4096, signedBy: signedBy,
      verification: verification)
    return try #require(
      Report(history, integrity: integrity, toolVersion: "1.0.0"))
  }

  /// The whole shop, from outage to sale; 30 s before the run, a minute for the person.
  static func succeeded(
    plan: Plan = .shop(), outageAt: Timestamp? = start - .seconds(30),
    declaredAt: Timestamp? = nil, recoveryPoint: Value? = Plan.noLoss,
    approvalAfter: Duration = .seconds(60)
  ) throws -> RunScript {
    var script = RunScript(plan)
    try script.open(outageAt: outageAt, declaredAt: declaredAt)
    try script.check("outage_confirmed")
    try script.approve("go", after: approvalAfter)
    try script.change("fence_db", facts: ["receipt": "fenced at 0/3000148"])
    var facts: ValueMap = ["timeline": 2]
    facts["recovery_point"] = recoveryPoint
    try script.change("promote_db", facts: facts)
    try script.change("switch_dns")
    try script.check("buy_something")
    try script.change("told_everyone")
    return script
  }
}

extension Plan {
  static var noLoss: Value {
    [
      "loss": .duration(.zero), "bytes": 0, "method": "WAL positions of both ends",
      "last_commit_at": .timestamp(Timestamp("2026-11-21T01:34:30Z")!),
    ]
  }

  /// Site A is lost; site B takes over.
  static func shop(
    rto: Duration? = .seconds(900), rpo: Duration? = .seconds(5), mtpd: Duration? = .seconds(14400),
    clock: Objectives.Clock = .outage, adjust: (inout [PlannedStep]) -> Void = { _ in }
  ) -> Plan {
    func step(
      _ id: StepID, _ stage: Int, _ uses: String, _ kind: ActionKind, needs: [Int]
    ) -> PlannedStep {
      var step = PlannedStep(
        id: id, stage: stage, uses: uses, kind: kind, with: .map([], nil), timeout: .seconds(60),
        settle: .seconds(10), expected: .seconds(2),
        forecast: StepForecast(.wouldChange, "\(id) would be done"))
      step.needs = needs
      return step
    }
    var steps = [
      step("outage_confirmed", 0, "quorum.check", .check, needs: []),
      step("go", 0, "operator.approve", .person, needs: [0]),
      step("fence_db", 1, "postgres.fence", .change, needs: [1]),
      step("promote_db", 1, "postgres.promote", .change, needs: [2]),
      step("switch_dns", 2, "dns.switch", .change, needs: [3]),
      step("buy_something", 3, "http.check", .check, needs: [4]),
      step("told_everyone", 3, "message.send", .change, needs: [5]),
    ]
    steps[3].pointOfNoReturn = true
    steps[3].undo = .none(reason: "a promotion cannot be taken back")
    steps[6].isCritical = false
    steps[6].onFailure = .continue
    adjust(&steps)
    var plan = Plan(
      id: "p-1234", runbook: Source(name: "shop_failover", path: "runbook.yaml", sha256: "aa"),
      environment: Source(name: "lab", path: "environments/lab.yaml", sha256: "bb"),
      title: "Move the shop to site B", service: "shop", purpose: .drill,
      objectives: Objectives(rto: rto, rpo: rpo, mtpd: mtpd, clock: clock, soak: nil),
      stages: [
        PlannedStage(name: "confirm", title: "Be sure", budget: .seconds(60), first: 0, count: 2),
        PlannedStage(name: "database", title: nil, budget: .seconds(180), first: 2, count: 2),
        PlannedStage(name: "traffic", title: nil, budget: nil, first: 4, count: 1),
        PlannedStage(name: "prove", title: nil, budget: nil, first: 5, count: 2),
      ],
      steps: steps, madeAt: RunScript.start - .seconds(120), madeBy: "alice", toolVersion: "1.0.0")
    plan.variant = "failover"
    plan.roles = [RunbookEnvironment.Role(name: "commander", people: ["bob"])]
    return plan
  }
}
