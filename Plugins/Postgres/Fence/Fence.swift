import RunbookAction
import RunbookModel

/// Makes sure that a primary cannot write any more, as strongly as it can, and says how strongly.
struct Fence: UndoableAction {
  struct Input: ActionInput {
    var node: PostgresNode
    var unreachableIs: Unreachable?
    var level: Level?
    var successor: PostgresNode?

    enum CodingKeys: String, CodingKey {
      case node
      case unreachableIs = "unreachable_is"
      case level
      case successor
    }

    static let fields: [Field] = [
      Field("node", .object(PostgresNode.fields), "the primary to fence", need: .required),
      Field(
        "unreachable_is", .word(Unreachable.allCases.map(\.rawValue)),
        "what it means when nothing answers: a failure, or that the witnesses asked before are right "
          + "and the primary is dead or cut off", need: .defaulted("failure")),
      Field(
        "level", .word(Level.allCases.map(\.rawValue)),
        "stopped: read-only first, then the node's stop command; soft: read-only only. "
          + "Stopped is the default where the node has a stop command"),
      Field(
        "successor", .object(PostgresNode.fields),
        "the standby that is to take over: it names the cluster when the primary cannot, and an undo "
          + "is refused once it takes writes"),
    ]
  }

  enum Unreachable: String, Codable, CaseIterable {
    case failure
    case fencedByWitness = "fenced_by_witness"
  }

  enum Level: String, Codable, CaseIterable {
    case soft
    case stopped
  }

  /// Exactly what will be done, and what was so before.
  struct Change: Codable, Equatable, Sendable {
    var way: Way
    var node: PostgresNode
    var successor: PostgresNode?
    var systemIdentifier: SystemIdentifier?
    var timeline: Int64?
    /// What `default_transaction_read_only` was set to by ALTER SYSTEM before; nil: it was not.
    var readOnlyBefore: String?

    enum CodingKeys: String, CodingKey {
      case way
      case node
      case successor
      case systemIdentifier = "system_identifier"
      case timeline
      case readOnlyBefore = "read_only_before"
    }
  }

  enum Way: String, Codable {
    /// Read-only, sessions ended, then stopped.
    case stop
    /// Read-only, sessions ended.
    case readOnly = "read_only"
    /// It accepts connections and says nothing: only the stop command can be tried.
    case stopUnseen = "stop_unseen"
    /// Nothing answers: the witnesses' word is taken.
    case takeWitnessesWord = "take_witnesses_word"

    var strength: Receipt.Strength {
      switch self {
      case .stop: .stopped
      case .readOnly: .soft
      case .stopUnseen, .takeWitnessesWord: .witnessed
      }
    }
  }

  let page = fencePage

  func apply(_ change: Change, in context: WriteContext) async throws(ActionFailure) -> Evidence {
    let target = try change.node.target(in: context.reading)
    let work = FenceWork(change: change, target: target, context: context.reading)
    return try await blocking { () throws(ActionFailure) -> Evidence in try work.fence() }
  }

  func verify(_ change: Change, in context: ReadContext) async -> Verdict {
    let target: Target
    do throws(ActionFailure) {
      target = try change.node.target(in: context)
    } catch {
      return .cannotTell(Evidence(error.message))
    }
    let work = FenceWork(change: change, target: target, context: context)
    return await blocking { work.verify() }
  }

  func undo(_ change: Change, in context: WriteContext) async throws(ActionFailure) -> Evidence {
    let target = try change.node.target(in: context.reading)
    let successor: Target? =
      if let node = change.successor { try node.target(in: context.reading) } else { nil }
    let work = FenceUndo(
      change: change, target: target, successor: successor, context: context.reading)
    return try await blocking { () throws(ActionFailure) -> Evidence in try work.undo() }
  }

  func wayBack(_ change: Change) -> WayBack { change.wayBack }
}
