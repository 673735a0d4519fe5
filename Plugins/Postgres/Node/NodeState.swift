import RunbookAction
import RunbookModel

/// What one server says of itself at one moment, from a single statement.
struct NodeState: Sendable {
  var address: String
  var systemIdentifier: SystemIdentifier
  var isInRecovery: Bool
  /// New transactions are read-only: on a standby always, on a primary when somebody has set it so.
  var isReadOnly: Bool
  var timeline: Int64
  /// Primary: the end of the log as flushed. Standby: how far it has replayed.
  var position: WALPosition?
  /// The server's own clock.
  var clock: Timestamp?
  /// Of the last transaction that was replayed here since it started; a promoted primary remembers it.
  var replayedCommitAt: Timestamp?
  /// How far it has replayed since it started; a promoted primary remembers it.
  var replayedTo: WALPosition?
  var standby: Standby?
  var serverVersion: Int

  struct Standby: Sendable {
    var received: WALPosition?
    var isReplayPaused: Bool
    var applyDelay: Duration
    /// nil: nothing is streaming.
    var receiver: Receiver?
    /// There is a receiver, but the role may not look at it.
    var isReceiverHidden: Bool
  }

  /// The process that takes the log from the primary.
  struct Receiver: Sendable {
    var status: String
    var senderHost: String
    var senderPort: Int64
    var timeline: Int64
    /// How far the primary's log reached when it last spoke.
    var primaryEnd: WALPosition?
    var messageAge: Duration?
    /// A healthy link is never quiet for longer: the receiver itself asks for a word after half its timeout.
    var longestSilence: Duration
  }

  var role: String { isInRecovery ? "standby" : "primary" }
  var isWritable: Bool { !isInRecovery && !isReadOnly }

  /// All of the old primary's log that is safely here: what was received, or replayed from an archive.
  var received: WALPosition? {
    [standby?.received, replayedTo].compactMap(\.self).max()
  }
}

extension NodeState {
  /// Reads it. PostgreSQL 12 is the oldest that can be promoted by a statement.
  static func read(_ session: Session) throws(QueryTrouble) -> NodeState {
    guard session.serverVersion >= 120_000 else {
      throw session.trouble(
        .unreadable, "it is PostgreSQL \(session.serverVersion / 10000), and 12 or later is needed")
    }
    let row = try session.row(statement)
    guard let identifier = row.text("system_identifier"),
      let isInRecovery = row.flag("in_recovery")
    else { throw session.trouble(.unreadable, "it does not say which cluster it is") }
    let timelines = ["wal_timeline", "checkpoint_timeline", "recovery_timeline", "received_tli"]
    return NodeState(
      address: session.address, systemIdentifier: SystemIdentifier(identifier),
      isInRecovery: isInRecovery, isReadOnly: row.text("read_only") != "off",
      timeline: isInRecovery
        ? timelines.compactMap { row.int($0) }.max() ?? 0 : row.int("wal_timeline") ?? 0,
      position: row.position("position"), clock: row.time("clock"),
      replayedCommitAt: row.time("last_commit_at"), replayedTo: row.position("replayed"),
      standby: isInRecovery ? standby(row) : nil, serverVersion: session.serverVersion)
  }

  private static func standby(_ row: Row) -> Standby {
    var receiver: Receiver?
    if let status = row.text("receiver_status") {
      let timeout = row.milliseconds("receiver_timeout") ?? .seconds(60)
      let interval = Duration.seconds(row.int("receiver_interval") ?? 10)
      receiver = Receiver(
        status: status, senderHost: row.text("sender_host") ?? "",
        senderPort: row.int("sender_port") ?? 0, timeline: row.int("received_tli") ?? 0,
        primaryEnd: row.position("latest_end_lsn"),
        messageAge: row.milliseconds("message_age_ms").map { max($0, .zero) },
        longestSilence: max(interval * 2, (timeout == .zero ? .seconds(60) : timeout) / 2)
          + .seconds(1))
    }
    return Standby(
      received: row.position("received"), isReplayPaused: row.flag("paused") ?? false,
      applyDelay: row.milliseconds("apply_delay_ms") ?? .zero, receiver: receiver,
      isReceiverHidden: row.text("receiver_pid") != nil && receiver == nil)
  }

  /// On a standby the control file's timeline can be old, so the newest of all that is known counts.
  private static let statement = """
    select s.system_identifier::text as system_identifier,
      r.in_recovery,
      current_setting('transaction_read_only') as read_only,
      case when not r.in_recovery
        then ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int
      end as wal_timeline,
      (select timeline_id from pg_control_checkpoint()) as checkpoint_timeline,
      (select min_recovery_end_timeline from pg_control_recovery()) as recovery_timeline,
      case when r.in_recovery then pg_last_wal_replay_lsn() else pg_current_wal_flush_lsn() end
        as position,
      to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as clock,
      to_char(pg_last_xact_replay_timestamp() at time zone 'UTC',
        'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as last_commit_at,
      case when r.in_recovery then pg_last_wal_receive_lsn() end as received,
      pg_last_wal_replay_lsn() as replayed,
      case when r.in_recovery then pg_is_wal_replay_paused() end as paused,
      (select setting from pg_settings where name = 'recovery_min_apply_delay') as apply_delay_ms,
      (select setting from pg_settings where name = 'wal_receiver_timeout') as receiver_timeout,
      (select setting from pg_settings where name = 'wal_receiver_status_interval')
        as receiver_interval,
      w.pid as receiver_pid, w.status as receiver_status, w.received_tli,
      w.latest_end_lsn, w.sender_host, w.sender_port,
      (extract(epoch from clock_timestamp() - w.last_msg_receipt_time) * 1000)::bigint
        as message_age_ms
    from pg_control_system() s
      cross join (select pg_is_in_recovery() as in_recovery) r
      left join pg_stat_wal_receiver w on true
    """
}

extension NodeState {
  /// Refuses a server of another cluster than the node was declared for.
  func requireIdentity(_ declared: SystemIdentifier?) throws(ActionFailure) {
    guard let declared, declared != systemIdentifier else { return }
    throw .refused(
      .precondition,
      "\(address) belongs to cluster \(systemIdentifier), but the node is declared for \(declared)",
      advice: "check the node's address: this is another database")
  }

  /// One sentence of what it is.
  var sentence: String {
    var text = "\(address) is a \(role) of cluster \(systemIdentifier) on timeline \(timeline)"
    if let position { text += ", at \(position)" }
    if !isInRecovery, isReadOnly { text += ", read-only by setting" }
    return text
  }
}
