import RunbookAction
import RunbookModel

/// One look at a server: its state, or why there is none.
enum Look: Sendable {
  case seen(NodeState, heartbeat: Known<Timestamp>?)
  case unreachable(ConnectTrouble)
  case failed(QueryTrouble)

  static func at(_ target: Target, heartbeat: Heartbeat? = nil, by deadline: Deadline) -> Look {
    do throws(ConnectTrouble) {
      let session = try Session.open(target, by: deadline)
      do throws(QueryTrouble) {
        let state = try NodeState.read(session)
        return .seen(state, heartbeat: try heartbeat?.newest(session))
      } catch {
        return .failed(error)
      }
    } catch {
      return .unreachable(error)
    }
  }

  /// As `at`, beside whatever else the caller waits for.
  static func at(
    _ target: Target, heartbeat: Heartbeat? = nil, in context: ReadContext
  ) async -> Look {
    let deadline = context.deadline
    return await blocking { at(target, heartbeat: heartbeat, by: deadline) }
  }

  var message: String {
    switch self {
    case .seen(let state, _): state.sentence
    case .unreachable(let trouble): trouble.message
    case .failed(let trouble): trouble.message
    }
  }
}

extension Session {
  /// A session and what its server says of itself.
  static func identified(
    _ target: Target, by deadline: Deadline
  ) throws(ActionFailure) -> (session: Session, state: NodeState) {
    let session: Session
    do throws(ConnectTrouble) {
      session = try open(target, by: deadline)
    } catch {
      throw error.failure
    }
    do throws(QueryTrouble) {
      return (session, try NodeState.read(session))
    } catch {
      throw error.failure
    }
  }
}
