import RunbookDriver
import RunbookEngine
import RunbookForecast
import RunbookModel
import RunbookReport

/// From a command line to a finished run: the way that a drill and a recovery share.
struct RunFlow {
  private(set) var target: RunbookOptions
  let answers: AnswerOptions
  let purpose: Purpose
  let reason: String?
  let savedPlan: String?
  /// The service's name as given by option; only a recovery needs it.
  var service: String?
  /// Why a promotion within the cool-down of another is meant.
  let coolDownReason: String?
  /// What was said of the incident.
  var incident: IncidentOptions?
  /// The run of another variant that this one continues.
  var after: Continuation?
  var words = Words.english

  init(
    target: RunbookOptions, answers: AnswerOptions, purpose: Purpose, reason: String?,
    savedPlan: String?, coolDownReason: String?
  ) {
    self.coolDownReason = coolDownReason
    self.target = target
    self.answers = answers
    self.purpose = purpose
    self.reason = reason
    self.savedPlan = savedPlan
  }

  /// Continues the run of that id: what it knew of the outage counts unless something else is said.
  mutating func goOn(after run: String?) throws {
    guard let run else { return }
    let session = try RunSession.current()
    after = try Continuation(StoredRun(session.store.find(run), session: session))
    target.outageAt = target.outageAt ?? after?.outageAt?.description
  }

  func start() async throws -> ExitStatus { try await run(prepare()) }

  /// What is to be run, looked at, shown, and meant.
  struct Prepared {
    let plan: Plan
    let secrets: SecretVault
    var order: RunSession.Order
    let kept: KeptForecast
  }

  /// Everything that can be refused before a run begins. Changes nothing.
  func prepare() async throws -> Prepared {
    let console = Console()
    let declaredAt = after?.declaredAt ?? Program.current.clock.now().wall
    if purpose == .recovery, reason?.trimmed.isEmpty ?? true {
      throw Refusal(.invalid, "a recovery needs a reason", next: "say why with --reason")
    }
    let desk = IncidentDesk(try RunStore.current())
    let facts = try incident?.facts(now: declaredAt, desk: desk)
    var target = target
    target.outageAt = try target.outageAt ?? incident?.opened(desk)?.opening.outageAt?.description
    let preparation = try await Preparation(target, purpose: purpose, console: console)
    try preparation.checkAllowed()
    let fresh = try await preparation.plan()
    let plan = try planToRun(fresh)
    let session = try RunSession.current()
    let coolDown = CoolDownGuard(plan: plan, session: session)
    if let coolDownReason, coolDownReason.trimmed.isEmpty {
      throw Refusal(.invalid, "--acknowledge-cool-down needs a reason")
    }
    try after?.check(plan)
    let outageAt = preparation.request.outageAt
    let kept = foretell(plan, outageAt: outageAt, declaredAt: declaredAt, session)
    console.out(PlanText(plan: plan, console: console, forecast: kept.forecast).text + "\n")
    for one in try coolDown.check(acknowledged: coolDownReason) {
      console.out("Acknowledged: \(one.finding)\n")
    }
    if purpose == .recovery { try confirmService(plan, console) }
    try answers.check(against: plan)
    _ = try answers.staying()
    var order = RunSession.Order(
      by: Person.current, reason: reason, outageAt: preparation.statedOutage,
      declaredAt: declaredAt, continuing: after?.link)
    order.observedOutage = after?.observedOutage ?? preparation.observedOutage
    order.incident = facts ?? after?.incident
    return Prepared(plan: plan, secrets: preparation.secrets, order: order, kept: kept)
  }

  private func foretell(
    _ plan: Plan, outageAt: Timestamp?, declaredAt: Timestamp?, _ session: RunSession
  ) -> KeptForecast {
    let clockBegan: Timestamp? =
      switch plan.objectives.clock {
      case .outage: outageAt
      case .declaration: declaredAt
      case .run: nil
      }
    return KeptForecast(
      plan, session: session, clockBegan: clockBegan, now: Program.current.clock.now().wall)
  }

