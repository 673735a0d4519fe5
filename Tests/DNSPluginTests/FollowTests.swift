import ActionConformance
import RunbookAction
import RunbookModel
import TestServers
import Testing

@testable import DNSPlugin

/// `dns.follow`: the way that a customer takes.
@Suite struct FollowTests {
  /// The check at the end of the way; it says where it was led to.
  private struct There: CheckAction {
    struct Input: ActionInput {
      var resolve: [String: String]?
      var site: String?
      static let fields = [
        Field("resolve", .map(.string), "Where a name is."), Field("site", .string, "Who it is."),
      ]
    }
    let page = ActionPage(
      name: "test.there", summary: "Says where it was led to.", details: "", kind: .check,
      fields: Input.fields, outputs: [], timeout: .seconds(5), expected: .zero, undo: .notNeeded,
      byHand: "Look.")

    func check(_ input: Input, in context: ReadContext) async -> Verdict {
      let places = (input.resolve ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
      let evidence = Evidence(
        places.joined(separator: " "), facts: input.site.map { ["site": .string($0)] } ?? [:])
      return input.site == nil ? .doesNotHold(evidence) : .holds(evidence)
    }
  }

  private func follow(
    _ name: String, _ resolvers: [String], site: Value = "site_a", timeout: Duration = .seconds(10)
  ) async throws -> Verdict {
    let action = try action("dns.follow")
    guard case .check(let check) = action.body else { throw RigError("not a check") }
    let input: Value = [
      "name": .string("\(name).example.test"), "resolvers": .list(resolvers.map(Value.string)),
      "then": ["uses": "test.there", "with": ["site": site]],
    ]
    return await check(
      filled(input, for: action.page.fields),
      TestContexts(actions: [AnyAction(There())]).read(within: timeout))
  }

  @Test func `dns.follow keeps the contract of a check`() async throws {
    let servers = try await NameServers.shared.value
    let subject = ConformanceCase(
      try action("dns.follow"),
      input: [
        "name": "ready.example.test", "resolvers": [.string(servers.primaryAddress)],
        "then": ["uses": "test.there", "with": ["site": "site_a"]],
      ], contexts: TestContexts(actions: [AnyAction(There())])
    ) { "\(await lookUp("ready.example.test", .a, at: servers.primaryAddress) ?? [])" }
    #expect(await subject.breaches() == [])
  }

  @Test func `the check is made at the address that the name has, and its answer is the answer`()
    async throws
  {
    let resolver = try await NameServers.shared.value.primaryAddress
    for name in ["ready", "alias"] {
      let verdict = try await follow(name, [resolver])
      #expect(verdict.word == "holds", "\(verdict.evidence.summary)")
      #expect(verdict.evidence.summary.contains("\(name).example.test=127.0.0.9"))
      #expect(verdict.evidence.facts["address"] == "127.0.0.9")
      #expect(verdict.evidence.facts["site"] == "site_a")
    }
    let ill = try await follow("ready", [resolver], site: .null)
    #expect(ill.word == "does not hold" && ill.evidence.facts["address"] == "127.0.0.9")
  }

  @Test func `a name that does not exist, or leads nowhere, does not hold`() async throws {
    let resolver = try await NameServers.shared.value.primaryAddress
    for name in ["nowhere", "outside"] {
      let verdict = try await follow(name, [resolver])
      #expect(verdict.word == "does not hold", "\(verdict.evidence.summary)")
      #expect(verdict.evidence.facts["address"] == .null)
    }
  }

  @Test func `a silent resolver leaves time for the next one`() async throws {
    let silent = try FakeServer { _ in nil }
    let resolver = try await NameServers.shared.value.primaryAddress
    let verdict = try await follow("ready", [silent.address, resolver], timeout: .seconds(4))
    #expect(verdict.word == "holds", "\(verdict.evidence.summary)")
    #expect(verdict.evidence.facts["resolver"] == .string(resolver))
  }

  @Test func `where no resolver answers nothing is known`() async throws {
    let silent = try FakeServer { _ in nil }
    let broken = try FakeServer { FakeAnswer.to($0, code: 2) }
    let verdict = try await follow(
      "ready", [silent.address, broken.address], timeout: .seconds(3))
    #expect(verdict.word == "cannot tell", "\(verdict.evidence.summary)")
    #expect(verdict.evidence.summary.contains(silent.address))
    #expect(verdict.evidence.summary.contains(broken.address))
  }
}
