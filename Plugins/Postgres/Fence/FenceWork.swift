import RunbookAction
import RunbookModel

/// The doing of a fence, on a thread that may wait. Every part of it can be done again after a crash.
struct FenceWork: Sendable {
  var change: Fence.Change
  var target: Target
  var context: ReadContext

  private var deadline: Deadline { context.deadline }

  func fence() throws(ActionFailure) -> Evidence {
    switch change.way {
    case .stop: return try stop()
    case .readOnly: return try makeReadOnly()
    case .stopUnseen: return try stopUnseen()
    case .takeWitnessesWord: return try takeWitnessesWord()
    }
  }

  // MARK: The four ways

  private func makeReadOnly() throws(ActionFailure) -> Evidence {
    let session = try openPrimary()
    let closed = try closeToWriters(session)
    return receipt(.soft, closed.lastPosition).evidence(
      "\(target.address) is read-only by setting and its \(closed.ended) client sessions were ended; "
        + "its log ends at \(closed.lastPosition)\(closed.notes)")
  }

  private func stop() throws(ActionFailure) -> Evidence {
    guard let session = try openPrimaryPatiently() else { return try stopUnseen(planned: true) }
    let closed = try closeToWriters(session)
    let ran = runStop()
    let down = try requireDown(ran)
    return receipt(.stopped, closed.lastPosition).evidence(
      "\(target.address) was made read-only, its \(closed.ended) client sessions were ended, its log "
        + "ended at \(closed.lastPosition), the stop command \(ran.ending.sentence), and now \(down)"
        + closed.notes,
      output: context.masked(ran.output), droppedBytes: ran.droppedBytes)
  }

  private func stopUnseen(planned: Bool = false) throws(ActionFailure) -> Evidence {
    let ran = runStop()
    let down = try requireDown(ran)
    return receipt(planned ? .stopped : .witnessed, nil).evidence(
      "\(target.address) could not be asked; its stop command \(ran.ending.sentence), and now \(down). "
        + "The end of its log was not seen",
      output: context.masked(ran.output), droppedBytes: ran.droppedBytes)
  }

  private func takeWitnessesWord() throws(ActionFailure) -> Evidence {
    var seen: [String] = []
    for attempt in 1...2 {
      if attempt > 1 { pauseThread(.milliseconds(300), by: deadline) }
      do throws(ConnectTrouble) {
        _ = try Session.open(target, by: deadline)
      } catch {
        guard error.isDownFromHere else {
          guard error.isSignOfLife else { throw error.failure }
          throw .refused(
            .precondition, error.message + ", so it must not be taken for dead",
            advice: "plan again; if it is frozen, stop it or cut it off from its network")
        }
        seen.append(error.message)
        continue
      }
      throw .refused(
        .precondition, "\(target.address) takes sessions again, so it must not be taken for dead",
        advice: "plan again: it can be fenced properly now")
    }
    var evidence = receipt(.witnessed, nil).evidence(
      "nothing was changed: \(seen[0]), looked at twice. That it is dead rests on the witnesses' word"
    )
    evidence.changedNothing = true
    return evidence
  }

  // MARK: Parts

  func receipt(_ strength: Receipt.Strength, _ last: WALPosition?) -> Receipt {
    Receipt(
      run: context.facts.run, address: target.address, strength: strength,
      systemIdentifier: change.systemIdentifier, timeline: change.timeline, lastPosition: last,
      fencedAt: wallClock())
  }

  /// A session on the very primary that was planned for.
  private func openPrimary() throws(ActionFailure) -> Session {
    let (session, state) = try Session.identified(target, by: deadline)
    try state.requireIdentity(change.systemIdentifier)
    if state.isInRecovery {
      throw .refused(
        .precondition, "\(state.sentence); it was a primary when this was planned",
        advice: "plan again")
    }
    if let timeline = change.timeline, timeline != state.timeline {
      throw .refused(
        .precondition, "\(state.sentence); it was on timeline \(timeline) when this was planned",
        advice: "plan again: somebody has promoted or restored it since")
    }
    return session
  }

  /// nil: it was identified when this was planned and does not answer now. An earlier attempt has stopped it, it died
  /// since, or it is frozen. A busy server gets a third of the time, because without a session the end of its log stays
  /// unknown.
  private func openPrimaryPatiently() throws(ActionFailure) -> Session? {
    let patience = Deadline.after(deadline.remaining / 3)
    while true {
      do throws(ConnectTrouble) {
        _ = try Session.open(target, by: deadline)
        break
      } catch {
        if error.isDownFromHere { return nil }
        if patience.hasPassed {
          if error.kind == .silentServer { return nil }
          throw error.failure
        }
      }
      pauseThread(.milliseconds(100), by: patience)
    }
    return try openPrimary()
  }

