import RunbookAction
import RunbookModel

/// What a promotion needs to know of the standby before it acts.
struct Candidate: Sendable {
  var state: NodeState
  var heartbeat: Known<Timestamp>?
  var mayPromote: Bool
  /// Read-only by its own setting, which would outlive the promotion; `byAlterSystem`: as a fence leaves it.
  var readOnlySetting: ReadOnlySetting?
  /// Sessions that failover managers have open here.
  var managers: String?
  var hasArchive: Bool
  var warnings: [String]

  enum ReadOnlySetting: Sendable {
    case byAlterSystem
    case elsewhere
  }

  static func read(
    _ session: Session, heartbeat: Heartbeat?
  ) throws(QueryTrouble) -> Candidate {
    let state = try NodeState.read(session)
    let row = try session.row(statement)
    var warnings: [String] = []
    if row.flag("can_rewind") != true {
      warnings.append(
        "neither data checksums nor wal_log_hints are on: the old primary can later be made a "
          + "standby only by copying everything, not by pg_rewind")
    }
    if let names = row.text("sync_names"), !names.isEmpty {
      warnings.append(
        "synchronous_standby_names is '\(oneLine(names))': after the promotion commits will wait "
          + "until such a standby is connected")
    }
    if row.flag("archive_failing") == true {
      warnings.append("its archive_command fails")
    }
    return Candidate(
      state: state, heartbeat: try heartbeat?.newest(session),
      mayPromote: row.flag("may_promote") ?? false,
      readOnlySetting: row.text("read_only") == "off"
        ? nil : row.flag("read_only_in_auto") == true ? .byAlterSystem : .elsewhere,
      managers: row.text("managers"), hasArchive: row.flag("has_archive") ?? false,
      warnings: warnings)
  }

  private static let statement = """
    select has_function_privilege('pg_promote(boolean, integer)', 'execute') as may_promote,
      current_setting('default_transaction_read_only') as read_only,
      exists (select from pg_settings where name = 'default_transaction_read_only'
        and sourcefile like '%/postgresql.auto.conf') as read_only_in_auto,
      (select string_agg(distinct application_name, ', ') from pg_stat_activity
        where application_name ~* '^(patroni|repmgr|pg_auto_?failover|pgautofailover)') as managers,
      coalesce((select setting from pg_settings where name = 'restore_command'), '') <> ''
        as has_archive,
      current_setting('data_checksums') = 'on' or current_setting('wal_log_hints') = 'on'
        as can_rewind,
      current_setting('synchronous_standby_names') as sync_names,
      (select last_failed_time > coalesce(last_archived_time, '-infinity')
        from pg_stat_archiver) as archive_failing
    """

  /// The old primary's log can still grow here.
  var canStillArrive: Bool { state.standby?.receiver != nil || hasArchive }
}
