import RunbookAction
import RunbookModel

extension Promote {
  func plan(
    _ input: Input, in context: ReadContext
  ) async throws(ActionFailure) -> Planned<Change> {
    let target = try input.node.target(in: context)
    let limit = try LossLimit(input.maxDataLoss)
    if let reason = input.after.firstUnknown {
      return try await planWithoutReceipt(input, target, reason, in: context)
    }
    let receipt: Receipt
    do {
      receipt = try ValueDecoder().decode(Receipt.self, from: input.after)
    } catch {
      return .impossible(
        .refused(
          .precondition, "what was given as 'after' is no receipt of postgres.fence",
          advice: "write after: ${{ steps.NAME.receipt }} with the name of the fencing step"))
    }
    let accepted = input.acceptStrength ?? [.stopped, .witnessed]
    guard accepted.contains(receipt.strength) else {
      return .impossible(
        .refused(
          .precondition,
          "the old primary's fence is \(receipt.strength.rawValue), and only "
            + accepted.map(\.rawValue).joined(separator: " or ") + " is accepted: it is not proven "
            + receipt.doesNotProve,
          advice: "fence it harder (give its node a stop command), or name that strength in "
            + "accept_strength"))
    }
    let terms = Assessment.Terms(
      receipt: receipt, oldTimeline: receipt.timeline, limit: limit,
      accepted: AcceptedLoss(context.facts.waived),
      failoverManager: input.failoverManager ?? .absent,
      outageAt: context.facts.outageAt, run: context.facts.run)
    let assessment = try await Assessment.make(
      target, heartbeat: input.heartbeat, terms: terms, in: context)
    return planned(input, terms, assessment)
  }

  private func planned(
    _ input: Input, _ terms: Assessment.Terms, _ assessment: Assessment
  ) -> Planned<Change> {
    let state = assessment.candidate.state
    let change = Change(
      node: input.node, receipt: terms.receipt, limit: terms.limit,
      catchUp: input.catchUp ?? .seconds(30), heartbeat: input.heartbeat,
      failoverManager: input.failoverManager ?? .absent,
      systemIdentifier: state.systemIdentifier, fromTimeline: state.timeline,
      clearReadOnly: assessment.candidate.readOnlySetting != nil, waived: terms.accepted)
    var warnings = assessment.warnings
    switch assessment.answer {
    case .done:
      return .alreadyInPlace(
        PromotedPrimary.evidence(
          state, assessment.point, "it had been promoted before", promotedAt: nil))
    case .refused(let failure):
      // Too much loss now may be none when the rest of the log has arrived: apply waits for that.
      guard failure.effect == .unchanged(retryable: true), change.catchUp > .zero else {
        return .impossible(failure)
      }
      warnings.append("now it would be refused: \(failure.message)")
    case .promote: break
    }
    return .change(
      change,
      Preview(
        saw: assessment.saw, does: steps(change), fidelity: .serverChecked, warnings: warnings))
  }

  private func steps(_ change: Change) -> [String] {
    var steps: [String] = []
    if let last = change.receipt.lastLSN {
      steps.append(
        "wait at most \(change.catchUp.spoken) until the log up to \(last) is here")
    }
    steps.append("look at both servers once more, as above")
    if change.clearReadOnly {
      steps.append(
        "alter system reset default_transaction_read_only; select pg_reload_conf() (left by a fence)"
      )
    }
    steps.append("select pg_promote(true, SECONDS); this cannot be taken back")
    steps.append("write and flush one message of log as proof, then checkpoint")
    return steps
  }

  /// Before the fence has run, everything else can be looked at already.
  private func planWithoutReceipt(
    _ input: Input, _ target: Target, _ reason: String, in context: ReadContext
  ) async throws(ActionFailure) -> Planned<Change> {
    switch await Look.at(target, heartbeat: input.heartbeat, in: context) {
    case .unreachable(let trouble): throw trouble.failure
    case .failed(let trouble): throw trouble.failure
    case .seen(let state, let heartbeat):
      try state.requireIdentity(target.systemIdentifier)
      if !state.isInRecovery {
        return .impossible(
          .refused(
            .precondition, "\(state.sentence): only a standby can be promoted",
            advice: "check the node"))
      }
      let lag = Lag(state, heartbeat: nil)
      let point = RecoveryPoint.unfenced(
        state, lag: lag, heartbeat: heartbeat, outageAt: context.facts.outageAt)
      return .unknown(until: "\(reason). Now: \(state.sentence); \(point.sentence)")
    }
  }
}
