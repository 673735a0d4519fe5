package import RunbookEngine
import RunbookModel

/// Where a step stands, in the words of tables and of JSON: the machine's state with what it means for the reader.
package enum StepStatus: String, Sendable, CaseIterable {
  case notStarted = "not_started"
  /// The run ended before it was its turn.
  case notRun = "not_run"
  /// The variant leaves it out.
  case excluded
  case planning
  case checking
  /// Waits for a person's answer.
  case gated
  case applying
  case verifying
  /// It is not known whether its change is in place.
  case inDoubt = "in_doubt"
  case backingOff = "backing_off"
  /// Its change is made and is taken back by itself unless it is confirmed in time.
  case confirming
  case succeeded
  case failed
  /// It failed, and the runbook says that this does not fail the run.
  case failedIgnored = "failed_ignored"
  case skipped
  case undoing
  case undone
  /// Taking it back failed: its change stands.
  case undoFailed = "undo_failed"

  package var words: String {
    switch self {
    case .notStarted: "not started"
    case .notRun: "not run"
    case .excluded: "left out by variant"
    case .planning: "being planned"
    case .checking: "being checked"
    case .gated: "waits for a person"
    case .applying: "being applied"
    case .verifying: "being verified"
    case .inDoubt: "IN DOUBT"
    case .backingOff: "waits to try again"
    case .confirming: "waits to be CONFIRMED"
    case .succeeded: "succeeded"
    case .failed: "FAILED"
    case .failedIgnored: "failed, not critical"
    case .skipped: "skipped"
    case .undoing: "being undone"
    case .undone: "undone"
    case .undoFailed: "UNDO FAILED"
    }
  }

  /// Something goes on for it, or a person is asked.
  package var isUnderWay: Bool {
    switch self {
    case .planning, .checking, .gated, .applying, .verifying, .backingOff, .confirming, .undoing:
      true
    case .notStarted, .notRun, .excluded, .inDoubt, .succeeded, .failed, .failedIgnored, .skipped,
      .undone, .undoFailed:
      false
    }
  }
}

extension RunHistory {
  package func status(of index: Int) -> StepStatus {
    let step = plan.steps[index]
    switch machine.steps[index] {
    case .pending: return step.isExcluded ? .excluded : isClosed ? .notRun : .notStarted
    case .planning: return step.kind == .check ? .checking : .planning
    case .gated: return .gated
    case .applying: return .applying
    case .verifying: return .verifying
    case .inDoubt: return .inDoubt
    case .backingOff: return .backingOff
    case .confirming: return .confirming
    case .succeeded: return .succeeded
    case .failed(let failure):
      if steps[index].acts.last?.kind == .undo, !machine.steps[index].isTakenBack {
        return .undoFailed
      }
      if failure.effect == .unknown { return .inDoubt }
      return step.isCritical ? .failed : .failedIgnored
    case .skipped(.byVariant): return .excluded
    case .skipped(.byCondition), .skipped(.byPerson), .skipped(.byCanary): return .skipped
    case .undoing: return .undoing
    case .undone: return .undone
    }
  }

  package func failure(of index: Int) -> StepFailure? {
    switch machine.steps[index] {
    case .failed(let failure): failure
    case .backingOff(_, let last): last
    case .pending, .planning, .gated, .applying, .verifying, .inDoubt, .confirming, .succeeded,
      .skipped,
      .undoing, .undone:
      nil
    }
  }
}
