import ActionConformance
import CLDNS
import RunbookAction
import RunbookModel
import TestServers
import Testing

@testable import DNSPlugin

@Suite struct SwitchFaultTests {
  @Test(arguments: [
    (NameServers.keyName, "hmac-sha256", "wrong_key", "(BADSIG)"),
    ("no-such-key", "hmac-sha256", "dns_key", "(BADKEY)"),
    (NameServers.keyName, "hmac-sha512", "dns_key", "(BADKEY)"),
    (NameServers.keyName, "hmac-sha256", "torn_key", "is not base64"),
  ])
  func `a key that the server does not accept changes nothing and is named`(
    key: String, algorithm: String, secret: String, words: String
  ) async throws {
    let servers = try await NameServers.shared.value
    let order = order(
      servers, "keys.example.test", ["127.0.0.2"], key: key, algorithm: algorithm, secret: secret)
    let change = try #require(await plan(order).change)
    let failure = await #expect(throws: ActionFailure.self) { try await apply(change) }
    #expect(failure?.effect == .unchanged(retryable: false))
    #expect(failure?.kind == .authentication)
    #expect(failure?.message.contains(words) == true, "\(failure?.message ?? "")")
    #expect(await lookUp("keys.example.test", .a, at: servers.primaryAddress) == ["127.0.0.1"])
  }

  @Test(arguments: ["hmac-sha512", "hmac-sha1"])
  func `every algorithm signs updates that BIND accepts and answers that we accept`(
    algorithm: String
  ) async throws {
    let servers = try await NameServers.shared.value
    let order = order(
      servers, "\(algorithm).example.test", ["127.0.0.2"], key: "\(algorithm)-key",
      algorithm: algorithm, with: ["ttl": "1s"])
    let change = try #require(await plan(order).change)
    try await apply(change)
    try await undo(change)
    #expect(await lookUp("\(algorithm).example.test", .a, at: servers.primaryAddress) == [])
  }

  @Test func `what a key may not change, and an update without a key, are refused`() async throws {
    let servers = try await NameServers.shared.value
    var order = order(servers, "sha.example.test", ["127.0.0.2"], key: "reader")
    let change = try #require(await plan(order).change)
    let failure = await #expect(throws: ActionFailure.self) { try await apply(change) }
    #expect(failure?.kind == .refused)
    #expect(failure?.effect == .unchanged(retryable: false))
    order["server"] = ["address": .string(servers.primaryAddress)]
    let planned = try await plan(order)
    #expect(planned.preview?.warnings.contains { $0.contains("not signed") } == true)
    let unsigned = try #require(planned.change)
    let other = await #expect(throws: ActionFailure.self) { try await apply(unsigned) }
    #expect(other?.kind == .refused)
    #expect(await lookUp("sha.example.test", .a, at: servers.primaryAddress) == ["127.0.0.1"])
  }

  @Test func `a secondary that is sent the update changes nothing`() async throws {
    let servers = try await NameServers.shared.value
    var order = order(servers, "sha.example.test", ["127.0.0.2"])
    if case .map(var server)? = order["server"] {
      server["address"] = .string(servers.secondaryAddress)
      order["server"] = .map(server)
    }
    let change = try #require(await plan(order).change)
    let failure = await #expect(throws: ActionFailure.self) { try await apply(change) }
    #expect(failure?.effect == .unchanged(retryable: false))
    #expect(await lookUp("sha.example.test", .a, at: servers.primaryAddress) == ["127.0.0.1"])
  }

