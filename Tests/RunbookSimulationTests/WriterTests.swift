import RunbookEngine
import RunbookModel
import RunbookSimulation
import Testing

/// One writer, and customers only where it is: what the model knows of fences, promotions and moves.
@Suite struct WriterTests {
  static let catalogue = ActionCatalogue([
    page("test.fence", [.fences]), page("test.promote", [.promotes]),
    page("test.names", [.movesNames]), page("test.traffic", [.movesTraffic]),
  ])

  private static func page(_ name: String, _ traits: Set<ActionTrait>) -> ActionPage {
    ActionPage(
      name: name, summary: "For tests", details: "", kind: .change, fields: [],
      expected: .seconds(1), undo: .automatic("takes it back"), traits: traits, byHand: "Do it.")
  }

  /// These steps, one after another, and a check at the end.
  private static func model(
    _ names: [String], _ adjust: (inout PlannedStep) -> Void = { _ in }
  ) -> Model {
    var steps = names.enumerated().map { place, name in
      Plans.step(StepID(name), needs: place == 0 ? [] : [place - 1]) {
        $0.uses = "test.\(name)"
        adjust(&$0)
      }
    }
    steps.append(Plans.step("proof", .check, needs: [names.count - 1], stage: 1))
    return Model(Plans.plan(steps), catalogue: catalogue)
  }

  private static let failover = ["fence", "promote", "names", "traffic"]
  /// The proof fails, and a person orders that all is taken back.
  private static let takenBack: [ScriptLine] = [
    ScriptLine(.command(place: 4, .check, nth: 1), .behaves(Behaviour(.doesNotHold))),
    ScriptLine(.hold(1), .decides(.unwind)),
  ]

  @Test func `a promotion before its fence makes a second writer`() {
    let account = SimulatedRun.play(Self.model(["promote", "fence"]))
    #expect(account.breaches.map(\.invariant) == [.oneWriter])
  }

  @Test func `customers that are moved before anything is writable there are noticed`() {
    for move in ["names", "traffic"] {
      let account = SimulatedRun.play(Self.model(["fence", move, "promote"]))
      #expect(account.breaches.map(\.invariant) == [.writerBeforeTraffic])
      #expect(account.breaches.first?.step?.text == move)
    }
  }

  @Test func `all taken back, customers are where the writer is`() {
    let account = SimulatedRun.play(
      Self.model(Self.failover), script: Script(Self.takenBack))
    #expect(account.breaches.isEmpty, "\(account.breaches)")
    #expect(account.ending == .closed(.failedUndone) && account.inPlace.isEmpty)
  }

  @Test func `an undo that stops at the promotion and has taken the customers back is noticed`() {
    let stopping = Self.model(Self.failover) { $0.pointOfNoReturn = $0.id == "promote" }
    let account = SimulatedRun.play(stopping, script: Script(Self.takenBack))
    #expect(account.ending == .closed(.failedPartly))
    #expect(account.breaches.map(\.invariant) == [.writerBeforeTraffic])
    let staying = Self.model(Self.failover) {
      $0.pointOfNoReturn = $0.id == "promote"
      if $0.id != "fence" { $0.undo = .none(reason: "site A is fenced") }
    }
    let stays = SimulatedRun.play(staying, script: Script(Self.takenBack))
    #expect(stays.breaches.isEmpty, "\(stays.breaches)")
    #expect(stays.inPlace.count == 4)
  }

  @Test
  func `a failover in good order keeps one writer, and its customers there, whatever goes wrong`() {
    let exploration = Exploration.explore(Self.model(Self.failover), seeds: 0..<1000)
    #expect(
      exploration.findings.isEmpty,
      "\(exploration.findings.map { "\($0.seed): \($0.breach.what)" })")
    for word in ["succeeded", "failed_undone", "failed_partly", "held"] {
      #expect(exploration.endings[word, default: 0] > 0, "no run ended as \(word)")
    }
  }
}

/// The promises that were tightened can be seen to break.
@Suite struct HonestyTests {
  private static func rules(
    _ bend: @escaping @Sendable (Event, RunMachine) -> Event
  ) -> SimulatedRun.Rules {
    SimulatedRun.Rules(
      decide: { machine, event throws(EngineError) in
        try machine.handle(bend(event, machine))
      }, mustSync: SimulatedRun.Rules.real.mustSync)
  }

  @Test func `a change that is begun while the run is paused is noticed`() {
    let restless = Self.rules { event, _ in
      guard case .interrupted(let facts) = event else { return event }
      return .interrupted(Interruption(cause: facts.cause, holdsBack: nil))
    }
    let calm = SimulatedRun.play(CrashTests.model)
    let breaches = calm.records.indices.flatMap { record in
      SimulatedRun.play(
        CrashTests.model, script: Script([ScriptLine(.record(record), .signal)]), rules: restless
      ).breaches
    }
    #expect(breaches.contains { $0.what.contains("changed while the run is paused") })
    #expect(breaches.allSatisfy { $0.invariant == .nothingNew })
  }

  @Test func `a step that counts as done and is not is noticed, also after it has lied`() {
    let blind = Self.rules { event, _ in
      guard case .stepVerified(let report) = event, case .doesNotHold(let seen) = report.result
      else { return event }
      return .stepVerified(StepReport(report.step, attempt: report.attempt, .holds(seen)))
    }
    let account = SimulatedRun.play(
      CrashTests.model,
      script: Script([
        ScriptLine(.command(place: 2, .apply, nth: 1), .behaves(Behaviour(.liesDone)))
      ]), rules: blind)
    #expect(account.breaches.map(\.invariant) == [.honestOutcome])
    #expect(account.breaches.first?.what.contains("counts as done") == true)
  }

  @Test func `a step that counts as undone and is not is noticed`() {
    let hopeful = Self.rules { event, _ in
      guard case .stepUndone(let report) = event, case .failed = report.result else {
        return event
      }
      return .stepUndone(StepReport(report.step, attempt: report.attempt, .done(Evidence("done"))))
    }
    let account = SimulatedRun.play(
      CrashTests.model,
      script: Script(
        CrashTests.story + [
          ScriptLine(.command(place: 3, .undo, nth: 1), .behaves(Behaviour(.failed)))
        ]), rules: hopeful)
    #expect(account.breaches.first?.invariant == .honestOutcome)
    #expect(account.breaches.contains { $0.what.contains("counts as undone") })
  }
}
