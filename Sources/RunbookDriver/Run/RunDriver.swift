package import RunbookEngine
package import RunbookModel

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
  private var working = 0
  private var asking = 0
  private var isDeciding = false
  private var nobodyDecides = false

  private enum Message: Sendable {
    /// The ending of a command.
    case ended(Event)
    /// Nobody was there to answer.
    case unanswered
    case answered(PersonAnswer)
    case decided(OperatorDecision?)
    /// A gate's timer, which nobody waits for.
    case gateTimer(Event)
    case interrupted(String)
  }

  /// How a call of `run` came to its end.
  package enum Ending: Sendable, Equatable {
    case closed(Outcome)
    /// A person must decide or answer, and nobody is there.
    case waiting
    /// A signal or a person stopped it; it can be resumed.
    case paused(because: String)
  }

  /// The journal could not be written: what was under way then is in doubt, and nothing was started after.
  package struct JournalLost: Error, Sendable {
    package var cause: any Error
    package var underWay: [StepID]
  }

  package init(
    machine: RunMachine, performer: Performer, log: any RecordLog, clock: any DriverClock,
    listener: any RunListener, desk: any PeopleDesk
  ) {
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

  /// Takes the first event, opening, resumption or an order, and drives the run until it ends or nothing can go on.
  package func run(from first: Event) async throws -> Ending {
    var commands = try write([first])
    while true {
      perform(commands)
      if let ending = try await ending() { return ending }
      commands = try await takeMessages()
    }
  }

  /// Why the run cannot go on by itself, or nil while something is under way.
  private func ending() async throws -> Ending? {
    guard working == 0 else { return nil }
    switch machine.state {
    case .closed(let outcome):
      try sync()
      return .closed(outcome)
    case .paused(let cause, _):
      try sync()
      return .paused(because: cause)
    case .open:
      guard asking == 0 else { return nil }
      try sync()
      return .waiting
    case .holding:
      guard !isDeciding else { return nil }
      try sync()
      if nobodyDecides { return .waiting }
      isDeciding = true
      let machine = machine
      Task { [desk, mailbox] in mailbox.post(.decided(await desk.decide(machine))) }
      return nil
    case .unwinding, .stopping: return nil
    }
  }

  private func takeMessages() async throws -> [Command] {
    var events: [Event] = []
    var isLeaving = false
    for message in await mailbox.takeAll() {
      switch message {
      case .ended(let event):
        working -= 1
        events.append(event)
      case .gateTimer(let event): events.append(event)
      case .unanswered: asking -= 1
      case .answered(let answer):
        asking -= 1
        events.append(.personAnswered(answer))
      case .decided(let decision):
        isDeciding = false
        if let decision { events.append(.operatorDecided(decision)) } else { isLeaving = true }
      case .interrupted(let cause): events.append(.interrupted(Interruption(cause: cause)))
      }
    }
    let commands = try write(events)
    nobodyDecides = isLeaving && machine.state == .holding
    return commands
  }

  /// Decides and writes; what it returns may be performed.
  private func write(_ events: [Event]) throws -> [Command] {
    var released: [Command] = []
    var mustSync = false
    for event in events {
      let commands: [Command]
      do {
        commands = try machine.handle(event)
      } catch {
        if refuse(event, error) { continue }
        throw error
      }
      let record = RunRecord(at: clock.now(), event: event, commands: commands)
      do {
        try log.write(
          event: try ValueEncoder().encode(event),
          commands: try commands.map { try ValueEncoder().encode($0) }, at: record.at)
      } catch {
        throw JournalLost(cause: error, underWay: underWay)
      }
      note(event)
      listener.wrote(record, machine)
      mustSync = mustSync || event.isPrecious || commands.contains(where: \.hasEffect)
      released += commands
    }
    try keep(durably: mustSync)
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

  /// A person's word that came too late or does not fit is answered, not recorded; anything else that does not fit is a
  /// fault of this program and stops it.
  private func refuse(_ event: Event, _ error: EngineError) -> Bool {
    switch event {
    case .operatorDecided(let decision):
      Task { [desk] in await desk.refused(decision, because: error) }
      return true
    case .personAnswered, .interrupted: return true
    case .runOpened, .runResumed, .stepPlanned, .stepChecked, .stepApplied, .stepVerified,
      .stepUndone, .timerFired:
      return false
    }
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
        start(id) { performer, step in
          .stepPlanned(
            StepReport(id, attempt: attempt, performer.masked(await performer.plan(step))))
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
      case .close: break
      }
    }
  }

  private func start(
    _ id: StepID, _ work: @escaping @Sendable (Performer, PlannedStep) async -> Event
  ) {
    guard let place = machine.place(of: id) else { return }
    let step = machine.plan.steps[place]
    working += 1
    Task { [performer, mailbox] in mailbox.post(.ended(await work(performer, step))) }
  }

  private func ask(_ id: StepID, _ attempt: Int, _ request: PersonRequest) {
    guard let place = machine.place(of: id) else { return }
    let step = machine.plan.steps[place]
    asking += 1
    Task { [desk, mailbox] in
      if let answer = await desk.answer(step, attempt: attempt, request) {
        mailbox.post(.answered(answer))
      } else {
        mailbox.post(.unanswered)
      }
    }
  }

  private func startTimer(_ report: TimerReport, _ after: Duration) {
    switch report.purpose {
    case .backoff: working += 1
    case .gate: break
    }
    Task { [clock, mailbox] in
      await clock.sleep(for: after)
      switch report.purpose {
      case .backoff: mailbox.post(.ended(.timerFired(report)))
      case .gate: mailbox.post(.gateTimer(.timerFired(report)))
      }
    }
  }
}

extension Event {
  /// What was learnt about an effect: losing it would put the step in doubt.
  package var isPrecious: Bool {
    switch self {
    case .stepApplied, .stepUndone, .personAnswered, .operatorDecided, .runOpened, .runResumed:
      true
    case .stepPlanned, .stepChecked, .stepVerified, .timerFired, .interrupted: false
    }
  }

  /// The step that the event is about.
  package var step: StepID? {
    switch self {
    case .stepPlanned(let report): report.step
    case .stepChecked(let report): report.step
    case .stepApplied(let report), .stepUndone(let report): report.step
    case .stepVerified(let report): report.step
    case .timerFired(let report): report.step
    case .personAnswered(let answer): answer.step
    case .operatorDecided(let decision):
      switch decision.choice {
      case .retry(let step), .skip(let step), .markDone(let step): step
      case .continue, .unwind, .abort: nil
      }
    case .runOpened, .runResumed, .interrupted: nil
    }
  }
}

extension StepState {
  fileprivate var isUndoInDoubt: Bool {
    guard case .undoing(_, _, let before?) = self else { return false }
    return before.effect == .unknown
  }
}
