import RunbookAction
import RunbookModel

/// Makes a standby the primary, when it is proven that it is the right one and that the old one cannot write.
struct Promote: StepAction {
  struct Input: ActionInput {
    var node: PostgresNode
    /// The receipt, or `unknown` in a plan made before the fence has run.
    var after: Value
    var maxDataLoss: Value?
    var catchUp: Duration?
    var acceptStrength: [Receipt.Strength]?
    var heartbeat: Heartbeat?
    var failoverManager: FailoverManager?

    enum CodingKeys: String, CodingKey {
      case node
      case after
      case maxDataLoss = "max_data_loss"
      case catchUp = "catch_up"
      case acceptStrength = "accept_strength"
      case heartbeat
      case failoverManager = "failover_manager"
    }

    static let fields: [Field] = [
      Field("node", .object(PostgresNode.fields), "the standby to promote", need: .required),
      Field(
        "after", .object(Receipt.fields), "the receipt of the fence: ${{ steps.NAME.receipt }}",
        need: .required),
      Field(
        "max_data_loss",
        .either([
          .duration, .size,
          .object([
            Field("time", .duration, "at most this much time of commits"),
            Field("bytes", .size, "at most this much of the old primary's log"),
          ]),
        ]),
        "refuse when more than this could be lost, or when it is not known how much"),
      Field(
        "catch_up", .duration,
        "how long to wait for the rest of the old primary's log, where its end is known",
        need: .defaulted(.duration(.seconds(30)))),
      Field(
        "accept_strength", .list(.word(Receipt.Strength.allCases.map(\.rawValue))),
        "which fences are enough; soft must be named to be taken",
        need: .defaulted(["stopped", "witnessed"])),
      Heartbeat.field,
      Field(
        "failover_manager", .word(FailoverManager.allCases.map(\.rawValue)),
        "what is known of a failover manager (Patroni, repmgr, pg_auto_failover) that is connected: "
          + "one that is not paused would fight with this step", need: .defaulted("absent")),
    ]
  }

  enum FailoverManager: String, Codable, CaseIterable {
    case absent
    case paused
  }

  /// Exactly what will be done.
  struct Change: Codable, Equatable, Sendable {
    var node: PostgresNode
    var receipt: Receipt
    var limit: LossLimit
    var catchUp: Duration
    var heartbeat: Heartbeat?
    var failoverManager: FailoverManager
    var systemIdentifier: SystemIdentifier
    var fromTimeline: Int64
    /// A fence had left the standby read-only by ALTER SYSTEM; as a primary it would take no writes.
    var clearReadOnly: Bool

    enum CodingKeys: String, CodingKey {
      case node
      case receipt
      case limit
      case catchUp = "catch_up"
      case heartbeat
      case failoverManager = "failover_manager"
      case systemIdentifier = "system_identifier"
      case fromTimeline = "from_timeline"
      case clearReadOnly = "clear_read_only"
    }
  }

  let page = promotePage

  func verify(_ change: Change, in context: ReadContext) async -> Verdict {
    let target: Target
    do throws(ActionFailure) {
      target = try change.node.target(in: context)
    } catch {
      return .cannotTell(Evidence(error.message))
    }
    let deadline = context.deadline
    let outageAt = context.facts.outageAt
    return await blocking {
      PromotedPrimary.verify(change, target, outageAt: outageAt, by: deadline)
    }
  }
}

/// How much may be lost; nil where nothing was said.
struct LossLimit: Codable, Equatable, Sendable {
  var time: Duration?
  var bytes: Int64?

  /// From what a runbook says: a duration, a size, or both in a map.
  init(_ value: Value?) throws(ActionFailure) {
    switch value {
    case nil, .null?: break
    case .duration(let time)?: self.time = time
    case .int(let bytes)?: self.bytes = bytes
    case .string(let text)?:
      time = Duration(text: text)
      bytes = ByteCount.read(text)
      if time == nil, bytes == nil { throw Self.unreadable(value) }
    case .map(let map)?:
      time = try LossLimit(map["time"]).time
      bytes = try LossLimit(map["bytes"]).bytes
      if time == nil, bytes == nil { throw Self.unreadable(value) }
    case .bool?, .double?, .timestamp?, .list?, .secret?, .unknown?: throw Self.unreadable(value)
    }
    if let time, time < .zero { throw Self.unreadable(value) }
    if let bytes, bytes < 0 { throw Self.unreadable(value) }
  }

  private static func unreadable(_ value: Value?) -> ActionFailure {
    .refused(
      .input, "max_data_loss is \(value?.kind ?? "nothing"), not a duration, a size, or both",
      advice: "write for example 5s, 16MiB, or {time: 5s, bytes: 16MiB}")
  }

  /// Why the possible loss is too much; nil when it is not. What is not known is too much.
  func excess(of point: RecoveryPoint) -> String? {
    if let time {
      switch point.loss {
      case .known(let loss) where loss > time:
        return "up to \(loss.spoken) of commits could be lost (\(point.method)), and at most "
          + "\(time.spoken) may be"
      case .known: break
      case .unknown(let reason):
        return
          "it is not known how much would be lost, and at most \(time.spoken) may be: \(reason)"
      }
    }
    if let bytes {
      switch point.bytes {
      case .known(let behind) where behind > bytes:
        return "up to \(ByteCount.spoken(behind)) of log could be lost, and at most "
          + "\(ByteCount.spoken(bytes)) may be"
      case .known: break
      case .unknown(let reason):
        return "it is not known how much log would be lost, and at most "
          + "\(ByteCount.spoken(bytes)) may be: \(reason)"
      }
    }
    return nil
  }
}
