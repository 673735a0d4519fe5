import ActionConformance
import RunbookAction
import RunbookModel
import TestServers
import Testing

@testable import HAProxyPlugin

@Suite struct CheckTests {
  let siteA: FakeServer

  init() throws { siteA = try Site.start("a") }

  private func start() async throws -> Balancer {
    let servers = ["server site_a \(siteA.address) weight 9", "server lost 127.0.0.1:1 weight 9"]
    let balancer = try await Balancer.start(servers)
    guard await balancer.waits(for: "lost", toBe: "DOWN") else { throw RigError("never DOWN") }
    return balancer
  }

  private func ask(_ input: ValueMap) async throws -> Verdict {
    let action = try action("haproxy.check")
    guard case .check(let check) = action.body else { throw RigError("not a check") }
    return await check(filled(.map(input), for: action.page.fields), TestContexts().read())
  }

  @Test func `haproxy.check keeps the contract of a check`() async throws {
    let balancer = try await start()
    let subject = ConformanceCase(
      try action("haproxy.check"),
      input: [
        "runtime": ["address": .string(balancer.runtime)], "backend": "app", "server": "site_a",
        "expect": ["status": "up", "weight": 9],
      ]
    ) { balancer.weights() }
    #expect(await subject.breaches() == [])
  }

  @Test(
    arguments: [
      (["server": "site_a"], "holds"),
      (["server": "lost"], "does not hold"),
      (["server": "lost", "expect": ["status": "down"]], "holds"),
      (["server": "site_a", "expect": ["weight": 8]], "does not hold"),
      (["server": "site_a", "expect": ["sessions_at_most": 0]], "holds"),
      (["server": "site_a", "expect": ["status": "maintenance"]], "does not hold"),
      (["server": "nobody"], "does not hold"),
      ([:], "holds"),
      (["expect": ["usable_at_least": 1]], "holds"),
      (["expect": ["usable_at_least": 2]], "does not hold"),
      (["backend": "web"], "cannot tell"),
      (["backend": "a b"], "cannot tell"),
      (["expect": ["weight": 8]], "cannot tell"),
    ] as [(ValueMap, String)])
  func `it says what HAProxy shows`(more: ValueMap, word: String) async throws {
    let balancer = try await start()
    var input: ValueMap = ["runtime": ["socket": .string(balancer.socket)], "backend": "app"]
    for entry in more { input[entry.key] = entry.value }
    let verdict = try await ask(input)
    #expect(verdict.word == word, "\(verdict.evidence.summary)")
  }

  @Test func `a process that does not answer leaves it without an answer`() async throws {
    let balancer = try await start()
    let runtimes: Value = [
      ["address": .string(balancer.runtime)], ["socket": "/nonexistent/haproxy.sock"],
    ]
    let verdict = try await ask(["runtime": runtimes, "backend": "app"])
    #expect(verdict.word == "cannot tell")
    #expect(verdict.evidence.summary.contains("there is no socket at /nonexistent/haproxy.sock"))
  }

  @Test(arguments: [1, 5, 10, 25, 33, 50, 75, 90, 99])
  func `shares come within half a percent of what was asked`(percent: Int) {
    let sharing = Sharing(
      target: [("b1", 100), ("b2", 100)], others: [("a1", 256), ("a2", 1), ("a3", 40)])
    let weights = sharing.weights(for: percent)
    let total = weights.reduce(0) { $0 + $1.weight }
    let part = weights.filter { $0.server.hasPrefix("b") }.reduce(0) { $0 + $1.weight }
    #expect(abs(Double(part) / Double(total) * 100 - Double(percent)) <= 0.5)
    #expect(weights.allSatisfy { (1...256).contains($0.weight) })
  }
}
