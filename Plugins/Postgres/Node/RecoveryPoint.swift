import RunbookAction
import RunbookModel

/// How much would be, or was, lost by going on with this standby: bounds, each with how it was found.
struct RecoveryPoint: Sendable, Equatable {
  /// At most this much time of acknowledged commits.
  var loss: Known<Duration>
  /// At most this much of the old primary's log.
  var bytes: Known<Int64>
  var method: String
  /// Of the newest commit that is here, by the old primary's clock.
  var lastCommitAt: Timestamp?

  /// What the old primary is known to have written, and until when.
  struct Writer: Sendable, Equatable {
    /// The end of its log after its last client had gone.
    var lastPosition: WALPosition?
    /// Nothing was committed after this moment, as proven by stopping it.
    var stoppedWritingAt: Timestamp?
    /// When the outage began, as far as anybody has said or seen.
    var outageAt: Timestamp?
    /// When it was seen, from here, not to answer.
    var unreachableAt: Timestamp?
  }

  init(_ state: NodeState, heartbeat: Known<Timestamp>?, writer: Writer) {
    // A primary renews the heartbeat itself: it says nothing of what came from the old one.
    let heartbeat = state.isInRecovery ? heartbeat : nil
    lastCommitAt = [state.replayedCommitAt, heartbeat?.figure].compactMap(\.self).max()
    let source = heartbeat?.figure == nil ? "the last replayed commit" : "the last heartbeat"
    if let last = writer.lastPosition, let received = state.received {
      let behind = received.behind(last)
      bytes = .known(behind)
      if behind == 0 {
        loss = .known(.zero)
        method = "log positions: all of the old primary's log up to \(last) is here"
        return
      }
    } else {
      bytes = .unknown("the end of the old primary's log is not known")
    }
    guard let lastCommitAt else {
      loss = .unknown("no commit has been replayed here since this server started")
      method = "none"
      return
    }
    guard let (end, words) = Self.end(of: writer, after: lastCommitAt) else {
      loss = .unknown(
        writer.unreachableAt != nil
          ? "the newest commit here is later than when the old primary was found unreachable"
          : writer.outageAt == nil
            ? "it is not known when the outage began"
            : "the old primary committed after the begin of the outage")
      method = "none"
      return
    }
    loss = .known(max(end - lastCommitAt, .zero))
    method = "at most: from \(source) to \(words)"
  }

  private static let condition = "if nothing was committed on the old side after it"

  /// The latest moment at which the old primary can have committed something, under the condition that is named.
  private static func end(
    of writer: Writer, after lastCommitAt: Timestamp
  ) -> (Timestamp, String)? {
    if let stopped = writer.stoppedWritingAt { return (stopped, "when the old primary was fenced") }
    // A commit later than the outage is proof that the old primary went on after "the outage began".
    if let outage = writer.outageAt, outage >= lastCommitAt {
      return (outage, "the begin of the outage, \(condition)")
    }
    // Later than that too: clocks differ, or it went on. Then nothing is known that would bound it.
    guard let unreachable = writer.unreachableAt, unreachable >= lastCommitAt else { return nil }
    let why =
      writer.outageAt == nil
      ? "it is not known when the outage began"
      : "it committed after the begin of the outage"
    return (
      unreachable, "when the old primary was found unreachable, because \(why), \(condition)"
    )
  }

  /// For a check of a standby: nothing is fenced, so only the outage bounds the loss.
  static func unfenced(
    _ state: NodeState, lag: Lag, heartbeat: Known<Timestamp>?, outageAt: Timestamp?
  ) -> RecoveryPoint {
    var point = RecoveryPoint(
      state, heartbeat: heartbeat, writer: Writer(outageAt: outageAt))
    if state.standby == nil {
      point.lastCommitAt = nil
      point.loss = .unknown("it is a primary")
      point.bytes = point.loss.mapUnknown()
      point.method = "none"
      return point
    }
    // Received but not yet replayed is not lost: a promotion replays it first.
    if let end = state.standby?.receiver?.primaryEnd, lag.bytes.figure != nil,
      let received = state.received
    {
      point.bytes = .known(received.behind(end))
    } else {
      point.bytes = lag.bytes.mapUnknown()
    }
    return point
  }

  var value: Value {
    let last: Value =
      lastCommitAt.map { .timestamp($0) } ?? .unknown("no commit was replayed since it started")
    let isNothingLost = loss.figure == .zero && bytes.figure == 0
    return [
      "loss": loss.value, "bytes": bytes.value, "method": .string(method), "last_commit_at": last,
      "lost_up_to": isNothingLost ? .unknown("nothing is lost") : last,
    ]
  }

  var sentence: String {
    let bytes = bytes.figure.map { ", \(ByteCount.spoken($0)) of log" } ?? ""
    switch loss {
    case .known(.zero) where self.bytes.figure == 0: return "nothing is lost (\(method))"
    case .known(let loss): return "data loss at most \(loss.spoken)\(bytes) (\(method))"
    case .unknown(let reason): return "data loss unknown: \(reason)\(bytes)"
    }
  }

  static let fields: [Field] = [
    Field(
      "loss", .duration, "at most this much time of acknowledged commits; unknown when not known"),
    Field("bytes", .int, "at most this much of the old primary's log; unknown when not known"),
    Field("method", .string, "how it was found"),
    Field("last_commit_at", .timestamp, "of the newest commit that is here"),
    Field(
      "lost_up_to", .timestamp,
      "what was committed after this moment may be lost; unknown when nothing is, or "
        + "when it is not known"),
  ]
}
