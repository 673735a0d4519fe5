package import RunbookModel

/// One step's rules: what its next state is and what is to be done, from its state and what has happened.
///
/// Pure: no clock, no chance, no IO. An input that does not fit the state gives nil, and nothing changes.
package struct StepMachine: Sendable {
  package let step: PlannedStep
  /// Seeds the jitter of retries.
  package let seed: Int64
  /// The plan's changes were approved: another change than the plan's stops the step.
  package let bindsChange: Bool
  /// The guard that a person has overridden for this step.
  package var waived: Gate?
  /// The change was asked for before: what is found done may be the work of that.
  package var wasAskedBefore = false

  package enum Input: Equatable, Sendable {
    case started
    case planned(PlanResult)
    case checked(CheckResult)
    case applied(ApplyResult)
    case verified(Verdict)
    case undone(ApplyResult)
    case timerFired(TimerPurpose, runIsOpen: Bool)
    case answered(PersonAnswer)
    case ordered(OperatorDecision)
    /// The process that performed its last command is gone.
    case resumed
    /// The same for a change that waits to be confirmed, with what is left of its time.
    case resumedToConfirm(left: Duration)
    case mustUndo(Value)
  }

  package typealias Transition = (next: StepState, commands: [Command])

  package func transition(from state: StepState, on input: Input) -> Transition? {
    switch (state, input) {
    case (.pending, .started): start(attempt: 1, approved: nil)
    case (.planning(let attempt, let approved), .planned(let result)):
      planned(result, attempt, approved)
    case (.planning(let attempt, _), .checked(let result)): checked(result, attempt)
    case (.planning(let attempt, let approved), .resumed):
      start(attempt: attempt, approved: approved)
    case (.gated(let attempt, let change, let request, let people), .answered(let answer)):
      answered(answer, attempt, change, request, people)
    case (.gated(let attempt, _, _, _), .timerFired(.gate, _)): gateTimedOut(attempt)
    case (.gated(let attempt, _, let request, _), .resumed):
      (state, ask(attempt, request))
    case (.applying(let attempt, let change), .applied(let result)):
      applied(result, attempt, change)
    case (.applying(let attempt, let change), .resumed):
      look(
        attempt, change, because: "the process that applied it ended before its result was known")
    case (.verifying(let attempt, let change, let applied), .verified(let verdict)):
      verified(verdict, attempt, change, applied)
    case (.verifying(let attempt, let change, _), .resumed):
      (state, [.verify(step.id, attempt: attempt, change: change)])
    case (.inDoubt(let attempt, let change, let why, let ordered), .verified(let verdict)):
      resolved(verdict, attempt, change, why, ordered)
    case (.inDoubt(let attempt, let change, _, _), .resumed):
      (state, [.verify(step.id, attempt: attempt, change: change)])
    case (.backingOff(let attempt, let last), .timerFired(.backoff, let isOpen)):
      isOpen ? start(attempt: attempt + 1, approved: nil) : (.failed(last), [])
    case (.backingOff(let attempt, let last), .resumed):
      (state, [backoffTimer(attempt, last)])
    case (.confirming(let success, let isLooking), let input):
      confirming(success, isLooking, input)
    case (.failed(let failure), .ordered(let decision)): ordered(decision, failure)
    case (.succeeded, .mustUndo(let change)), (.skipped, .mustUndo(let change)):
      undo(change, nil)
    case (.failed(let failure), .mustUndo(let change)),
      (.backingOff(_, let failure), .mustUndo(let change)):
      undo(change, failure.ofTheRun)
    case (.pending, .mustUndo(let change)), (.gated, .mustUndo(let change)): undo(change, nil)
    case (.undoing(let attempt, let change, let before), .undone(let result)):
      undone(result, attempt, change, before)
    case (.undoing(let attempt, let change, _), .resumed):
      (state, [.undo(step.id, attempt: attempt, change: change)])
    case (.pending, _), (.planning, _), (.gated, _), (.applying, _), (.verifying, _),
      (.inDoubt, _), (.backingOff, _), (.succeeded, _), (.failed, _), (.skipped, _),
      (.undoing, _), (.undone, _):
      nil
    }
  }
}

