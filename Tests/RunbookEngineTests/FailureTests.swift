import RunbookEngine
import RunbookModel
import Testing

struct FailureTests {
  @Test func `a failure that changed nothing is retried after its delay, then holds the run`()
    throws
  {
    var run = Scenario([step("a") { $0.retry = RetryPolicy(attempts: 2, delay: .seconds(3)) }])
    _ = try run.open()
    #expect(try run.take(planFailed("a", 1, passing)) == ["backoff a#1 3s"])
    let fired = Event.timerFired(TimerReport("a", attempt: 1, .backoff))
    #expect(try run.take(fired) == ["plan a#2"])
    #expect(try run.take(planFailed("a", 2, passing)) == [])
    #expect(run.machine.state == .holding)
  }

  @Test func `a failure of a kind that is not listed is not retried`() throws {
    var run = Scenario([
      step("a") { $0.retry = RetryPolicy(attempts: 3, kinds: [.timeout]) }
    ])
    _ = try run.open()
    #expect(try run.take(planFailed("a", 1, passing)) == [])
    #expect(run.state("a") == "failed")
  }

  @Test func `the delay grows by its factor up to its limit and shrinks by the seed's jitter`() {
    var policy = RetryPolicy(attempts: 9, delay: .seconds(1), backoff: 2, maxDelay: .seconds(5))
    #expect(
      (1...4).map { policy.delay(after: $0, step: "a", seed: 1).text } == ["1s", "2s", "4s", "5s"])
    policy.jitter = 0.5
    let first = policy.delay(after: 1, step: "a", seed: 1)
    #expect(first == policy.delay(after: 1, step: "a", seed: 1))
    #expect(first != policy.delay(after: 1, step: "a", seed: 2))
    #expect(first > .milliseconds(500) && first <= .seconds(1))
  }

  @Test func `R2: an apply whose result is lost is looked for before anything is done again`()
    throws
  {
    var run = Scenario([step("a")])
    _ = try run.open()
    try run.take(planned("a"))
    #expect(try run.take(applyFailed("a", 1, lost)) == ["verify a#1"])
    #expect(run.state("a") == "in doubt")
    #expect(try run.take(holds("a")) == ["close succeeded"])
  }

  @Test func `in doubt and not in place, a repeatable change is applied again, the same one`()
    throws
  {
    var run = Scenario([step("a")])
    _ = try run.open()
    try run.take(planned("a"))
    try run.take(applyFailed("a", 1, lost))
    #expect(try run.machine.handle(doesNotHold("a")) == [.apply("a", attempt: 2, change: change)])
  }

  @Test func `in doubt and not in place, a change that is not repeatable waits for a person`()
    throws
  {
    var run = Scenario([
      step("a") {
        $0.isRepeatable = false; $0.onFailure = .continue
      }
    ])
    _ = try run.open()
    try run.take(planned("a"))
    try run.take(applyFailed("a", 1, lost))
    #expect(try run.take(doesNotHold("a")) == [])
    #expect(run.machine.state == .holding)
  }

  @Test func `in doubt and not to be seen, the run waits for a person whatever its policy`() throws
  {
    for policy in FailurePolicy.allCases {
      var run = Scenario([step("a") { $0.onFailure = policy }])
      _ = try run.open()
      try run.take(planned("a"))
      try run.take(applyFailed("a", 1, lost))
      #expect(try run.take(cannotTell("a")) == [])
      #expect(run.machine.state == .holding, "\(policy)")
    }
  }

  @Test func `after a failure that holds nothing is started and what runs is let finish`() throws {
    var run = Scenario([step("a", .check), step("b"), step("c", .check, needs: [1])])
    _ = try run.open()
    try run.take(planned("b"))
    let failed = Event.stepChecked(StepReport("a", attempt: 1, .failed(refused)))
    #expect(try run.take(failed) == [])
    #expect(try run.take(applied("b")) == ["verify b#1"])
    #expect(try run.take(holds("b")) == [])
    #expect(run.state("c") == "pending")
  }

  @Test func `a failed step that may be passed over lets the others go on and is not forgotten`()
    throws
  {
    var run = Scenario([step("a") { $0.onFailure = .continue }, step("b", .check, needs: [0])])
    _ = try run.open()
    #expect(try run.take(planFailed("a")) == ["check b#1"])
    #expect(try run.take(checked("b")) == ["close failed_unchanged"])
  }

  @Test func `the failure of a step that is not critical does not fail the run`() throws {
    var run = Scenario([
      step("a") {
        $0.onFailure = .continue; $0.isCritical = false
      }, step("b", .check, needs: [0]),
    ])
    _ = try run.open()
    try run.take(planFailed("a"))
    #expect(try run.take(checked("b")) == ["close succeeded"])
  }

  @Test
  func
    `a change that found nothing to do is none: the run has changed nothing, and nothing is undone`()
    throws
  {
    var run = Scenario([
      step("a"), step("b", needs: [0]) { $0.isVerifiable = false },
      step("c", needs: [1]) { $0.onFailure = .unwind },
    ])
    _ = try run.open()
    try run.take(planned("a"))
    #expect(try run.take(foundSo("a")) == ["verify a#1"])
    // Until somebody has looked it may be one.
    #expect(run.machine.changes == [0])
    #expect(try run.take(holds("a")) == ["plan b#1"])
    #expect(run.machine.changes == [])
    try run.take(planned("b"))
    #expect(try run.take(foundSo("b")) == ["plan c#1"])
    #expect(try run.take(planFailed("c")) == ["close failed_unchanged"])
  }

  @Test func `a change that found nothing to do and then does not hold has changed nothing`() throws
  {
    var run = Scenario([step("a") { $0.onFailure = .stop }])
    _ = try run.open()
    try run.take(planned("a"))
    try run.take(foundSo("a"))
    #expect(try run.take(doesNotHold("a")) == ["close failed_unchanged"])
  }

  @Test func `a change that found nothing to do and then cannot be seen waits for a person`() throws
  {
    var run = Scenario([step("a") { $0.onFailure = .unwind }])
    _ = try run.open()
    try run.take(planned("a"))
    try run.take(foundSo("a"))
    #expect(try run.take(cannotTell("a")) == [])
    #expect(run.machine.state == .holding)
    #expect(run.machine.changes == [])
  }

  @Test
  func
    `what a pause has put back to its beginning and then finds nothing to do may have been made before`()
    throws
  {
    var run = Scenario([step("a"), step("b", needs: [0]) { $0.onFailure = .unwind }])
    _ = try run.open()
    try run.take(planned("a"))
    try run.take(applyFailed("a", 1, lost))
    try run.take(order(.pause))
    try run.take(doesNotHold("a"))
    #expect(run.state("a") == "pending")
    #expect(try run.take(order(.continue)) == ["plan a#1"])
    try run.take(planned("a"))
    try run.take(foundSo("a"))
    #expect(try run.take(holds("a")) == ["plan b#1"])
    #expect(try run.take(planFailed("b")) == ["undo a#1"])
  }

  @Test func `an attempt after one that only looked may find nothing to do`() throws {
    var run = Scenario([
      step("a") { $0.retry = RetryPolicy(attempts: 2, delay: .seconds(1)) },
      step("b", needs: [0]) { $0.onFailure = .unwind },
    ])
    _ = try run.open()
    try run.take(planFailed("a", 1, passing))
    try run.take(.timerFired(TimerReport("a", attempt: 1, .backoff)))
    try run.take(planned("a", 2))
    try run.take(foundSo("a", 2))
    #expect(try run.take(holds("a", 2)) == ["plan b#1"])
    #expect(try run.take(planFailed("b")) == ["close failed_unchanged"])
  }

  @Test func `a second attempt that finds nothing to do may have found the work of the first`()
    throws
  {
    var run = Scenario([step("a"), step("b", needs: [0]) { $0.onFailure = .unwind }])
    _ = try run.open()
    try run.take(planned("a"))
    try run.take(applyFailed("a", 1, lost))
    #expect(try run.take(doesNotHold("a")) == ["apply a#2"])
    try run.take(foundSo("a", 2))
    #expect(try run.take(holds("a", 2)) == ["plan b#1"])
    #expect(try run.take(planFailed("b")) == ["undo a#1"])
  }

  @Test func `stop ends the run when what runs has finished, and undoes nothing`() throws {
    var run = Scenario([step("a"), step("b") { $0.onFailure = .stop }])
    _ = try run.open()
    try run.take(planned("a"))
    #expect(try run.take(planFailed("b")) == [])
    try run.take(applied("a"))
    #expect(try run.take(holds("a")) == ["close failed_partly"])
  }

  @Test func `R4: a retry timer that fires after the run stopped starts nothing`() throws {
    var run = Scenario([step("a") { $0.retry = RetryPolicy(attempts: 2) }])
    _ = try run.open()
    try run.take(planFailed("a", 1, passing))
    try run.take(.interrupted(Interruption(cause: "SIGINT")))
    #expect(try run.take(.timerFired(TimerReport("a", attempt: 1, .backoff))) == [])
    #expect(run.state("a") == "failed")
  }

  @Test func `a plan that found another change than the approved plan stops and shows both`() throws
  {
    var bound = Scenario([step("a") { $0.forecast.change = change }])
    var plan = bound.machine.plan
    plan.bindsChanges = true
    bound.machine = RunMachine(plan: plan)
    _ = try bound.open()
    #expect(try bound.take(planned("a", 1, ["to": "c"])) == [])
    guard case .failed(let failure) = bound.machine.state(of: "a") else {
      Issue.record("it did not fail")
      return
    }
    #expect(failure.failure.message.contains(#"{"to":"b"}"#))
    #expect(failure.failure.message.contains(#"{"to":"c"}"#))
  }
}
