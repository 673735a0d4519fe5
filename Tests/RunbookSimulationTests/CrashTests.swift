import RunbookEngine
import RunbookModel
import RunbookSimulation
import Testing

/// Death at every record of a run that has everything: parallel steps, retries, timers, approvals, and undo.
@Suite struct CrashTests {
  static let model = Plans.model(Plans.everything)
  /// Two retries, a lost answer, and a proof at the end that fails, so that everything is undone.
  static let story: [ScriptLine] = [
    ScriptLine(.command(place: 0, .check, nth: 1), .behaves(Behaviour(.passing))),
    ScriptLine(.command(place: 2, .apply, nth: 1), .behaves(Behaviour(.passing))),
    ScriptLine(.command(place: 3, .apply, nth: 1), .behaves(Behaviour(.lost))),
    ScriptLine(.command(place: 5, .check, nth: 1), .behaves(Behaviour(.doesNotHold))),
  ]
  static let deaths = Fault.Death.Moment.allCases.flatMap { moment in
    [true, false].flatMap { machine in
      [true, false].map { Fault.Death(moment, takesMachine: machine, underWayIsMade: $0) }
    }
  }

  @Test func `the run without a death undoes everything and uses all that it has`() {
    let account = SimulatedRun.play(Self.model, script: Script(Self.story))
    #expect(account.breaches.isEmpty)
    #expect(account.ending == .closed(.failedUndone))
    #expect(account.inPlace.isEmpty)
    #expect(account.script.count == Self.story.count)
    let commands = account.records.flatMap(\.commands)
    #expect(
      commands.contains { if case .startTimer(_, _, .backoff, _) = $0 { true } else { false } })
    #expect(commands.contains { if case .ask = $0 { true } else { false } })
    #expect(commands.contains { if case .undo = $0 { true } else { false } })
  }

  @Test(arguments: deaths)
  func `a death at any record loses nothing and repeats nothing`(death: Fault.Death) {
    let calm = SimulatedRun.play(Self.model, script: Script(Self.story))
    for record in calm.records.indices {
      let account = SimulatedRun.play(
        Self.model, script: Script(Self.story + [ScriptLine(.record(record), .dies(death))]))
      #expect(account.breaches.isEmpty, "\(death.text), at record \(record)")
      #expect(account.deaths == 1)
      if account.ending != .neverBegan {
        #expect(account.ending.isNamed, "\(death.text), at record \(record)")
      }
    }
  }

  @Test func `two deaths, at any pair of records, lose nothing and repeat nothing`() {
    let calm = SimulatedRun.play(Self.model, script: Script(Self.story))
    let death = Fault.Death(.beforePerforming, takesMachine: true, underWayIsMade: true)
    let other = Fault.Death(.beforeSync, takesMachine: true, underWayIsMade: false)
    for first in calm.records.indices {
      for second in first + 1..<calm.records.count + 4 {
        for pair in [[death, other], [other, death]] {
          let script =
            Self.story + [
              ScriptLine(.record(first), .dies(pair[0])),
              ScriptLine(.record(second), .dies(pair[1])),
            ]
          let account = SimulatedRun.play(Self.model, script: Script(script))
          #expect(account.breaches.isEmpty, "at records \(first) and \(second)")
        }
      }
    }
  }
}

/// The same with copies of a step: they begin and end apart, and what needs the step waits for all.
@Suite struct CopyCrashTests {
  static let model = Plans.model(
    Plans.repeating(Plans.everything, seed: 5, always: ["left", "agreed"]))
  /// The answer of one copy's change is lost.
  static let story: [ScriptLine] = [
    ScriptLine(
      .command(place: model.plan.steps.firstIndex { $0.id == "left[1]" } ?? 0, .apply, nth: 1),
      .behaves(Behaviour(.lost)))
  ]

  @Test func `the plan has copies, and they are changed`() throws {
    #expect(Self.model.plan.repeated?.contains { $0.count > 1 } == true)
    let account = SimulatedRun.play(Self.model, script: Script(Self.story))
    #expect(account.breaches.isEmpty && account.ending == .closed(.succeeded))
    #expect(account.inPlace.contains { $0.text.contains("[1]") })
  }

  @Test(arguments: CrashTests.deaths)
  func `a death at any record of a run with copies loses nothing and repeats nothing`(
    death: Fault.Death
  ) {
    let calm = SimulatedRun.play(Self.model, script: Script(Self.story))
    for record in calm.records.indices {
      let account = SimulatedRun.play(
        Self.model, script: Script(Self.story + [ScriptLine(.record(record), .dies(death))]))
      #expect(account.breaches.isEmpty, "\(death.text), at record \(record)")
    }
  }
}

/// R8 on the virtual clock: what counts against a run's deadline, over pauses and deaths.
@Suite struct DeadlineSimulationTests {
  private func model(_ deadline: Duration) -> Model {
    var plan = Plans.plan(
      (0..<5).map { Plans.step(StepID("s\($0)"), needs: $0 > 0 ? [$0 - 1] : []) })
    plan.deadline = deadline
    return Plans.model(plan)
  }
  private let whole = Duration.seconds(30)

  @Test func `a run that takes longer than its deadline waits for a person, and nothing is undone`()
  {
    let account = SimulatedRun.play(model(.seconds(2)))
    #expect(account.breaches.isEmpty)
    #expect(account.ending == .paused(because: "its deadline of 2 s is over"))
    #expect(account.inPlace.count == 2)
  }