// MARK: - Looking and asking

extension StepMachine {
  private func start(attempt: Int, approved: Value?) -> Transition {
    let command: Command =
      switch step.kind {
      case .check: .check(step.id, attempt: attempt)
      case .change, .person: .plan(step.id, attempt: attempt)
      }
    return (.planning(attempt: attempt, approved: approved), [command])
  }

  private func planned(_ result: PlanResult, _ attempt: Int, _ approved: Value?) -> Transition {
    switch result {
    case .change(let found, let preview):
      // The figures of a message move on with the run: what somebody has approved is what is sent.
      let change = step.onlyTells == true ? approved ?? found : found
      if let drift = drift(of: change, from: approved) { return fail(drift, attempt) }
      if let policy = step.approval, approved == nil {
        let request = approvalRequest(policy, preview)
        return (
          .gated(attempt: attempt, change: change, request: request, approvedBy: []),
          ask(attempt, request)
        )
      }
      return apply(attempt, change)
    case .alreadyInPlace(let evidence):
      if !step.verify.isEmpty {
        return (
          .verifying(attempt: attempt, change: .null, applied: evidence),
          [.verify(step.id, attempt: attempt, change: .null)]
        )
      }
      return succeed(.alreadyInPlace, evidence, attempt)
    case .skipped(let reason): return (.skipped(.byCondition(reason)), [])
    case .ask(let request):
      return (
        .gated(attempt: attempt, change: nil, request: request, approvedBy: []),
        ask(attempt, request)
      )
    case .failed(let failure): return retryOrFail(failure, attempt)
    }
  }

  /// What stops the step when the change found now is not the one that was approved.
  private func drift(of change: Value, from approved: Value?) -> StepFailure? {
    let isBound = bindsChange && step.onlyTells != true
    // What was waived since is no part of what the plan showed.
    let isOther = approved.map { $0 != change } ?? (isBound && unlikeForecast(change))
    guard isOther, let expected = approved ?? step.forecast.change else { return nil }
    let failure = ActionFailure.refused(
      .precondition,
      "the world has changed since this was approved: approved was "
        + "\(JSONText.text(expected)), now it would be \(JSONText.text(change))",
      advice: "look at what has changed; retry to plan and approve it afresh")
    return StepFailure(
      failure: failure, effect: .unchanged, change: nil, attempt: 0, needsPerson: true)
  }

  private func unlikeForecast(_ change: Value) -> Bool {
    guard let forecast = step.forecast.change else { return false }
    guard waived != nil, case .map(var map) = change else { return forecast != change }
    map[Gate.waivedKey] = forecast[Gate.waivedKey]
    return forecast != .map(map)
  }

  private func checked(_ result: CheckResult, _ attempt: Int) -> Transition {
    switch result {
    case .skipped(let reason): return (.skipped(.byCondition(reason)), [])
    case .failed(let failure): return retryOrFail(failure, attempt)
    case .verdict(.holds(let evidence)): return succeed(.checked, evidence, attempt)
    case .verdict(.doesNotHold(let evidence)):
      return retryOrFail(.passing(.precondition, evidence.summary), attempt)
    case .verdict(.cannotTell(let evidence)):
      return retryOrFail(
        .passing(.unreachable, "it could not be seen: \(evidence.summary)"), attempt)
    }
  }

  private func approvalRequest(_ policy: ApprovalPolicy, _ preview: Preview) -> PersonRequest {
    PersonRequest(
      kind: .approval,
      text: "\(step.title ?? step.id.text): approve this change? (\(policy.role), "
        + "\(policy.count) needed)",
      instructions: preview.does + preview.warnings.map { "warning: \($0)" })
  }

  private func ask(_ attempt: Int, _ request: PersonRequest) -> [Command] {
    var commands: [Command] = [.ask(step.id, attempt: attempt, request)]
    if let timeout = step.approval?.timeout {
      commands.append(.startTimer(step.id, attempt: attempt, .gate, after: timeout))
    }
    return commands
  }

