import RunbookEngine
import RunbookModel
import Testing

struct UndoAndResumeTests {
  private func chain(_ adjust: (inout PlannedStep) -> Void = { _ in }) -> Scenario {
    Scenario([
      step("a"), step("b", needs: [0]), step("c", needs: [1], adjust),
      step("d", needs: [2]) { $0.onFailure = .unwind },
    ])
  }

  @Test func `B1: a failure that unwinds undoes what was changed, last first`() throws {
    var run = chain()
    _ = try run.open()
    for id: StepID in ["a", "b", "c"] { try run.complete(id) }
    #expect(try run.take(planFailed("d")) == ["undo c#1"])
    #expect(try run.take(undone("c")) == ["undo b#1"])
    #expect(try run.take(undone("b")) == ["undo a#1"])
    #expect(try run.take(undone("a")) == ["close failed_undone"])
  }

  @Test func `B2: when nothing was changed there is nothing to undo`() throws {
    var run = Scenario([step("a") { $0.onFailure = .unwind }])
    _ = try run.open()
    #expect(try run.take(planFailed("a")) == ["close failed_unchanged"])
  }

  @Test func `B13: nothing before a point of no return is undone by itself`() throws {
    var run = chain { $0.pointOfNoReturn = true }
    _ = try run.open()
    for id: StepID in ["a", "b", "c"] { try run.complete(id) }
    #expect(try run.take(planFailed("d")) == ["close failed_partly"])
  }

  @Test func `undoing ends at a step that has no undo`() throws {
    var run = Scenario([
      step("a") { $0.undo = .none(reason: "sent is sent") },
      step("b", needs: [0]), step("c", needs: [1]) { $0.onFailure = .unwind },
    ])
    _ = try run.open()
    try run.complete("a")
    try run.complete("b")
    #expect(try run.take(planFailed("c")) == ["undo b#1"])
    #expect(try run.take(undone("b")) == ["close failed_partly"])
  }

  @Test func `an undo that fails holds the run and says so in its outcome`() throws {
    var run = chain()
    _ = try run.open()
    for id: StepID in ["a", "b", "c"] { try run.complete(id) }
    try run.take(planFailed("d"))
    let failed = Event.stepUndone(StepReport("c", attempt: 1, .failed(refused)))
    #expect(try run.take(failed) == [])
    #expect(run.machine.state == .holding)
    #expect(try run.take(order(.abort)) == ["close failed_partly"])
  }

  @Test func `an attempt that changed nothing leaves nothing to undo`() throws {
    var run = Scenario([step("a"), step("b", needs: [0]) { $0.onFailure = .unwind }])
    _ = try run.open()
    try run.complete("a")
    try run.take(planned("b"))
    #expect(try run.take(applyFailed("b", 1, refused)) == ["undo a#1"])
  }

  @Test func `R1: a step that was being applied when the process died is in doubt and looked for`()
    throws
  {
    var run = Scenario([step("a"), step("b", needs: [0])])
    _ = try run.open()
    try run.take(planned("a"))
    #expect(try run.take(resumed) == ["verify a#1"])
    #expect(run.state("a") == "in doubt")
    #expect(try run.take(holds("a")) == ["plan b#1"])
  }

  @Test func `an undo that was under way when the process died is made again`() throws {
    var run = chain()
    _ = try run.open()
    for id: StepID in ["a", "b", "c"] { try run.complete(id) }
    try run.take(planFailed("d"))
    #expect(try run.take(resumed) == ["undo c#1"])
  }

  @Test func `a pause stops starting things and a resumption goes on where it stopped`() throws {
    var run = Scenario([step("a", .check), step("b", .check, needs: [0])])
    _ = try run.open()
    try run.take(.interrupted(Interruption(cause: "SIGINT")))
    #expect(try run.take(checked("a")) == [])
    #expect(try run.take(resumed) == ["check b#1"])
  }

  @Test func `a change in doubt that is not in place is not made again while the run is paused`()
    throws
  {
    for isSignal in [true, false] {
      var run = Scenario([step("a"), step("b", needs: [0])])
      _ = try run.open()
      try run.take(planned("a"))
      try run.take(applyFailed("a", 1, lost))
      try run.take(
        isSignal ? .interrupted(Interruption(cause: "SIGINT")) : order(.pause))
      #expect(try run.take(doesNotHold("a")) == [])
      #expect(run.machine.state.name == "paused" && run.state("a") == "pending")
      #expect(run.machine.changes.isEmpty)
      let goesOn = isSignal ? resumed : order(.continue)
      #expect(try run.take(goesOn) == ["plan a#1"])
      #expect(try run.take(planned("a")) == ["apply a#1"])
    }
  }

  @Test func `where only the author's checks deny a change, a pause does not let it be forgotten`()
    throws
  {
    let check = CheckCall(uses: "test.check", with: .map([], nil))
    var run = Scenario([
      step("a") {
        $0.isVerifiable = false
        $0.verify = [check]
      }
    ])
    _ = try run.open()
    try run.take(planned("a"))
    try run.take(applyFailed("a", 1, lost))
    try run.take(order(.pause))
    try run.take(doesNotHold("a"))
    #expect(run.machine.changes == [0])
    #expect(try run.take(order(.unwind)) == ["undo a#1"])
  }

