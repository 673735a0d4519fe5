import RunbookDriver
package import RunbookEngine
package import RunbookModel

/// One run of a plan in the model: the real machines, a virtual clock, a world and people that do what a script says.
///
/// The driver's order is kept: take what has happened, decide, write a record, make it durable, and only then perform.
/// It is not the driver itself: an actor with a task for each command costs too much to be run a million times. What
/// both share is the machines, and the rule which records must be durable.
package struct SimulatedRun: Sendable {
  /// The two decisions that tests break to see that the invariants notice.
  package struct Rules: Sendable {
    package var decide: @Sendable (inout RunMachine, Event) throws(EngineError) -> [Command]
    package var mustSync: @Sendable (Event, [Command]) -> Bool

    package init(
      decide: @escaping @Sendable (inout RunMachine, Event) throws(EngineError) -> [Command],
      mustSync: @escaping @Sendable (Event, [Command]) -> Bool
    ) {
      self.decide = decide
      self.mustSync = mustSync
    }

    /// What the driver does.
    package static let real = Rules(
      decide: { machine, event throws(EngineError) in try machine.handle(event) },
      mustSync: { event, commands in event.isPrecious || commands.contains(where: \.hasEffect) })
  }

  let model: Model
  let rules: Rules
  var script: Script
  var machine: RunMachine
  var journal = SimulatedJournal()
  var world: World
  var watcher: Watcher
  var agenda = Agenda()
  var breaches: [Breach] = []
  var story: [Happening]?

  var now: Int64 = 0
  var deadline = DeadlineClock()
  /// When the run's deadline is over if nothing stops the run before.
  var deadlineAt: Int64?
  var working = 0
  var asking = 0
  var isDeciding = false
  var nobodyDecides = false
  /// Records over all processes, also those that were lost.
  var recordsEver = 0
  var holds = 0
  var departures = 0
  var deaths = 0
  var counts: [Int: Int] = [:]

  package init(
    _ model: Model, script: Script = Script(), rules: Rules = .real, tellsStory: Bool = false
  ) {
    self.model = model
    self.rules = rules
    self.script = script
    machine = model.fresh
    world = World(model)
    watcher = Watcher(model)
    story = tellsStory ? [] : nil
  }

  /// How a simulated run came to its end.
  package enum Ending: Hashable, Sendable {
    case closed(Outcome)
    /// A failed step needs a person, and nobody decided.
    case held(because: [StepID])
    /// A question is open, and nobody answered.
    case unanswered([StepID])
    case paused(because: String)
    /// The process died before the first record was kept: there is no run, and nothing was changed.
    case neverBegan
    /// It did not end: a broken invariant says why.
    case lost
  }

  /// What came out.
  package struct Account: Sendable {
    package var ending: Ending
    package var took: Duration
    package var records: [SimulatedRecord]
    package var script: [ScriptLine]
    package var breaches: [Breach]
    package var deaths: Int
    package var machine: RunMachine
    package var story: [Happening]
    /// Steps whose change is in place in the model at the end. What people were told is no change.
    package var inPlace: [StepID]
  }

  package static func play(
    _ model: Model, script: Script = Script(), rules: Rules = .real, tellsStory: Bool = false
  ) -> Account {
    var run = SimulatedRun(model, script: script, rules: rules, tellsStory: tellsStory)
    let ending = run.play()
    run.checkAtEnd(ending)
    return Account(
      ending: ending, took: .nanoseconds(run.now), records: run.journal.records,
      script: run.script.told, breaches: run.breaches, deaths: run.deaths, machine: run.machine,
      story: run.story ?? [],
      inPlace: zip(model.plan.steps, run.world.isInPlace).compactMap {
        $1 && $0.onlyTells != true ? $0.id : nil
      })
  }

  // MARK: - The loop

  private mutating func play() -> Ending {
    var first = Event.runOpened(model.opening)
    while true {
      switch drive(from: first) {
      case .died(let death):
        if let next = rise(after: death) { first = next } else { return endingAfterDeath() }
      case .ended(let ending):
        guard breaches.isEmpty, let next = comeBack(after: ending) else { return ending }
        first = next
      }
    }
  }

  private enum Stop {
    case died(Fault.Death)
    case ended(Ending)
  }

  /// One process, from its first event until it lets go.
  private mutating func drive(from first: Event) -> Stop {
    var events = [first]
    while true {
      let commands: [Released]
      switch write(events) {
      case .died(let death): return .died(death)
      case .released(let released): commands = released
      }
      nobodyDecides = nobodyDecides && machine.state == .holding
      for released in commands { perform(released) }
      armDeadline()
      if !breaches.isEmpty { return .ended(.lost) }
      if let ending = ending() { return .ended(ending) }
      guard let due = agenda.takeNext() else {
        breach(.runEnds, nil, "nothing is under way, and the run neither ended nor waits")
        return .ended(.lost)
      }
      now = max(now, due.at)
      if let death = death(among: due.messages) { return .died(death) }
      nobodyDecides = false
      events = due.messages.compactMap { take($0) }
    }
  }

  /// The process dies now; what ends at the same moment is not heard of any more.
  private mutating func death(among messages: [Agenda.Message]) -> Fault.Death? {
    for case .died(let death) in messages {
      guard death.underWayIsMade else { return death }
      for case .ended(_, let effect?) in messages { happen(effect) }
      return death
    }
    return nil
  }

  struct Released {
    var command: Command
    /// Where its record stands in the journal.
    var record: Int
  }

  private enum Written {
    case released([Released])
    case died(Fault.Death)
  }

  /// Decides and writes; what it returns may be performed.
  private mutating func write(_ events: [Event]) -> Written {
    var released: [Released] = []
    var mustSync = false
    var lastBreath: Fault.Death?
    for event in events {
      let number = recordsEver
      let fate = script.fault(at: .record(number))
      if case .dies(let death)? = fate, death.moment == .beforeRecord { return .died(death) }
      let commands: [Command]
      do throws(EngineError) {
        commands = try rules.decide(&machine, event)
      } catch {
        if !event.isAPersonsWord { breach(.eventFits, event.step, "\(error)") }
        continue
      }
      recordsEver += 1
      deadline.take(event, commands, at: moment, machine.state)
      let record = SimulatedRecord(at: now, event: event, commands: commands)
      journal.write(record)
      tell(.recorded(record))
      check(event, commands)
      mustSync = mustSync || rules.mustSync(event, commands)
      for command in commands {
        released.append(Released(command: command, record: journal.records.count - 1))
      }
      switch fate {
      case .dies(let death)?:
        if death.moment == .beforeSync { return .died(death) }
        lastBreath = death
      case .signal?:
        agenda.add(.interrupted, at: now)
        tell(.signalled(at: now))
      case .behaves, .killed, .answers, .late, .decides, .orders, .returns, nil: break
      }
    }
    if mustSync { journal.sync() } else { journal.show() }
    return lastBreath.map { .died($0) } ?? .released(released)
  }

  private mutating func check(_ event: Event, _ commands: [Command]) {
    noteAPersonsWord(event)
    if let finding = watcher.take(event, commands, machine, model, world) {
      breach(finding.invariant, finding.step, finding.what)
    }
    if recordsEver > model.recordLimit {
      breach(.runEnds, nil, "it has \(recordsEver) records and goes on")
    }
  }

  /// What rests on a person's word alone, the run does not answer for.
  private mutating func noteAPersonsWord(_ event: Event) {
    guard case .operatorDecided(let decision) = event else { return }
    if case .abort = decision.choice { world.abort() }
    if case .markDone(let id) = decision.choice, let place = machine.place(of: id) {
      world.distrust(place, model)
    }
    if case .skip(let id) = decision.choice, let place = machine.place(of: id) {
      world.waveThrough(place, model)
    }
    if case .retry(let id) = decision.choice, let place = machine.place(of: id),
      !model.plan.steps[place].isVerifiable
    {
      world.distrust(place, model)
    }
  }

  mutating func breach(_ invariant: Invariant, _ step: StepID?, _ what: String) {
    breaches.append(
      Breach(invariant: invariant, step: step, records: journal.records.count, what: what))
  }

  mutating func tell(_ happening: Happening) {
    if story != nil { story?.append(happening) }
  }
}

extension Event {
  /// A person's word that comes too late is answered, not recorded.
  fileprivate var isAPersonsWord: Bool {
    if case .operatorDecided = self { return true }
    if case .personAnswered = self { return true }
    if case .interrupted = self { return true }
    return false
  }
}