  private func answered(
    _ answer: PersonAnswer, _ attempt: Int, _ change: Value?, _ request: PersonRequest,
    _ people: [String]
  ) -> Transition? {
    guard answer.attempt == attempt else { return nil }
    switch answer.decision {
    case .decline:
      let failure = ActionFailure.refused(
        .refused, "\(answer.who) declined" + (answer.reason.map { ": \($0)" } ?? ""))
      return fail(failure, attempt)
    case .approve:
      guard !people.contains(answer.by) else { return nil }
      let everyone = people + [answer.by]
      guard everyone.count >= step.approval?.count ?? 1 else {
        return (
          .gated(attempt: attempt, change: change, request: request, approvedBy: everyone), []
        )
      }
      if let change { return start(attempt: attempt, approved: change) }
      let said = request.kind == .task ? "done, says" : "approved by"
      return succeed(
        .approved(by: everyone),
        Evidence("\(said) \(everyone.joined(separator: ", "))"), attempt)
    }
  }

  private func gateTimedOut(_ attempt: Int) -> Transition {
    var failure = StepFailure(
      failure: .refused(
        .timeout, "nobody answered in \(step.approval?.timeout?.spoken ?? "time")",
        advice: "retry to ask again"),
      effect: .unchanged, change: nil, attempt: attempt, needsPerson: false)
    failure.needsPerson = step.approval?.onTimeout == .hold
    return fail(failure, attempt)
  }
}

// MARK: - Changing and verifying

extension StepMachine {
  private func apply(_ attempt: Int, _ change: Value) -> Transition {
    (
      .applying(attempt: attempt, change: change),
      [.apply(step.id, attempt: attempt, change: change)]
    )
  }

  private func look(_ attempt: Int, _ change: Value, because why: String) -> Transition {
    (
      .inDoubt(attempt: attempt, change: change, because: why, ordered: false),
      [.verify(step.id, attempt: attempt, change: change)]
    )
  }

  private func applied(_ result: ApplyResult, _ attempt: Int, _ change: Value) -> Transition {
    switch result {
    case .done(let evidence):
      if !step.isVerifiable, step.verify.isEmpty {
        return succeed(
          wasInPlace(evidence) ? .alreadyInPlace : .unverified(change), evidence, attempt)
      }
      return (
        .verifying(attempt: attempt, change: change, applied: evidence),
        [.verify(step.id, attempt: attempt, change: change)]
      )
    case .failed(let failure):
      switch failure.effect {
      case .unchanged: return retryOrFail(failure, attempt)
      case .unknown: return look(attempt, change, because: failure.message)
      }
    }
  }

  /// Whether the change was found made, and not by this run.
  private func wasInPlace(_ applied: Evidence) -> Bool {
    applied.changedNothing == true && !wasAskedBefore
  }

  private func verified(
    _ verdict: Verdict, _ attempt: Int, _ change: Value, _ applied: Evidence
  ) -> Transition {
    let isOurs = change != .null && !wasInPlace(applied)
    let done = isOurs || change == .null ? "it was applied" : "it was found done"
    switch verdict {
    case .holds(let evidence):
      return succeed(
        isOurs ? .changed(change) : .alreadyInPlace, applied.followed(by: evidence), attempt)
    case .doesNotHold(let evidence), .cannotTell(let evidence):
      let seen: (StepFailure.Effect, FailureKind, String) =
        if case .doesNotHold = verdict {
          (.changed, .failed, "\(done), but does not hold: \(evidence.summary)")
        } else {
          (.unknown, .unreachable, "\(done), but cannot be seen: \(evidence.summary)")
        }
      return fail(
        StepFailure(
          failure: ActionFailure(
            .unknown, seen.1, seen.2, advice: "look at the target, then retry, skip or undo"),
          effect: isOurs ? seen.0 : .unchanged, change: isOurs ? change : nil, attempt: attempt,
          needsPerson: change != .null && seen.0 == .unknown && step.onlyTells != true),
        attempt)
    }
  }

