import RunbookAction
package import RunbookEngine
package import RunbookModel
import Synchronization

/// Carries a plan out: the only place where decisions meet the world.
///
/// Always in this order: take what has happened, let the machine decide, write one record, make it durable, and only
/// then act. A record whose commands only look need not be durable before they are performed: looking changes nothing,
/// and the next durable record takes it along. When a record cannot be written, nothing more is started.
package actor RunDriver {
  package private(set) var machine: RunMachine
  private let performer: Performer
  private let log: any RecordLog
  private let clock: any DriverClock
  private let listener: any RunListener
  private let desk: any PeopleDesk
  private let outputs: StepOutputs
  private let mailbox = Mailbox<Message>()
  /// Commands whose ending is awaited, and their steps where another thread can see them.
  private var working = 0
  private nonisolated let acting = Mutex<[StepID]>([])
  private var tokens = 0
  private var asks: [StepID: Talk] = [:]
  private var deciding: Talk?
  private var lingering: Talk?
  private var nobodyDecides = false
  private var wasPaused = false
  private var nobodyComes = false
  private var timers: [StepID: Task<Void, Never>] = [:]
  private var backoffs: Set<StepID> = []
  /// Timers that ended while the run was paused: they count when it goes on.
  private var heldTimers: [TimerReport] = []
  private var deadline: DeadlineClock
  private var deadlineTimer: Task<Void, Never>?
  /// Looks from outside; nil where the plan has no observer.
  private let observers: ObserverPool?
  private var soaking: Task<Void, Never>?
  /// A signal came: this process lets go as soon as nothing runs.
  private var leaving: String?

  package typealias Reply = @Sendable (SteeringAnswer) -> Void

  package init(
    machine: RunMachine, performer: Performer, log: any RecordLog, clock: any DriverClock,
    listener: any RunListener, desk: any PeopleDesk, deadline: DeadlineClock = DeadlineClock()
  ) {
    observers = machine.plan.observers.map { observers in
      ObserverPool(observers, clock: clock, sampler: performer.sampler(of: observers))
    }
    self.deadline = deadline
    self.machine = machine
    self.performer = performer
    self.log = log
    self.clock = clock
    self.listener = listener
    self.desk = desk
    outputs = performer.scope.outputs
    for (place, step) in machine.plan.steps.enumerated() {
      outputs.note(step.id, machine.steps[place])
    }
  }

  /// Stops starting things; what is under way is let finish. Safe to call at any time, from anywhere.
  package nonisolated func interrupt(cause: String) { mailbox.post(.interrupted(cause)) }

  /// Brings an order to the run; the answer comes once it counts durably, or was refused. Orders that are never read,
  /// because the run ended first, are answered with `letting_go`.
  package nonisolated func order(_ order: SteeringOrder, _ reply: @escaping Reply) {
    mailbox.post(.ordered(order, reply))
  }

  package nonisolated func status(_ reply: @escaping Reply) { mailbox.post(.wantsStatus(reply)) }

  /// The steps whose commands are under way, for whoever must end this process at once.
  package nonisolated var actingNow: [StepID] { acting.withLock { $0 } }

  /// Takes the first event, opening, resumption or an order, and drives the run until it ends or nothing can go on.
  package func run(from first: Event) async throws -> Ending {
    defer { letGo() }
    var commands = try write([.fact(first)])
    observers?.start { [mailbox] in mailbox.post(.observed) }
    // Of a run that was away for longer nothing new is begun.
    if let left = deadlineLeft, left <= .zero { commands += try write([deadlineReached]) }
    while true {
      perform(commands)
      if let ending = try await ending() {
        _ = try write(lookedAt)
        try sync()
        return ending
      }
      commands = try await takeMessages()
    }
  }

  /// Whoever still waits for something of this driver is told; nothing of it runs on.
  private func letGo() {
    for task in timers.values { task.cancel() }
    for talk in asks.values { talk.task.cancel() }
    deciding?.task.cancel()
    lingering?.task.cancel()
    deadlineTimer?.cancel()
    soaking?.cancel()
    observers?.stop()
    for message in mailbox.takeWaiting() {
      switch message {
      case .ordered(_, let reply), .wantsStatus(let reply):
        reply(.refused(.lettingGo, "the process lets go of the run; the order was not taken"))
      case .ended, .answered, .decided, .lingered, .timer, .deadline, .observed, .soaked,
        .interrupted:
        break
      }
    }
  }

  /// Why the run cannot go on by itself, or nil while something is under way.
  private func ending() async throws -> Ending? {
    guard working == 0 else { return nil }
    switch machine.state {
    case .closed(let outcome):
      try sync()
      return .closed(outcome)
    case .unwinding, .stopping: return nil
    case .open, .holding, .paused: break
    }
    // A process that let go of a change which is to take itself back would take the net away: the line that is lost may be
    // the very one that the change has cut.
    let mustStay = machine.waitsForConfirmation
    if let leaving {
      guard !mustStay else { return nil }
      try sync()
      return .paused(because: leaving)
    }
    switch machine.state {
    case .open:
      guard asks.isEmpty, backoffs.isEmpty, soaking == nil else { return nil }
      if let order = desk.takeOrderGiven() {
        mailbox.post(.decided(token: newToken(), order))
        return nil
      }
      return mustStay ? nil : try rest(.waiting)
    case .holding:
      // What waits for its next attempt fails then, since the run holds: one decision sees it all.
      guard backoffs.isEmpty else { return nil }
      return try decide(.waiting)
    case .paused(let cause, _):
      let waitsForPerson = machine.waitsForDeadline || machine.waitsForService
      return try decide(waitsForPerson ? .waiting : .paused(because: cause))
    case .closed, .unwinding, .stopping: return nil
    }
  }

  /// Asks who is at this process what now; with nobody there, waits for those elsewhere.
  private func decide(_ ending: Ending) throws -> Ending? {
    guard deciding == nil else { return nil }
    guard !nobodyDecides else { return try rest(ending) }
    try sync()
    let (machine, token) = (machine, newToken())
    deciding = Talk(
      token: token,
      task: Task { [desk, mailbox] in
        mailbox.post(.decided(token: token, await desk.decide(machine)))
      })
    return nil
  }

  private func rest(_ ending: Ending) throws -> Ending? {
    try sync()
    if nobodyComes { return machine.waitsForConfirmation ? nil : ending }
    guard lingering == nil else { return nil }
    let (machine, token) = (machine, newToken())
    lingering = Talk(
      token: token,
      task: Task { [desk, mailbox] in
        await desk.linger(machine)
        mailbox.post(.lingered(token: token))
      })
    return nil
  }

  /// What observers have seen since the last record of it; nothing follows the record that closes the run.
  private var lookedAt: [Input] {
    if case .closed = machine.state { return [] }
    return observers?.report().map { [.fact(.observed($0))] } ?? []
  }

  private func newToken() -> Int {
    tokens += 1
    return tokens
  }

  private func takeMessages() async throws -> [Command] {
    var inputs: [Input] = []
    var curious: [Reply] = []
    for message in await mailbox.takeAll() {
      switch message {
      case .ended(let event):
        working -= 1
        acting.withLock { acting in
          if let place = acting.firstIndex(where: { $0 == event.step }) { acting.remove(at: place) }
        }
        inputs.append(.fact(event))
      case .timer(let report):
        timers[report.step] = nil
        backoffs.remove(report.step)
        // A pause holds back what would go forward; what must not stay is no part of that.
        if case .paused = machine.state, leaving == nil, report.purpose != .confirm {
          heldTimers.append(report)
        } else {
          inputs.append(.fact(.timerFired(report)))
        }
      case .deadline:
        deadlineTimer = nil
        if let left = deadlineLeft, left <= .zero { inputs.append(deadlineReached) }
      case .observed: inputs += lookedAt
      case .soaked(let report):
        soaking = nil
        inputs += lookedAt + [.fact(.soakEnded(report))]
      case .answered(let step, let token, let answer):
        if asks[step]?.token == token { asks[step] = nil }
        if let answer {
          var order = SteeringOrder(answer)
          let isToConfirm = machine.state(of: step)?.waitsToBeConfirmed ?? false
          if isToConfirm, order.verb == .approve { order.verb = .confirm }
          inputs.append(local(order))
        }
      case .decided(let token, let order):
        let isCurrent = deciding?.token == token
        if isCurrent { deciding = nil }
        if let order { inputs.append(local(order)) }
        if isCurrent, order == nil { nobodyDecides = true }
      case .lingered(let token): if lingering?.token == token { nobodyComes = true }
      case .interrupted(let cause):
        leaving = leaving ?? cause
        inputs += lookedAt
        inputs.append(.fact(.interrupted(Interruption(cause: cause))))
      case .ordered(let order, let reply): inputs.append(.order(order, reply))
      case .wantsStatus(let reply): curious.append(reply)
      }
    }
    let commands = try write(inputs)
    if !curious.isEmpty {
      let state = SteeringState(machine)
      for reply in curious { reply(SteeringAnswer(.status, run: state)) }
    }
    return commands
  }

  /// An order of a person at this process, who is told when it does not count.
  private func local(_ order: SteeringOrder) -> Input {
    .order(order) { [desk] answer in
      guard let refusal = answer.refusal else { return }
      Task { await desk.refused(order, because: refusal) }
    }
  }

  /// Decides and writes; what it returns may be performed.
  private func write(_ inputs: [Input]) throws -> [Command] {
    var (released, mustSync, hasMoved): ([Command], Bool, Bool) = ([], false, false)
    var replies: [(Reply, SteeringRefusal?)] = []
    do {
      for input in inputs {
        switch input {
        case .fact(let event):
          guard let commands = try record(event, &mustSync) else { continue }
          released += commands
          if case .observed = event { continue }
          hasMoved = true
        case .order(var order, let reply):
          order.reason = order.reason.map(performer.secrets.masked)
          if order.verb == .switchVariant { order.successor = RunStore.newID(at: clock.now().wall) }
          switch fitting(order) {
          case .success(let event):
            replies.append((reply, nil))
            released += try record(event, &mustSync) ?? []
            hasMoved = true
          case .failure(let refusal):
            replies.append((reply, refusal))
            guard machine.refusals < RunMachine.recordedRefusals else { continue }
            _ = try record(.orderRefused(RefusedOrder(order, refusal)), &mustSync)
          }
        }
      }
      if hasMoved { released += try catchUp(&mustSync) }
      try keep(durably: mustSync)
    } catch {
      for (reply, _) in replies {
        reply(
          .refused(
            .journalLost, "the journal could not be written: whether this counts is not known",
            next: "mend the disk, then resume the run; it looks before it acts"))
      }
      throw error
    }
    if !replies.isEmpty {
      let state = SteeringState(machine)
      for (reply, refusal) in replies {
        reply(SteeringAnswer(refusal == nil ? .taken : .refused, refusal: refusal, run: state))
      }
    }
    return released
  }

  private func fitting(_ order: SteeringOrder) -> Result<Event, SteeringRefusal> {
    Result { () throws(SteeringRefusal) in try machine.event(for: order) }
  }

  /// Hands the event to the machine and writes it; nil when it came too late and counts for nothing.
  private func record(_ event: Event, _ mustSync: inout Bool) throws -> [Command]? {
    let commands: [Command]
    do {
      commands = try machine.handle(event)
    } catch {
      if event.mayComeLate { return nil }
      throw error
    }
    let record = RunRecord(at: clock.now(), event: event, commands: commands)
    do {
      try log.write(record)
    } catch {
      throw JournalLost(cause: error, underWay: underWay)
    }
    deadline.take(event, commands, at: record.at, machine.state)
    note(event)
    listener.wrote(record, machine)
    mustSync = mustSync || event.isPrecious || commands.contains(where: \.hasEffect)
    return commands
  }

  /// Something has moved: what people are asked is brought up to it, and what a pause has held back follows.
  private func catchUp(_ mustSync: inout Bool) throws -> [Command] {
    nobodyDecides = false
    nobodyComes = false
    lingering?.task.cancel()
    lingering = nil
    deciding?.task.cancel()
    deciding = nil
    var released: [Command] = []
    let isPaused = if case .paused = machine.state { true } else { false }
    if !isPaused {
      let late = heldTimers
      heldTimers = []
      for report in late { released += try record(.timerFired(report), &mustSync) ?? [] }
    }
    armDeadline()
    let mayAsk = machine.state == .open || machine.state == .holding
    // What was asked when a pause came is asked again when it is over.
    if wasPaused, mayAsk {
      for question in machine.questions where asks[question.step.id] == nil {
        let attempt = machine.state(of: question.step.id)?.attempt ?? 0
        ask(question.step.id, attempt, question.request)
      }
    }
    wasPaused = isPaused
    for (id, talk) in asks {
      let state = machine.state(of: id)
      if mayAsk, case .gated(talk.attempt, _, _, _) = state { continue }
      // Its time runs on whatever the run does.
      if let state, state.waitsToBeConfirmed, state.attempt == talk.attempt { continue }
      talk.task.cancel()
      asks[id] = nil
    }
    return released
  }

  private func sync() throws { try keep(durably: true) }

  private func keep(durably: Bool) throws {
    do {
      if durably { try log.commit() } else { try log.show() }
    } catch {
      throw JournalLost(cause: error, underWay: underWay)
    }
  }

  private var underWay: [StepID] {
    zip(machine.plan.steps, machine.steps).compactMap { $1.isActive ? $0.id : nil }
  }

  private func note(_ event: Event) {
    guard let id = event.step, let state = machine.state(of: id) else { return }
    outputs.note(id, state)
  }
}

