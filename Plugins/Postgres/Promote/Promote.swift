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
    /// A person has overridden `limit`.
    var waived: AcceptedLoss?

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
      case waived
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
