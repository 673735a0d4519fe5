import RunbookAction
import RunbookModel

/// Takes a fence back: starts the server where it was stopped, and lets it write again as before.
struct FenceUndo: Sendable {
  var change: Fence.Change
  var target: Target
  var successor: Target?
  var context: ReadContext

  private var deadline: Deadline { context.deadline }

  func undo() throws(ActionFailure) -> Evidence {
    switch change.way {
    case .takeWitnessesWord:
      return Evidence("nothing was changed at \(target.address), so there is nothing to take back")
    case .stop, .stopUnseen, .readOnly: break
    }
    try requireSuccessorNotWritable()
    var started = ""
    if change.way != .readOnly, let words = try startIfDown() { started = words }
    let session = try openOldPrimary()
    // The start took time, and this is the last moment at which a second writer can be prevented.
    try requireSuccessorNotWritable()
    do throws(QueryTrouble) {
      if change.way != .stopUnseen { try restoreSetting(session) }
    } catch {
      throw error.inDoubt
    }
    let note =
      successor == nil ? "; no successor was named, so nobody looked whether one takes writes" : ""
    return Evidence(
      "\(started)\(target.address) takes sessions and "
        + (change.readOnlyBefore == "on" ? "is read-only, as before" : "can write again") + note)
  }

  /// Once the successor takes writes, the old primary must stay shut for ever on its timeline.
  private func requireSuccessorNotWritable() throws(ActionFailure) {
    guard let successor else { return }
    switch Look.at(successor, by: deadline) {
    case .seen(let state, _):
      guard state.isInRecovery else {
        throw .refused(
          .precondition, "\(state.sentence): it has taken over, and two primaries would diverge",
          advice: "leave the old primary fenced and make it a standby with pg_rewind")
      }
    case .unreachable(let trouble):
      throw .passing(
        .precondition,
        "it cannot be seen whether the successor takes writes: \(trouble.message)",
        advice: "undo again when the successor can be looked at, or start the old primary by hand "
          + "if you know that it never took over")
    case .failed(let trouble):
      throw .passing(
        .precondition,
        "it cannot be seen whether the successor takes writes: \(trouble.message)")
    }
  }

  private func startIfDown() throws(ActionFailure) -> String? {
    let opened = Result { () throws(ConnectTrouble) in try Session.open(target, by: deadline) }
    guard case .failure(let trouble) = opened else { return nil }
    // It answers already, with "starting up" for example: waiting is all that is needed.
    if trouble.kind == .rejected { return try waitForSessions(after: nil) }
    guard trouble.isDownFromHere else { throw trouble.failure }
    guard let start = change.node.start else {
      throw .refused(
        .input, "\(target.address) was stopped and the node has no start command",
        advice: "start it by hand, then undo again")
    }
    let ran = Program(words: start).run(by: Deadline.after(deadline.remaining * 3 / 4))
    return try waitForSessions(after: ran)
  }

  private func waitForSessions(after ran: Program.Result?) throws(ActionFailure) -> String {
    while true {
      do throws(ConnectTrouble) {
        _ = try Session.open(target, by: deadline)
        return ran == nil ? "" : "\(target.address) was started; "
      } catch {
        if deadline.hasPassed || ran.map({ !$0.ending.isSuccess && error.kind == .refused }) == true
        {
          var failure = ActionFailure.unknown(
            .failed, error.message, advice: "look at the server's log, then undo again")
          if let ran {
            failure.message =
              "the start command \(ran.ending.sentence), and afterwards \(error.message)"
            let output = oneLine(context.masked(ran.output))
            if !output.isEmpty { failure.message += "; it said: \(output)" }
          }
          throw failure
        }
      }
      pauseThread(.milliseconds(50), by: deadline)
    }
  }

  private func openOldPrimary() throws(ActionFailure) -> Session {
    let (session, state) = try Session.identified(target, by: deadline)
    try state.requireIdentity(change.systemIdentifier)
    if state.isInRecovery || change.timeline.map({ $0 != state.timeline }) == true {
      throw .refused(
        .precondition, "\(state.sentence), no longer the primary that was fenced",
        advice: "somebody has made it something else since; leave it as it is")
    }
    return session
  }

  private func restoreSetting(_ session: Session) throws(QueryTrouble) {
    switch change.readOnlyBefore {
    case "on"?: try session.rows("alter system set default_transaction_read_only = on")
    case "off"?: try session.rows("alter system set default_transaction_read_only = off")
    default: try session.rows("alter system reset default_transaction_read_only")
    }
    try session.rows("select pg_reload_conf()")
    let wanted = change.readOnlyBefore == "on"
    while true {
      let opened = Result { () throws(ConnectTrouble) in try Session.open(target, by: deadline) }
      switch opened {
      case .success(let other): if try other.isReadOnly() == wanted { return }
      case .failure(let trouble):
        throw QueryTrouble(kind: .lost, address: target.address, detail: trouble.message)
      }
      if deadline.hasPassed {
        throw session.trouble(.late, "new sessions do not follow the setting yet")
      }
      pauseThread(.milliseconds(5), by: deadline)
    }
  }
}