  func run(_ prepared: Prepared) async throws -> ExitStatus {
    let console = Console()
    let plan = prepared.plan
    let stay = try answers.staying()
    let session = try RunSession.current()
    let coolDown = CoolDownGuard(plan: plan, session: session)
    let given = answers.given(reason)
    let startedAt = prepared.order.declaredAt ?? Program.current.clock.now().wall
    let signals = SignalWatch()
    var order = prepared.order
    order.forecast = try? prepared.kept.encoded()
    let live = LiveRun(
      console: console, plan: plan, startedAt: startedAt, kept: prepared.kept, words: words)
    defer { live.end() }
    let result = try await session.start(
      plan, secrets: prepared.secrets, order: order,
      guards: { try coolDown.check(acknowledged: coolDownReason) }
    ) { run in
      console.out(words.runStarts(run, after: after?.link.predecessor) + "\n")
      link(run, to: prepared.order.incident?.incident, session, console)
      return RunSession.Watch(
        desk: TerminalDesk(
          console: console, plan: plan, given: given, orders: [], stay: stay, words: words,
          hold: session.holds(session.store.run(run), console, words)),
        listener: live
      ) {
        signals.watch($0, console)
        live.begin()
      }
    }
    live.end()
    return try RunEnding(
      result: result, session: session, console: console, words: words, foretold: prepared.kept
    ).show()
  }

  /// The incident's journal names the run. That it cannot be written must not keep anybody from recovering.
  private func link(
    _ run: RunID, to incident: String?, _ session: RunSession, _ console: Console
  ) {
    guard let incident else { return }
    do {
      try IncidentDesk(session.store).add(to: incident) { _ in .runLinked(run) }
    } catch {
      console.note(
        "The run could not be linked to incident \(incident): \(error)\n"
          + "Do it later with: lifeboat incident link \(incident) \(run)")
    }
  }

  /// The saved plan, when there is one and nothing has changed since; else the fresh one.
  private func planToRun(_ fresh: Plan) throws -> Plan {
    guard let savedPlan else { return fresh }
    let saved = try PlanFile.read(savedPlan)
    var now = fresh
    now.bindsChanges = true
    let differences = PlanFile.differences(saved: saved, now: now)
    guard differences.isEmpty else {
      throw Refusal(
        .refused,
        "the saved plan \(saved.id) no longer fits:\n"
          + differences.map { "    " + $0 }.joined(separator: "\n"),
        next: "look at what has changed, then make and approve a new plan with: lifeboat plan --out"
      )
    }
    return saved
  }

  private func confirmService(_ plan: Plan, _ console: Console) throws {
    if let service {
      guard service == plan.service else {
        throw Refusal(
          .refused, "--service says '\(service)', but this runbook is for '\(plan.service)'",
          next: "check that this is the runbook that you mean")
      }
      return
    }
    guard console.isInteractive else {
      throw Refusal(
        .refused, "a recovery must be confirmed with the service's name, and no terminal is there",
        next: "add --service \(plan.service) if that is what you mean")
    }
    console.prompt(
      "This is REAL: a recovery of '\(plan.service)' in '\(plan.environment.name)'.\n"
        + "Type the service's name to start it: ")
    guard TerminalLines.next({ false })?.trimmed == plan.service else {
      throw Refusal(.refused, "what was typed is not '\(plan.service)'")
    }
  }
}

extension RunSession {
  /// Explains a hold of the run in that folder, with what the clocks say as its records have it.
  func holds(
    _ folder: RunFolder, _ console: Console, _ words: Words
  ) -> @Sendable (RunMachine, HoldText.Way) -> HoldText {
    { machine, way in
      let stored = try? StoredRun(folder, session: self, words: words)
      let clocks = try? stored?.summary(now: Program.current.clock.now()).clocks
      return HoldText(
        machine: machine, clocks: clocks, way: way, console: console, words: words,
        deadlines: stored?.deadlines ?? [:])
    }
  }

  /// The session for this process: the state folder as the environment says.
  static func current() throws -> RunSession {
    let program = Program.current
    var session = RunSession(
      store: try RunStore.current(), registry: program.registry, clock: program.clock,
      toolVersion: program.version)
    // Read as `status` reads it, each time anew: the records are in the file before anything is done on their account.
    session.figures = { [session] folder, plan in
      let stored = try? StoredRun(folder, of: plan, session: session)
      return stored?.figures(now: session.clock.now())
    }
    return session
  }
}
