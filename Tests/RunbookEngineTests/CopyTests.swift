import RunbookEngine
import RunbookModel
import Testing

/// A repeated step: each copy is a step of its own, and what needs the step waits for all of them.
struct CopyTests {
  private let keys = ["n1", "n2", "n3"]

  /// `look`, then three copies of `drain`, then `after`, which needs all of them.
  private func run(
    concurrency: Int = 16, _ adjust: (inout PlannedStep) -> Void = { _ in }
  ) -> Scenario {
    var steps = [step("look", .check)]
    for key in keys {
      steps.append(
        step(StepID("drain[\(key)]"), needs: [0]) {
          $0.copyOf = 0
          $0.each = EachItem(key: key, value: .string(key))
          adjust(&$0)
        })
    }
    steps.append(step("after", .check) { $0.needsCopies = [0] })
    return Scenario(
      steps, concurrency: concurrency,
      repeated: [RepeatedStep(step: "drain", stage: 0, list: "env.nodes", first: 1, count: 3)])
  }

  @Test func `copies start together, and the step below waits for all of them`() throws {
    var run = run()
    #expect(try run.open() == ["check look#1"])
    #expect(
      try run.take(checked("look")) == ["plan drain[n1]#1", "plan drain[n2]#1", "plan drain[n3]#1"])
    #expect(try run.complete("drain[n2]") == [])
    #expect(try run.complete("drain[n1]") == [])
    #expect(try run.complete("drain[n3]") == ["check after#1"])
    #expect(try run.take(checked("after")) == ["close succeeded"])
  }

  @Test func `a copy that failed holds the run and is tried again by its own name`() throws {
    var run = run()
    _ = try run.open()
    try run.take(checked("look"))
    try run.complete("drain[n1]")
    try run.complete("drain[n3]")
    try run.take(planned("drain[n2]"))
    try run.take(applyFailed("drain[n2]", 1, refused))
    #expect(run.machine.state == .holding)
    #expect(throws: EngineError.unknownStep("drain")) { try run.take(order(.retry("drain"))) }
    #expect(try run.take(order(.retry("drain[n2]"))) == ["plan drain[n2]#2"])
    try run.take(planned("drain[n2]", 2))
    try run.take(applied("drain[n2]", 2))
    #expect(try run.take(holds("drain[n2]", 2)) == ["check after#1"])
  }

  @Test func `copies are taken back last first, in the order in which they were begun`() throws {
    var run = run { $0.onFailure = .unwind }
    _ = try run.open()
    try run.take(checked("look"))
    try run.complete("drain[n2]")
    try run.complete("drain[n1]")
    try run.take(planned("drain[n3]"))
    #expect(try run.take(applyFailed("drain[n3]", 1, refused)) == ["undo drain[n1]#1"])
    let next = try run.take(undone("drain[n1]"))
    #expect(next.contains("undo drain[n2]#1") || next == ["verify drain[n1]#1"])
  }

  @Test func `G3, G5: each copy has a gate of its own, and a yes to one opens no other`() throws {
    var run = run {
      $0.approval = ApprovalPolicy(role: "commander", count: 1, timeout: nil)
    }
    _ = try run.open()
    try run.take(checked("look"))
    func yes(_ step: StepID) -> Event {
      .personAnswered(PersonAnswer(step: step, attempt: 1, decision: .approve, by: "alice"))
    }
    // Before its question is asked, a yes counts for nothing.
    #expect(throws: EngineError.self) { try run.take(yes("drain[n2]")) }
    #expect(try run.take(planned("drain[n1]")) == ["ask drain[n1]#1"])
    #expect(try run.take(planned("drain[n2]")) == ["ask drain[n2]#1"])
    #expect(try run.take(planned("drain[n3]")) == ["ask drain[n3]#1"])
    #expect(try run.take(yes("drain[n1]")) == ["plan drain[n1]#1"])
    try run.take(planned("drain[n1]"))
    try run.take(applied("drain[n1]"))
    #expect(try run.take(holds("drain[n1]")) == [])
    #expect(run.state("drain[n2]") == "gated" && run.state("drain[n3]") == "gated")
    #expect(run.state("after") == "pending")
    #expect(throws: EngineError.self) { try run.take(yes("drain")) }
  }

  @Test func `after a crash every copy is looked at, and only the rest starts`() throws {
    var run = run(concurrency: 2)
    _ = try run.open()
    try run.take(checked("look"))
    try run.take(planned("drain[n1]"))
    try run.complete("drain[n2]")
    #expect(run.state("drain[n3]") == "planning")
    #expect(try run.take(resumed) == ["verify drain[n1]#1", "plan drain[n3]#1"])
  }

  @Test func `a step without copies keeps nothing waiting`() throws {
    var run = Scenario(
      [step("after", .check) { $0.needsCopies = [0] }],
      repeated: [RepeatedStep(step: "drain", stage: 0, list: "[]", first: 0, count: 0)])
    #expect(try run.open() == ["check after#1"])
  }

  @Test func `a repeated step's name is answered with the names of its copies`() {
    let plan = run().machine.plan
    let hint = "'drain' has 3 copies, name one: 'drain[n1]', 'drain[n2]', 'drain[n3]'"
    #expect(plan.copiesHint("drain") == hint)
    #expect(plan.copiesHint("look") == nil)
  }

  @Test func `the plan's time knows that a step waits for the slowest copy`() {
    var plan = run().machine.plan
    plan.steps[2].expected = .seconds(30)
    let timing = PlanTiming(plan)
    #expect(timing.expected == .seconds(32))
    #expect(timing.criticalPath == ["look", "drain[n2]", "after"])
  }
}
