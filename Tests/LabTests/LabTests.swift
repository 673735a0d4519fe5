import Glibc
import Testing

@testable import lifeboat_lab

/// One lab at a time: each runs a dozen servers.
@Suite(.serialized) struct LabTests {
  @Test func `a new lab streams, sells through DNS and HAProxy, and leaves nothing behind`() throws
  {
    let lab = try RunningLab()
    #expect(lab.isStreaming(from: .siteA))
    #expect(try lab.query(.siteB, "select pg_is_in_recovery()::text") == "true")
    #expect(try lab.sellsMore())
    #expect(try lab.status().servers.allSatisfy { $0.condition == .running && $0.pid != nil })
    #expect(try lab.get(lab.layout.siteB.front, "/healthz").contains(#""site":"site_a""#))
    #expect(try lab.get(lab.layout.siteB.app, "/healthz").contains(#""database":"read-write""#))
    #expect(try lab.count().lost == 0)

    // A change reaches the secondary at once, and customers when their resolver's copy is too old.
    try lab.pointShop(to: lab.layout.siteB.front)
    for server in [lab.layout.dnsPrimary, lab.layout.dnsSecondary, lab.layout.resolver] {
      #expect(
        try wait(atMost: 15) {
          try lab.address(from: server) == lab.layout.siteB.front.address
        })
    }
    #expect(try lab.sellsMore())

