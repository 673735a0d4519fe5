import RunbookEngine
import RunbookModel
import Testing

/// A change that takes itself back unless it is confirmed.
struct ConfirmTests {
  private static let check = CheckCall(uses: "test.check", with: .map([], nil))

  /// `a` must be confirmed in 5 minutes, `b` needs it, `other` needs nothing.
  private func scenario(
    ownChecks: Bool = false, _ adjust: (inout PlannedStep) -> Void = { _ in }
  ) throws -> Scenario {
    var run = Scenario([
      step("a") { step in
        step.commitWithin = .seconds(300)
        if ownChecks { step.verify = [Self.check] }
        adjust(&step)
      }, step("b", needs: [0]), step("other"),
    ])
    _ = try run.open()
    return run
  }

  private let outOfTime = Event.timerFired(TimerReport("a", attempt: 1, .confirm))

  private func answer(_ decision: PersonAnswer.Decision, attempt: Int = 1) -> Event {
    .personAnswered(
      PersonAnswer(step: "a", attempt: attempt, decision: decision, by: "bob", reason: "I see it"))
  }

  private func resumed(left: Duration) -> Event {
    .runResumed(
      RunResumption(
        by: "alice", host: "h", interrupted: [], cutBytes: 0,
        toConfirm: [.init(step: "a", left: left)]))
  }