// MARK: - Performing

extension RunDriver {
  private func perform(_ commands: [Command]) {
    for command in commands {
      switch command {
      case .plan(let id, let attempt):
        let waived = machine.waived(for: id)
        start(id) { performer, step in
          .stepPlanned(
            StepReport(
              id, attempt: attempt, performer.masked(await performer.plan(step, waived: waived))))
        }
      case .check(let id, let attempt):
        start(id) { performer, step in
          .stepChecked(
            StepReport(id, attempt: attempt, performer.masked(await performer.check(step))))
        }
      case .apply(let id, let attempt, let change):
        start(id) { performer, step in
          .stepApplied(
            StepReport(id, attempt: attempt, performer.masked(await performer.apply(step, change))))
        }
      case .verify(let id, let attempt, let change):
        start(id) { performer, step in
          .stepVerified(
            StepReport(id, attempt: attempt, performer.masked(await performer.verify(step, change)))
          )
        }
      case .undo(let id, let attempt, let change):
        let isInDoubt = machine.state(of: id)?.isUndoInDoubt ?? false
        start(id) { performer, step in
          .stepUndone(
            StepReport(
              id, attempt: attempt,
              performer.masked(await performer.undo(step, change, isInDoubt: isInDoubt))))
        }
      case .ask(let id, let attempt, let request): ask(id, attempt, request)
      case .startTimer(let id, let attempt, let purpose, let after):
        startTimer(TimerReport(id, attempt: attempt, purpose), after)
      case .soak(let time): soak(time)
      case .startDeadline, .close: break
      }
    }
  }

