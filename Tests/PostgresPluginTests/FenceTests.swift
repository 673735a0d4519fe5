import ActionConformance
import Glibc
import RunbookAction
import RunbookModel
import Testing

@testable import PostgresPlugin

@Suite struct `Fencing a primary` {
  @Test func `the soft fence keeps the contract of every action, without a superuser`() async throws
  {
    try await withPair { pair in
      let called = Called(
        "postgres.fence",
        ["node": pair.primary.node(user: "fencer"), "successor": pair.standby.node()])
      var test = ConformanceCase(called.action, input: called.input, contexts: called.contexts) {
        pair.fingerprint()
      }
      test.timeout = .seconds(30)
      let breaches = await test.breaches()
      #expect(breaches == [])
    }
  }

  @Test func `stopping keeps the contract of every action`() async throws {
    try await withPair { pair in
      let called = Called(
        "postgres.fence", ["node": pair.primary.stoppable, "successor": pair.standby.node()])
      var test = ConformanceCase(called.action, input: called.input, contexts: called.contexts) {
        pair.fingerprint()
      }
      test.timeout = .seconds(30)
      // What is stopped cannot be identified, so it is not called "in place".
      test.planSeesWhatIsInPlace = false
      let breaches = await test.breaches()
      #expect(breaches == [])
    }
  }

  @Test func `sessions are ended, and new ones cannot write`() async throws {
    try await withPair { pair in
      // A role whose own setting wins would not be bound at all.
      try pair.primary.rows("alter role watcher set default_transaction_read_only = off")
      let refusal = try await Called("postgres.fence", ["node": pair.primary.node()]).refusal()
      #expect(refusal.contains("role watcher"))
      try pair.primary.rows("alter role watcher reset default_transaction_read_only")

      let client = try Session.open(pair.primary.target(), by: .after(.seconds(20)))
      try client.rows("begin")
      try client.rows("insert into orders default values")
      let called = Called("postgres.fence", ["node": pair.primary.node()])
      let planned = try await called.planned()
      #expect(await called.verify(planned).word == "does not hold")
      let evidence = try await called.apply(planned)
      #expect(evidence.facts["strength"] == "soft")
      #expect(throws: QueryTrouble.self) { try client.rows("commit") }
      #expect(throws: QueryTrouble.self) { try pair.buy() }
      #expect(await called.verify(planned).word == "holds")
      // Soft is soft: a session that wants to can still write, and verify sees it.
      let stubborn = try Session.open(pair.primary.target(), by: .after(.seconds(20)))
      try stubborn.rows("set default_transaction_read_only = off")
      try stubborn.rows("begin")
      try stubborn.rows("insert into orders default values")
      #expect(await called.verify(planned).word == "does not hold")
    }
  }

  @Test func `an attempt cut short between read-only and stop is finished by the next`()
    async throws
  {
    try await withPair { pair in
      let called = Called("postgres.fence", ["node": pair.primary.stoppable])
      let planned = try await called.planned()
      let broken = try planned.replacingStop(with: ["false"])
      let short = try await failure { _ = try await called.apply(broken) }
      #expect(short.effect == .unknown)
      #expect(short.message.contains("exit code 1"))
      #expect(await called.verify(planned).word == "does not hold")
      let endless = try planned.replacingStop(with: [
        "sh", "-c", "echo waiting for nobody; sleep 3600",
      ])
      let late = try await failure {
        _ = try await called.apply(endless, within: .seconds(5))
      }
      #expect(late.effect == .unknown)
      #expect(late.kind == .timeout)
      #expect(late.message.contains("waiting for nobody"))
      let evidence = try await called.apply(planned)
      #expect(evidence.facts["strength"] == "stopped")
      #expect(evidence.facts["last_lsn"]?.string != nil)
      // Lost after the stop, it is made again too; only the end of the log is not seen any more.
      let again = try await called.apply(planned)
      #expect(again.facts["strength"] == "stopped")
      #expect(again.facts["last_lsn"]?.firstUnknown != nil)
    }
  }

  @Test func `a standby is never fenced`() async throws {
    let pair = try await sharedPair()
    let refusal = try await Called("postgres.fence", ["node": pair.standby.node()]).refusal()
    #expect(refusal.contains("only a primary can be fenced"))
  }

  @Test func `a role that may not do it is refused before anything is done`() async throws {
    let pair = try await sharedPair()
    let refusal = try await Called(
      "postgres.fence", ["node": pair.primary.node(user: "watcher")]
    ).refusal()
    #expect(refusal.contains("lacks alter system on default_transaction_read_only and"))
  }

  @Test func `a successor of another cluster than declared is refused`() async throws {
    let pair = try await sharedPair()
    let called = Called(
      "postgres.fence",
      ["node": pair.primary.node(), "successor": pair.standby.node(["system_identifier": "1"])])
    let refused = try await failure { _ = try await called.plan() }
    #expect(refused.message.contains("declared for 1"))
  }

