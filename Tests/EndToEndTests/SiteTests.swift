import Glibc
import RunbookModel
import TestServers
import Testing

/// The shipped runbook with wrong credentials, and when a whole site goes silent. One lab at a time.
@Suite(.serialized) struct SiteTests {
  /// The lab's environment with one text replaced, in a folder of its own.
  private func changed(_ lab: Lab, _ what: String, _ from: String, to: String) throws -> String {
    let good = try #require(readText(lab.environment))
    let parts = good.split(separator: from, omittingEmptySubsequences: false)
    #expect(parts.count > 1, "\(what): \(from) is not in the environment")
    mkdir("\(lab.desk.path)/\(what)", 0o755)
    let path = "\(lab.desk.path)/\(what)/lab.yaml"
    try write(parts.joined(separator: to), to: path)
    return path
  }

  @Test func `a wrong password and a standby that is none are refused; a wrong key can be mended`()
    async throws
  {
    try await Lab.with { lab in
      let secret = lab.desk.path + "/secret"
      let addresses = try #require(readText(lab.environment)).split(separator: "\n")
        .filter { $0.contains("      address: '") }
        .compactMap { $0.split(separator: "'").dropFirst().first.map(String.init) }
      try write("not the password", to: secret)
      for environment in [
        try changed(lab, "password", lab.folder + "/secrets/db_password", to: secret),
        try changed(lab, "standby", addresses[1], to: addresses[0]),
      ] {
        let plan = try await lab.desk.start(
          lab.words("plan", "shop_failover", variant: "switchover", environment: environment)
        ).end()
        #expect(plan.status == 4, "\(environment): \(plan)")
        let drill = try await lab.failOver("switchover", environment: environment)
        #expect(drill.status == 6, "\(environment): \(drill)")
        let end = try await lab.desk.lifeboat("resume", "--abort", "--reason", "a test")
        #expect(end.status == 7, "nothing was changed, and that is what it says: \(end)")
        try await lab.expectSiteA()
      }
      // A wrong key is found before anything is changed, not in the middle.
      try write("b25seSBhIHRlc3Qga2V5LCBub3QgdGhlIGxhYidzLi4u", to: secret)
      let wrongKey = try changed(lab, "key", lab.folder + "/secrets/dns_key", to: secret)
      let switchover = try await lab.failOver("switchover", environment: wrongKey)
      #expect(switchover.status == 6, "\(switchover)")
      let statuses = try await lab.desk.statuses()
      #expect(statuses["dns_key_fits"] == "failed" && statuses["fence_db"] == "not_started")
      #expect(try await lab.addresses() == Array(repeating: Lab.siteA, count: 3))
      try write(bytes(of: lab.folder + "/secrets/dns_key"), to: secret)
      let mended = try await lab.desk.lifeboat(
        "resume", "--retry", "dns_key_fits", "--reason", "the right key is there now", "--approve",
        "go")
      #expect(mended.status == 0, "\(mended)")
      try await lab.expectSiteB()
      #expect(try await lab.count().lost == 0, "a switchover loses nothing")
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

  @Test func `a switchover whose old site dies half way goes on as a failover`() async throws {
    try await Lab.with { lab in
      #expect(try await lab.sellsMore())
      let waiting = try await lab.desk.start(
        lab.words("drill", "shop_failover", variant: "switchover")
      ).end(within: .seconds(120))
      #expect(waiting.status == 6, "\(waiting)")
      // While it waits for its answer, site A is lost.
      try await lab.command("break", "kill-site", "a")
      let held = try await lab.desk.start(["resume", "latest", "--approve", "go"])
        .end(within: .seconds(120))
      #expect(held.status == 6, "\(held)")
      let gone = try await lab.desk.start([
        "switch-variant", "latest", "failover", "--reason", "site A died", "--outage-at", "0s",
        "--approve", "go",
      ]).end(within: .seconds(120))
      #expect([0, 3].contains(gone.status), "\(gone)")
      try await lab.expectSiteB()
      #expect(try await lab.desk.lifeboat("audit", "verify").status == 0)
    }
  }
}