    let processes = lab.processes()
    #expect(processes.count > 10)
    try lab.run("down")
    #expect(processes.allSatisfy { !ProcessState.isAlive($0) })
    #expect(lab.processes().isEmpty)
    #expect(!Files.exists(lab.folder.path))
  }

  @Test
  func `what the link dropped before the primary died is counted as lost, and the way back works`()
    throws
  {
    let lab = try RunningLab()
    #expect(try lab.sellsMore())
    try lab.run("break", "drop-replication")
    #expect(try lab.sellsMore(10))
    try lab.run("break", "kill-primary")
    #expect(try lab.server("postgres_a").condition == .killed)
    #expect(
      try wait(atMost: 10) {
        try lab.get(lab.layout.witnesses[1], "/").contains(#""site_a":"down""#)
      })

    #expect(try lab.query(.siteB, "select pg_promote(true, 30)::text") == "true")
    _ = try lab.haproxy("set server shop/site_b weight 100; set server shop/site_a weight 0")
    #expect(try lab.sellsMore())
    let tally = try lab.count()
    #expect(tally.database == "site_b")
    #expect(tally.lost >= 10)
    #expect(tally.present > 0)
    #expect(tally.outage != nil)

    // A killed primary is not brought back beside the promoted one.
    #expect(try lab.run("heal").contains("postgres_a stays down"))
    #expect(try lab.server("postgres_a").pid == nil)
    try lab.run("node", "rewind", "--site", "a")
    #expect(wait(atMost: 15) { lab.isStreaming(from: .siteB) })
    #expect(try lab.query(.siteA, "select pg_is_in_recovery()::text") == "true")
    let rows = "select count(*) from orders"
    #expect(try wait(atMost: 10) { try lab.query(.siteA, rows) >= String(tally.present) })

    try lab.run("environment", "--primary", "b")
    let environment = Files.read(lab.folder.environment) ?? ""
    #expect(environment.contains("sites: {primary: site_b, standby: site_a}"))
  }

  @Test func `a site that is cut off answers nothing, refuses nothing, and goes on when healed`()
    throws
  {
    let lab = try RunningLab()
    #expect(try lab.sellsMore())
    try lab.run("break", "cut-site", "a")
    for endpoint in [lab.layout.siteA.database, lab.layout.siteA.app] {
      #expect(throws: Wire.Failure.timedOut) {
        try Wire(to: endpoint, by: monotonicSeconds() + 0.3)
      }
    }
    #expect(
      try wait(atMost: 10) {
        try lab.get(lab.layout.witnesses[0], "/").contains(#""site_a":"down""#)
      })
    #expect(throws: RunningLab.Failed.self) { try lab.run("node", "stop", "--site", "a") }
    try lab.run("heal")
    #expect(try lab.sellsMore())
    #expect(wait(atMost: 15) { lab.isStreaming(from: .siteA) })

    // Without power nothing can be done on its machines, and healing brings them back.
    try lab.run("break", "kill-site", "a")
    #expect(try lab.server("shop_a").state == nil)
    #expect(throws: RunningLab.Failed.self) { try lab.run("node", "start", "--site", "a") }
    try lab.run("heal", "a")
    #expect(try lab.sellsMore())
  }

  @Test func `replication that is delayed comes later, and everything comes in the end`() throws {
    let lab = try RunningLab()
    try lab.run("break", "delay-replication", "900ms")
    let late =
      "select coalesce(max(extract(epoch from replay_lag)), 0) > 0.8 from pg_stat_replication"
    #expect(try wait(atMost: 15) { try lab.query(.siteA, late) == "t" })
    try lab.run("heal", "replication")
    let position = try lab.query(.siteA, "select pg_current_wal_lsn()")
    let arrived = "select pg_last_wal_replay_lsn() >= '\(position)'"
    #expect(try wait(atMost: 15) { try lab.query(.siteB, arrived) == "t" })
  }

  @Test func `nothing is left when the supervisor is killed, not even what was frozen`() throws {
    let lab = try RunningLab()
    try lab.run("break", "cut-site", "a")
    try lab.run("break", "freeze", "haproxy")
    let processes = lab.processes()
    kill(try lab.status().supervisor, SIGKILL)
    #expect(wait(atMost: 15) { processes.allSatisfy { !ProcessState.isAlive($0) } })
    #expect(wait(atMost: 5) { lab.processes().isEmpty })
    #expect(throws: RunningLab.Failed.self) { try lab.run("status") }
  }

  @Test(.enabled(if: geteuid() == 0))
  func `in a network of its own, a site that is cut off works on inside and is silent outside`()
    throws
  {
    let lab = try RunningLab(["--network", "namespaces"])
    let device = "/sys/class/net/lifeboat\(lab.layout.network ?? 0)"
    #expect(Files.exists(device))
    try lab.pointShop(to: lab.layout.siteB.front)
    #expect(
      try wait(atMost: 5) {
        try lab.address(from: lab.layout.dnsSecondary) == lab.layout.siteB.front.address
      })
    try lab.run("break", "cut-site", "a")
    #expect(throws: Wire.Failure.timedOut) {
      try Wire(to: lab.layout.siteA.app, by: monotonicSeconds() + 0.3)
    }
    #expect(try lab.server("shop_a").state != "T")
    try lab.run("heal")
    #expect(try lab.sellsMore())
    try lab.run("down")
    #expect(!Files.exists(device))
    #expect(lab.processes().isEmpty)
  }

  @Test(.enabled(if: geteuid() == 0))
  func `a full disk stops the sales, and room on it brings them back`() throws {
    let lab = try RunningLab(["--small-disks"])
    #expect(try lab.sellsMore())
    try lab.run("break", "fill-disk", "site_a")
    #expect(
      try wait(atMost: 20, every: 0.1) {
        try !lab.get(lab.layout.siteA.app, "/healthz").contains(#""database":"read-write""#)
      })
    try lab.run("heal", "a")
    #expect(try lab.sellsMore())
    #expect(try lab.count().lost == 0)
    try lab.run("down")
    #expect(!(Files.read("/proc/self/mounts") ?? "").contains(lab.folder.path))
  }

  @Test func `nothing is left when the guard is killed`() throws {
    let lab = try RunningLab()
    let guardian = try #require(Guard.pid(lab.folder))
    let processes = lab.processes()
    kill(guardian, SIGKILL)
    #expect(wait(atMost: 15) { processes.allSatisfy { !ProcessState.isAlive($0) } })
  }

  @Test func `a folder with other things in it is refused and left as it is`() throws {
    let path = RunningLab.path()
    try Files.makeFolder(path)
    defer { Files.remove(path) }
    try Files.write("\(path)/thesis.txt", "three years of work")
    #expect(throws: RunningLab.Failed.self) { try RunningLab.run(["up", "--dir", path]) }
    #expect(throws: RunningLab.Failed.self) { try RunningLab.run(["down", "--dir", path]) }
    #expect(Files.read("\(path)/thesis.txt") == "three years of work")
  }
}
