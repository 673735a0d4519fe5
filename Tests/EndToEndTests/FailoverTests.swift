import Glibc
import RunbookModel
import TestServers
import Testing

/// The shipped runbooks on real servers, customers buying all the while. One lab at a time.
@Suite(.serialized) struct FailoverTests {
  /// The shop is in site B by everybody's word but lifeboat's.
  private func expectSiteB(_ lab: Lab) async throws {
    #expect(try await lab.primaries() == ["site_b"])
    #expect(try await lab.addresses() == Array(repeating: Lab.siteB, count: 3))
    #expect(try await lab.sellsMore(), "customers cannot buy")
    #expect(try await lab.desk.lifeboat("audit", "verify").status == 0)
  }

  private func expectSiteA(_ lab: Lab) async throws {
    #expect(try await lab.primaries() == ["site_a"])
    #expect(try await lab.addresses() == Array(repeating: Lab.siteA, count: 3))
    #expect(try await lab.sellsMore(), "customers cannot buy")
  }

  @Test func `the primary is killed after it ran ahead: failover, honest loss, and back again`()
    async throws
  {
    try await Lab.with { lab in
      #expect(try await lab.sellsMore())
      try await lab.command("break", "hold-replication")
      let held = ContinuousClock.now
      #expect(try await lab.sellsMore(3))
      let ahead = ContinuousClock.now - held
      try await lab.command("break", "kill-primary")
      let failover = try await lab.failOver("failover", "--outage-at", "0s")
      #expect(failover.status == 0, "\(failover)")
      try await lab.command("heal", "replication")
      try await expectSiteB(lab)

      let truth = try await lab.count()
      #expect(truth.lost >= 3, "the customers' log says what was lost")
      let rpo = try #require(try await lab.desk.report()["clocks"]?["rpo"])
      #expect(rpo["bound"] == "at_most" && rpo["verdict"] == "met", "\(rpo)")
      guard case .double(let seconds) = rpo["measured_seconds"] else {
        Issue.record("no figure: \(rpo)")
        return
      }
      #expect(Duration.seconds(seconds) >= ahead, "it must not claim less than was lost: \(rpo)")

      let failback = try await lab.failBack()
      #expect(failback.status == 0, "\(failback)")
      try await expectSiteA(lab)
      #expect(try await lab.databases()["site_b"]?.hasPrefix("standby") == true)
      #expect(try await lab.count().lost == truth.lost, "failback loses nothing more")
      #expect(try await lab.desk.lifeboat("audit", "verify").status == 0)
    }
  }

  @Test func `a switchover loses nothing, and a wrong key, password or standby changes nothing`()
    async throws
  {
    try await Lab.with { lab in
      let good = try #require(readText(lab.environment))
      try write("b25seSBhIHRlc3Qga2V5LCBub3QgdGhlIGxhYidzLi4u", to: lab.desk.path + "/wrong")
      let addresses = good.split(separator: "\n").filter { $0.contains("      address: '") }
        .compactMap { $0.split(separator: "'").dropFirst().first.map(String.init) }
      for (what, from, to) in [
        ("dns_key", lab.folder + "/secrets/dns_key", lab.desk.path + "/wrong"),
        ("password", lab.folder + "/secrets/db_password", lab.desk.path + "/wrong"),
        ("standby", addresses[1], addresses[0]),
      ] {
        let folder = "\(lab.desk.path)/\(what)"
        mkdir(folder, 0o755)
        let changed = good.split(separator: from, omittingEmptySubsequences: false)
        #expect(changed.count > 1, "\(what)")
        try write(changed.joined(separator: to), to: folder + "/lab.yaml")
        let plan = try await lab.desk.start(
          lab.words(
            "plan", "shop_failover", variant: "switchover", environment: folder + "/lab.yaml")
        ).end()
        #expect(plan.status == 4, "\(what): \(plan)")
        let drill = try await lab.failOver("switchover", environment: folder + "/lab.yaml")
        #expect([4, 6].contains(drill.status), "\(what): \(drill)")
        if drill.status == 6 {
          let end = try await lab.desk.lifeboat("resume", "--abort", "--reason", "a test")
          #expect(end.status == 7, "\(what): nothing was changed: \(end)")
        }
        try await expectSiteA(lab)
      }
      let switchover = try await lab.failOver("switchover")
      #expect(switchover.status == 0, "\(switchover)")
      try await expectSiteB(lab)
      #expect(try await lab.count().lost == 0)
    }
  }

  @Test func `a site that goes silent is failed over from`() async throws {
    try await Lab.with { lab in
      #expect(try await lab.sellsMore())
      try await lab.command("break", "cut-site", "a")
      let failover = try await lab.failOver("failover", "--outage-at", "0s")
      #expect([0, 3].contains(failover.status), "\(failover)")
      #expect(try await lab.databases()["site_b"]?.hasPrefix("primary") == true)
      #expect(try await lab.sellsMore(), "customers cannot buy")
      #expect(try await lab.count().lost == 0)
      #expect(try await lab.desk.lifeboat("audit", "verify").status == 0)
    }
  }

  @Test func `R2: lifeboat is killed during the promotion and resumed: one primary, promoted once`()
    async throws
  {
    try await Lab.with { lab in
      #expect(try await lab.sellsMore())
      try await lab.command("break", "kill-primary")
      let child = try lab.desk.start(
        lab.words(
          "drill", "shop_failover", variant: "failover",
          ["--outage-at", "0s", "--approve", "go"]))
      let isPromoting = await eventually(within: .seconds(60)) {
        ((try? lab.desk.run()).flatMap { readText($0 + "/journal.jsonl") } ?? "")
          .contains("\"do\":\"apply\",\"step\":\"promote_db\"")
      }
      await child.kill()
      #expect(isPromoting, "\(child.outputSoFar)\(child.errorsSoFar)")
      let status = try await lab.desk.lifeboat("status")
      #expect(status.output.contains("no process drives it"), "\(status)")

      let resumed = try await lab.desk.start(["resume"]).end(within: .seconds(120))
      #expect(resumed.status == 0, "\(resumed)")
      try await expectSiteB(lab)
      #expect(try await lab.timeline(of: "postgres_b") == "00000002", "it was promoted once")
      #expect(try lab.desk.releases("apply", "fence_db") == 1)
      // The journal's word beside the servers': the step ended as what they show.
      let promoted = try await lab.desk.statuses()["promote_db"]
      #expect(promoted == "succeeded" || promoted == "found_in_place", "\(promoted ?? "none")")
      let events = try lab.desk.journal().compactMap { $0["event"]?["type"]?.string }
      #expect(events.contains("run_resumed"))
    }
  }
}
