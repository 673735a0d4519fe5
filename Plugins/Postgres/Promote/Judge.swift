import RunbookAction
import RunbookModel

/// The rules of a promotion, in the order in which they matter.
struct Judge {
  let candidate: Candidate
  let oldPrimary: Look
  let terms: Assessment.Terms
  private(set) var warnings: [String] = []

  private var state: NodeState { candidate.state }
  private var receipt: Receipt { terms.receipt }

  init(candidate: Candidate, oldPrimary: Look, terms: Assessment.Terms) {
    self.candidate = candidate
    self.oldPrimary = oldPrimary
    self.terms = terms
  }

  mutating func answer(_ point: RecoveryPoint) -> Assessment.Answer {
    if let failure = wrongReceipt() ?? wrongCluster() ?? secondWriter() { return .refused(failure) }
    if !state.isInRecovery { return answerForPrimary() }
    if let failure = wrongTimeline() ?? notReady() ?? aliveByItsLog() { return .refused(failure) }
    guard let excess = terms.limit.excess(of: point) else { return .promote }
    if let beyond = terms.limit.excess(of: point, beyond: terms.accepted) {
      return .refused(tooMuch(beyond, of: excess, point))
    }
    warnings.append("max_data_loss is overridden for this step: \(excess)")
    return .promote
  }

  private func tooMuch(
    _ beyond: String, of excess: String, _ point: RecoveryPoint
  ) -> ActionFailure {
    let how = point.loss.figure == nil ? "" : " (\(point.method))"
    let before =
      terms.accepted.map { "; a person had accepted \($0.sentence), which is less" } ?? ""
    return ActionFailure(
      .unchanged(retryable: candidate.canStillArrive && receipt.lastPosition != nil),
      .precondition, beyond + how + before,
      advice:
        "repair the old primary;\(sooner) or whoever may decide that overrides max_data_loss, with a reason",
      gate: Gate(
        name: LossLimit.gate, finding: excess, measure: AcceptedLoss.measure(point)))
  }

  /// The begin of the outage is a closer bound than the moment of the fence.
  private var sooner: String {
    guard receipt.strength == .witnessed, terms.outageAt == nil else { return "" }
    return
      " or, where somebody knows when the outage began, end this run and begin one with --outage-at;"
  }

  private func refused(_ message: String, _ advice: String) -> ActionFailure {
    .refused(.precondition, message, advice: advice)
  }

  private mutating func wrongReceipt() -> ActionFailure? {
    guard receipt.kind == Receipt.kind else {
      return refused(
        "what was given as 'after' is no receipt of postgres.fence",
        "write after: ${{ steps.NAME.receipt }} with the name of the fencing step")
    }
    if let made = receipt.run, let run = terms.run, made != run.text {
      return refused(
        "the receipt was made by run \(made), not by this one", "fence again in this run")
    }
    return nil
  }

  private mutating func wrongCluster() -> ActionFailure? {
    if receipt.address == state.address {
      return refused(
        "\(state.address) is the server that was fenced, and it cannot take over from itself",
        "give the standby as node")
    }
    guard let fenced = receipt.systemIdentifier else {
      warnings.append(
        "the receipt names no cluster, so it is not proven that \(receipt.address) was the primary "
          + "of cluster \(state.systemIdentifier)")
      return nil
    }
    if fenced != state.systemIdentifier {
      return refused(
        "\(state.address) belongs to cluster \(state.systemIdentifier), but the fenced primary "
          + "\(receipt.address) to \(fenced)", "check the addresses: these are different databases")
    }
    return nil
  }