  @Test func `what cannot be meant is impossible in the plan`() async throws {
    let servers = try await NameServers.shared.value
    let cases: [(ValueMap, String)] = [
      (order(servers, "shop.example.test", []), "never lose its last record"),
      (order(servers, "shop.example.test", ["127.0.0.300"]), "not an IPv4 address"),
      (order(servers, "shop.example.test", type: "AAAA", ["127.0.0.1"]), "not an IPv6 address"),
      (order(servers, "shop.example.test", ["1.1.1.1\nupdate delete example.test"]), "not an IPv4"),
      (order(servers, ".", ["127.0.0.1"]), "root of the DNS"),
      (order(servers, "*.example.test", ["127.0.0.1"]), "is a wildcard"),
      (order(servers, "example.test", type: "NS", ["ns1.example.test"]), "'NS' are not supported"),
      (order(servers, "example.test", type: "SOA", ["x"]), "'SOA' are not supported"),
      (order(servers, "example.test", type: "CNAME", ["a.test"]), "cannot be an alias"),
      (
        order(servers, "two.example.test", type: "CNAME", ["a.test"], with: ["ttl": "1s"]),
        "beside which an alias (CNAME) cannot stand"
      ),
      (order(servers, "shop.example.test", type: "CNAME", ["a.test", "b.test"]), "has one target"),
      (order(servers, "alias.example.test", ["127.0.0.1"]), "an alias of ready.example.test."),
      (order(servers, "unheard.example.test", ["127.0.0.1"]), "say 'ttl'"),
      (
        order(servers, "shop.example.test", ["127.0.0.1"], with: ["ttl": "1500ms"]), "whole seconds"
      ),
      (order(servers, "shop.elsewhere.test", ["127.0.0.1"]), "REFUSED"),
      (order(servers, "www.deleg.example.test", ["127.0.0.1"]), "is no authority"),
      (order(servers, "no name", ["127.0.0.1"]), "is not a domain name"),
      (
        order(servers, "shop.example.test", ["127.0.0.1"], with: ["silent_allowed": 2]),
        "does not fit"
      ),
    ]
    for (order, words) in cases {
      let refusal = try await plan(order).refusal
      #expect(
        refusal?.message.contains(words) == true || refusal?.advice?.contains(words) == true,
        "expected '\(words)': \(refusal?.message ?? "no refusal")")
    }
    var wrongZone = order(servers, "shop.example.test", ["127.0.0.1"])
    if case .map(var server)? = wrongZone["server"] {
      server["zone"] = "test"
      wrongZone["server"] = .map(server)
    }
    #expect(try await plan(wrongZone).refusal?.message.contains("not in test.") == true)
  }

  @Test func `an answer out of a wildcard is warned of and cannot be changed by accident`()
    async throws
  {
    let servers = try await NameServers.shared.value
    let planned = try await plan(order(servers, "some.wild.example.test", ["127.0.0.2"]))
    #expect(planned.preview?.warnings.contains { $0.contains("*.wild.example.test.") } == true)
    let change = try #require(planned.change)
    let failure = await #expect(throws: ActionFailure.self) { try await apply(change) }
    #expect(failure?.effect == .unchanged(retryable: false))
    #expect(failure?.advice?.contains("wildcard") == true)
    #expect(
      await lookUp("other.wild.example.test", .a, at: servers.primaryAddress) == ["127.0.0.1"])
  }

  @Test func `a secondary that does not follow keeps the step from ending`() async throws {
    let servers = try await NameServers.start(notifies: false)
    let change = try #require(
      await plan(order(servers, "shop.example.test", ["127.0.2.80"])).change)
    #expect(await verify(change).word == "does not hold")
    try await apply(change)
    let verdict = await verify(change)
    #expect(verdict.word == "cannot tell")
    let words = "\(servers.secondaryAddress) answers 127.0.1.80 (TTL 1 s)"
    #expect(verdict.evidence.summary.contains(words), "\(verdict.evidence.summary)")
    let next = try await plan(order(servers, "shop.example.test", ["127.0.3.80"]))
    #expect(next.preview?.warnings.contains { $0.contains("differs from the primary") } == true)

    servers.secondary.stop()
    #expect(await verify(change).word == "cannot tell")
    let planned = try await plan(
      order(servers, "gone.example.test", ["127.0.0.2"], with: ["silent_allowed": 1]))
    #expect(planned.preview?.warnings.contains { $0.contains("nobody listens") } == true)
    let tolerant = try #require(planned.change)
    try await apply(tolerant)
    let held = await eventually { await verify(tolerant).word == "holds" }
    #expect(held)
  }

  @Test func `a primary that freezes after it was asked leaves the update in doubt`() async throws {
    let servers = try await NameServers.start()
    let change = try #require(await plan(order(servers, "gone.example.test", ["127.0.0.2"])).change)
    try servers.primary.freeze()
    let before = await #expect(throws: ActionFailure.self) {
      try await apply(change, within: .milliseconds(600))
    }
    #expect(before?.effect == .unchanged(retryable: true))
    // The secondary still answers the old set, but what the primary holds is not known.
    #expect(await verify(change, within: .milliseconds(300)).word == "cannot tell")

    let order = order(servers, "gone.example.test", ["127.0.0.2"])
    let late = await #expect(throws: ActionFailure.self) {
      try await plan(order, within: .milliseconds(300))
    }
    #expect(late?.kind == .timeout)

    // The update alone, as if the server had frozen just after it was read.
    let server = try #require(ServerAddress(servers.primaryAddress))
    let name = try #require(DomainName("gone.example.test"))
    let update = Update(
      zone: try #require(DomainName("example.test")),
      conditions: [.has(name, .a, ["127.0.0.1"])],
      edits: [.delete(name, .a), .add(name, .a, ttl: 1, "127.0.0.2")])
    let key = SigningKey(
      name: try #require(DomainName(NameServers.keyName)), algorithm: .sha256,
      secret: Secret(NameServers.secret))
    let answer = try await update.send(
      to: server, signedBy: key, by: .after(.seconds(1)))
    guard case .inDoubt = answer else {
      Issue.record("answered \(answer)")
      return
    }
    // It may well be made later: applying again then sees that it is so, and does it once.
    try servers.primary.thaw()
    let held = await eventually {
      _ = try? await apply(change)
      return await verify(change).word == "holds"
    }
    #expect(held)
    servers.primary.stop()
    let gone = await #expect(throws: ActionFailure.self) { try await apply(change) }
    #expect(gone?.kind == .unreachable)
    #expect(gone?.effect == .unchanged(retryable: true))
  }
}
