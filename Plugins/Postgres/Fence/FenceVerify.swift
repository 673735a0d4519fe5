import RunbookAction
import RunbookModel

extension FenceWork {
  /// Whether the old primary still cannot write, by the standard of the way that was taken.
  func verify() -> Verdict {
    let opened = Result { () throws(ConnectTrouble) in
      try Session.open(target, by: context.deadline)
    }
    switch (opened, change.way) {
    case (.success(let session), .readOnly): return verifyReadOnly(session)
    case (.success, .stop), (.success, .stopUnseen), (.success, .takeWitnessesWord):
      return .doesNotHold(Evidence("\(target.address) takes sessions"))
    case (.failure(let trouble), .readOnly):
      return .cannotTell(
        Evidence("\(trouble.message), so it cannot be seen whether it is still read-only"))
    case (.failure(let trouble), .stop), (.failure(let trouble), .stopUnseen):
      return verifyDown(trouble, "it was to be stopped")
    case (.failure(let trouble), .takeWitnessesWord):
      return verifyDown(trouble, "the rest is the witnesses' word")
    }
  }

  /// The receipt is for a fence whose own was lost with its process. It claims no more than this one look shows.
  private func verifyDown(_ trouble: ConnectTrouble, _ words: String) -> Verdict {
    let sentence = "\(trouble.message); \(words)"
    let evidence = Evidence(sentence)
    switch trouble.kind {
    case .refused, .silentHost, .noRoute:
      return .holds(receipt(.witnessed, nil).evidence(sentence))
    case .authentication, .rejected, .tls: return .doesNotHold(evidence)
    case .silentServer, .broken, .noName, .cutShort: return .cannotTell(evidence)
    }
  }

  private func verifyReadOnly(_ session: Session) -> Verdict {
    do throws(QueryTrouble) {
      let state = try NodeState.read(session)
      if let identifier = change.systemIdentifier, identifier != state.systemIdentifier {
        return .doesNotHold(Evidence("\(state.sentence): another cluster than the one fenced"))
      }
      guard state.isReadOnly else {
        return .doesNotHold(Evidence("\(state.sentence): new sessions can write"))
      }
      // A transaction that has an id has written something.
      let writers = try session.row(
        """
        select count(*) as n from pg_stat_activity
        where backend_type = 'client backend' and pid <> pg_backend_pid()
          and backend_xid is not null
        """
      ).int("n")
      if writers != 0 {
        return .doesNotHold(
          Evidence("\(state.sentence), but \(writers ?? 0) client sessions are writing"))
      }
      return .holds(
        receipt(.soft, state.position).evidence(
          "\(state.sentence), and no client session is writing"))
    } catch {
      return .cannotTell(Evidence(error.message))
    }
  }
}