  private func resolved(
    _ verdict: Verdict, _ attempt: Int, _ change: Value, _ why: String, _ ordered: Bool
  ) -> Transition {
    switch verdict {
    case .holds(let evidence): return succeed(.foundInPlace(change), evidence, attempt)
    case .doesNotHold(let evidence):
      if ordered { return start(attempt: attempt + 1, approved: nil) }
      if step.isRepeatable, attempt < max(step.retry.attempts, Self.leastRepeats) {
        return apply(attempt + 1, change)
      }
      return inDoubt(attempt, change, "\(why); it does not hold: \(evidence.summary)")
    case .cannotTell(let evidence):
      return inDoubt(attempt, change, "\(why); it cannot be seen: \(evidence.summary)")
    }
  }

  /// A repeatable change in doubt that does not hold is applied once more even where the author asked for no retry.
  private static let leastRepeats = 2

  private func inDoubt(_ attempt: Int, _ change: Value, _ message: String) -> Transition {
    fail(
      StepFailure(
        failure: .unknown(
          .failed, message,
          advice: "look at the target yourself, then mark it done, retry, or undo"),
        effect: .unknown, change: change, attempt: attempt,
        // Nothing rests on a message: the author's 'on_failure' decides.
        needsPerson: step.onlyTells != true),
      attempt)
  }

  private func succeed(
    _ way: StepSuccess.Way, _ evidence: Evidence, _ attempt: Int
  ) -> Transition {
    let success = StepSuccess(way: way, evidence: evidence, attempt: attempt)
    if let time = step.commitWithin, success.change != nil { return confirm(success, within: time) }
    return (.succeeded(success), [])
  }
}

// MARK: - Failing, deciding, undoing

extension StepMachine {
  private func retryOrFail(_ failure: ActionFailure, _ attempt: Int) -> Transition {
    let last = StepFailure(
      failure: failure, effect: .unchanged, change: nil, attempt: attempt, needsPerson: false)
    let isListed = step.retry.kinds.isEmpty || step.retry.kinds.contains(failure.kind)
    guard failure.effect == .unchanged(retryable: true), isListed, attempt < step.retry.attempts
    else { return fail(last, attempt) }
    return (.backingOff(attempt: attempt, last: last), [backoffTimer(attempt, last)])
  }

  private func backoffTimer(_ attempt: Int, _ last: StepFailure) -> Command {
    .startTimer(
      step.id, attempt: attempt, .backoff,
      after: step.retry.delay(after: attempt, step: step.id, seed: seed))
  }

  private func fail(_ failure: ActionFailure, _ attempt: Int) -> Transition {
    fail(
      StepFailure(
        failure: failure, effect: .unchanged, change: nil, attempt: attempt, needsPerson: false),
      attempt)
  }

  private func fail(_ failure: StepFailure, _ attempt: Int) -> Transition {
    var failure = failure
    failure.attempt = attempt
    return (.failed(failure), [])
  }

  private func ordered(_ decision: OperatorDecision, _ failure: StepFailure) -> Transition? {
    switch decision.choice {
    case .retry:
      // Taking back is tried again by the run, which says `mustUndo`; nothing goes forward from here. What takes itself
      // back is no undoing of the run's.
      if failure.isOfUndo {
        guard failure.isUnconfirmed, let change = failure.change else { return nil }
        return undo(change, failure)
      }
      if let change = failure.change, step.isVerifiable || !step.verify.isEmpty {
        return (
          .inDoubt(
            attempt: failure.attempt, change: change,
            because: "\(decision.who) asked for another attempt", ordered: true),
          [.verify(step.id, attempt: failure.attempt, change: change)]
        )
      }
      return start(attempt: failure.attempt + 1, approved: nil)
    case .override(_, let gate):
      guard overridable(failure) == gate else { return nil }
      return start(attempt: failure.attempt + 1, approved: nil)
    case .skip: return (.skipped(.byPerson(decision.who, reason: decision.reason)), [])
    case .markDone:
      if failure.isOfUndo {
        let said = Evidence(
          "\(decision.who) says that it is taken back"
            + (decision.reason.map { ": \($0)" } ?? ""))
        return failure.isUnconfirmed ? takenBack(failure, said) : (.undone(said), [])
      }
      let evidence = Evidence(
        "\(decision.who) says that it is done" + (decision.reason.map { ": \($0)" } ?? ""))
      return succeed(
        .markedDone(by: decision.who, reason: decision.reason), evidence, failure.attempt)
    case .pause, .continue, .unwind, .abort, .switchVariant: return nil
    }
  }

