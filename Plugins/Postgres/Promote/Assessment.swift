import RunbookAction
import RunbookModel

/// Whether this standby may be promoted now, judged from one look at both servers.
struct Assessment: Sendable {
  enum Answer: Sendable {
    case promote
    /// It has been done: a primary on a later timeline than the old one's.
    case done
    case refused(ActionFailure)
  }

  var candidate: Candidate
  var point: RecoveryPoint
  var answer: Answer
  var saw: [String]
  var warnings: [String]

  /// What the runbook demands.
  struct Terms: Sendable {
    var receipt: Receipt
    /// The old primary's timeline: the receipt's, or what the standby was on when the change was planned.
    var oldTimeline: Int64?
    var limit: LossLimit
    /// More than `limit` that a person has accepted.
    var accepted: AcceptedLoss?
    var failoverManager: Promote.FailoverManager
    var outageAt: Timestamp?
    var run: RunID?
  }

  init(_ candidate: Candidate, oldPrimary: Look, terms: Terms) {
    self.candidate = candidate
    let receipt = terms.receipt
    point = RecoveryPoint(
      candidate.state, heartbeat: candidate.heartbeat,
      writer: receipt.writer(outageAt: terms.outageAt))
    var judge = Judge(candidate: candidate, oldPrimary: oldPrimary, terms: terms)
    answer = judge.answer(point)
    saw = [
      candidate.state.sentence, "the old primary: \(oldPrimary.message)",
      "the fence: \(receipt.strength.rawValue) at \(receipt.fencedAt.text(decimals: 0))",
      point.sentence,
    ]
    if let received = candidate.state.received, let replayed = candidate.state.replayedTo,
      replayed < received
    {
      saw.append(
        "\(ByteCount.spoken(replayed.behind(received))) of log are here and not yet replayed; the "
          + "promotion replays them first")
    }
    warnings = judge.warnings + candidate.warnings
    warnings.append("the receipt does not prove " + receipt.doesNotProve)
  }

  /// Looks at both at the same time: a dead site must not cost its connect_timeout twice.
  static func make(
    _ target: Target, heartbeat: Heartbeat?, terms: Terms, in context: ReadContext
  ) async throws(ActionFailure) -> Assessment {
    var old = target
    (old.host, old.port) = try PostgresNode.split(terms.receipt.address)
    old.systemIdentifier = nil
    async let oldLook = Look.at(old, in: context)
    let deadline = context.deadline
    let candidate = try await blocking { () throws(ActionFailure) -> Candidate in
      let session: Session
      do throws(ConnectTrouble) { session = try Session.open(target, by: deadline) } catch {
        throw error.failure
      }
      do throws(QueryTrouble) {
        return try Candidate.read(session, heartbeat: heartbeat)
      } catch {
        throw error.failure
      }
    }
    try candidate.state.requireIdentity(target.systemIdentifier)
    return Assessment(candidate, oldPrimary: await oldLook, terms: terms)
  }
}