  /// Read-only for new sessions first, and only then the old ones are ended: the other way round a client could come
  /// back and write.
  private func closeToWriters(
    _ session: Session
  ) throws(ActionFailure) -> (lastPosition: WALPosition, ended: Int, notes: String) {
    var notes = ""
    let third = Deadline.after(deadline.remaining / 3)
    do throws(QueryTrouble) { try session.rows("checkpoint", by: third) } catch {
      // It only makes the stop quicker.
      if case .server = error.kind {
        notes = "; the checkpoint before was not finished: \(error.detail)"
      } else {
        throw error.failure
      }
    }
    do throws(QueryTrouble) {
      try session.rows("alter system set default_transaction_read_only = on")
      try session.rows("select pg_reload_conf()")
      try waitUntilNewSessionsAreReadOnly()
      let ended = try endClients(session)
      return (try endOfLog(session), ended, notes)
    } catch {
      var failure = error.inDoubt
      failure.message += "; the server may be read-only by setting now"
      failure.advice = "apply again, or undo the fence"
      throw failure
    }
  }

  private func waitUntilNewSessionsAreReadOnly() throws(QueryTrouble) {
    let patience = min(deadline, .after(.seconds(10)))
    while true {
      let opened = Result { () throws(ConnectTrouble) in try Session.open(target, by: deadline) }
      switch opened {
      case .success(let other):
        if try other.isReadOnly() { return }
        if patience.hasPassed {
          throw other.trouble(
            .late,
            "new sessions are still not read-only; default_transaction_read_only may be given on the "
              + "server's command line or for the role")
        }
      case .failure(let trouble):
        // Its clients may hold every connection until they are ended.
        guard trouble.kind == .rejected, !deadline.hasPassed else {
          throw QueryTrouble(kind: .lost, address: target.address, detail: trouble.message)
        }
      }
      pauseThread(.milliseconds(10), by: deadline)
    }
  }

  private func endClients(_ session: Session) throws(QueryTrouble) -> Int {
    let before = try session.row("select clock_timestamp()::text as now").text("now") ?? "now"
    let sessions = """
      from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()
        and backend_start < $1::timestamptz
      """
    let ended = try session.rows("select pg_terminate_backend(pid) \(sessions)", [before]).count
    while try session.row("select count(*) as n \(sessions)", [before]).int("n") != 0 {
      pauseThread(.milliseconds(5), by: deadline)
    }
    return ended
  }

  /// The flushed end, once everything written is flushed; a page's header may stay ahead of it.
  private func endOfLog(_ session: Session) throws(QueryTrouble) -> WALPosition {
    let patience = min(deadline, .after(.seconds(2)))
    while true {
      let row = try session.row(
        "select pg_current_wal_insert_lsn() as inserted, pg_current_wal_flush_lsn() as flushed")
      guard let inserted = row.position("inserted"), let flushed = row.position("flushed") else {
        throw session.trouble(.unreadable, "no log position")
      }
      if flushed.behind(inserted) <= 40 { return flushed }
      if patience.hasPassed { return inserted }
      pauseThread(.milliseconds(20), by: patience)
    }
  }

  private func runStop() -> Program.Result {
    Program(words: change.node.stop ?? []).run(by: Deadline.after(deadline.remaining * 9 / 10))
  }

  /// Two looks must find nothing there; a stop command's own word is not enough, nor is its failure. Where it failed,
  /// silence is not enough either: the host must say that nothing listens.
  private func requireDown(_ ran: Program.Result) throws(ActionFailure) -> String {
    var looks = 0
    var last = "it was not looked at"
    while true {
      do throws(ConnectTrouble) {
        _ = try Session.open(target, by: deadline)
        last = "\(target.address) takes sessions"
        looks = 0
      } catch {
        last = error.message
        looks =
          error.kind == .refused || ran.ending.isSuccess && error.isDownFromHere ? looks + 1 : 0
      }
      if looks == 2 { return last }
      if deadline.hasPassed || !ran.ending.isSuccess && looks == 0 { break }
      pauseThread(.milliseconds(50), by: deadline)
    }
    var failure = ActionFailure.unknown(
      ran.ending == .late ? .timeout : .failed,
      "the stop command \(ran.ending.sentence), and afterwards \(last)",
      advice: "look at the server by hand; applying again finishes the fence, undo takes it back")
    let output = oneLine(context.masked(ran.output))
    if !output.isEmpty { failure.message += "; it said: \(output)" }
    throw failure
  }
}

extension Session {
  /// Whether a new transaction of a new session may write.
  func isReadOnly() throws(QueryTrouble) -> Bool {
    try row("select current_setting('transaction_read_only') as read_only").text("read_only")
      != "off"
  }
}
