import RunbookAction
import RunbookModel

/// Looks whether a standby really follows a given server: that its log arrives and is replayed, not that a receiver runs.
struct PostgresFollows: CheckAction {
  struct Input: ActionInput {
    var node: PostgresNode
    var upstream: PostgresNode
    var sender: String?
    var within: Duration?

    static let fields: [Field] = [
      Field("node", .object(PostgresNode.fields), "the standby", need: .required),
      Field(
        "upstream", .object(PostgresNode.fields), "the server that it must follow",
        need: .required),
      Field(
        "sender", .address,
        "the upstream as the standby's primary_conninfo names it, where that is not its address here"
      ),
      Field(
        "within", .duration, "how long the upstream's log may take to be replayed",
        need: .defaulted(.duration(.seconds(5)))),
    ]
  }

  let page = followsPage

  func check(_ input: Input, in context: ReadContext) async -> Verdict {
    do throws(ActionFailure) {
      let node = try input.node.target(in: context)
      let upstream = try input.upstream.target(in: context)
      let sender = try PostgresNode.split(input.sender ?? input.upstream.address)
      let limit = min(context.deadline, .after(input.within ?? .seconds(5)))
      let work = Work(
        node: node, upstream: upstream, sender: sender, limit: limit, deadline: context.deadline)
      return await blocking { work.look() }
    } catch {
      return .cannotTell(Evidence(error.message))
    }
  }

  private struct Work: Sendable {
    var node: Target
    var upstream: Target
    var sender: (host: String, port: String)
    var limit: Deadline
    var deadline: Deadline

    func look() -> Verdict {
      do throws(ActionFailure) {
        let (_, above) = try Session.identified(upstream, by: deadline)
        try above.requireIdentity(upstream.systemIdentifier)
        let (session, first) = try Session.identified(node, by: deadline)
        try first.requireIdentity(node.systemIdentifier)
        guard let wanted = above.position else {
          return .cannotTell(Evidence("\(above.sentence), and its log has no end"))
        }
        return try follow(session, first, above, wanted)
      } catch {
        return .cannotTell(Evidence(error.message))
      }
    }

    private func follow(
      _ session: Session, _ first: NodeState, _ above: NodeState, _ wanted: WALPosition
    ) throws(ActionFailure) -> Verdict {
      var state = first
      while true {
        let wrong = whyNotFollowing(state, above)
        let replayed = state.replayedTo
        let isThere = replayed.map { $0 >= wanted } ?? false
        let evidence = evidence(state, above, wanted)
        if state.standby?.isReceiverHidden == true {
          return .cannotTell(
            evidence("but the role may not read pg_stat_wal_receiver; grant it pg_monitor"))
        }
        if wrong == nil, isThere {
          return .holds(evidence("and has replayed its log up to \(wanted)"))
        }
        if limit.hasPassed || !state.isInRecovery
          || state.systemIdentifier != above.systemIdentifier
        {
          let behind = replayed.map { ByteCount.spoken($0.behind(wanted)) } ?? "an unknown amount"
          return .doesNotHold(evidence(wrong ?? "but is still \(behind) behind \(wanted)"))
        }
        pauseThread(.milliseconds(50), by: limit)
        do throws(QueryTrouble) { state = try NodeState.read(session) } catch {
          throw error.failure
        }
      }
    }

    private func whyNotFollowing(_ state: NodeState, _ above: NodeState) -> String? {
      if state.systemIdentifier != above.systemIdentifier {
        return "but \(above.address) belongs to cluster \(above.systemIdentifier)"
      }
      guard let standby = state.standby else { return "and follows nobody" }
      guard let receiver = standby.receiver else { return "but receives no log" }
      if receiver.status != "streaming" { return "but its receiver is '\(receiver.status)'" }
      if receiver.timeline != above.timeline {
        return "but receives timeline \(receiver.timeline), and \(above.address) is on timeline "
          + "\(above.timeline)"
      }
      let from = "\(receiver.senderHost):\(receiver.senderPort)"
      if String(receiver.senderPort) != sender.port || !isSameHost(receiver.senderHost) {
        return "but receives its log from \(from), not from \(sender.host):\(sender.port)"
      }
      return nil
    }

    private func isSameHost(_ host: String) -> Bool {
      if host == sender.host { return true }
      guard case .addresses(let one) = NameLookup.addresses(of: host, by: limit),
        case .addresses(let other) = NameLookup.addresses(of: sender.host, by: limit)
      else { return false }
      return !Set(one).isDisjoint(with: other)
    }

    private func evidence(
      _ state: NodeState, _ above: NodeState, _ wanted: WALPosition
    ) -> (String) -> Evidence {
      let receiver = state.standby?.receiver
      let facts: ValueMap = [
        "timeline": .int(state.timeline),
        "upstream_lsn": .string(wanted.description),
        "replayed_lsn": state.replayedTo.map { .string($0.description) }
          ?? .unknown("it has replayed nothing"),
        "sender": receiver.map { .string("\($0.senderHost):\($0.senderPort)") }
          ?? .unknown("it receives no log"),
      ]
      return { words in
        Evidence("\(state.sentence), \(words); upstream: \(above.sentence)", facts: facts)
      }
    }
  }
}

let followsPage = ActionPage(
  name: "postgres.follows",
  summary: "Looks whether a PostgreSQL standby follows a given server and replays its log",
  details: """
    Reads the end of the upstream's log, then looks at the standby until it has replayed that far: same \
    cluster, streaming, on the upstream's timeline, from the upstream's address. A receiver that exists is \
    not enough, because a server that has diverged shows one for moments too.

    Nothing is written on the upstream. On one that is idle this shows that everything is there, and \
    that the receiver is connected; it cannot show that the next commit will arrive.

    The address that the standby's primary_conninfo names is compared with the upstream's; where the two \
    sites call it differently, give `sender`.
    """,
  kind: .check,
  fields: PostgresFollows.Input.fields,
  outputs: [
    Output("timeline", .int, "the standby's timeline"),
    Output("upstream_lsn", .string, "the end of the upstream's log when it was asked"),
    Output("replayed_lsn", .string, "how far the standby has replayed"),
    Output("sender", .address, "whom the standby receives from"),
  ],
  timeout: .seconds(30),
  expected: .milliseconds(200),
  undo: .notNeeded,
  byHand: """
    On the upstream ({upstream}): psql -c "select pg_current_wal_flush_lsn()" -c \
    "select application_name, state, replay_lsn from pg_stat_replication"
    On the standby ({node}): psql -c "select status, sender_host, sender_port, received_tli from \
    pg_stat_wal_receiver" -c "select pg_last_wal_replay_lsn()"   # streaming, and not below the first figure
    """)
