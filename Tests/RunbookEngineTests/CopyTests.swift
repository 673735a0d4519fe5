import RunbookEngine
import RunbookModel
import Testing

/// A repeated step: each copy is a step of its own, and what needs the step waits for all of them.
struct CopyTests {
  private let keys = ["n1", "n2", "n3"]

  /// `look`, then three copies of `drain`, then `after`, which needs all of them.
  private func run(
    concurrency: Int = 16, canary: Int? = nil, most: Int? = nil,
    _ adjust: (inout PlannedStep) -> Void = { _ in }
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
    var drain = RepeatedStep(step: "drain", stage: 0, list: "env.nodes", first: 1, count: 3)
    drain.canary = canary
    drain.maxParallel = most
    return Scenario(steps, concurrency: concurrency, repeated: [drain])
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

  // MARK: - Canaries

  @Test func `the rest starts when the canary has been seen to work, and not before`() throws {
    var run = run(canary: 1)
    _ = try run.open()
    #expect(try run.take(checked("look")) == ["plan drain[n1]#1"])
    try run.take(planned("drain[n1]"))
    #expect(try run.take(applied("drain[n1]")) == ["verify drain[n1]#1"])
    #expect(try run.take(holds("drain[n1]")) == ["plan drain[n2]#1", "plan drain[n3]#1"])
  }

  @Test func `two canaries run together, and both must succeed`() throws {
    var run = run(canary: 2)
    _ = try run.open()
    #expect(try run.take(checked("look")) == ["plan drain[n1]#1", "plan drain[n2]#1"])
    #expect(try run.complete("drain[n2]") == [])
    #expect(try run.complete("drain[n1]") == ["plan drain[n3]#1"])
  }

  @Test(arguments: [FailurePolicy.hold, .unwind, .stop])
  func `a canary that failed stops the run before any other copy`(policy: FailurePolicy) throws {
    var run = run(canary: 1) { $0.onFailure = policy }
    _ = try run.open()
    try run.take(checked("look"))
    try run.take(planned("drain[n1]"))
    try run.take(applied("drain[n1]"))
    let next = try run.take(doesNotHold("drain[n1]"))
    #expect(!next.contains { $0.hasPrefix("plan") })
    #expect(run.state("drain[n2]") == "pending" && run.state("drain[n3]") == "pending")
  }

  @Test func `where the run goes on after a failure, a failed canary leaves the rest out`() throws {
    var run = run(canary: 1) { $0.onFailure = .continue }
    _ = try run.open()
    try run.take(checked("look"))
    try run.take(planned("drain[n1]"))
    #expect(try run.take(applyFailed("drain[n1]", 1, refused)) == ["check after#1"])
    #expect(run.machine.state(of: "drain[n2]") == .skipped(.byCanary("drain[n1]")))
    #expect(run.machine.state(of: "drain[n3]") == .skipped(.byCanary("drain[n1]")))
    #expect(try run.take(checked("after")) == ["close failed_unchanged"])
  }

  @Test func `one of two canaries failed: the other is let finish, no further one starts`() throws {
    var run = run(concurrency: 1, canary: 2) { $0.onFailure = .continue }
    _ = try run.open()
    #expect(try run.take(checked("look")) == ["plan drain[n1]#1"])
    try run.take(planned("drain[n1]"))
    // n2 is a canary too and had not begun: it does not begin either.
    #expect(try run.take(applyFailed("drain[n1]", 1, refused)) == ["check after#1"])
    #expect(run.state("drain[n2]") == "skipped")
  }

  @Test func `a skipped canary's place is taken by the next copy, which is tried alone`() throws {
    var run = run(canary: 1)
    _ = try run.open()
    try run.take(checked("look"))
    try run.take(planned("drain[n1]"))
    try run.take(applyFailed("drain[n1]", 1, refused))
    #expect(try run.take(order(.skip("drain[n1]"))) == ["plan drain[n2]#1"])
    #expect(try run.complete("drain[n2]") == ["plan drain[n3]#1"])
  }

  @Test func `a canary that a person marks done counts on their word`() throws {
    var run = run(canary: 1)
    _ = try run.open()
    try run.take(checked("look"))
    try run.take(planned("drain[n1]"))
    try run.take(applyFailed("drain[n1]", 1, refused))
    #expect(
      try run.take(order(.markDone("drain[n1]"))) == ["plan drain[n2]#1", "plan drain[n3]#1"])
  }

  @Test func `a copy that had nothing to do proves nothing: the next is the canary`() throws {
    var run = run(canary: 1)
    _ = try run.open()
    try run.take(checked("look"))
    let inPlace = Event.stepPlanned(
      StepReport("drain[n1]", attempt: 1, .alreadyInPlace(Evidence("it is so"))))
    #expect(try run.take(inPlace) == ["plan drain[n2]#1"])
    #expect(try run.complete("drain[n2]") == ["plan drain[n3]#1"])
  }

  @Test func `a canary whose step was retried and then succeeded lets the rest start`() throws {
    var run = run(canary: 1)
    _ = try run.open()
    try run.take(checked("look"))
    try run.take(planFailed("drain[n1]"))
    #expect(try run.take(order(.retry("drain[n1]"))) == ["plan drain[n1]#2"])
    try run.take(planned("drain[n1]", 2))
    try run.take(applied("drain[n1]", 2))
    #expect(
      try run.take(holds("drain[n1]", 2)) == ["plan drain[n2]#1", "plan drain[n3]#1"])
  }

  @Test func `more canaries than copies are all copies`() throws {
    var run = run(canary: 9)
    _ = try run.open()
    #expect(try run.take(checked("look")).count == 3)
  }

  // MARK: - How many at a time

  @Test func `max_parallel bounds the copies that are under way`() throws {
    var run = run(most: 2)
    _ = try run.open()
    #expect(try run.take(checked("look")) == ["plan drain[n1]#1", "plan drain[n2]#1"])
    #expect(try run.complete("drain[n2]") == ["plan drain[n3]#1"])
  }

  @Test func `a copy that waits for an answer or for its next attempt keeps its place`() throws {
    var run = run(most: 1) {
      $0.retry = RetryPolicy(attempts: 2)
      $0.approval = ApprovalPolicy(role: "commander", count: 1, timeout: nil)
    }
    _ = try run.open()
    #expect(try run.take(checked("look")) == ["plan drain[n1]#1"])
    #expect(try run.take(planFailed("drain[n1]", 1, passing)) == ["backoff drain[n1]#1 1s"])
    try run.take(.timerFired(TimerReport("drain[n1]", attempt: 1, .backoff)))
    #expect(try run.take(planned("drain[n1]", 2)) == ["ask drain[n1]#2"])
    #expect(run.state("drain[n2]") == "pending")
  }

  @Test func `a copy that was only looked at when the run was paused starts again in its turn`()
    throws
  {
    var run = run(most: 1)
    _ = try run.open()
    try run.take(checked("look"))
    try run.take(order(.pause))
    #expect(try run.take(planned("drain[n1]")) == [])
    #expect(run.state("drain[n1]") == "pending")
    #expect(try run.take(order(.continue)) == ["plan drain[n1]#1"])
  }

  @Test(arguments: [(Int?.none, Int?.none, 3), (1, nil, 4), (nil, 1, 5), (1, 1, 5), (nil, 2, 4)])
  func `the plan's time counts copies that run one after another`(
    canary: Int?, most: Int?, seconds: Int
  ) {
    #expect(
      PlanTiming(run(canary: canary, most: most).machine.plan).expected == .seconds(seconds))
  }
}