  /// At the moment of acting the old primary must still be what the receipt says.
  private mutating func secondWriter() -> ActionFailure? {
    switch oldPrimary {
    case .seen(let old, _):
      if old.systemIdentifier != state.systemIdentifier {
        warnings.append(
          "another cluster (\(old.systemIdentifier)) answers at the old primary's address now")
        return nil
      }
      if old.isInRecovery { return nil }
      if old.isWritable {
        return refused(
          "the old primary takes writes: \(old.sentence); there would be two primaries",
          "fence it again, and find out what has started it")
      }
      if receipt.strength != .soft {
        return refused(
          "the old primary is up again: \(old.sentence)",
          "fence it again, and find out what has started it")
      }
      return nil
    case .unreachable(let trouble):
      if trouble.isDownFromHere { return nil }
      return refused(
        "it cannot be seen whether the old primary takes writes: \(trouble.message)",
        trouble.isSignOfLife
          ? "stop it or cut it off, or make the node's role known there, then try again"
          : "look at it by hand, then try again")
    case .failed(let trouble):
      return refused(
        "it cannot be seen whether the old primary takes writes: \(trouble.message)",
        "look at it by hand, then try again")
    }
  }

  private func answerForPrimary() -> Assessment.Answer {
    guard let old = terms.oldTimeline else {
      return .refused(
        refused(
          "\(state.sentence) already, and the receipt does not say on which timeline the old primary "
            + "was, so it cannot be told whether this is the promotion that was meant",
          "look at the timeline history of both by hand"))
    }
    if state.timeline > old { return .done }
    return .refused(
      refused(
        "\(state.sentence), the same timeline as the fenced primary's: it was no standby of it",
        "two servers have been primary at once; stop the application before anything else"))
  }

  private func wrongTimeline() -> ActionFailure? {
    guard let old = terms.oldTimeline else { return nil }
    if state.timeline < old {
      return refused(
        "\(state.sentence), but the fenced primary was on timeline \(old): this standby has not "
          + "followed it", "promote a standby that has")
    }
    if state.timeline > old {
      return refused(
        "\(state.sentence), but the fenced primary was on timeline \(old): this standby already "
          + "follows another primary", "find out who was promoted, and fence that one")
    }
    return nil
  }

  private mutating func notReady() -> ActionFailure? {
    if state.standby?.isReplayPaused == true {
      return refused(
        "replay is paused on \(state.address): somebody wants it to stay where it is",
        "ask who paused it, then: select pg_wal_replay_resume()")
    }
    if let delay = state.standby?.applyDelay, delay > .zero {
      return refused(
        "\(state.address) is a delayed standby (recovery_min_apply_delay is \(delay.spoken)): "
          + "promoting it would lose that much",
        "promote another, or set recovery_min_apply_delay to 0 and let it catch up")
    }
    if !candidate.mayPromote {
      return .refused(
        .authentication, "the role may not execute pg_promote on \(state.address)",
        advice: "grant execute on function pg_promote to it, or use a superuser")
    }
    if case .elsewhere? = candidate.readOnlySetting {
      return refused(
        "default_transaction_read_only is on at \(state.address), so it would take no writes as a "
          + "primary either", "take it out of its configuration and reload")
    }
    if let managers = candidate.managers {
      if terms.failoverManager == .absent {
        return refused(
          "a failover manager is connected to \(state.address) (\(managers)), and would fight with "
            + "this promotion",
          "pause it and write failover_manager: paused, or let it do the switch")
      }
      warnings.append("a failover manager is connected (\(managers)); it is said to be paused")
    }
    return nil
  }

  /// A word of the old primary to its standby that is younger than the fence: it is alive.
  private mutating func aliveByItsLog() -> ActionFailure? {
    guard receipt.strength != .soft, let receiver = state.standby?.receiver,
      receiver.status == "streaming", let age = receiver.messageAge
    else { return nil }
    let sinceFence = wallClock() - receipt.fencedAt
    guard age + .milliseconds(500) < sinceFence else { return nil }
    let sender = "\(receiver.senderHost):\(receiver.senderPort)"
    guard sender == receipt.address else {
      warnings.append(
        "it receives log from \(sender), which spoke \(age.spoken) ago; the fenced primary is "
          + "\(receipt.address)")
      return nil
    }
    return refused(
      "the old primary is alive: \(state.address) had a word from it \(age.spoken) ago, after the "
        + "fence", "the witnesses were wrong, or it was started again: fence it again")
  }
}
