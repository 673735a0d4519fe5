import ActionConformance
import RunbookAction
import RunbookModel
import TestServers
import Testing

@testable import DNSPlugin

@Suite struct SwitchTests {
  @Test func `dns.switch keeps the contract of a change, against BIND with a secondary`()
    async throws
  {
    let servers = try await NameServers.shared.value
    let subject = ConformanceCase(
      try action("dns.switch"), input: .map(order(servers, "conform.example.test", ["127.0.0.2"])),
      contexts: contexts
    ) {
      let first = await lookUp("conform.example.test", .a, at: servers.primaryAddress)
      return "\(first ?? [])"
    }
    #expect(await subject.breaches() == [])
  }

  @Test func `the plan shows the zone, both servers, and the update line by line`() async throws {
    let servers = try await NameServers.shared.value
    let preview = try #require(
      await plan(order(servers, "shop.example.test", ["127.0.2.80"])).preview)
    #expect(preview.fidelity == .observed)
    // Other tests change the zone at the same time, so the secondary may be a moment behind.
    #expect(preview.warnings.filter { !$0.contains("has serial") } == [])
    #expect(preview.saw.count == 3)
    #expect(preview.saw[0].hasPrefix("zone example.test., serial "))
    #expect(preview.saw[2].hasPrefix("\(servers.secondaryAddress): 127.0.1.80 (TTL 1 s), serial "))
    #expect(preview.does[0] == "shop.example.test. A: 127.0.1.80 (TTL 1 s) -> 127.0.2.80 (TTL 1 s)")
    #expect(preview.does.contains("  prereq yxrrset shop.example.test. A 127.0.1.80"))
    #expect(preview.does.contains("  update delete shop.example.test. A"))
    #expect(preview.does.contains("  update add shop.example.test. 1 A 127.0.2.80"))
  }

  @Test(arguments: [
    (
      "two.example.test", "A", ["127.0.0.2", "127.0.0.3", "127.0.0.2"], ["127.0.0.2", "127.0.0.3"]
    ),
    ("text.example.test", "TXT", ["a \"b\" \\ c"], ["\"a \\\"b\\\" \\\\ c\""]),
    ("new.example.test", "AAAA", ["2001:DB8::0:1"], ["2001:db8::1"]),
    ("move.example.test", "CNAME", ["Shop.Example.test"], ["shop.example.test."]),
    ("fresh.example.test", "CNAME", ["ready.example.test"], ["ready.example.test."]),
  ])
  func `a whole set of any type is exchanged and put back`(
    name: String, type: String, to: [String], shown: [String]
  ) async throws {
    let servers = try await NameServers.shared.value
    let kind = try #require(RecordType(rawValue: type))
    let before = await lookUp(name, kind, at: servers.primaryAddress)
    let order = order(servers, name, type: type, to, with: ["ttl": "1s"])
    let change = try #require(await plan(order).change)
    _ = try await apply(change)
    #expect(await lookUp(name, kind, at: servers.primaryAddress) == shown)
    let held = await eventually { await verify(change).word == "holds" }
    #expect(held)
    _ = try await undo(change)
    #expect(await lookUp(name, kind, at: servers.primaryAddress) == before)
  }

  @Test func `a change that somebody else overtook is refused with what is there now`() async throws
  {
    let servers = try await NameServers.shared.value
    let mine = try #require(await plan(order(servers, "stale.example.test", ["127.0.0.2"])).change)
    let theirs = try #require(
      await plan(order(servers, "stale.example.test", ["127.0.0.3"])).change)
    _ = try await apply(theirs)
    let failure = await #expect(throws: ActionFailure.self) { try await apply(mine) }
    #expect(failure?.effect == .unchanged(retryable: false))
    #expect(failure?.kind == .precondition)
    #expect(failure?.message.contains("it is now 127.0.0.3 (TTL 1 s)") == true)
    let undone = await #expect(throws: ActionFailure.self) { try await undo(mine) }
    #expect(undone?.kind == .precondition)
    #expect(await lookUp("stale.example.test", .a, at: servers.primaryAddress) == ["127.0.0.3"])
  }

  @Test func `the server itself refuses an update whose old set is not there any more`()
    async throws
  {
    let servers = try await NameServers.shared.value
    let server = try #require(ServerAddress(servers.primaryAddress))
    let name = try #require(DomainName("two.example.test"))
    let zone = try #require(DomainName("example.test"))
    let key = SigningKey(
      name: try #require(DomainName(NameServers.keyName)), algorithm: .sha256,
      secret: Secret(NameServers.secret))
    let update = Update(
      zone: zone, conditions: [.has(name, .a, ["127.0.0.200"])],
      edits: [.delete(name, .a), .add(name, .a, ttl: 1, "127.0.0.201")])
    let answer = try await update.send(to: server, signedBy: key, by: .after(.seconds(5)))
    guard case .denied(.noSuchSet, nil) = answer else {
      Issue.record("answered \(answer)")
      return
    }
  }

  @Test func `the step ends only when the old TTL has run out, and caches agree by then`()
    async throws
  {
    let servers = try await NameServers.shared.value
    let resolver = try await Resolver.start(asking: servers.primaryAddress)
    #expect(await lookUp("busy.example.test", .a, at: resolver.address) == ["127.0.1.80"])
    var order = order(servers, "busy.example.test", ["127.0.2.80"])
    order["resolvers"] = .list([.string(resolver.address)])
    let change = try #require(await plan(order).change)
    _ = try await apply(change)
    var waited = false
    let held = await eventually {
      let verdict = await verify(change)
      waited = waited || verdict.evidence.facts["wait_left"] != nil
      return verdict.word == "holds"
    }
    #expect(held)
    #expect(waited)
    #expect(await lookUp("busy.example.test", .a, at: resolver.address) == ["127.0.2.80"])
    _ = try await undo(change)
  }

  @Test func `a long TTL is still waited for, and says for how long`() async throws {
    let servers = try await NameServers.shared.value
    let change = try #require(await plan(order(servers, "slow.example.test", ["127.0.0.2"])).change)
    _ = try await apply(change)
    var verdict = await verify(change)
    _ = await eventually {
      verdict = await verify(change)
      return verdict.evidence.facts["wait_left"] != nil
    }
    #expect(verdict.word == "cannot tell")
    #expect(verdict.evidence.summary.contains("caches may keep the old answer for"))
    let impatient = try #require(change.map)
    var now = impatient
    now["wait"] = nil
    #expect(await verify(.map(now)).word == "holds")
    _ = try await undo(change)
  }
}
