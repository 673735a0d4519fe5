import RunbookEngine
import RunbookModel
import Testing

struct OrderTests {
  @Test func `a step is planned, applied and verified before the next one starts`() throws {
    var run = Scenario([step("a"), step("b", needs: [0])])
    #expect(try run.open() == ["plan a#1"])
    #expect(try run.take(planned("a")) == ["apply a#1"])
    #expect(try run.take(applied("a")) == ["verify a#1"])
    #expect(try run.take(holds("a")) == ["plan b#1"])
    #expect(try run.complete("b") == ["close succeeded"])
  }

  @Test
  func `what a change said of itself stands, and a later look only adds what it left unknown`()
    throws
  {
    var run = Scenario([step("a")])
    _ = try run.open()
    _ = try run.take(planned("a"))
    let said: ValueMap = ["role": "primary", "lsn": .unknown("not told")]
    _ = try run.take(
      .stepApplied(StepReport("a", attempt: 1, .done(Evidence("done", facts: said)))))
    let seen: ValueMap = ["role": "standby of another", "lsn": "0/5000", "lag": 3]
    _ = try run.take(
      .stepVerified(StepReport("a", attempt: 1, .holds(Evidence("so", facts: seen)))))
    guard case .succeeded(let success) = run.machine.state(of: "a") else {
      Issue.record("it is \(run.state("a"))")
      return
    }
    #expect(success.evidence.facts == ["role": "primary", "lsn": "0/5000", "lag": 3])
  }

  @Test func `steps without needs start together, at most as many as the runbook allows`() throws {
    var run = Scenario([step("a", .check), step("b", .check), step("c", .check)], concurrency: 2)
    #expect(try run.open() == ["check a#1", "check b#1"])
    #expect(try run.take(checked("b")) == ["check c#1"])
  }

  @Test func `a stage starts when every step of the stage before has ended`() throws {
    var run = Scenario([
      step("a", .check), step("b", .check), step("c", .check, stage: 1),
    ])
    #expect(try run.open() == ["check a#1", "check b#1"])
    #expect(try run.take(checked("a")) == [])
    #expect(try run.take(checked("b")) == ["check c#1"])
  }

  @Test func `a step that the variant leaves out is skipped and what needs it goes on`() throws {
    var run = Scenario([step("a") { $0.isExcluded = true }, step("b", .check, needs: [0])])
    #expect(try run.open() == ["check b#1"])
    #expect(run.state("a") == "skipped")
  }

  @Test func `a runbook whose every step is left out succeeds at once`() throws {
    var run = Scenario([step("a") { $0.isExcluded = true }])
    #expect(try run.open() == ["close succeeded"])
  }

  @Test func `a step whose when is false is skipped and the run goes on`() throws {
    var run = Scenario([step("a"), step("b", .check, needs: [0])])
    _ = try run.open()
    let event = Event.stepPlanned(StepReport("a", attempt: 1, .skipped("'when' is false")))
    #expect(try run.take(event) == ["check b#1"])
  }

  @Test func `what is already in place is not done again`() throws {
    var run = Scenario([step("a")])
    _ = try run.open()
    let event = Event.stepPlanned(StepReport("a", attempt: 1, .alreadyInPlace(Evidence("so"))))
    #expect(try run.take(event) == ["close succeeded"])
    #expect(run.machine.changes.isEmpty)
  }

  @Test func `ten thousand steps in a chain cost time in proportion to their number`() throws {
    let steps = (0..<10_000).map { step(StepID("s\($0)"), .check, needs: $0 == 0 ? [] : [$0 - 1]) }
    var run = Scenario(steps)
    var commands = try run.open()
    for number in 0..<10_000 {
      #expect(commands == ["check s\(number)#1"])
      commands = try run.take(checked(StepID("s\(number)")))
    }
    #expect(commands == ["close succeeded"])
  }

  @Test func `an event that does not fit the state is refused and changes nothing`() throws {
    var run = Scenario([step("a")])
    _ = try run.open()
    let before = run.machine.steps
    #expect(throws: EngineError.self) { try run.take(applied("a")) }
    #expect(throws: EngineError.self) { try run.take(planned("nobody")) }
    #expect(run.machine.steps == before)
  }

  @Test func `nothing happens in a run that was not opened`() {
    var run = Scenario([step("a")])
    #expect(throws: EngineError.notOpened) { try run.take(planned("a")) }
  }
}
