import RunbookModel

let checkPage = ActionPage(
  name: "postgres.check",
  summary: "Looks at a PostgreSQL server: role, identity, timeline, lag, possible data loss",
  details: """
    Logs in and asks one question, so that all figures are of one moment. Without `expect` it holds \
    when the server could be looked at.

    Lag is what the standby has still to replay of what its primary last told it. A standby that \
    receives nothing, whose primary has been silent for longer than a healthy link ever is (half of \
    wal_receiver_timeout, or twice wal_receiver_status_interval), or whose figures are missing has an \
    unknown lag: the check then cannot tell, and a step that needs it fails. In seconds it is zero \
    when everything known is replayed, else the age of the last replayed commit; with a `heartbeat` \
    table it is the age of the newest beat that has arrived, which no silent link can fake. Both \
    compare clocks of two machines.

    The output `recovery_point` is what a failover to this standby would lose now: from its newest \
    commit to the begin of the outage, where that is known. It is a bound (at most) under the \
    condition that the old primary committed nothing after the outage began, and unknown otherwise.

    `accepting: false` holds for a refused connection only, and `writable: true` does not hold \
    then. Silence may be the network's, so it \
    cannot be told.

    The role needs pg_monitor to read pg_stat_wal_receiver.
    """,
  kind: .check,
  fields: PostgresCheck.Input.fields,
  outputs: [
    Output("role", .word(["primary", "standby"]), "what it is"),
    Output("system_identifier", .string, "the cluster it belongs to"),
    Output("timeline", .int, "the timeline it is on"),
    Output("lsn", .string, "primary: the end of its log; standby: how far it has replayed"),
    Output("received_lsn", .string, "how far its log reaches, replayed or not"),
    Output("writable", .bool, "new transactions can write"),
    Output("lag_bytes", .int, "what a standby has still to replay; may be unknown"),
    Output("lag_seconds", .duration, "how old a standby's data is; may be unknown"),
    Output("message_age", .duration, "how long ago its primary last spoke"),
    Output("last_commit_at", .timestamp, "of the newest commit that has arrived"),
    Output(
      "recovery_point", .object(RecoveryPoint.fields), "what a failover to it would lose now"),
    Output(
      "accepting", .bool, "it takes sessions; false when it refuses, unknown when it is silent"),
  ],
  timeout: .seconds(15),
  expected: .milliseconds(50),
  undo: .notNeeded,
  byHand: """
    psql 'host=HOST port=PORT user=USER dbname=postgres' -c "select system_identifier, \
    pg_is_in_recovery(), pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn(), \
    pg_last_xact_replay_timestamp() from pg_control_system()"
    psql ... -c "select status, sender_host, received_tli, latest_end_lsn, last_msg_receipt_time \
    from pg_stat_wal_receiver"   # no row, or an old time: the lag is unknown, not zero
    with HOST:PORT and USER of {node}
    """)
