import RunbookDriver
import RunbookEngine
package import RunbookModel

/// What happened in a simulated run, a line each, for people.
extension Happening {
  /// nil for what says nothing new.
  package var text: (at: Duration, step: StepID?, words: String)? {
    switch self {
    case .recorded(let record):
      record.words.map { (.nanoseconds(record.at), record.event.step, $0) }
    case .wentWrong(let at, let step, let verb, let behaviour):
      (
        .nanoseconds(at), step,
        behaviour.told.map { "given: \(verb.rawValue): \($0)" }
          ?? "FAULT: \(verb.rawValue) \(behaviour.ends.text)"
      )
    case .orderRefused(let at, let order, let refusal):
      (.nanoseconds(at), order.step, "\(order.verb.rawValue) is refused: \(refusal.message)")
    case .died(let at, let death):
      (.nanoseconds(at), nil, (death.isMeanwhile ? "" : "FAULT: ") + death.text)
    case .signalled(let at): (.nanoseconds(at), nil, "FAULT: SIGTERM arrives")
    case .cameBack(let at): (.nanoseconds(at), nil, "somebody takes the run up again")
    }
  }
}

extension SimulatedRecord {
  fileprivate var words: String? {
    let ending = event.words
    let begun = commands.compactMap(\.words).joined(separator: "; ")
    return switch (ending, begun.isEmpty) {
    case (nil, true): nil
    case (nil, false): begun
    case (let ending?, true): ending
    case (let ending?, false): "\(ending); \(begun)"
    }
  }
}

extension Event {
  fileprivate var words: String? {
    if case .stepPlanned(let report) = self {
      return switch report.result {
      case .change: "looked at: would change"
      case .alreadyInPlace: "already in place"
      case .skipped(let why): "skipped: \(why)"
      case .ask: nil
      case .failed(let failure): "cannot be planned: \(failure.message)"
      }
    }
    if case .stepChecked(let report) = self {
      return switch report.result {
      case .verdict(let verdict): verdict.plain
      case .skipped(let why): "skipped: \(why)"
      case .failed(let failure): "cannot be checked: \(failure.message)"
      }
    }
    if case .stepApplied(let report) = self { return "change: \(report.result.plain)" }
    if case .stepUndone(let report) = self { return "undo: \(report.result.plain)" }
    if case .stepVerified(let report) = self { return "seen: \(report.result.plain)" }
    if case .personAnswered(let answer) = self {
      return "\(answer.by) says \(answer.decision == .approve ? "yes" : "no")"
    }
    if case .runResumed = self { return "resumed" }
    if case .operatorDecided = self { return "a person decides: \(phrase)" }
    if case .deadlineReached = self { return "the deadline is over: nothing more is started" }
    if case .soakEnded = self { return "the service is seen to be good" }
    if case .interrupted(let facts) = self { return "\(facts.cause): nothing more is started" }
    return nil
  }
}

extension Command {
  fileprivate var words: String? {
    switch self {
    case .apply(let step, let attempt, _):
      "changing \(step)\(attempt > 1 ? " again, attempt \(attempt)" : "")"
    case .undo(let step, _, _): "undoing \(step)"
    case .ask(let step, _, _): "asking about \(step)"
    case .startTimer(let step, let attempt, .backoff, let after):
      "attempt \(attempt + 1) of \(step) in \(after.spoken)"
    case .startTimer(let step, _, .confirm, let after):
      "\(step) is taken back in \(after.spoken) unless it is confirmed"
    case .startTimer(_, _, .gate, _), .startDeadline, .soak, .plan, .check, .verify, .close:
      nil
    }
  }
}

extension Verdict {
  fileprivate var plain: String {
    switch self {
    case .holds: "holds"
    case .doesNotHold: "does not hold"
    case .cannotTell: "cannot tell"
    }
  }
}

extension ApplyResult {
  fileprivate var plain: String {
    switch self {
    case .done: "done"
    case .failed(let failure):
      failure.effect == .unknown ? "unknown: \(failure.message)" : "failed: \(failure.message)"
    }
  }
}

extension SimulatedRun.Ending {
  /// How it ended, as a sentence's end.
  package var sentence: String {
    switch self {
    case .closed(.succeeded): "succeeded"
    case .closed(.failedUnchanged): "failed, and nothing is changed"
    case .closed(.failedUndone): "failed, and what was changed was undone"
    case .closed(.failedPartly): "failed, and something is changed or not known"
    case .held(let steps): "holds for a person, because of \(Self.list(steps))"
    case .unanswered(let steps): "waits for an answer to \(Self.list(steps))"
    case .paused(let cause): "paused because of \(cause); it can be resumed"
    case .neverBegan: "died before its first record was kept: nothing was begun"
    case .lost: "broke a promise, see below"
    }
  }

  private static func list(_ steps: [StepID]) -> String {
    steps.map(\.text).joined(separator: ", ")
  }
}
