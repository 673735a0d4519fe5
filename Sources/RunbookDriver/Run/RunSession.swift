package import RunbookAction
package import RunbookEngine
package import RunbookJournal
package import RunbookModel
import RunbookFormat

/// Opens runs and takes over runs: locks, folder, journal and driver brought together, and closed again in every case.
package struct RunSession: Sendable {
  package let store: RunStore
  package let registry: ActionRegistry
  package let clock: any DriverClock
  package let toolVersion: String
  /// What a run has come to, read from its folder: for messages and `clock.*`.
  package var figures: (@Sendable (RunFolder, Plan) -> RunFigures?)?

  package init(
    store: RunStore, registry: ActionRegistry, clock: any DriverClock, toolVersion: String
  ) {
    self.store = store
    self.registry = registry
    self.clock = clock
    self.toolVersion = toolVersion
  }

  /// Who starts or takes over a run, and on whose behalf.
  package struct Order: Sendable {
    package var by: String
    package var reason: String?
    package var outageAt: Timestamp?
    /// What was seen of the outage before the run.
    package var observedOutage: ObservedOutage?
    package var declaredAt: Timestamp?
    /// The run of another variant that this one continues, and the id under which it was announced there.
    package var continuing: Continuing?
    /// What was foretold of the run, as bytes to be kept beside its journal.
    package var forecast: [UInt8]?
    /// What is known of the incident.
    package var incident: IncidentFacts?

    package struct Continuing: Sendable {
      package var predecessor: RunID
      package var run: RunID

      package init(predecessor: RunID, run: RunID) {
        self.predecessor = predecessor
        self.run = run
      }
    }

    package init(
      by: String, reason: String? = nil, outageAt: Timestamp? = nil, declaredAt: Timestamp? = nil,
      continuing: Continuing? = nil
    ) {
      self.continuing = continuing
      self.by = by
      self.reason = reason
      self.outageAt = outageAt
      self.declaredAt = declaredAt
    }
  }

  /// What a run needs from whoever watches it.
  package struct Watch: Sendable {
    package var desk: any PeopleDesk
    package var listener: any RunListener
    /// Called once the driver exists, so that signals can reach it.
    package var started: @Sendable (Started) -> Void

    package init(
      desk: any PeopleDesk, listener: any RunListener,
      started: @escaping @Sendable (Started) -> Void
    ) {
      self.desk = desk
      self.listener = listener
      self.started = started
    }
  }

  /// A run that is about to be driven by this process.
  package struct Started: Sendable {
    package var driver: RunDriver
    package var folder: RunFolder
    package var control: ControlServer?
    /// Why nobody can steer the run from elsewhere; the run goes on without.
    package var controlProblem: StoreError?
  }

  package struct Result: Sendable {
    package var run: RunFolder
    package var ending: RunDriver.Ending
    package var machine: RunMachine
  }

  // MARK: - Starting

  /// Starts a run of the plan. Nothing outside the state folder is touched before the first record is durable.
  ///
  /// `guards` is asked when no other run of the service can begin or end any more, and says what is acknowledged.
  package func start(
    _ plan: Plan, secrets: SecretVault, order: Order,
    guards: () throws -> [Acknowledgement] = { [] }, watch: (RunID) -> Watch
  ) async throws -> Result {
    try store.folder.prepare()
    let now = clock.now()
    let run = order.continuing?.run ?? RunStore.newID(at: now.wall)
    var plan = plan
    if plan.id.isEmpty { plan.id = "p-\(run)" }
    let holder = LockHolder(run: run, by: order.by, since: now.wall)
    let serviceLock = try store.folder.lockService(plan.service, holder: holder)
    defer { withExtendedLifetime(serviceLock) {} }
    let acknowledged = try guards()
    let key = try signingKey(plan)
    let bytes = try plan.encoded()
    let hash = RecordHash.of(bytes)
    let ledger = SavedPlanLedger(store.folder)
    // A plan that is known to be used is refused before anything is made; `claim` says by which run.
    if plan.bindsChanges, ledger.user(of: plan.id) != nil { try ledger.claim(plan.id, for: run) }
    let driven = try store.create(
      holder, service: plan.service, plan: bytes, hash: hash, key: key, at: now)
    // After the folder: a full disk must not use the plan up. Before the first record: two runs must not share it.
    if plan.bindsChanges { try ledger.claim(plan.id, for: run) }
    var opening = RunOpening(
      run: run, plan: plan.id, planHash: hash.hex, purpose: plan.purpose,
      runbook: plan.runbook.name, service: plan.service, environment: plan.environment.name,
      variant: plan.variant, by: order.by, host: LockHolder.thisHost, reason: order.reason,
      outageAt: order.outageAt, declaredAt: order.declaredAt, toolVersion: toolVersion,
      seed: Int64.random(in: 0...Int64.max))
    opening.observedOutage = order.observedOutage
    opening.acknowledged = acknowledged.isEmpty ? nil : acknowledged
    // A forecast that cannot be kept must not keep anybody from recovering: the report then has none to score.
    opening.forecast = order.forecast.flatMap { try? driven.folder.attach($0).hex }
    opening.predecessor = order.continuing?.predecessor
    opening.incident = order.incident
    return try await drive(
      driven, RunMachine(plan: plan), opening, secrets: secrets, from: .runOpened(opening),
      watch: watch(run))
  }

  // MARK: - Taking over

  /// A stored run as its records say it is.
  package struct Stored: Sendable {
    package var plan: Plan
    package var machine: RunMachine
    package var opening: RunOpening
    /// What is left of the time in which its changes must be confirmed.
    package var toConfirm: [RunResumption.TimeLeft]
  }

  /// Why a stored run cannot be gone on with.
  package struct Unreadable: Error, Sendable {
    package var message: String
    package var advice: String?
  }

  /// Takes a run over: replays its records, which must give the same commands, and goes on from there. `event` says
  /// what to go on with once the state is known.
  package func resume(
    _ folder: RunFolder, by: String, secrets: (Plan) async throws -> SecretVault,
    event: (Stored, [StepID], JournalRecovery) throws -> Event, watch: (Stored) -> Watch
  ) async throws -> Result {
    try store.folder.prepare()
    let planBytes = try folder.readPlan()
    let plan = try decode(planBytes, folder)
    let vault = try await secrets(plan)
    let holder = LockHolder(run: folder.id, by: by, since: clock.now().wall)
    let serviceLock = try store.folder.lockService(plan.service, holder: holder)
    defer { withExtendedLifetime(serviceLock) {} }
    guard try folder.readPlan() == planBytes else {
      throw Unreadable(
        message: "run \(folder.id) was begun anew while this command started",
        advice: "nothing was done; look at it with: lifeboat status \(folder.id)")
    }
    var replay = Replay(plan: plan)
    var mismatch: Unreadable?
    let (driven, recovery) = try store.resume(folder, holder, key: signingKey(plan)) {
      record throws(StoreError) in
      guard mismatch == nil else { return }
      do throws(Unreadable) { try replay.take(record) } catch { mismatch = error }
    }
    if let mismatch { throw mismatch }
    guard let opening = replay.machine.opening else {
      throw folder.holdsNoRecord
    }
    guard opening.planHash == RecordHash.of(planBytes).hex else {
      throw Unreadable(
        message:
          "\(folder.plan) was changed after the run was opened: it is not what the journal's "
          + "first record names",
        advice: "nothing was done; put the right plan back, or see: lifeboat audit verify "
          + "\(folder.id)")
    }
    let stored = Stored(
      plan: plan, machine: replay.machine, opening: opening,
      toConfirm: replay.timeLeft(now: clock.now().wall))
    let interrupted = zip(plan.steps, replay.machine.steps).compactMap { $1.isActive ? $0.id : nil }
    let first = try event(stored, interrupted, recovery)
    return try await drive(
      driven, replay.machine, opening, secrets: vault, from: first, watch: watch(stored),
      deadline: replay.deadline)
  }

  /// The plan beside a journal, as it is; whether it is the one that was opened is seen when the run is taken over.
  package func readPlan(_ folder: RunFolder) throws -> Plan {
    try decode(folder.readPlan(), folder)
  }

  private func decode(_ bytes: [UInt8], _ folder: RunFolder) throws(Unreadable) -> Plan {
    do {
      return try Plan(decoding: bytes)
    } catch {
      throw Unreadable(
        message: "\(folder.plan) cannot be read as a plan: \(error)",
        advice: "check it with: lifeboat audit verify \(folder.id)")
    }
  }

  // MARK: - Driving

  private func drive(
    _ driven: RunStore.Driven, _ machine: RunMachine, _ opening: RunOpening,
    secrets: SecretVault, from first: Event, watch: Watch,
    deadline: DeadlineClock = DeadlineClock()
  ) async throws -> Result {
    let plan = machine.plan
    let scope = RunScope(
      plan: plan, outputs: StepOutputs(plan: plan, catalogue: registry.catalogue), opening: opening,
      figures: reading(driven.folder, plan))
    let performer = Performer(
      plan: plan, registry: registry, secrets: secrets, scope: scope, clock: clock,
      run: opening.run, outageAt: opening.knownOutage,
      keep: { [folder = driven.folder] in try folder.attach($0) })
    let driver = RunDriver(
      machine: machine, performer: performer, log: driven.journal, clock: clock,
      listener: watch.listener, desk: watch.desk, deadline: deadline)
    let started = steerable(driver, driven.folder)
    defer { started.control?.stop() }
    watch.started(started)
    let ending: RunDriver.Ending
    do {
      ending = try await driver.run(from: first)
    } catch {
      try? store.seal(driven, at: clock.now())
      throw error
    }
    try store.seal(driven, at: clock.now())
    return Result(run: driven.folder, ending: ending, machine: await driver.machine)
  }

  private func reading(_ folder: RunFolder, _ plan: Plan) -> (@Sendable () -> RunFigures?)? {
    guard let figures else { return nil }
    return { figures(folder, plan) }
  }

  /// A file system that knows no sockets must not keep anybody from recovering a service.
  private func steerable(_ driver: RunDriver, _ folder: RunFolder) -> Started {
    do throws(StoreError) {
      let server = try ControlServer(folder.control) { message, reply in
        switch message {
        case .status: driver.status(reply)
        case .order(let order): driver.order(order, reply)
        }
      }
      return Started(driver: driver, folder: folder, control: server, controlProblem: nil)
    } catch {
      return Started(driver: driver, folder: folder, control: nil, controlProblem: error)
    }
  }

  private func signingKey(_ plan: Plan) throws(StoreError) -> SigningKey {
    let keys = SigningKeys(store.folder)
    if let file = plan.signingKeyFile { return try keys.load(file) }
    return try keys.own()
  }
}

