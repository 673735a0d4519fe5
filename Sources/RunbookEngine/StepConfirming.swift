import RunbookModel

/// A change that stays only if it is confirmed: `commit_within`.
///
/// Whoever makes it may have cut himself off with it, so silence takes it back. Confirmed is it by an operator; or, where
/// the author wrote `verify`, by those checks holding once more when the time is over.
extension StepMachine {
  func confirm(_ success: StepSuccess, within time: Duration) -> Transition {
    (.confirming(success, isLooking: false), wait(success.attempt, time))
  }

  private func wait(_ attempt: Int, _ time: Duration) -> [Command] {
    var instructions = ["unless somebody confirms it, it is taken back when that time is over"]
    if !step.verify.isEmpty {
      instructions = ["when that time is over its own checks are asked, and decide"]
    }
    let request = PersonRequest(
      kind: .confirmation,
      text:
        "\(step.title ?? step.id.text): the change is made; may it stay? (within \(time.spoken))",
      instructions: instructions)
    return [
      .ask(step.id, attempt: attempt, request),
      .startTimer(step.id, attempt: attempt, .confirm, after: time),
    ]
  }

  func confirming(
    _ success: StepSuccess, _ isLooking: Bool, _ input: Input
  ) -> Transition? {
    guard let change = success.change else { return nil }
    switch (input, isLooking) {
    case (.answered(let answer), false):
      guard answer.attempt == success.attempt else { return nil }
      let why = answer.reason.map { ": \($0)" } ?? ""
      switch answer.decision {
      case .approve: return stays(success, "confirmed by \(answer.who)\(why)")
      case .decline: return takeBack(success, change, "\(answer.who) did not confirm it\(why)")
      }
    case (.timerFired(.confirm, _), false):
      return timeIsOver(success, change, isSure: true)
    case (.resumedToConfirm(let left), false):
      guard left <= .zero else {
        return (.confirming(success, isLooking: false), wait(success.attempt, left))
      }
      return timeIsOver(success, change, isSure: false)
    case (.verified(.holds(let evidence)), true):
      return stays(success, "confirmed by its checks: \(evidence.summary)")
    case (.verified(.doesNotHold(let evidence)), true):
      return takeBack(
        success, change, "when its time was over it did not hold: \(evidence.summary)")
    case (.verified(.cannotTell(let evidence)), true):
      return takeBack(
        success, change, "when its time was over it could not be seen: \(evidence.summary)",
        isSure: false)
    case (.resumed, true):
      return (
        .confirming(success, isLooking: true),
        [.verify(step.id, attempt: success.attempt, change: change)]
      )
    case (.mustUndo(let change), false): return undo(change, nil)
    case (.started, _), (.planned, _), (.checked, _), (.applied, _), (.verified, _), (.undone, _),
      (.timerFired, _), (.answered, _), (.ordered, _), (.resumed, _), (.resumedToConfirm, _),
      (.mustUndo, _):
      return nil
    }
  }

  /// `isSure`: the change has been watched all the time; else it is looked for before it is taken back.
  private func timeIsOver(_ success: StepSuccess, _ change: Value, isSure: Bool) -> Transition {
    guard step.verify.isEmpty else {
      return (
        .confirming(success, isLooking: true),
        [.verify(step.id, attempt: success.attempt, change: change)]
      )
    }
    let time = step.commitWithin?.spoken ?? "time"
    return takeBack(success, change, "nobody confirmed it in \(time)", isSure: isSure)
  }

  private func stays(_ success: StepSuccess, _ how: String) -> Transition {
    var success = success
    success.evidence.summary += success.evidence.summary.isEmpty ? how : "; \(how)"
    return (.succeeded(success), [])
  }

  private func takeBack(
    _ success: StepSuccess, _ change: Value, _ why: String, isSure: Bool = true
  ) -> Transition {
    var failure = StepFailure(
      failure: ActionFailure(
        .unchanged(retryable: false), .precondition, why,
        advice: "find out why before you retry: a retry makes the change once more and waits again"),
      effect: isSure ? .changed : .unknown, change: change, attempt: success.attempt,
      needsPerson: true)
    failure.isUnconfirmed = true
    return undo(change, failure)
  }

  /// The change is gone again, as if the step had failed before it: the run holds and says so.
  func takenBack(_ before: StepFailure, _ evidence: Evidence) -> Transition {
    var failure = before
    failure.effect = .unchanged
    failure.change = nil
    failure.isOfUndo = false
    failure.needsPerson = true
    failure.failure.effect = .unchanged(retryable: false)
    failure.failure.message += "; its change was taken back: \(evidence.summary)"
    return (.failed(failure), [])
  }
}

extension StepFailure {
  /// The same when the run takes back everything: then the step ends as any other that is undone.
  var ofTheRun: StepFailure {
    var failure = self
    failure.isUnconfirmed = false
    return failure
  }
}