  /// The guard that has refused and that a person may override; nil for every other failure.
  package func overridable(_ failure: StepFailure) -> Gate? {
    guard let gate = failure.failure.gate, step.gates?.contains(gate.name) == true,
      failure.effect == .unchanged, failure.change == nil, !failure.isOfUndo, !failure.isPassed
    else { return nil }
    return gate
  }

  func undo(_ change: Value, _ before: StepFailure?) -> Transition {
    (
      .undoing(attempt: 1, change: change, before: before),
      [.undo(step.id, attempt: 1, change: change)]
    )
  }

  private func undone(
    _ result: ApplyResult, _ attempt: Int, _ change: Value, _ before: StepFailure?
  ) -> Transition {
    switch result {
    case .done(let evidence):
      if let before, before.isUnconfirmed { return takenBack(before, evidence) }
      return (.undone(evidence), [])
    case .failed(let failure):
      if failure.effect == .unchanged(retryable: true), attempt < Self.undoAttempts {
        return (
          .undoing(attempt: attempt + 1, change: change, before: before),
          [.undo(step.id, attempt: attempt + 1, change: change)]
        )
      }
      var message = failure
      message.message = "it could not be undone: \(failure.message)"
      var last = StepFailure(
        failure: message, effect: failure.effect == .unknown ? .unknown : .changed,
        change: change, attempt: attempt, needsPerson: true)
      last.isOfUndo = true
      last.isUnconfirmed = before?.isUnconfirmed ?? false
      // It must still be known for what it was to be taken back.
      if last.isUnconfirmed, let before { last.failure.message += "; \(before.failure.message)" }
      return fail(last, attempt)
    }
  }

  private static let undoAttempts = 3
}

extension RetryPolicy {
  /// How long to wait after attempt number `attempt`; the jitter comes from the run's seed, so that a replay agrees.
  package func delay(after attempt: Int, step: StepID, seed: Int64) -> Duration {
    var nanos = Double(delay.nanosecondsClamped)
    for _ in 1..<max(attempt, 1) where nanos < Double(maxDelay.nanosecondsClamped) {
      nanos *= backoff
    }
    nanos = min(nanos, Double(maxDelay.nanosecondsClamped))
    var hash = UInt64(bitPattern: seed) ^ 0xcbf2_9ce4_8422_2325
    for byte in "\(step.text)#\(attempt)".utf8 {
      hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
    }
    let share = Double(hash >> 11) / 0x1p53
    return .nanoseconds(Int64(nanos * (1 - jitter * share)))
  }
}

extension Evidence {
  /// What was done and what was then seen, as one. The change's own facts are the step's outputs: a later look, which
  /// may be an author's check of something else, only adds what they left unknown.
  func followed(by later: Evidence) -> Evidence {
    var both = self
    if summary.isEmpty {
      both.summary = later.summary
    } else if !later.summary.isEmpty, later.summary != summary {
      both.summary = "\(summary); \(later.summary)"
    }
    for entry in later.facts {
      switch both.facts[entry.key] {
      case nil, .unknown?: both.facts[entry.key] = entry.value
      default: break
      }
    }
    if let output = later.output { both.output = self.output.map { $0 + "\n" + output } ?? output }
    both.droppedBytes += later.droppedBytes
    return both
  }
}