  @Test func `a host that drops what is sent to it is silent, and may be fenced by witnesses`()
    async throws
  {
    let hole = try BlackHole()
    defer { hole.close() }
    let node: Value = [
      "address": .string(hole.address), "user": "operator",
      "connect_timeout": .duration(.milliseconds(300)),
    ]
    let verdict = await Called(
      "postgres.check", ["node": node, "expect": ["accepting": false]]
    ).check()
    #expect(verdict.word == "cannot tell")
    #expect(verdict.evidence.summary.contains("does not answer"), "\(verdict)")
    let called = Called(
      "postgres.fence", ["node": node, "unreachable_is": "fenced_by_witness"])
    let planned = try await called.planned()
    let evidence = try await called.apply(planned)
    #expect(evidence.facts["strength"] == "witnessed")
    #expect(evidence.facts["system_identifier"]?.firstUnknown != nil)
    #expect(await called.verify(planned).word == "holds")
    // Too little time to see a silence is no silence.
    let short = try await failure {
      _ = try await called.apply(planned, within: .milliseconds(400))
    }
    #expect(short.kind == .timeout)
    #expect(short.effect == .unchanged(retryable: true))
  }

  @Test func `a dead primary is a failure unless witnesses were asked`() async throws {
    try await withPair { pair in
      try await pair.primary.crash()
      let strict = Called("postgres.fence", ["node": pair.primary.node()])
      let refused = try await failure { _ = try await strict.plan() }
      #expect(refused.kind == .unreachable)
      #expect(refused.message.contains("not known whether it still takes writes"))

      let called = Called(
        "postgres.fence",
        [
          "node": pair.primary.node(), "unreachable_is": "fenced_by_witness",
          "successor": pair.standby.node(),
        ])
      let planned = try await called.planned()
      let evidence = try await called.apply(planned)
      let receipt = try #require(evidence.facts["receipt"])
      #expect(receipt["strength"] == "witnessed")
      #expect(
        receipt["system_identifier"]?.string
          == (try pair.standby.text("select system_identifier from pg_control_system()")))
      #expect(evidence.summary.contains("witnesses' word"))
      #expect(evidence.changedNothing == true)
      #expect(await called.verify(planned).word == "holds")
      #expect(try await called.undo(planned).summary.contains("nothing to take back"))
      try await pair.primary.startAndWait()
      #expect(await called.verify(planned).word == "does not hold")
      let late = try await failure { _ = try await called.apply(planned) }
      #expect(late.effect == .unchanged(retryable: false))
      #expect(late.message.contains("takes sessions again"))
    }
  }

  @Test func `a frozen primary is not dead, whatever witnesses say`() async throws {
    try await withPair { pair in
      let earlier = Called("postgres.fence", ["node": pair.primary.stoppable])
      let planned = try await earlier.planned()
      pair.primary.signal(SIGSTOP)
      let breaches = await applyDeadlineBreaches(
        earlier.action, change: planned, contexts: earlier.contexts)
      #expect(breaches == [])
      let refusal = try await Called(
        "postgres.fence", ["node": pair.primary.impatient, "unreachable_is": "fenced_by_witness"]
      ).refusal()
      #expect(refusal.contains("something is alive there"))

      let own = try pair.standby.text("select system_identifier from pg_control_system()") ?? ""
      let receipt = Receipt(
        run: RunID("20260101-000000-test"), address: pair.primary.address, strength: .stopped,
        systemIdentifier: SystemIdentifier(own), timeline: 1, lastPosition: nil,
        fencedAt: wallClock())
      let promote = Called(
        "postgres.promote",
        [
          "node": pair.standby.node(["connect_timeout": .duration(.seconds(2))]),
          "after": receipt.value,
        ])
      #expect(try await promote.refusal().contains("cannot be seen whether the old primary"))

      let process = try #require(pair.primary.process)
      let killing = Called(
        "postgres.fence",
        [
          "node": pair.primary.node([
            "stop": ["kill", "-9", .string("\(process)")],
            "connect_timeout": .duration(.seconds(1)),
          ]),
          "unreachable_is": "fenced_by_witness",
        ])
      let evidence = try await killing.apply()
      #expect(evidence.facts["strength"] == "witnessed")
      #expect(pair.primary.isRefusing)
    }
  }

  @Test func `a wrong password is not taken for a dead primary`() async throws {
    let pair = try await sharedPair()
    let called = Called(
      "postgres.fence",
      ["node": pair.primary.node(), "unreachable_is": "fenced_by_witness"],
      contexts(password: "wrong"))
    #expect(try await called.refusal().contains("something is alive there"))
  }

  @Test func `B7: the undo is refused once the successor takes writes, or cannot be seen`()
    async throws
  {
    try await withPair { pair in
      let called = Called(
        "postgres.fence", ["node": pair.primary.stoppable, "successor": pair.standby.node()])
      let planned = try await called.planned()
      _ = try await called.apply(planned)
      try pair.standby.rows("select pg_promote(true, 20)")
      let taken = try await failure { _ = try await called.undo(planned) }
      #expect(taken.message.contains("it has taken over"))
      #expect(pair.primary.isRefusing)
      try await pair.standby.crash()
      let unseen = try await failure { _ = try await called.undo(planned) }
      #expect(unseen.message.contains("cannot be seen"))
      #expect(pair.primary.isRefusing)
    }
  }
}

extension Value {
  /// A recorded fence whose stop command is another.
  func replacingStop(with words: [String]) throws -> Value {
    guard case .map(var change) = self, case .map(var node)? = change["node"] else {
      throw Workshop.CommandFailed(description: "not a fence: \(self)")
    }
    node["stop"] = .list(words.map { .string($0) })
    change["node"] = .map(node)
    return .map(change)
  }
}