  @Test func `a pause longer than the deadline does not use it up`() {
    // A signal stops the run; a minute later somebody takes it up again.
    let account = SimulatedRun.play(
      model(whole),
      script: Script([
        ScriptLine(.record(4), .signal), ScriptLine(.departure(1), .returns(.resumes)),
      ]))
    #expect(account.breaches.isEmpty && account.took > .seconds(60))
    #expect(account.ending == .closed(.succeeded))
  }

  @Test func `the time in which its process was dead uses it up`() {
    let death = Fault.Death(.beforePerforming, takesMachine: true, underWayIsMade: true)
    let account = SimulatedRun.play(
      model(whole), script: Script([ScriptLine(.record(4), .dies(death))]))
    #expect(account.breaches.isEmpty)
    #expect(account.ending == .paused(because: "its deadline of 30 s is over"))
  }

  @Test(arguments: CrashTests.deaths)
  func `a death at any record of a run with a deadline loses nothing`(death: Fault.Death) {
    let calm = SimulatedRun.play(model(.seconds(3)))
    for record in calm.records.indices {
      let account = SimulatedRun.play(
        model(.seconds(3)), script: Script([ScriptLine(.record(record), .dies(death))]))
      #expect(account.breaches.isEmpty, "\(death.text), at record \(record)")
    }
  }
}

/// The checks can fail: each of these breaks what the driver or a machine does, and is noticed.
@Suite struct MutationTests {
  @Test func `a change before its record is noticed`() {
    let lazy = SimulatedRun.Rules(decide: SimulatedRun.Rules.real.decide) { _, _ in false }
    let account = SimulatedRun.play(CrashTests.model, rules: lazy)
    #expect(account.breaches.first?.invariant == .recordBeforeEffect)
  }

  @Test func `a change that is made again in doubt is noticed, with the shortest script`() {
    let blind = SimulatedRun.Rules(
      decide: { machine, event throws(EngineError) in
        let commands = try machine.handle(event)
        guard case .stepApplied = event else { return commands }
        return commands.map { command in
          guard case .verify(let step, let attempt, let change) = command,
            case .inDoubt = machine.state(of: step)
          else { return command }
          return .apply(step, attempt: attempt, change: change)
        }
      }, mustSync: SimulatedRun.Rules.real.mustSync)
    let exploration = Exploration.explore(CrashTests.model, seeds: 0..<100, rules: blind)
    #expect(exploration.broken[.lookBeforeAgain, default: 0] > 0)
    let finding = exploration.findings.first { $0.breach.invariant == .lookBeforeAgain }
    #expect(finding?.script.count == 1)
  }

  @Test func `a step that begins before its needs is noticed`() {
    let hasty = SimulatedRun.Rules(
      decide: { machine, event throws(EngineError) in
        let commands = try machine.handle(event)
        if case .runOpened = event { return commands + [.plan("agreed", attempt: 1)] }
        return commands
      }, mustSync: SimulatedRun.Rules.real.mustSync)
    let account = SimulatedRun.play(CrashTests.model, rules: hasty)
    #expect(account.breaches.first?.invariant == .needsFirst)
  }

  @Test func `a copy that begins beside its canary is noticed`() {
    let hasty = SimulatedRun.Rules(
      decide: { machine, event throws(EngineError) in
        let commands = try machine.handle(event)
        guard commands.contains(where: { $0.step == "left[0]" }) else { return commands }
        return commands + [.plan("left[1]", attempt: 1)]
      }, mustSync: SimulatedRun.Rules.real.mustSync)
    let account = SimulatedRun.play(CopyCrashTests.model, rules: hasty)
    #expect(account.breaches.first?.invariant == .copiesInTurn)
  }

  @Test func `a change that nobody approved is noticed`() {
    let bold = SimulatedRun.Rules(
      decide: { machine, event throws(EngineError) in
        let commands = try machine.handle(event)
        return commands.map { command in
          guard case .ask("agreed", let attempt, _) = command else { return command }
          return .apply("agreed", attempt: attempt, change: .null)
        }
      }, mustSync: SimulatedRun.Rules.real.mustSync)
    let account = SimulatedRun.play(CrashTests.model, rules: bold)
    #expect(account.breaches.first?.invariant == .approvedOnly)
  }

  @Test func `an undo out of order is noticed`() {
    let first = SimulatedRun.Rules(
      decide: { machine, event throws(EngineError) in
        let commands = try machine.handle(event)
        return commands.map { command in
          guard case .undo("agreed", let attempt, let change) = command else { return command }
          return .undo("left", attempt: attempt, change: change)
        }
      }, mustSync: SimulatedRun.Rules.real.mustSync)
    let account = SimulatedRun.play(
      CrashTests.model, script: Script(CrashTests.story), rules: first)
    #expect(account.breaches.first?.invariant == .undoLastFirst)
  }
}

extension SimulatedRun.Ending {
  /// It ended, or it waits for somebody who has a name.
  var isNamed: Bool {
    switch self {
    case .closed, .paused, .neverBegan: true
    case .held(let steps), .unanswered(let steps): !steps.isEmpty
    case .lost: false
    }
  }
}
