import ActionConformance
import Glibc
import RunbookAction
import RunbookModel
import Testing

@testable import PostgresPlugin

@Suite struct `Looking at a server` {
  @Test func `a streaming standby is seen as such, with its lag and what a failover would lose`()
    async throws
  {
    let pair = try await sharedPair()
    try pair.buy()
    try await pair.untilCaughtUp()
    let last = try pair.standby.text("select pg_last_xact_replay_timestamp()")
    #expect(last != nil)
    let outage = wallClock() + .seconds(2)
    let verdict = await Called(
      "postgres.check",
      [
        "node": pair.standby.node(),
        "expect": [
          "role": "standby", "lag_bytes_at_most": 65536,
          "lag_seconds_at_most": .duration(.seconds(30)),
          "timeline": 1, "writable": false, "accepting": true,
        ],
      ], contexts(outageAt: outage)
    ).check()
    #expect(verdict.word == "holds", "\(verdict)")
    let facts = verdict.evidence.facts
    #expect(facts["role"] == "standby")
    #expect(facts["lag_bytes"]?.int != nil)
    #expect(facts["lag_seconds"]?.duration != nil)
    let loss = try #require(facts["recovery_point"]?["loss"]?.duration)
    #expect(loss >= .seconds(1) && loss < .seconds(60))
  }

  @Test
  func `a standby that receives nothing has an unknown lag, never zero, unless a heartbeat tells`()
    async throws
  {
    try await withPair { pair in
      try pair.primary.rows("insert into heartbeat values (clock_timestamp() - interval '1 hour')")
      try await pair.untilCaughtUp()
      try await pair.cut()
      let verdict = await Called(
        "postgres.check",
        [
          "node": pair.standby.node(),
          "expect": ["lag_bytes_at_most": 1_000_000_000, "role": "standby"],
        ]
      ).check()
      #expect(verdict.word == "cannot tell", "\(verdict)")
      #expect(verdict.evidence.facts["lag_bytes"]?.firstUnknown != nil)
      #expect(verdict.evidence.facts["lag_seconds"]?.firstUnknown != nil)
      #expect(verdict.evidence.facts["recovery_point"]?["loss"]?.firstUnknown != nil)
      let measured = await Called(
        "postgres.check",
        [
          "node": pair.standby.node(), "heartbeat": ["table": "public.heartbeat", "column": "at"],
          "expect": ["lag_seconds_at_most": .duration(.seconds(60))],
        ]
      ).check()
      #expect(measured.word == "does not hold", "\(measured)")
      let lag = try #require(measured.evidence.facts["lag_seconds"]?.duration)
      #expect(lag > .seconds(3500) && lag < .seconds(3700))
    }
  }

  @Test func `a role that may not see the receiver cannot tell the lag`() async throws {
    let pair = try await sharedPair()
    let verdict = await Called(
      "postgres.check",
      [
        "node": pair.standby.node(user: "nobody_special"),
        "expect": ["lag_bytes_at_most": 1_000_000_000],
      ]
    ).check()
    #expect(verdict.word == "cannot tell", "\(verdict)")
    #expect(verdict.evidence.summary.contains("pg_monitor"))
  }

  @Test func `what is not as expected is named`() async throws {
    let pair = try await sharedPair()
    let verdict = await Called(
      "postgres.check",
      [
        "node": pair.primary.node(),
        "expect": [
          "role": "standby", "timeline": 7, "system_identifier": "42", "writable": false,
        ],
      ]
    ).check()
    #expect(verdict.word == "does not hold")
    for words in ["role standby", "timeline 7", "cluster 42", "not writable"] {
      #expect(verdict.evidence.summary.contains(words))
    }
  }

  @Test func `a server of another cluster than declared is refused`() async throws {
    let pair = try await sharedPair()
    let verdict = await Called(
      "postgres.check", ["node": pair.primary.node(["system_identifier": 4242])]
    ).check()
    #expect(verdict.word == "does not hold")
    #expect(verdict.evidence.summary.contains("declared for 4242"))
  }

  @Test func `a wrong password cannot tell, and is not shown`() async throws {
    let pair = try await sharedPair()
    let verdict = await Called(
      "postgres.check", ["node": pair.primary.node(), "expect": ["accepting": true]],
      contexts(password: "hunter2-wrong")
    ).check()
    #expect(verdict.word == "cannot tell")
    #expect(verdict.evidence.summary.contains("password authentication failed"))
    #expect(!verdict.evidence.summary.contains("hunter2"))
  }

  @Test func `a server without TLS cannot be looked at where TLS is required`() async throws {
    let pair = try await sharedPair()
    let required = await Called(
      "postgres.check", ["node": pair.primary.node(["tls": "require"])]
    ).check()
    #expect(required.word == "cannot tell")
    #expect(required.evidence.summary.contains("no TLS session"), "\(required)")
    let unfounded = await Called(
      "postgres.check", ["node": pair.primary.node(["tls": "verify-full"])]
    ).check()
    #expect(unfounded.evidence.summary.contains("no ca_file"))
  }

