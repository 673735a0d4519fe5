import RunbookAction
import RunbookModel

extension Suite {
  /// Plan, apply, apply again, undo, undo again; looking at the world after each.
  func tryChange(_ change: AnyAction.Change) async throws {
    let before = try await fingerprint()
    guard let planned = try await planTwice(change, before) else { return }
    let early = await change.verify(planned, reading)
    expectNoSecret(in: early.evidence, "the evidence of verify before apply")
    if case .holds(let evidence) = early {
      breach("verify holds before apply: \(evidence.summary)")
    }
    expect(try await fingerprint() == before, "verify changed something")

    let evidence = try await change.apply(planned, writing("conformance-1"))
    expectNoSecret(in: evidence, "the evidence of apply")
    for output in subject.action.page.outputs where evidence.facts[output.name] == nil {
      breach("its page promises the output '\(output.name)', which apply's evidence does not hold")
    }
    try await expectHolds(change, planned, "after apply")
    let after = try await fingerprint()
    expect(after != before, "apply changed nothing that the fingerprint shows")
    try await planAgain(change)
    expect(try await fingerprint() == after, "looking after apply changed something")
    if subject.action.page.isRepeatable { try await applyAgain(change, planned, after) }
    if let wayBack = change.wayBack { expectWords(try wayBack(planned)) }
    if let undo = change.undo { try await undoTwice(change, undo, planned, before) }
  }

  /// People read it when the program cannot undo: it says where to, and shows no secret.
  private func expectWords(_ way: WayBack) {
    expect(!way.goesBackTo.isEmpty, "the way back does not say what it goes back to")
    expectNoSecret(
      in: (way.goesBackTo + way.lookFirst + way.commands).joined(separator: "\n"), "the way back")
  }

  private func planTwice(_ change: AnyAction.Change, _ before: String) async throws -> Value? {
    let first = try await change.plan(subject.input, reading)
    let second = try await change.plan(subject.input, reading)
    expect(try await fingerprint() == before, "plan changed something")
    guard case .change(let planned, let preview) = first else {
      breach("plan gives no change where it should: \(describe(first))")
      return nil
    }
    guard case .change(let again, _) = second else {
      breach("asked twice, plan gives a change and then none: \(describe(second))")
      return nil
    }
    expect(planned == again, "asked twice, plan gives two different changes")
    expect(!preview.does.isEmpty, "the preview does not say what will be done")
    expectNoSecret(
      in: (preview.saw + preview.does + preview.warnings).joined(separator: "\n"), "the preview")
    let record = JSONText.write(planned)
    expectNoSecret(in: String(decoding: record, as: UTF8.self), "the change")
    // The journal keeps the change as text; apply after a crash gets what was read back.
    let readBack = try JSONText.read(record)
    expect(readBack == planned, "the change does not come back from the journal as it was")
    return readBack
  }

  private func planAgain(_ change: AnyAction.Change) async throws {
    guard subject.planSeesWhatIsInPlace else { return }
    let again = try await change.plan(subject.input, reading)
    guard case .alreadyInPlace(let evidence) = again else {
      return breach("after apply, plan does not see that it is in place: \(describe(again))")
    }
    for output in subject.action.page.outputs where evidence.facts[output.name] == nil {
      breach("'already in place' lacks the output '\(output.name)' that the page promises")
    }
  }

  private func applyAgain(
    _ change: AnyAction.Change, _ planned: Value, _ after: String
  ) async throws {
    let evidence = try await change.apply(planned, writing("conformance-1"))
    expectNoSecret(in: evidence, "the evidence of the second apply")
    try await expectHolds(change, planned, "after the second apply")
    expect(
      try await fingerprint() == after,
      "applied twice it has two effects, but its page says that it is repeatable")
  }

  private func undoTwice(
    _ change: AnyAction.Change,
    _ undo: @Sendable (Value, WriteContext) async throws(ActionFailure) -> Evidence,
    _ planned: Value, _ before: String
  ) async throws {
    expectNoSecret(in: try await undo(planned, writing("conformance-2")), "the evidence of undo")
    let undone = try await fingerprint()
    if subject.undoRestoresFingerprint {
      expect(
        undone == before, "undo left another world: \(undone), before: \(before)")
    }
    try await expectGone(change, planned)
    _ = try await undo(planned, writing("conformance-2"))
    expect(try await fingerprint() == undone, "a second undo changed something")
  }

  /// After an undo the run looks whether the change is gone, and waits for a person where nobody can see it.
  private func expectGone(_ change: AnyAction.Change, _ planned: Value) async throws {
    let deadline = Deadline.after(subject.settle)
    while true {
      let verdict = await change.verify(planned, reading)
      expectNoSecret(in: verdict.evidence, "the evidence of verify after undo")
      if case .doesNotHold = verdict { return }
      guard !deadline.hasPassed else {
        return breach("after undo, verify \(verdict.word): \(verdict.evidence.summary)")
      }
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  private func expectHolds(
    _ change: AnyAction.Change, _ planned: Value, _ place: String
  ) async throws {
    let deadline = Deadline.after(subject.settle)
    while true {
      let verdict = await change.verify(planned, reading)
      expectNoSecret(in: verdict.evidence, "the evidence of verify \(place)")
      if case .holds(let evidence) = verdict {
        // After a crash verify speaks for a change whose own result was lost, and later steps need its outputs.
        for output in subject.verifiedOutputs ?? subject.action.page.outputs.map(\.name)
        where evidence.facts[output] == nil {
          breach("verify holds \(place), and its evidence lacks the promised output '\(output)'")
        }
        return
      }
      guard !deadline.hasPassed else {
        return breach("verify \(verdict.word) \(place): \(verdict.evidence.summary)")
      }
      try await Task.sleep(for: .milliseconds(50))
    }
  }
}

func describe(_ planned: Planned<Value>) -> String {
  switch planned {
  case .change(_, let preview): "a change: \(preview.does.joined(separator: "; "))"
  case .alreadyInPlace(let evidence): "already in place: \(evidence.summary)"
  case .impossible(let failure): "impossible: \(failure.message)"
  case .unknown(let reason): "unknown until \(reason)"
  }
}