  @Test func `a change that was made again is undone before what was made in between`() throws {
    var run = Scenario([
      step("a"), step("b"), step("c", needs: [0, 1]) { $0.onFailure = .unwind },
    ])
    _ = try run.open()
    try run.take(planned("a"))
    try run.take(applyFailed("a", 1, lost))
    try run.complete("b")
    #expect(try run.take(doesNotHold("a")) == ["apply a#2"])
    try run.take(applied("a", 2))
    try run.take(holds("a", 2))
    #expect(try run.take(planFailed("c")) == ["undo a#1"])
    #expect(try run.take(undone("a")) == ["undo b#1"])
  }

  @Test func `a failure that unwinds while the run is paused waits for the run to go on`() throws {
    for isSignal in [true, false] {
      var run = Scenario([
        step("a"), step("b", .check, needs: [0]) { $0.onFailure = .unwind },
      ])
      _ = try run.open()
      try run.complete("a")
      try run.take(
        isSignal ? .interrupted(Interruption(cause: "SIGINT")) : order(.pause))
      let failed = StepReport("b", attempt: 1, CheckResult.verdict(.doesNotHold(Evidence("no"))))
      #expect(try run.take(.stepChecked(failed)) == [])
      #expect(run.machine.state.name == "paused")
      #expect(try run.take(isSignal ? resumed : order(.continue)) == ["undo a#1"])
    }
  }

  @Test func `a person may retry, skip or mark done what failed, and the run goes on`() throws {
    for (choice, next): (OperatorDecision.Choice, [String]) in [
      (.retry("a"), ["plan a#2"]), (.skip("a"), ["check b#1"]), (.markDone("a"), ["check b#1"]),
    ] {
      var run = Scenario([step("a"), step("b", .check, needs: [0])])
      _ = try run.open()
      try run.take(planFailed("a"))
      #expect(try run.take(order(choice)) == next)
      #expect(run.machine.state == .open)
    }
  }

  @Test func `R5: an order that does not fit the run's state is refused and changes nothing`()
    throws
  {
    var run = Scenario([step("a")])
    _ = try run.open()
    for choice: OperatorDecision.Choice in [.continue, .skip("a"), .markDone("a"), .retry("a")] {
      #expect(throws: EngineError.self) { try run.take(order(choice)) }
    }
    #expect(run.state("a") == "planning")
    try run.complete("a")
    for choice: OperatorDecision.Choice in [.continue, .skip("a"), .abort] {
      #expect(throws: EngineError.self) { try run.take(order(choice)) }
    }
  }

  @Test func `a finished run can be undone afterwards`() throws {
    var run = Scenario([step("a"), step("b", needs: [0])])
    _ = try run.open()
    try run.complete("a")
    try run.complete("b")
    #expect(try run.take(order(.unwind)) == ["undo b#1"])
    #expect(try run.take(undone("b")) == ["undo a#1"])
    #expect(try run.take(undone("a")) == ["close failed_undone"])
  }

  @Test func `replaying the events gives the same commands`() throws {
    var run = chain()
    var events: [Event] = []
    var commands: [[String]] = [try run.open()]
    for event in [
      planned("a"), applied("a"), holds("a"), planned("b"), applyFailed("b", 1, lost), resumed,
      doesNotHold("b"), applied("b", 2), holds("b", 2), planFailed("c"), order(.retry("c")),
    ] {
      events.append(event)
      commands.append(try run.take(event))
    }
    var again = chain()
    var repeated = [try again.open()]
    for event in events { repeated.append(try again.take(event)) }
    #expect(repeated == commands)
    #expect(again.machine.steps == run.machine.steps)
  }

  @Test func `every event and command comes back from its record as it was`() throws {
    var run = chain()
    for event in [
      planned("a"), applied("a"), holds("a"), cannotTell("a"), applyFailed("a", 1, lost),
      undone("a"),
      checked("a"), order(.skip("a")), order(.unwind), resumed, planFailed("a", 2, passing),
      .timerFired(TimerReport("a", attempt: 1, .gate)),
      .personAnswered(PersonAnswer(step: "a", attempt: 1, decision: .decline, by: "bob")),
      .interrupted(Interruption(cause: "SIGTERM")),
      .stepPlanned(StepReport("a", attempt: 1, .ask(PersonRequest(kind: .task, text: "t")))),
      .stepChecked(StepReport("a", attempt: 1, .skipped("no"))),
    ] {
      let value = try ValueEncoder().encode(event)
      let read = try JSONText.read(JSONText.write(value))
      #expect(try ValueDecoder().decode(Event.self, from: read) == event)
    }
    _ = try run.open()
    for command: Command in [
      .plan("a", attempt: 1), .check("a", attempt: 2), .apply("a", attempt: 1, change: change),
      .verify("a", attempt: 1, change: .null), .undo("a", attempt: 3, change: change),
      .ask("a", attempt: 1, PersonRequest(kind: .approval, text: "go?", instructions: ["x"])),
      .startTimer("a", attempt: 1, .backoff, after: .milliseconds(1500)), .close(.failedPartly),
    ] {
      let read = try JSONText.read(JSONText.write(try ValueEncoder().encode(command)))
      #expect(try ValueDecoder().decode(Command.self, from: read) == command)
    }
  }
}
