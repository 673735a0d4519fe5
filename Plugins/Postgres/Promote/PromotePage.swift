import RunbookModel

let promotePage = ActionPage(
  name: "postgres.promote",
  summary: "Makes a PostgreSQL standby the primary, once the old one is proven not to write",
  details: """
    When it is planned, and again at the moment of acting, it looks at both servers and refuses unless \
    all of this is so. The receipt comes from postgres.fence in this run and is of an accepted strength. \
    The node belongs to the fenced cluster, is a standby, is on the fenced primary's timeline, replays \
    (not paused, not delayed), and may be promoted by this role. Nothing takes writes at the old \
    primary's address, which is asked with the same user and password: down is fine, a sign of life that \
    cannot be read is not. The standby had no word from the old primary after the fence. No failover \
    manager is connected, or it is said to be paused.

    Data loss: with a receipt that knows the end of the old primary's log, the positions are compared, \
    and the rest of the log is waited for (`catch_up`). Otherwise it is a bound in time, from the newest \
    commit here (or heartbeat) to the begin of the outage or, where that is not known, to the fence. \
    With `max_data_loss` it refuses when the bound is larger and when there is none. That gate alone can \
    be overridden by a person, with a reason, once it has refused: for this step, and for at most the loss \
    that was shown. When more could be lost by then, or it is not known any more, it refuses again. Every \
    other refusal stands.

    Then pg_promote is called. When its answer is lost, or it takes too long, the result is unknown and \
    the server is looked at before anything else. Afterwards it must be a primary on a later timeline that \
    commits and flushes a message of log; no table is touched. A checkpoint is started, because pg_rewind \
    needs it.

    A primary on a later timeline than the receipt's counts as done. One on the same timeline is refused: \
    two servers have been primary at once.

    It cannot know what the old primary acknowledged and never sent, beyond the bound it gives, nor \
    whether the witnesses behind a 'witnessed' receipt were right.
    """,
  kind: .change,
  fields: Promote.Input.fields,
  outputs: [
    Output("role", .word(["primary", "standby"]), "what it is now"),
    Output("system_identifier", .string, "the cluster"),
    Output("timeline", .int, "the new timeline"),
    Output("lsn", .string, "the end of its log"),
    Output("recovery_point", .object(RecoveryPoint.fields), "what was lost, at most"),
    Output("promoted_at", .timestamp, "when it was a primary; unknown when it had been before"),
  ],
  timeout: .seconds(60),
  settle: .seconds(30),
  expected: .milliseconds(500),
  isRepeatable: true,
  undo: .impossible(
    "a promoted server starts a timeline of its own, and commits made on it exist nowhere else; going "
      + "back means making the other server its standby (pg_rewind) and switching over"),
  traits: [.promotes],
  promotes: "node",
  gates: [
    DeclaredGate(
      LossLimit.gate, "more could be lost than it allows, or it is not known how much could")
  ],
  byHand: """
    Be sure that the old primary is off: pg_isready -h OLD_HOST -p OLD_PORT must say 'no response', and \
    somebody must have seen it from elsewhere.
    On the standby ({node}):
    psql -c "select system_identifier, pg_is_in_recovery(), pg_is_wal_replay_paused(), \
    pg_last_wal_receive_lsn(), pg_last_xact_replay_timestamp() from pg_control_system()"
    psql -c "select pg_promote(true, 60)"   # or: pg_ctl promote -D PGDATA
    psql -c "select pg_is_in_recovery()" -c "show transaction_read_only" -c "checkpoint"   # f, off
    """)
