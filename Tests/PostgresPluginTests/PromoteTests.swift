import ActionConformance
import Glibc
import RunbookAction
import RunbookModel
import Testing

@testable import PostgresPlugin

@Suite struct `Promoting a standby` {
  /// Fences and gives the receipt.
  private func receipt(
    _ pair: Pair, node: Value? = nil, unreachableIs: Value = "failure"
  ) async throws -> Value {
    let fence = Called(
      "postgres.fence",
      [
        "node": node ?? pair.primary.stoppable, "unreachable_is": unreachableIs,
        "successor": pair.standby.node(),
      ])
    return try #require(try await fence.apply().facts["receipt"])
  }

  @Test func `a planned switch loses nothing, and proves it by log positions`() async throws {
    try await withPair { pair in
      try pair.buy()
      let receipt = try await receipt(pair)
      #expect(pair.primary.isRefusing)
      #expect(receipt["strength"] == "stopped")
      #expect(receipt["timeline"] == 1)
      #expect(
        receipt["system_identifier"]?.string
          == (try pair.standby.text("select system_identifier from pg_control_system()")))
      let called = Called(
        "postgres.promote",
        [
          "node": pair.standby.node(), "after": receipt,
          "max_data_loss": ["time": .duration(.zero), "bytes": 0],
        ])
      let planned = try await called.planned()
      #expect(await called.verify(planned).word == "does not hold")
      let evidence = try await called.apply(planned)
      let point = try #require(evidence.facts["recovery_point"])
      #expect(point["loss"] == .duration(.zero))
      #expect(point["bytes"] == 0)
      #expect(point["method"]?.string?.contains("log positions") == true)
      #expect(evidence.facts["timeline"] == 2)
      #expect(try pair.standby.text("select count(*) from orders") == "1")
      #expect(await called.verify(planned).word == "holds")
      try pair.standby.rows("insert into orders default values")
      // pg_rewind would see the new timeline.
      try await eventually("the control file has the new timeline") {
        (try? pair.standby.text("select timeline_id from pg_control_checkpoint()")) == "2"
      }
    }
  }

  @Test func `it keeps the contract of every action, without a superuser`() async throws {
    try await withPair { pair in
      let called = Called(
        "postgres.promote",
        ["node": pair.standby.node(user: "promoter"), "after": try await receipt(pair)])
      var test = ConformanceCase(called.action, input: called.input, contexts: called.contexts) {
        pair.fingerprint()
      }
      test.timeout = .seconds(30)
      let breaches = await test.breaches()
      #expect(breaches == [])
    }
  }

  @Test
  func `after a crash the loss is bounded by the outage's begin, or by when it was found dead`()
    async throws
  {
    try await withPair { pair in
      try pair.buy()
      try await pair.untilCaughtUp()
      try await pair.primary.crash()
      let outage = wallClock()
      let receipt = try await receipt(
        pair, node: pair.primary.node(), unreachableIs: "fenced_by_witness")
      let blind = Called(
        "postgres.promote",
        [
          "node": pair.standby.node(), "after": receipt,
          "max_data_loss": .duration(.milliseconds(1)),
        ])
      guard case .impossible(let refused) = try await blind.plan() else {
        Issue.record("it was not refused")
        return
      }
      #expect(refused.message.contains("because it is not known when the outage began"))
      #expect(refused.advice?.contains("begin one with --outage-at") == true)
      let called = Called(
        "postgres.promote",
        [
          "node": pair.standby.node(), "after": receipt,
          "max_data_loss": .duration(.seconds(60)),
        ], contexts(outageAt: outage))
      let evidence = try await called.apply()
      let point = try #require(evidence.facts["recovery_point"])
      let loss = try #require(point["loss"]?.duration)
      #expect(loss > .zero && loss < .seconds(60))
      #expect(point["bytes"]?.firstUnknown != nil)
      #expect(point["method"]?.string?.contains("at most") == true)
      #expect(try pair.standby.text("select count(*) from orders") == "1")
    }
  }

  @Test func `more than may be lost is refused, in time and in bytes`() async throws {
    try await withPair { pair in
      try pair.buy()
      try await pair.untilCaughtUp()
      try await pair.cut()
      try pair.buy()
      let receipt = try await receipt(pair)
      for limit: Value in [.duration(.milliseconds(1)), 16, ["bytes": 16]] {
        let called = Called(
          "postgres.promote",
          ["node": pair.standby.node(), "after": receipt, "max_data_loss": limit])
        #expect(try await called.refusal().contains("could be lost"))
      }
      let called = Called(
        "postgres.promote",
        [
          "node": pair.standby.node(), "after": receipt,
          "max_data_loss": ["time": .duration(.seconds(3600)), "bytes": 1_000_000],
        ])
      let evidence = try await called.apply()
      let bytes = try #require(evidence.facts["recovery_point"]?["bytes"]?.int)
      #expect(bytes > 0 && bytes < 1_000_000)
    }
  }

  @Test func `a person waives max_data_loss for what was shown, and for no more`() async throws {
    try await withPair { pair in
      try pair.buy()
      try await pair.untilCaughtUp()
      try await pair.cut()
      try pair.buy()
      let receipt = try await receipt(pair)
      func called(_ waived: Gate?) -> Called {
        var given = contexts()
        given.facts.waived = waived
        return Called(
          "postgres.promote",
          ["node": pair.standby.node(), "after": receipt, "max_data_loss": 16], given)
      }
      func failure(_ waived: Gate?) async throws -> ActionFailure {
        guard case .impossible(let failure) = try await called(waived).plan() else {
          throw Workshop.CommandFailed(description: "it was not refused")
        }
        return failure
      }
      let gate = try #require(try await failure(nil).gate)
      #expect(gate.name == "max_data_loss" && gate.finding.contains("of log could be lost"))
      let bytes = try #require(gate.measure["bytes"]?.int)

      // Less was accepted, or another guard, or a figure where now there is none.
      var less = gate
      less.measure = ["time": gate.measure["time"] ?? .null, "bytes": .int(bytes - 1)]
      #expect(try await failure(less).message.contains("a person had accepted up to"))
      var other = gate
      other.name = "after"
      #expect(try await failure(other).gate == gate)

      let planned = try await called(gate).planned()
      #expect(planned["waived"]?["bytes"] == .int(bytes))
      guard case .change(_, let preview) = try await called(gate).plan() else { return }
      #expect(preview.warnings.contains { $0.contains("max_data_loss is overridden") })
      // What is applied is judged by the change alone: without the waiver it is refused at the last look too.
      var unwaived = try #require(planned.map)
      unwaived["waived"] = nil
      let late = try await PostgresPluginTests.failure {
        _ = try await called(nil).apply(.map(unwaived))
      }
      #expect(late.gate == gate)
      #expect(try pair.standby.text("select pg_is_in_recovery()") == "true")
      let evidence = try await called(nil).apply(planned)
      #expect(evidence.summary.contains("max_data_loss was overridden for"))
      #expect(evidence.facts["recovery_point"]?["bytes"] == .int(bytes))
    }
  }

  @Test func `every other guard stands, whatever was waived`() async throws {
    let pair = try await sharedPair()
    let accepted = Gate(
      name: "max_data_loss", finding: "much",
      measure: ["time": .duration(.seconds(3600)), "bytes": 1_000_000])
    var given = contexts()
    given.facts.waived = accepted
    let called = Called(
      "postgres.promote",
      [
        "node": pair.standby.node(), "after": try fakeReceipt(pair), "max_data_loss": 16,
      ], given)
    #expect(try await called.refusal().contains("there would be two primaries"))
  }

  @Test func `without a receipt of this run there is no promotion`() async throws {
    let pair = try await sharedPair()
    let made = try fakeReceipt(pair)
    func refusal(_ after: Value, _ run: String = "20260101-000000-test") async throws -> String {
      try await Called(
        "postgres.promote", ["node": pair.standby.node(), "after": after], contexts(run: run)
      ).refusal()
    }
    #expect(try await refusal(["strength": "stopped"]).contains("no receipt"))
    #expect(try await refusal(made, "20260101-000000-next").contains("not by this one"))
    #expect(
      try await refusal(try fakeReceipt(pair, address: pair.standby.address))
        .contains("cannot take over from itself"))
    #expect(
      try await refusal(try fakeReceipt(pair, identifier: "42")).contains("belongs to cluster"))
    #expect(try await refusal(try fakeReceipt(pair, strength: .soft)).contains("only stopped or"))
  }

  @Test func `two primaries are refused, whatever the receipt says`() async throws {
    let pair = try await sharedPair()
    let called = Called(
      "postgres.promote", ["node": pair.standby.node(), "after": try fakeReceipt(pair)])
    #expect(try await called.refusal().contains("there would be two primaries"))
  }

  @Test func `a primary is not promoted`() async throws {
    let pair = try await sharedPair()
    let receipt = try fakeReceipt(pair, address: "\(pair.primary.host):1")
    let called = Called("postgres.promote", ["node": pair.primary.node(), "after": receipt])
    #expect(try await called.refusal().contains("the same timeline as the fenced primary's"))
  }

  @Test func `a standby that is not ready is refused: role, replay, delay, failover manager`()
    async throws
  {
    try await withPair { pair in
      let receipt = try await receipt(pair)
      let weak = Called(
        "postgres.promote", ["node": pair.standby.node(user: "watcher"), "after": receipt])
      #expect(try await weak.refusal().contains("may not execute pg_promote"))

      let manager = try Session.open(pair.standby.target(), by: .after(.seconds(60)))
      try manager.rows("set application_name = 'Patroni heartbeat'")
      var called = Called("postgres.promote", ["node": pair.standby.node(), "after": receipt])
      #expect(try await called.refusal().contains("failover manager is connected"))
      called.input = filled(
        ["node": pair.standby.node(), "after": receipt, "failover_manager": "paused"],
        for: called.action.page.fields)
      guard case .change(_, let preview) = try await called.plan() else {
        Issue.record("it was not planned")
        return
      }
      #expect(preview.warnings.contains { $0.contains("said to be paused") })

      try pair.standby.rows("select pg_wal_replay_pause()")
      #expect(try await called.refusal().contains("replay is paused"))
      try pair.standby.rows("select pg_wal_replay_resume()")
      try pair.standby.rows("alter system set recovery_min_apply_delay = '1min'")
      try pair.standby.rows("select pg_reload_conf()")
      try await eventually("the delay is set") {
        (try? pair.standby.text("select current_setting('recovery_min_apply_delay')")) == "1min"
      }
      #expect(try await called.refusal().contains("delayed standby"))
    }
  }

  @Test func `what changed between plan and apply stops it`() async throws {
    try await withPair { pair in
      let called = Called(
        "postgres.promote", ["node": pair.standby.node(), "after": try await receipt(pair)])
      let planned = try await called.planned()
      // Somebody starts the old primary again, and it is still soft-fenced by setting.
      try await pair.primary.startAndWait()
      let up = try await failure { _ = try await called.apply(planned) }
      #expect(up.effect == .unchanged(retryable: false))
      #expect(up.message.contains("is up again"))
      try pair.primary.rows("alter system reset default_transaction_read_only")
      try pair.primary.rows("select pg_reload_conf()")
      try await eventually("the old primary takes writes") { (try? pair.buy()) != nil }
      let two = try await failure { _ = try await called.apply(planned) }
      #expect(two.message.contains("there would be two primaries"))
      #expect(try pair.standby.text("select pg_is_in_recovery()") == "true")
    }
  }

  @Test func `done already is seen, and an attempt in doubt can be made again`() async throws {
    try await withPair { pair in
      try pair.buy()
      let called = Called(
        "postgres.promote", ["node": pair.standby.node(), "after": try await receipt(pair)])
      let planned = try await called.planned()
      // The order arrived, the answer did not.
      try pair.standby.rows("select pg_promote(true, 20)")
      #expect(await called.verify(planned).word == "holds")
      let evidence = try await called.apply(planned)
      #expect(evidence.summary.contains("promoted before"))
      #expect(evidence.facts["recovery_point"]?["bytes"] == 0)
      #expect(
        try pair.standby.text("select substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)")
          == "00000002")
      guard case .alreadyInPlace = try await called.plan() else {
        Issue.record("plan does not see it")
        return
      }
    }
  }

  @Test func `read-only left by a fence, and a synchronous standby that is gone, are no hindrance`()
    async throws
  {
    try await withPair { pair in
      try pair.standby.rows("alter system set default_transaction_read_only = on")
      try pair.standby.rows("alter system set synchronous_standby_names = 'gone'")
      try pair.standby.rows("select pg_reload_conf()")
      let called = Called(
        "postgres.promote", ["node": pair.standby.node(), "after": try await receipt(pair)])
      guard case .change(let planned, let preview) = try await called.plan() else {
        Issue.record("it was not planned")
        return
      }
      #expect(planned["clear_read_only"] == true)
      #expect(preview.warnings.contains { $0.contains("synchronous_standby_names is 'gone'") })
      _ = try await called.apply(planned)
      #expect(await called.verify(planned).word == "holds")
      try pair.standby.rows("insert into orders default values")
    }
  }

  @Test func `a standby that dies in the middle leaves the result unknown`() async throws {
    try await withPair { pair in
      let called = Called(
        "postgres.promote", ["node": pair.standby.node(), "after": try await receipt(pair)])
      let planned = try await called.planned()
      // A startup process that is stopped cannot finish the promotion.
      let startup = try #require(
        try pair.standby.text(
          "select pid from pg_stat_activity where backend_type = 'startup'"
        ).flatMap { pid_t($0) })
      kill(startup, SIGSTOP)
      defer { kill(startup, SIGCONT) }
      let failure = try await failure { _ = try await called.apply(planned, within: .seconds(3)) }
      #expect(failure.effect == .unknown)
      #expect(await called.verify(planned).word == "does not hold")
      kill(startup, SIGCONT)
      try await eventually("the order is carried out late") {
        (try? pair.standby.text("select pg_is_in_recovery()")) == "false"
      }
      #expect(await called.verify(planned).word == "holds")
    }
  }

  @Test func `before the fence has run everything else is looked at`() async throws {
    let pair = try await sharedPair()
    let later: Value = .unknown("fence_db has run")
    let standby = Called("postgres.promote", ["node": pair.standby.node(), "after": later])
    guard case .unknown(let reason) = try await standby.plan() else {
      Issue.record("it should not be known")
      return
    }
    #expect(reason.contains("fence_db has run"))
    #expect(reason.contains("is a standby of cluster"))
    let primary = Called("postgres.promote", ["node": pair.primary.node(), "after": later])
    #expect(try await primary.refusal().contains("only a standby can be promoted"))
  }

  @Test func `a word from the old primary after the fence shows that it is alive`() async throws {
    let pair = try await sharedPair()
    let receipt = try fakeReceipt(
      pair, strength: .witnessed, at: wallClock() - .seconds(3600))
    let state = try NodeState.read(
      Session.open(pair.standby.target(), by: .after(.seconds(10))))
    let candidate = try Candidate.read(
      Session.open(pair.standby.target(), by: .after(.seconds(10))), heartbeat: nil)
    // Cut off from here, but not from its standby.
    let unseen = Look.unreachable(
      ConnectTrouble(kind: .silentHost, address: pair.primary.address, detail: "no word in 3 s"))
    var judge = Judge(
      candidate: candidate, oldPrimary: unseen,
      terms: Assessment.Terms(
        receipt: try ValueDecoder().decode(Receipt.self, from: receipt), oldTimeline: 1,
        limit: try LossLimit(nil), failoverManager: .absent, outageAt: nil, run: nil))
    let point = RecoveryPoint(state, heartbeat: nil, writer: .init())
    guard case .refused(let failure) = judge.answer(point) else {
      Issue.record("it would have been promoted")
      return
    }
    #expect(failure.message.contains("the old primary is alive"))
  }

  /// A receipt as this run's fence would have made it.
  private func fakeReceipt(
    _ pair: Pair, address: String? = nil, identifier: String? = nil,
    strength: Receipt.Strength = .stopped, at time: Timestamp = wallClock()
  ) throws -> Value {
    let own = try pair.primary.text("select system_identifier from pg_control_system()")
    return Receipt(
      run: RunID("20260101-000000-test"), address: address ?? pair.primary.address,
      strength: strength, systemIdentifier: SystemIdentifier(identifier ?? own ?? ""), timeline: 1,
      lastPosition: nil, fencedAt: time
    ).value
  }
}