  private func soak(_ time: Duration) {
    soaking?.cancel()
    soaking = Task { [observers, mailbox] in
      guard let observers else { return }
      let report = await observers.soak(for: time)
      if !Task.isCancelled { mailbox.post(.soaked(report)) }
    }
  }

  private func start(
    _ id: StepID, _ work: @escaping @Sendable (Performer, PlannedStep) async -> Event
  ) {
    guard let place = machine.place(of: id) else { return }
    let step = machine.plan.steps[place]
    working += 1
    acting.withLock { $0.append(id) }
    Task { [performer, mailbox] in mailbox.post(.ended(await work(performer, step))) }
  }

  private func ask(_ id: StepID, _ attempt: Int, _ request: PersonRequest) {
    guard let place = machine.place(of: id) else { return }
    let (step, token) = (machine.plan.steps[place], newToken())
    asks[id]?.task.cancel()
    asks[id] = Talk(
      token: token, attempt: attempt,
      task: Task { [desk, mailbox] in
        let answer = await desk.answer(step, attempt: attempt, request)
        mailbox.post(.answered(id, token: token, answer))
      })
  }

  /// What is left of the run's deadline; nil where it has none, or it does not count now.
  private var deadlineLeft: Duration? {
    guard let limit = machine.plan.deadline, !machine.isOverdue else { return nil }
    switch machine.state {
    case .open, .holding: return deadline.left(of: limit, at: clock.now())
    case .paused, .unwinding, .stopping, .closed: return nil
    }
  }

  private var deadlineReached: Input { .fact(.deadlineReached(deadline.report(at: clock.now()))) }

  /// Sleeps for what is left, as long as it counts: a pause ends the sleep, and what follows it begins another.
  private func armDeadline() {
    guard let left = deadlineLeft else {
      deadlineTimer?.cancel()
      deadlineTimer = nil
      return
    }
    guard deadlineTimer == nil else { return }
    deadlineTimer = Task { [clock, mailbox] in
      await clock.sleep(for: max(left, .zero))
      if !Task.isCancelled { mailbox.post(.deadline) }
    }
  }

  private func startTimer(_ report: TimerReport, _ after: Duration) {
    switch report.purpose {
    case .backoff: backoffs.insert(report.step)
    case .gate, .confirm: break
    }
    timers[report.step]?.cancel()
    timers[report.step] = Task { [clock, mailbox] in
      await clock.sleep(for: after)
      if !Task.isCancelled { mailbox.post(.timer(report)) }
    }
  }
}
