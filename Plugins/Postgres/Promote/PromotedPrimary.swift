import RunbookAction
import RunbookModel

/// The act itself, and the proof that the new primary takes writes.
enum PromotedPrimary {
  /// Orders the promotion and waits for it, on the very server that was judged.
  static func promote(
    _ change: Promote.Change, _ target: Target, by deadline: Deadline
  ) throws(ActionFailure) {
    let (session, state) = try Session.identified(target, by: deadline)
    guard state.isInRecovery, state.systemIdentifier == change.systemIdentifier else {
      throw .refused(
        .precondition, "\(state.sentence), no longer the standby that was judged a moment ago",
        advice: "plan again")
    }
    if change.clearReadOnly {
      try clearReadOnly(session)
    }
    let seconds = max(1, deadline.milliseconds * 8 / 10 / 1000)
    do throws(QueryTrouble) {
      let row = try session.row(
        "select pg_promote(true, $1::integer) as promoted", [String(seconds)])
      if row.flag("promoted") == true { return }
    } catch {
      // 55000: it is not in recovery any more; 42501: not permitted. Both before anything was done.
      if error.kind == .server(state: "55000") || error.isMissingPermission { throw error.failure }
      var failure = error.inDoubt
      failure.message = "the promotion was ordered, and then: " + failure.message
      failure.advice = "look whether \(target.address) is a primary before anything else is done"
      throw failure
    }
    throw .unknown(
      .timeout,
      "the promotion was ordered, and \(target.address) was still a standby \(seconds) s later",
      advice:
        "it may still be replaying log: look at pg_last_wal_replay_lsn() before ordering again")
  }

  /// Takes out what a fence had left: the standby would take no writes as a primary either.
  private static func clearReadOnly(_ session: Session) throws(ActionFailure) {
    do throws(QueryTrouble) {
      try session.rows("alter system reset default_transaction_read_only")
      try session.rows("select pg_reload_conf()")
    } catch {
      guard error.isMissingPermission else { throw error.inDoubt }
      throw .refused(
        .authentication,
        "\(error.message); an earlier fence has left this standby read-only by setting",
        advice: "as a superuser: alter system reset default_transaction_read_only; "
          + "select pg_reload_conf()")
    }
  }

  /// Sees that it is a primary on a new timeline, writes and flushes a message, starts the checkpoint.
  static func prove(
    _ change: Promote.Change, _ target: Target, before: Assessment, promotedAt: Timestamp?,
    by deadline: Deadline
  ) throws(ActionFailure) -> Evidence {
    let session: Session
    let state: NodeState
    do throws(ActionFailure) {
      (session, state) = try Session.identified(target, by: deadline)
    } catch {
      throw .unknown(
        error.kind, "the promotion was done, and then: \(error.message)",
        advice: "look at the server")
    }
    if let wrong = whyNotPromoted(state, change) {
      throw .unknown(.failed, wrong, advice: "look at the server's log")
    }
    do throws(QueryTrouble) { try writeProbe(session) } catch { throw error.inDoubt }
    let words =
      promotedAt == nil ? "it had been promoted before" : "promoted; \(before.point.sentence)"
    let waived =
      change.waived.map { "; max_data_loss was overridden for \($0.sentence)" } ?? ""
    return evidence(
      state, before.point, "\(words)\(waived); \(checkpoint(session))", promotedAt: promotedAt)
  }

  static func verify(
    _ change: Promote.Change, _ target: Target, outageAt: Timestamp?, by deadline: Deadline
  ) -> Verdict {
    do throws(ActionFailure) {
      let (session, state) = try Session.identified(target, by: deadline)
      if let wrong = whyNotPromoted(state, change) { return .doesNotHold(Evidence(wrong)) }
      do throws(QueryTrouble) { try writeProbe(session) } catch { throw error.failure }
      // For a promotion whose own figures were lost with its process.
      let point = RecoveryPoint(
        state, heartbeat: nil, writer: change.receipt.writer(outageAt: outageAt))
      return .holds(
        evidence(
          state, point, "a commit was written and flushed there", promotedAt: nil))
    } catch {
      return .cannotTell(Evidence(error.message))
    }
  }

  private static func whyNotPromoted(_ state: NodeState, _ change: Promote.Change) -> String? {
    if state.systemIdentifier != change.systemIdentifier {
      return "\(state.sentence), another cluster than the one to promote"
    }
    if state.isInRecovery { return "\(state.sentence), not yet a primary" }
    if state.timeline <= change.fromTimeline {
      return "\(state.sentence), a primary without a promotion: the timeline must be above "
        + "\(change.fromTimeline)"
    }
    if state.isReadOnly { return "\(state.sentence): it takes no writes" }
    return nil
  }

  /// A commit that is flushed and leaves nothing behind: a message in the log that no table knows.
  private static func writeProbe(_ session: Session) throws(QueryTrouble) {
    let written = try session.row(
      "select pg_logical_emit_message(true, 'lifeboat', 'write probe')::text as written"
    ).position("written")
    let flushed = try session.row("select pg_current_wal_flush_lsn()::text as flushed")
      .position("flushed")
    guard let written, let flushed, flushed >= written else {
      throw session.trouble(.unreadable, "a commit was written and not flushed")
    }
  }

  /// pg_rewind reads the new timeline from the control file, and that is written by a checkpoint.
  private static func checkpoint(_ session: Session) -> String {
    do throws(QueryTrouble) {
      try session.rows("checkpoint", by: .after(.milliseconds(500)))
      return "checkpoint done"
    } catch {
      return error.isMissingPermission
        ? "no checkpoint was made, because the role may not: make one before pg_rewind"
        : "its checkpoint is still running: wait for it before pg_rewind"
    }
  }

  static func evidence(
    _ state: NodeState, _ point: RecoveryPoint, _ words: String, promotedAt: Timestamp?
  ) -> Evidence {
    Evidence(
      "\(state.sentence): \(words)",
      facts: [
        "role": .string(state.role),
        "system_identifier": .string(state.systemIdentifier.text),
        "timeline": .int(state.timeline),
        "lsn": state.position.map { .string($0.description) } ?? .unknown("not told"),
        "recovery_point": point.value,
        "promoted_at": promotedAt.map { .timestamp($0) }
          ?? .unknown("it had been promoted before this attempt"),
      ])
  }
}
