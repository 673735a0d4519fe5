import ActionConformance
import RunbookAction
import RunbookModel
import TestServers
import Testing

@testable import DNSPlugin

@Suite struct CheckTests {
  private func ask(
    _ name: String, _ type: String = "A", _ servers: [String], with more: ValueMap = [:]
  ) async throws -> Verdict {
    let action = try action("dns.check")
    guard case .check(let check) = action.body else { throw RigError("not a check") }
    var input: ValueMap = [
      "name": .string(name), "type": .string(type), "servers": .list(servers.map(Value.string)),
    ]
    for entry in more { input[entry.key] = entry.value }
    return await check(filled(.map(input), for: action.page.fields), TestContexts().read())
  }

  @Test func `dns.check keeps the contract of a check`() async throws {
    let servers = try await NameServers.shared.value
    let subject = ConformanceCase(
      try action("dns.check"),
      input: [
        "name": "ready.example.test", "type": "A", "recursion": false,
        "servers": [.string(servers.primaryAddress), .string(servers.secondaryAddress)],
        "expect": ["values": ["127.0.0.9"]],
      ]
    ) { "\(await lookUp("ready.example.test", .a, at: servers.primaryAddress) ?? [])" }
    #expect(await subject.breaches() == [])
  }

  @Test(
    arguments: [
      ("ready", "A", ["values": ["127.0.0.9"]], "holds"),
      ("READY", "A", ["values": ["127.0.0.8"]], "does not hold"),
      ("ready", "AAAA", "absent", "holds"),
      ("ready", "AAAA", "any", "does not hold"),
      ("nowhere", "A", "absent", "holds"),
      ("nowhere", "A", ["values": ["127.0.0.9"]], "does not hold"),
      ("alias", "A", ["values": ["127.0.0.9"]], "holds"),
      ("alias", "CNAME", ["values": ["Ready.example.TEST."]], "holds"),
      ("outside", "A", ["values": ["127.0.0.9"]], "cannot tell"),
      ("outside", "A", "absent", "does not hold"),
      ("ready", "A", ["values": ["not an address"]], "cannot tell"),
      ("no name", "A", "any", "cannot tell"),
    ] as [(String, String, Value, String)])
  func `an answer is held against what is expected`(
    name: String, type: String, expect: Value, word: String
  ) async throws {
    let servers = try await NameServers.shared.value
    let verdict = try await ask(
      "\(name).example.test", type, [servers.primaryAddress], with: ["expect": expect])
    #expect(verdict.word == word, "\(verdict.evidence.summary)")
  }

  @Test func `each server's values, TTL, serial and authority are kept`() async throws {
    let servers = try await NameServers.shared.value
    let verdict = try await ask("ready.example.test", "A", [servers.primaryAddress])
    guard case .list(let list)? = verdict.evidence.facts["servers"], let facts = list.first?.map
    else {
      Issue.record("no servers in \(verdict)")
      return
    }
    #expect(facts["server"] == .string(servers.primaryAddress))
    #expect(facts["values"] == ["127.0.0.9"])
    #expect(facts["ttl"] == .duration(.seconds(1)))
    #expect(facts["authoritative"] == true)
    #expect(facts["code"] == "NOERROR")
    #expect(facts["serial"] != nil)
  }

  enum Bad: CaseIterable { case silent, failing, gone }

  @Test(arguments: Bad.allCases)
  func `silence and failure are never taken for an answer`(bad: Bad) async throws {
    let servers = try await NameServers.shared.value
    let fake = try FakeServer { bad == .silent ? nil : FakeAnswer.to($0, code: 2) }
    let nobody = "127.0.0.1:\(try freePort())"
    let both = [servers.primaryAddress, bad == .gone ? nobody : fake.address]
    let quick: ValueMap = ["answer_within": "1s"]
    let any = try await ask("nowhere.example.test", "A", both, with: quick)
    #expect(any.word == "does not hold", "\(any.evidence.summary)")
    var absent = quick
    absent["expect"] = "absent"
    let all = try await ask("nowhere.example.test", "A", both, with: absent)
    #expect(all.word == "cannot tell", "\(all.evidence.summary)")
    absent["agree"] = ["at_least": 1]
    let one = try await ask("nowhere.example.test", "A", both, with: absent)
    #expect(one.word == "holds", "\(one.evidence.summary)")
  }

  @Test func `a refusal is no answer, and more servers than there are cannot agree`() async throws {
    let servers = try await NameServers.shared.value
    let good = servers.primaryAddress
    let refused = try await ask("www.elsewhere.test", "A", [good], with: ["expect": "absent"])
    #expect(refused.word == "cannot tell")
    let tooMany = try await ask("ready.example.test", "A", [good], with: ["agree": ["at_least": 2]])
    #expect(tooMany.word == "cannot tell")
  }
}
