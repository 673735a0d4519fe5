package import RunbookModel

/// Where one step stands. A payload exists only where it has meaning.
package enum StepState: Equatable, Sendable {
  case pending
  /// The world is being looked at; for a check, the check itself. `approved` is the change that people have said yes to.
  case planning(attempt: Int, approved: Value?)
  /// A person must answer. `change` is what they are asked to approve; nil where the question is all there is.
  case gated(attempt: Int, change: Value?, request: PersonRequest, approvedBy: [String])
  case applying(attempt: Int, change: Value)
  case verifying(attempt: Int, change: Value, applied: Evidence)
  /// The change may or may not have been made, and is being looked for. `ordered`: a person asked for another attempt.
  case inDoubt(attempt: Int, change: Value, because: String, ordered: Bool)
  case backingOff(attempt: Int, last: StepFailure)
  /// The change is made and stays only if it is confirmed in time. `isLooking`: the time is over, and its own checks decide.
  case confirming(StepSuccess, isLooking: Bool)
  case succeeded(StepSuccess)
  case failed(StepFailure)
  case skipped(StepSkip)
  case undoing(attempt: Int, change: Value, before: StepFailure?)
  case undone(Evidence)
}

package struct StepSuccess: Equatable, Sendable {
  package enum Way: Equatable, Sendable {
    /// A change was made and verified.
    case changed(Value)
    /// A change was made; nothing verifies it but its own word.
    case unverified(Value)
    /// After a doubt, the change was found in place.
    case foundInPlace(Value)
    /// Nothing had to be done.
    case alreadyInPlace
    case checked
    case approved(by: [String])
    /// A person said that it is done.
    case markedDone(by: String, reason: String?)
  }
  package var way: Way
  package var evidence: Evidence
  package var attempt: Int

  /// What would have to be undone.
  package var change: Value? {
    switch way {
    case .changed(let change), .unverified(let change), .foundInPlace(let change): change
    case .alreadyInPlace, .checked, .approved, .markedDone: nil
    }
  }
}

package struct StepFailure: Equatable, Sendable {
  package enum Effect: String, Equatable, Sendable {
    case unchanged
    /// The change was made, but it does not do what it must.
    case changed
    case unknown
  }
  package var failure: ActionFailure
  package var effect: Effect
  /// The change that was made, or may have been.
  package var change: Value?
  package var attempt: Int
  /// Whatever the runbook's policy says, only a person can decide here.
  package var needsPerson: Bool

  /// What failed was taking the change back.
  package var isOfUndo = false
  /// Nobody confirmed the change in time, so it was taken back by itself; with `isOfUndo`: was to be.
  package var isUnconfirmed = false
  /// A person has seen it and decided, or the policy says to go on: nothing waits for it any more.
  package var isPassed = false
}

package enum StepSkip: Equatable, Sendable {
  /// The variant leaves it out.
  case byVariant
  /// Its `when` is false.
  case byCondition(String)
  case byPerson(String, reason: String?)
  /// It is a copy, and the canary named failed: the change is not tried on another.
  case byCanary(StepID)
}

extension StepState {
  /// The name of the state in records, tables and drawings.
  package var name: String {
    switch self {
    case .pending: "pending"
    case .planning: "planning"
    case .gated: "gated"
    case .applying: "applying"
    case .verifying: "verifying"
    case .inDoubt: "in doubt"
    case .backingOff: "backing off"
    case .confirming: "confirming"
    case .succeeded: "succeeded"
    case .failed: "failed"
    case .skipped: "skipped"
    case .undoing: "undoing"
    case .undone: "undone"
    }
  }

  /// A command of this step is under way.
  package var isActive: Bool {
    switch self {
    case .planning, .applying, .verifying, .inDoubt, .undoing: true
    case .confirming(_, let isLooking): isLooking
    case .pending, .gated, .backingOff, .succeeded, .failed, .skipped, .undone: false
    }
  }

  /// Its change is in place, and somebody must confirm it before its time is over.
  package var waitsToBeConfirmed: Bool {
    if case .confirming(_, isLooking: false) = self { true } else { false }
  }

  /// Nothing is left of a change that it made.
  package var isTakenBack: Bool {
    switch self {
    case .undone: true
    case .failed(let failure): failure.isUnconfirmed && !failure.isOfUndo
    case .pending, .planning, .gated, .applying, .verifying, .inDoubt, .backingOff, .confirming,
      .succeeded, .skipped, .undoing:
      false
    }
  }

  /// A change of this attempt was asked for.
  package var hasBegunChange: Bool {
    switch self {
    case .applying: true
    case .verifying(_, let change, _): change != .null
    case .pending, .planning, .gated, .inDoubt, .backingOff, .confirming, .succeeded, .failed,
      .skipped,
      .undoing, .undone:
      false
    }
  }

  package var isPlanning: Bool {
    if case .planning = self { true } else { false }
  }

  /// Whatever waits for this step may go on.
  package var isSettled: Bool {
    switch self {
    case .succeeded, .skipped: true
    case .failed(let failure): failure.isPassed
    case .pending, .planning, .gated, .applying, .verifying, .inDoubt, .backingOff, .confirming,
      .undoing, .undone:
      false
    }
  }

  package var attempt: Int {
    switch self {
    case .pending, .skipped, .undone: 0
    case .planning(let attempt, _), .gated(let attempt, _, _, _), .applying(let attempt, _),
      .verifying(let attempt, _, _), .inDoubt(let attempt, _, _, _), .backingOff(let attempt, _),
      .undoing(let attempt, _, _):
      attempt
    case .succeeded(let success), .confirming(let success, _): success.attempt
    case .failed(let failure): failure.attempt
    }
  }
}