  @Test func `a name is looked up, and one that leads nowhere says nothing of the server`()
    async throws
  {
    func verdict(_ address: Value) async -> Verdict {
      await Called(
        "postgres.check",
        [
          "node": [
            "address": address, "user": "operator", "connect_timeout": .duration(.seconds(2)),
          ], "expect": ["accepting": false],
        ]
      ).check()
    }
    #expect(await verdict("localhost:1").word == "holds")
    let nowhere = await verdict("no-such-host.invalid:5432")
    #expect(nowhere.word == "cannot tell")
    #expect(nowhere.evidence.summary.contains("could not be looked up"), "\(nowhere)")
  }

  @Test func `a refused connection is no session; silence is not known`() async throws {
    let pair = try await sharedPair()
    let nobody: Value = [
      "address": .string("\(pair.primary.host):1"), "user": "operator",
      "connect_timeout": .duration(.seconds(1)),
    ]
    let down = Called("postgres.check", ["node": nobody, "expect": ["accepting": false]])
    #expect(await down.check().word == "holds")
    let up = Called("postgres.check", ["node": nobody, "expect": ["accepting": true]])
    #expect(await up.check().word == "does not hold")
    let role = Called("postgres.check", ["node": nobody, "expect": ["role": "primary"]])
    #expect(await role.check().word == "cannot tell")
  }

  @Test func `a frozen server cannot hold a check beyond its deadline`() async throws {
    try await withPair { pair in
      pair.primary.signal(SIGSTOP)
      let node = pair.primary.node(["connect_timeout": .duration(.seconds(60))])
      for name in ["postgres.check", "postgres.fence"] {
        let called = Called(name, ["node": node])
        let breaches = await deadlineBreaches(
          called.action, input: called.input, contexts: called.contexts)
        #expect(breaches == [])
      }
      let verdict = await Called(
        "postgres.check", ["node": pair.primary.impatient, "expect": ["accepting": false]]
      ).check()
      #expect(verdict.word == "cannot tell")
      #expect(verdict.evidence.summary.contains("stays silent"))
    }
  }

  @Test func `a server that freezes in the middle of a statement cannot hold us either`()
    async throws
  {
    let pair = try await sharedPair()
    let session = try Session.open(pair.primary.target(), by: .after(.seconds(10)))
    let backend = try #require(
      try session.row("select pg_backend_pid() as pid").int("pid").map { pid_t($0) })
    kill(backend, SIGSTOP)
    defer { kill(backend, SIGCONT) }
    do throws(QueryTrouble) {
      try session.rows("select 1", by: .after(.milliseconds(200)))
      Issue.record("a frozen server answered")
    } catch {
      #expect(error.kind == .late)
    }
  }

  @Test func `a statement that outlives its deadline is ended by the server itself`() async throws {
    let pair = try await sharedPair()
    let session = try Session.open(pair.primary.target(), by: .after(.seconds(10)))
    #expect(throws: QueryTrouble.self) {
      try session.rows("select pg_sleep(600)", by: .after(.milliseconds(500)))
    }
    // Nobody cancels it; the session only knows its limit.
    try await eventually("the server has ended it") {
      (try? pair.primary.text(
        "select count(*) from pg_stat_activity where state = 'active' and query like '%pg_sleep(600)%'"
          + " and pid <> pg_backend_pid()")) == "0"
    }
    withExtendedLifetime(session) {}
  }

  @Test func `the checks keep the contract of every action`() async throws {
    let pair = try await sharedPair()
    let check = Called(
      "postgres.check", ["node": pair.standby.node(), "expect": ["role": "standby"]])
    let breaches = await conformance(check, pair)
    #expect(breaches == [])
    let follows = Called(
      "postgres.follows", ["node": pair.standby.node(), "upstream": pair.primary.node()])
    let others = await conformance(follows, pair)
    #expect(others == [])
  }

  private func conformance(_ called: Called, _ pair: Pair) async -> [String] {
    await ConformanceCase(called.action, input: called.input, contexts: called.contexts) {
      pair.fingerprint()
    }.breaches()
  }

  @Test func `a standby that follows another server does not follow this one`() async throws {
    let pair = try await sharedPair()
    let wrongWay = await Called(
      "postgres.follows", ["node": pair.primary.node(), "upstream": pair.standby.node()]
    ).check()
    #expect(wrongWay.word == "does not hold", "\(wrongWay)")
    let elsewhere = await Called(
      "postgres.follows",
      [
        "node": pair.standby.node(), "upstream": pair.primary.node(), "sender": "127.0.0.1:1",
        "within": .duration(.milliseconds(100)),
      ]
    ).check()
    #expect(elsewhere.word == "does not hold", "\(elsewhere)")
    #expect(elsewhere.evidence.summary.contains("not from 127.0.0.1:1"))
  }
}

extension Pair {
  /// The state of both servers, without what moves by itself.
  func fingerprint() -> String {
    [primary, standby].map { server in
      guard
        let text = try? server.text(
          """
          select concat_ws(' ', pg_is_in_recovery(), current_setting('transaction_read_only'),
            case when not pg_is_in_recovery()
              then substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) end,
            (select string_agg(name || '=' || setting, ',') from pg_settings
              where sourcefile like '%auto.conf'),
            (select count(*) from pg_class))
          """)
      else { return server.isRefusing ? "down" : "not to be read" }
      return text
    }.joined(separator: " | ")
  }
}
