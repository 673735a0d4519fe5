import RunbookEngine
import RunbookModel
import Testing

/// Faults of the machines that the exploration of simulated runs has found, each as its shortest script.
@Suite struct ExploredTests {
  static let authorsCheck = CheckCall(uses: "test.check", with: .map([], nil))

  @Test func `a back-off timer of a run that has closed meanwhile changes nothing`() throws {
    var run = Scenario([
      step("a", .check) { $0.onFailure = .stop },
      step("b") { $0.retry = RetryPolicy(attempts: 2) },
    ])
    _ = try run.open()
    try run.take(planFailed("b", 1, passing))
    try #expect(run.take(checkFailed("a")) == ["close failed_unchanged"])
    try #expect(run.take(.timerFired(TimerReport("b", attempt: 1, .backoff))) == [])
  }

  @Test func `after an undo that failed, a person's retry goes on backwards`() throws {
    var run = try undoFailed()
    try #expect(run.take(order(.retry("b"))) == ["undo b#1"])
    try #expect(run.take(undone("b")) == ["undo a#1"])
    try #expect(run.take(undone("a")) == ["close failed_undone"])
  }

  @Test func `after an undo that failed, leaving a step out goes on with the others`() throws {
    var run = try undoFailed()
    try #expect(run.take(order(.skip("b"))) == ["undo a#1"])
    try #expect(run.take(undone("a")) == ["close failed_partly"])
  }

  @Test func `a person can say that they have taken a change back themselves`() throws {
    var run = try undoFailed()
    try #expect(run.take(order(.markDone("b"))) == ["undo a#1"])
    #expect(run.state("b") == "undone")
    try #expect(run.take(undone("a")) == ["close failed_undone"])
  }

  @Test func `a step that was being looked at is not changed once taking back has begun`() throws {
    var run = Scenario([step("a") { $0.onFailure = .unwind }, step("b")])
    _ = try run.open()
    try run.take(planFailed("a"))
    try #expect(run.take(planned("b")) == ["close failed_unchanged"])
    #expect(run.state("b") == "pending")
  }

  @Test func `a yes that comes once taking back has begun is refused`() throws {
    var run = Scenario([
      step("a") { $0.onFailure = .unwind },
      step("b") { $0.approval = ApprovalPolicy(role: "commander", timeout: nil) }, step("c"),
    ])
    _ = try run.open()
    try run.take(planned("b"))
    try run.take(planned("c"))
    try run.take(planFailed("a"))
    #expect(throws: EngineError.self) {
      try run.take(
        .personAnswered(PersonAnswer(step: "b", attempt: 1, decision: .approve, by: "alice")))
    }
  }

  @Test func `a change in doubt that is not in place is not made again while taking back`() throws {
    var run = Scenario([step("a") { $0.onFailure = .unwind }, step("b")])
    _ = try run.open()
    try run.take(planned("b"))
    try run.take(applyFailed("b", 1, lost))
    try run.take(planFailed("a"))
    try #expect(run.take(doesNotHold("b")) == ["close failed_unchanged"])
  }

  @Test func `a retry looks first where only the author's own checks can look`() throws {
    var run = Scenario([
      step("a") {
        $0.isVerifiable = false
        $0.isRepeatable = false
        $0.verify = [Self.authorsCheck]
      }
    ])
    _ = try run.open()
    try run.take(planned("a"))
    try run.take(applied("a"))
    try run.take(cannotTell("a"))
    try #expect(run.take(order(.retry("a"))) == ["verify a#1"])
  }

  @Test func `a change that only the author's check denies is not forgotten`() throws {
    var run = Scenario([
      step("a") {
        $0.verify = [Self.authorsCheck]
        $0.onFailure = .stop
      }
    ])
    _ = try run.open()
    try run.take(planned("a"))
    try run.take(applyFailed("a", 1, lost))
    try #expect(run.take(doesNotHold("a")) == ["apply a#2"])
    try #expect(run.take(applyFailed("a", 2, refused)) == ["close failed_partly"])
  }

  /// `a` and `b` were made, `c` failed, and the undo of `b` has failed: a person is waited for.
  private func undoFailed() throws -> Scenario {
    var run = Scenario([
      step("a"), step("b", needs: [0]), step("c", needs: [1]) { $0.onFailure = .unwind },
    ])
    _ = try run.open()
    try run.complete("a")
    try run.complete("b")
    try #expect(run.take(planFailed("c")) == ["undo b#1"])
    let failed = StepReport<ApplyResult>("b", attempt: 1, .failed(refused))
    try #expect(run.take(.stepUndone(failed)) == [])
    #expect(run.machine.state == .holding)
    return run
  }
}

private func checkFailed(_ step: StepID) -> Event {
  .stepChecked(StepReport(step, attempt: 1, .failed(refused)))
}