/// Brings a machine to where its records say it was, and stops at the first one that it would have decided otherwise.
package struct Replay {
  package private(set) var machine: RunMachine
  package private(set) var records: [RunRecord] = []
  package private(set) var deadline = DeadlineClock()

  package init(plan: Plan) { machine = RunMachine(plan: plan) }

  /// What is left to each change that waits to be confirmed.
  func timeLeft(now: Timestamp) -> [RunResumption.TimeLeft] {
    RunResumption.timeLeft(machine, now: now) { step in
      for record in records.reversed() {
        for case .startTimer(step, _, .confirm, let after) in record.commands {
          return (record.at.wall, after)
        }
      }
      return nil
    }
  }

  package mutating func take(_ record: Record) throws(RunSession.Unreadable) {
    let read = try Self.read(record)
    let commands: [Command]
    do throws(EngineError) {
      commands = try machine.handle(read.event)
    } catch {
      throw RunSession.Unreadable(
        message: "record \(record.seq) does not follow from the ones before it: \(error)",
        advice: "check the journal with: lifeboat audit verify")
    }
    guard commands == read.commands else {
      throw RunSession.Unreadable(
        message: "record \(record.seq) released other commands than this program would release",
        advice: "go on with the version of lifeboat that wrote it, or check it with: "
          + "lifeboat audit verify")
    }
    records.append(read)
    deadline.take(read.event, commands, at: read.at, machine.state)
  }

  /// A record's event and commands.
  package static func read(_ record: Record) throws(RunSession.Unreadable) -> RunRecord {
    do {
      return RunRecord(
        at: record.at, event: try ValueDecoder().decode(Event.self, from: record.event),
        commands: try record.commands.map { try ValueDecoder().decode(Command.self, from: $0) })
    } catch {
      throw RunSession.Unreadable(
        message: "record \(record.seq) holds something that this version does not know: \(error)",
        advice: "use the version of lifeboat that wrote it")
    }
  }
}
