import RunbookModel

let fencePage = ActionPage(
  name: "postgres.fence",
  summary: "Makes sure that a PostgreSQL primary cannot write any more, and gives the proof",
  details: """
    When the primary answers, it is identified first: it must be a primary, and of the declared or the \
    successor's cluster. Then, in this order: CHECKPOINT (so that the rest is quick), \
    default_transaction_read_only on for every new session, waiting until a new session is read-only, \
    ending all client sessions, reading the end of its log. With a stop command that is run too, as \
    plain words without a shell, and two looks must find that nothing answers at its address. Walsenders \
    are left alone, so that a standby gets the last of the log.

    When nothing answers, `unreachable_is` decides. `failure`: the step fails, because a primary that \
    cannot be seen may be writing. `fenced_by_witness`: two looks from here must find nothing (refused, \
    no route, or no answer), and the receipt says that the rest is the witnesses' word. A server that \
    accepts connections and says nothing is frozen, not dead: its old sessions may be writing, so it is \
    refused, unless the node's stop command ends it.

    The output `receipt` is what postgres.promote asks for. Its strength is what was reached, not what was \
    wished: stopped (identified, stopped, nothing answers), soft (read-only is only a default, and a \
    session can set itself writable), witnessed (nothing was seen of it at all). `last_lsn`, the end of \
    the log after the last client had gone, makes a planned switch provably free of loss; it is unknown \
    when the server could not be asked, also when an attempt that was cut short is made again after the \
    stop.

    It cannot know whether somebody starts the server again, nor what other networks can still reach it. \
    Make the stop command keep it stopped (systemctl mask --now, power off, a closed network).

    Undo starts the server (the node's start command) and takes the setting back, and it is refused when \
    the successor takes writes or cannot be looked at.
    """,
  kind: .change,
  fields: Fence.Input.fields,
  outputs: [
    Output("receipt", .object(Receipt.fields), "the proof, for postgres.promote"),
    Output(
      "strength", .word(Receipt.Strength.allCases.map(\.rawValue)), "how strong the fence is"),
    Output("fenced_at", .timestamp, "when it stood"),
    Output("system_identifier", .string, "the cluster; may be unknown"),
    Output("timeline", .int, "the old primary's timeline; may be unknown"),
    Output("last_lsn", .string, "the end of its log; may be unknown"),
  ],
  timeout: .seconds(60),
  settle: .seconds(5),
  expected: .seconds(1),
  isRepeatable: true,
  undo: .automatic(
    "starts the server with the node's start command where it was stopped, and takes "
      + "default_transaction_read_only back to what it was; refused when the successor takes writes"
  ),
  traits: [.fences],
  byHand: """
    On the old primary ({node}), as its operating system user:
    psql -c "checkpoint" -c "alter system set default_transaction_read_only = on" \
    -c "select pg_reload_conf()"
    psql -c "select pg_terminate_backend(pid) from pg_stat_activity where backend_type = \
    'client backend' and pid <> pg_backend_pid()" -c "select pg_current_wal_flush_lsn()"   # write it down
    pg_ctl stop -D PGDATA -m fast && systemctl mask postgresql@15-main   # it must not come back by itself
    pg_isready -h HOST -p PORT   # must say: no response
    If it cannot be reached: power it off, or cut it off from its network, and have two people see it.
    """)
