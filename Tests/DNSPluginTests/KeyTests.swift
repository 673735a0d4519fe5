import ActionConformance
import RunbookAction
import RunbookModel
import TestServers
import Testing

@testable import DNSPlugin

@Suite struct KeyTests {
  private func ask(
    _ order: ValueMap, address: String? = nil, within limit: Duration = .seconds(10)
  ) async throws -> Verdict {
    let action = try action("dns.key")
    guard case .check(let check) = action.body, case .map(var server)? = order["server"],
      let name = order["name"]
    else { throw RigError("not a check") }
    if let address { server["address"] = .string(address) }
    let input: Value = ["server": .map(server), "name": name]
    return await check(filled(input, for: action.page.fields), contexts.read(within: limit))
  }

  @Test(arguments: [
    (NameServers.keyName, "hmac-sha256", "dns_key", "holds", "accepts the key"),
    (NameServers.keyName, "hmac-sha256", "wrong_key", "does not hold", "(BADSIG)"),
    ("no-such-key", "hmac-sha256", "dns_key", "does not hold", "(BADKEY)"),
    (NameServers.keyName, "hmac-sha256", "torn_key", "does not hold", "is not base64"),
  ])
  func `a key is proven or refused before anything is changed`(
    key: String, algorithm: String, secret: String, word: String, words: String
  ) async throws {
    let servers = try await NameServers.shared.value
    let verdict = try await ask(
      order(
        servers, "ready.example.test", ["127.0.0.2"], key: key, algorithm: algorithm,
        secret: secret))
    #expect(verdict.word == word)
    #expect(verdict.evidence.summary.contains(words), "\(verdict.evidence.summary)")
  }

  @Test func `a server that is not there cannot prove a key`() async throws {
    let servers = try await NameServers.shared.value
    let verdict = try await ask(
      order(servers, "ready.example.test", ["127.0.0.2"]), address: "127.0.0.1:1")
    #expect(verdict.word == "cannot tell")
  }
}
