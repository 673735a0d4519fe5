import RunbookAction
import RunbookModel

extension Promote {
  func apply(_ change: Change, in context: WriteContext) async throws(ActionFailure) -> Evidence {
    let reading = context.reading
    let target = try change.node.target(in: reading)
    let terms = Assessment.Terms(
      receipt: change.receipt, oldTimeline: change.receipt.timeline ?? change.fromTimeline,
      limit: change.limit, accepted: change.waived, failoverManager: change.failoverManager,
      outageAt: context.facts.outageAt, run: context.facts.run)
    if let last = change.receipt.lastPosition {
      await waitForLog(upTo: last, change, target, by: context.deadline)
    }
    let assessment = try await Assessment.make(
      target, heartbeat: change.heartbeat, terms: terms, in: reading)
    let state = assessment.candidate.state
    guard state.systemIdentifier == change.systemIdentifier else {
      throw .refused(
        .precondition,
        "\(state.sentence); cluster \(change.systemIdentifier) was planned", advice: "plan again")
    }
    let deadline = context.deadline
    switch assessment.answer {
    case .refused(let failure): throw failure
    case .done:
      return try await finish(change, target, assessment, promotedAt: nil, by: deadline)
    case .promote: break
    }
    guard state.timeline == change.fromTimeline else {
      throw .refused(
        .precondition, "\(state.sentence); timeline \(change.fromTimeline) was planned",
        advice: "plan again: the cluster has changed since")
    }
    try await blocking { () throws(ActionFailure) in
      try PromotedPrimary.promote(change, target, by: deadline)
    }
    return try await finish(
      change, target, assessment, promotedAt: wallClock(), by: deadline)
  }

  /// Waits while the end of the old primary's log has not arrived and can still arrive.
  private func waitForLog(
    upTo last: WALPosition, _ change: Change, _ target: Target, by deadline: Deadline
  ) async {
    let patience = min(deadline, .after(min(change.catchUp, deadline.remaining / 2)))
    let heartbeat = change.heartbeat
    await blocking {
      while !patience.hasPassed {
        // What goes wrong here is said by the assessment that follows.
        guard let session = try? Session.open(target, by: patience),
          let candidate = try? Candidate.read(session, heartbeat: heartbeat),
          candidate.state.isInRecovery, candidate.canStillArrive,
          let received = candidate.state.received, received < last
        else { return }
        pauseThread(.milliseconds(50), by: patience)
      }
    }
  }

  private func finish(
    _ change: Change, _ target: Target, _ assessment: Assessment, promotedAt: Timestamp?,
    by deadline: Deadline
  ) async throws(ActionFailure) -> Evidence {
    try await blocking { () throws(ActionFailure) -> Evidence in
      try PromotedPrimary.prove(
        change, target, before: assessment, promotedAt: promotedAt, by: deadline)
    }
  }
}
