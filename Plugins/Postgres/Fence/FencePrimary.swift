import RunbookAction
import RunbookModel

/// What a fence needs to know of the primary before it acts.
enum FencePrimary: Sendable {
  case seen(Seen)
  case failed(QueryTrouble)

  struct Seen: Sendable {
    var state: NodeState
    /// Client sessions other than our own.
    var clients: Int64
    /// What ALTER SYSTEM has set `default_transaction_read_only` to, if it has.
    var readOnlySetting: String?
    /// Roles and databases whose own setting would win over ours.
    var overrides: String
    /// What the role may not do, as the end of a sentence; nil when it may do all.
    var missingPermission: String?
  }

  static func read(
    _ target: Target, in context: ReadContext
  ) async -> Result<FencePrimary, ConnectTrouble> {
    let deadline = context.deadline
    return await blocking {
      do throws(ConnectTrouble) {
        let session = try Session.open(target, by: deadline)
        return .success(read(session))
      } catch {
        return .failure(error)
      }
    }
  }

  private static func read(_ session: Session) -> FencePrimary {
    do throws(QueryTrouble) {
      let state = try NodeState.read(session)
      let row = try session.row(statement)
      return .seen(
        Seen(
          state: state, clients: row.int("clients") ?? 0,
          readOnlySetting: row.text("read_only_setting"), overrides: row.text("overrides") ?? "",
          missingPermission: try missingPermission(session)))
    } catch {
      return .failed(error)
    }
  }

  private static let statement = """
    select
      (select count(*) from pg_stat_activity
        where backend_type = 'client backend' and pid <> pg_backend_pid()) as clients,
      (select setting from pg_settings where name = 'default_transaction_read_only'
        and sourcefile like '%/postgresql.auto.conf') as read_only_setting,
      (select string_agg(
          case when r.rolname is not null then 'role ' || r.rolname else 'database ' || d.datname end,
          ', ')
        from pg_db_role_setting s left join pg_roles r on r.oid = s.setrole
          left join pg_database d on d.oid = s.setdatabase
        where exists (select from unnest(s.setconfig) c
          where c like 'default_transaction_read_only=%')) as overrides
    """

  private static func missingPermission(_ session: Session) throws(QueryTrouble) -> String? {
    // Before 15 only a superuser could use ALTER SYSTEM.
    let alter =
      session.serverVersion >= 150_000
      ? "has_parameter_privilege('default_transaction_read_only', 'alter system')" : "false"
    let row = try session.row(
      """
      select rolsuper as is_super, \(alter) as may_alter,
        has_function_privilege('pg_reload_conf()', 'execute') as may_reload,
        pg_has_role(current_user, 'pg_signal_backend', 'usage') as may_end,
        pg_has_role(current_user, 'pg_read_all_stats', 'usage') as may_look
      from pg_roles where rolname = current_user
      """)
    if row.flag("is_super") == true { return nil }
    var missing: [String] = []
    if row.flag("may_alter") != true {
      missing.append("alter system on default_transaction_read_only")
    }
    if row.flag("may_reload") != true { missing.append("pg_reload_conf()") }
    if row.flag("may_end") != true { missing.append("pg_signal_backend") }
    // Without it other people's sessions are not shown, and would be taken for ended.
    if row.flag("may_look") != true { missing.append("pg_monitor") }
    return missing.isEmpty
      ? nil : "is no superuser and lacks " + missing.joined(separator: " and ")
  }
}