  private func failure(_ run: Scenario) throws -> StepFailure {
    guard case .failed(let failure) = try #require(run.machine.state(of: "a")) else {
      throw EngineError.unknownStep("a")
    }
    return failure
  }

  @Test func `what is made waits to be confirmed, and what needs it waits with it`() throws {
    var run = try scenario()
    #expect(try run.complete("a") == ["ask a#1", "confirm a#1 5m"])
    #expect(run.state("a") == "confirming" && run.state("b") == "pending")
    #expect(run.machine.waitsForConfirmation)
    #expect(try run.take(answer(.approve)) == ["plan b#1"])
    guard case .succeeded(let success) = run.machine.state(of: "a") else {
      Issue.record("\(run.state("a"))")
      return
    }
    #expect(success.evidence.summary.contains("confirmed by bob: I see it"))
    // The timer is late, and has nothing to say any more.
    #expect(try run.take(outOfTime) == [] && run.state("a") == "succeeded")
  }

  @Test func `when nobody confirms it, it is taken back by itself, and the run holds and says so`()
    throws
  {
    var run = try scenario { $0.onFailure = .continue }
    try run.complete("a")
    #expect(try run.take(outOfTime) == ["undo a#1"])
    #expect(try run.take(undone("a")) == [])
    #expect(run.machine.state == .holding && run.machine.changes == [])
    let failure = try failure(run)
    #expect(failure.effect == .unchanged && failure.isUnconfirmed && !failure.isOfUndo)
    #expect(failure.failure.message.contains("nobody confirmed it in 5 min"))
    #expect(failure.failure.message.contains("its change was taken back"))
    // A retry makes it once more, and waits once more.
    #expect(try run.take(order(.retry("a"))) == ["plan a#2"])
    try run.take(planned("a", 2))
    try run.take(applied("a", 2))
    #expect(try run.take(holds("a", 2)) == ["ask a#2", "confirm a#2 5m"])
  }

  @Test func `its own checks confirm it when the time is over, and take it back when they fail`()
    throws
  {
    for holdsStill in [true, false] {
      var run = try scenario(ownChecks: true)
      try run.complete("a")
      #expect(try run.take(outOfTime) == ["verify a#1"])
      if holdsStill {
        #expect(try run.take(holds("a")) == ["plan b#1"])
      } else {
        #expect(try run.take(cannotTell("a")) == ["undo a#1"])
        #expect(try run.take(undone("a")) == [] && run.machine.state == .holding)
      }
    }
  }

  @Test func `who declines has it taken back at once`() throws {
    var run = try scenario()
    try run.complete("a")
    #expect(try run.take(answer(.decline)) == ["undo a#1"])
    try run.take(undone("a"))
    #expect(try failure(run).failure.message.contains("bob did not confirm it: I see it"))
  }

  @Test func `a pause, a hold and a signal do not stop its time`() throws {
    for stop in [order(.pause), planFailed("other"), .interrupted(Interruption(cause: "SIGHUP"))] {
      var run = try scenario()
      try run.complete("a")
      try run.take(stop)
      #expect(try run.take(outOfTime) == ["undo a#1"], "\(stop)")
      #expect(try run.take(undone("a")) == [])
    }
  }

  @Test func `an answer to another attempt confirms nothing`() throws {
    var run = try scenario()
    try run.complete("a")
    #expect(throws: EngineError.self) { try run.take(answer(.approve, attempt: 2)) }
    #expect(run.state("a") == "confirming")
  }

  @Test func `what a crash leaves waiting goes on with the time that is left`() throws {
    var run = try scenario()
    try run.complete("a")
    #expect(
      try run.take(resumed(left: .seconds(42)))
        == ["ask a#1", "confirm a#1 42s", "plan other#1"])
  }

  @Test func `time that ran out while nobody was there takes it back at once, after a look`()
    throws
  {
    var run = try scenario()
    try run.complete("a")
    #expect(try run.take(resumed(left: .zero)).first == "undo a#1")
    guard case .undoing(_, _, let before?) = run.machine.state(of: "a") else {
      Issue.record("\(run.state("a"))")
      return
    }
    // Whether it still is in place is not known: the undo looks first.
    #expect(before.effect == .unknown)
    var own = try scenario(ownChecks: true)
    try own.complete("a")
    #expect(try own.take(resumed(left: .seconds(-60))).first == "verify a#1")
  }

  @Test func `a run does not end over it`() throws {
    var run = try scenario()
    try run.complete("a")
    try run.complete("other")
    #expect(try run.take(order(.abort)) == [] && run.machine.state == .stopping)
    #expect(try run.take(outOfTime) == ["undo a#1"])
    #expect(try run.take(undone("a")) == ["close failed_partly"])
  }

  @Test func `nothing of it left is said to be undone, not to have been nothing`() throws {
    var run = try scenario()
    try run.complete("a")
    try run.take(planFailed("other"))
    try run.take(outOfTime)
    try run.take(undone("a"))
    #expect(try run.take(order(.abort)) == ["close failed_undone"])
  }

  @Test func `an undo of the run takes it back in its turn`() throws {
    var run = try scenario()
    try run.complete("a")
    try run.complete("other")
    #expect(try run.take(order(.unwind)) == ["undo other#1"])
    // Its time runs out meanwhile; one thing is done at a time.
    #expect(try run.take(outOfTime) == [])
    #expect(try run.take(undone("other")) == ["undo a#1"])
    #expect(try run.take(undone("a")) == ["close failed_undone"])
  }

  @Test func `out of an undo's reach it still does not stay unconfirmed`() throws {
    var run = Scenario([
      step("a") { $0.commitWithin = .seconds(300) }, step("wall") { $0.pointOfNoReturn = true },
      step("bad"),
    ])
    _ = try run.open()
    try run.complete("a")
    try run.complete("wall")
    try run.take(planFailed("bad"))
    #expect(try run.take(order(.unwind)) == [] && run.machine.state == .unwinding)
    #expect(try run.take(outOfTime) == ["undo a#1"])
    #expect(try run.take(undone("a")) == ["close failed_partly"])
  }

  @Test func `one that cannot be taken back holds, and is tried again on order`() throws {
    var run = try scenario()
    try run.complete("a")
    try run.take(outOfTime)
    try run.take(.stepUndone(StepReport("a", attempt: 1, .failed(refused))))
    #expect(run.machine.state == .holding && run.machine.changes == [0])
    #expect(try failure(run).isOfUndo)
    #expect(try run.take(order(.retry("a"))) == ["undo a#1"])
    #expect(try run.take(undone("a")) == [] && run.machine.changes == [])
    #expect(try failure(run).failure.message.contains("nobody confirmed it"))
  }

  @Test func `what was so already has nothing to confirm`() throws {
    var run = try scenario()
    let event = Event.stepPlanned(StepReport("a", attempt: 1, .alreadyInPlace(Evidence("so"))))
    #expect(try run.take(event) == ["plan b#1"])
  }

  @Test func `a clock that was set back gives no more time than there ever was`() throws {
    var run = try scenario()
    try run.complete("a")
    let began = Timestamp(nanoseconds: 1_000_000_000_000)
    func left(_ seconds: Int64, _ known: Bool = true) -> Duration? {
      RunResumption.timeLeft(
        run.machine, now: Timestamp(nanoseconds: seconds * 1_000_000_000)
      ) { _ in known ? (at: began, after: .seconds(300)) : nil }.first?.left
    }
    #expect(left(1100) == .seconds(200))
    #expect(left(500) == .seconds(300))
    #expect(left(2000) == .zero)
    #expect(left(1100, false) == .zero)
  }
}
