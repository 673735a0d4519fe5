import RunbookEngine
import RunbookModel
import Testing

/// The end of a run whose service is watched from outside.
struct SoakTests {
  private func watched(soak: Duration? = .seconds(10)) throws -> Scenario {
    var run = Scenario([step("a"), step("b", needs: [0])]) { plan in
      plan.objectives.soak = soak
      plan.observers = [
        Observer(
          name: "shop", check: CheckCall(uses: "test.check", with: .map([], nil)),
          every: .seconds(1), timeout: .seconds(1), decides: .service)
      ]
    }
    _ = try run.open()
    try run.complete("a")
    return run
  }

  private func soaked(_ result: SoakReport.Result) -> Event {
    .soakEnded(SoakReport(result, goodSince: nil, waited: .seconds(10)))
  }

  @Test func `a run whose service is watched ends when it was seen to stay good`() throws {
    var run = try watched()
    try run.take(planned("b"))
    try run.take(applied("b"))
    #expect(try run.take(holds("b")) == ["soak 10s"])
    #expect(run.machine.state == .open && run.machine.isSoaking)
    #expect(try run.take(soaked(.lasted)) == ["close succeeded"])
  }

  @Test
  func `a stage after the soak begins when the service was seen to stay good, and not before`()
    throws
  {
    func told() throws -> Scenario {
      var run = Scenario([step("a"), step("tell")]) { plan in
        plan.steps[1].stage = 1
        plan.observers = [
          Observer(
            name: "shop", check: CheckCall(uses: "test.check", with: .map([], nil)),
            every: .seconds(1), timeout: .seconds(1), decides: .service)
        ]
        plan.stages = [
          PlannedStage(name: "work", title: nil, budget: nil, first: 0, count: 1),
          PlannedStage(name: "tell", title: nil, budget: nil, first: 1, count: 1),
        ]
        plan.stages[1].afterSoak = true
      }
      _ = try run.open()
      try run.complete("a")
      return run
    }
    var run = try told()
    #expect(run.machine.isSoaking && run.machine.state(of: "tell") == .pending)
    #expect(try run.take(soaked(.lasted)) == ["plan tell#1"])
    try run.take(planned("tell"))
    try run.take(applied("tell"))
    #expect(try run.take(holds("tell")) == ["close succeeded"])

    // Not seen good: nobody is told that it is.
    var bad = try told()
    #expect(try bad.take(soaked(.notSeen)) == [])
    #expect(bad.machine.waitsForService && bad.machine.state(of: "tell") == .pending)
    #expect(try bad.take(order(.continue)) == ["soak 0s"])
    #expect(try bad.take(soaked(.lasted)) == ["plan tell#1"])
  }

  @Test func `without a time to stay good the service must still be seen good once`() throws {
    var run = try watched(soak: nil)
    try run.complete("b")
    #expect(run.machine.isSoaking)
    #expect(try run.take(soaked(.lasted)) == ["close succeeded"])
  }

  @Test func `a service that is not seen to stay good asks a person, who may watch on`() throws {
    var run = try watched()
    try run.complete("b")
    #expect(try run.take(soaked(.notSeen)) == [])
    #expect(run.machine.waitsForService && run.machine.state.name == "paused")
    #expect(try run.take(order(.continue)) == ["soak 10s"])
    #expect(!run.machine.waitsForService)
    #expect(try run.take(soaked(.notSeen)) == [])
    #expect(try run.take(order(.unwind)) == ["undo b#1"])
  }

  @Test func `a run that is let go of while it watches watches again when it is resumed`() throws {
    var run = try watched()
    try run.complete("b")
    #expect(try run.take(.interrupted(Interruption(cause: "SIGTERM"))) == [])
    #expect(try run.take(resumed) == ["soak 10s"])
    #expect(try run.take(soaked(.lasted)) == ["close succeeded"])
  }

  @Test func `what was seen while a person had paused the run counts when it goes on`() throws {
    var run = try watched()
    try run.complete("b")
    try run.take(order(.pause))
    #expect(try run.take(soaked(.lasted)) == [])
    #expect(try run.take(order(.continue)) == ["close succeeded"])
  }

  @Test func `a run that fails is not watched to its end`() throws {
    var run = try watched()
    try run.take(planFailed("b"))
    #expect(try run.take(order(.abort)) == ["close failed_partly"])
    // The watch ended too late to matter.
    #expect(try run.take(soaked(.lasted)) == [])
  }

  @Test func `what observers see moves nothing, whatever the state of the run`() throws {
    var run = try watched()
    let seen = Event.observed(Observation([]))
    #expect(try run.take(seen) == [])
    try run.complete("b")
    try run.take(soaked(.lasted))
    #expect(try run.take(seen) == [] && run.machine.state.name == "closed")
  }
}
