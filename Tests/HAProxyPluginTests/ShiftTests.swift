import ActionConformance
import RunbookAction
import RunbookModel
import Synchronization
import TestServers
import Testing

@testable import HAProxyPlugin

@Suite struct ShiftTests {
  let siteA: FakeServer
  let siteB: FakeServer
  let shifting = Shifting()

  init() throws {
    siteA = try Site.start("a")
    siteB = try Site.start("b")
  }

  /// Two sites, both up.
  private func start(_ more: [String] = [], balance: String = "roundrobin") async throws -> Balancer
  {
    let servers = ["server site_a \(siteA.address)", "server site_b \(siteB.address)"]
    return try await Balancer.start(servers + more, balance: balance)
  }

  @Test func `haproxy.shift keeps the contract of a change, against HAProxy`() async throws {
    let balancer = try await start()
    let check = ScriptedCheck { .holds(Evidence("always")) }
    let order = order(
      [balancer.runtime], to: ["site_b"], ramp: [50, 100],
      with: ["check": ["uses": "test.check", "with": ["within": .duration(.seconds(1)), "n": 2]]])
    let subject = ConformanceCase(
      try action("haproxy.shift"), input: .map(order),
      contexts: TestContexts(actions: [AnyAction(check)])
    ) { balancer.weights() }
    #expect(await subject.breaches() == [])
  }

  @Test func `the ramp moves real traffic in the shares it says, and undo brings it back`()
    async throws
  {
    let balancer = try await start(["server site_c 127.0.0.1:1 disabled"])
    let before = balancer.weights()
    let seen = Mutex<[[String: Int]]>([])
    let check = ScriptedCheck {
      seen.withLock { $0.append(balancer.answers(of: 40)) }
      return .holds(Evidence("asked"))
    }
    let shifting = Shifting(contexts: TestContexts(actions: [AnyAction(check)]))
    let order = order(
      [balancer.socket], to: ["site_b"], ramp: [10, 75, 100],
      with: ["check": ["uses": "test.check", "with": [:]]])
    let change = try #require(await shifting.plan(order).change)
    let evidence = try await shifting.apply(change)
    #expect(evidence.facts["share"] == .double(100))
    #expect(balancer.answers(of: 10) == ["b": 10])
    #expect(try await shifting.verify(change).word == "holds")
    let shares = seen.withLock { $0 }
    #expect(shares.count == 2)
    #expect((2...6).contains(shares[0]["b"] ?? 0), "10 % of 40: \(shares[0])")
    #expect((28...32).contains(shares[1]["b"] ?? 0), "75 % of 40: \(shares[1])")

    try await shifting.undo(change)
    #expect(balancer.weights() == before)
    #expect((15...25).contains(balancer.answers(of: 40)["a"] ?? 0))
  }

  @Test func `the plan shows states, commands, the time, and that a reload forgets it`()
    async throws
  {
    let balancer = try await start()
    let order = order([balancer.runtime], to: ["site_b"], ramp: [50, 100], holdEach: "30s")
    let preview = try #require(await shifting.plan(order).preview)
    #expect(preview.fidelity == .observed)
    #expect(
      preview.saw[0] == "\(balancer.runtime), backend app UP: site_b gets 50 % of new traffic")
    #expect(preview.saw[1].hasPrefix("  site_a: UP"))
    #expect(preview.does[0] == "new traffic of app goes to site_b: 50 %, 100 %")
    #expect(preview.does.contains("    set server app/site_b weight 256"))
    #expect(preview.does.contains("    set server app/site_a weight 0"))
    #expect(preview.does.last == "each part is held 30 s; 30 s or more in all")
    #expect(preview.warnings.contains { $0.contains("lost when HAProxy is reloaded") })
  }

  @Test func `two processes move together and are both read afterwards`() async throws {
    let first = try await start()
    let second = try await start()
    let order = order([first.socket, second.runtime], to: ["site_b"])
    let change = try #require(await shifting.plan(order).change)
    try await shifting.apply(change)
    #expect(first.weights() == "site_a 0 0, site_b 1 0")
    #expect(second.weights() == first.weights())
    second.say("set server app/site_a weight 1")
    let verdict = try await shifting.verify(change)
    #expect(verdict.word == "does not hold")
    #expect(
      verdict.evidence.summary.contains(
        "at \(second.runtime), site_a has weight 1 and should have 0"))
    second.process.stop()
    #expect(try await shifting.verify(change).word == "cannot tell")
  }

  @Test func `a server in maintenance gets traffic only when its own check has passed`()
    async throws
  {
    let balancer = try await start()
    balancer.say("set server app/site_b state maint")
    let before = balancer.weights()
    let change = try #require(await shifting.plan(order([balancer.runtime], to: ["site_b"])).change)
    try await shifting.apply(change)
    #expect(balancer.answers(of: 4) == ["b": 4])
    try await shifting.undo(change)
    #expect(balancer.weights() == before)

    siteB.stop()
    let quick = Shifting(limit: .seconds(2))
    let failure = await #expect(throws: ActionFailure.self) { try await quick.apply(change) }
    #expect(failure?.effect == .unknown)
    #expect(failure?.message.contains("0 of 1 servers are healthy") == true)
    #expect(balancer.answers(of: 4) == ["a": 4])
    try await shifting.undo(change)
    #expect(balancer.weights() == before)
  }

  @Test func `a dead site is shut out at once, and does not come back by getting well`()
    async throws
  {
    let port = siteA.port
    let balancer = try await start()
    siteA.stop()
    #expect(await balancer.waits(for: "site_a", toBe: "DOWN"))
    let planned = try await shifting.plan(
      order([balancer.runtime], to: ["site_b"], ramp: [10, 100]))
    let change = try #require(planned.change)
    #expect(planned.preview?.warnings.contains { $0.contains("all goes at once") } == true)
    try await shifting.apply(change)
    let again = try Site.start("a", on: port)
    #expect(await balancer.waits(for: "site_a", toBe: "UP"))
    #expect(balancer.answers(of: 6) == ["b": 6])
    #expect(try await shifting.verify(change).word == "holds")
    again.stop()
  }

  @Test func `several servers of a site share among each other as configured`() async throws {
    let third = try Site.start("c")
    let servers = [
      "server a1 \(siteA.address) weight 100", "server b1 \(siteB.address) weight 30",
      "server b2 \(third.address) weight 10", "server sorry \(siteA.address) backup",
    ]
    let balancer = try await Balancer.start(servers)
    let order = order([balancer.runtime], to: ["b1", "b2"], ramp: [50, 100])
    let change = try #require(await shifting.plan(order).change)
    try await shifting.apply(change)
    #expect(balancer.weights() == "a1 0 0, b1 30 0, b2 10 0, sorry 1 0")
    third.stop()
  }
}
