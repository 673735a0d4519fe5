import ActionConformance
import RunbookAction
import RunbookModel
import TestServers
import Testing

@testable import DNSPlugin

/// Servers that do what BIND does not do on purpose.
@Suite struct StrangeServerTests {
  /// A zone with one address; what happens to updates is the test's.
  private func server(
    update: @escaping @Sendable ([UInt8]) -> [UInt8]?
  ) throws -> FakeServer {
    try FakeServer { message in
      func answer(_ query: [UInt8]) -> [UInt8]? {
        if FakeAnswer.isUpdate(query) { return update(query) }
        let record = FakeAnswer.type(query) == 6 ? FakeAnswer.start : FakeAnswer.address(1)
        return FakeAnswer.to(query, answers: [record])
      }
      return FakeAnswer.isTCP(message) ? FakeAnswer.overTCP(message, answer) : answer(message)
    }
  }

  private func change(_ server: FakeServer) async throws -> Value {
    let order: ValueMap = [
      "server": [
        "address": .string(server.address),
        "key": ["name": "lab-key", "secret": .secret(SecretName("dns_key"))],
      ],
      "name": "shop.example.test", "type": "A", "to": ["127.0.0.2"],
    ]
    return try #require(await plan(order).change)
  }

  @Test func `an unsigned yes is not believed`() async throws {
    let server = try server { FakeAnswer.to($0) }
    let change = try await change(server)
    let failure = await #expect(throws: ActionFailure.self) { try await apply(change) }
    #expect(failure?.effect == .unknown)
    #expect(failure?.message.contains("without a valid signature") == true)
    #expect(failure?.message.contains("asked again: 127.0.0.1") == true)
  }

  @Test func `silence after the update was sent is unknown, within the deadline`() async throws {
    let server = try server { _ in nil }
    let change = try await change(server)
    let failure = await #expect(throws: ActionFailure.self) {
      try await apply(change, within: .seconds(3))
    }
    #expect(failure?.effect == .unknown)
    let breaches = await applyDeadlineBreaches(
      try action("dns.switch"), change: change, contexts: contexts)
    #expect(breaches == [])
  }

  @Test func `a server that failed while it worked leaves the update in doubt`() async throws {
    let server = try server { FakeAnswer.to($0, code: 2) }
    let change = try await change(server)
    let failure = await #expect(throws: ActionFailure.self) { try await apply(change) }
    #expect(failure?.effect == .unknown)
  }

  @Test func `clocks that are too far apart are named with the difference`() async throws {
    let server = try server { query in
      let theirs = Timestamp.wallSeconds - 3600
      return FakeAnswer.to(
        query, code: 9, additional: [FakeAnswer.signature(error: 18, seconds: theirs)])
    }
    let change = try await change(server)
    let failure = await #expect(throws: ActionFailure.self) { try await apply(change) }
    #expect(failure?.kind == .authentication)
    #expect(failure?.effect == .unchanged(retryable: false))
    #expect(failure?.message.contains("(BADTIME)") == true)
    #expect(failure?.message.contains("ahead of the server's") == true, "\(failure?.message ?? "")")
  }

  @Test(
    arguments: [
      [], [0], Array("garbage that is no DNS message".utf8), [UInt8](repeating: 255, count: 600),
    ] as [[UInt8]])
  func `packets that are no answer are passed over, and never taken for one`(
    packet: [UInt8]
  ) async throws {
    let server = try FakeServer { _ in packet }
    let address = try #require(ServerAddress(server.address))
    let question = Question(
      name: try #require(DomainName("a.test")), kind: .records(.a), wantsRecursion: true)
    await #expect(throws: Trouble.self) {
      try await ask(address, question, by: .after(.milliseconds(200)))
    }
  }

  @Test func `an answer to another question or with another id does not count`() async throws {
    let server = try FakeServer { query in
      var answer = FakeAnswer.to(query, answers: [FakeAnswer.address(1)])
      if Bool.random() { answer[0] ^= 1 } else { answer[13] ^= 1 }
      return answer
    }
    let address = try #require(ServerAddress(server.address))
    let question = Question(
      name: try #require(DomainName("abc.test")), kind: .records(.a), wantsRecursion: true)
    let trouble = await #expect(throws: Trouble.self) {
      try await ask(address, question, by: .after(.milliseconds(800)))
    }
    guard case .garbage = trouble else {
      Issue.record("\(String(describing: trouble))")
      return
    }
  }

  @Test func `an answer that does not fit into a packet is asked for over TCP`() async throws {
    let server = try FakeServer { message in
      FakeAnswer.isTCP(message)
        ? FakeAnswer.overTCP(message) { FakeAnswer.to($0, answers: [FakeAnswer.address(9)]) }
        : FakeAnswer.to(message, truncated: true)
    }
    #expect(await lookUp("long.example.test", .a, at: server.address) == ["127.0.0.9"])
  }

  @Test func `every cut of an answer is either an error or the answer`() async throws {
    let servers = try await NameServers.shared.value
    let question = Question(
      name: try #require(DomainName("text.example.test")), kind: .records(.txt),
      wantsRecursion: false)
    #expect(await lookUp("text.example.test", .txt, at: servers.primaryAddress) != nil)
    let (_, query) = try #require(question.encoded())
    let whole = FakeAnswer.to(query, answers: [FakeAnswer.address(1), FakeAnswer.start])
    for end in 0..<whole.count { #expect(Answer(Array(whole[..<end])) == nil) }
    #expect(Answer(whole) != nil)
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<2000 {
      var torn = whole
      torn[Int.random(in: 0..<torn.count, using: &generator)] = UInt8.random(in: 0...255)
      _ = Answer(torn)
    }
  }

  @Test func `deadlines are kept against a server that never answers`() async throws {
    let silent = try FakeServer { _ in nil }
    let order: ValueMap = [
      "server": ["address": .string(silent.address)], "name": "shop.example.test", "type": "A",
      "to": ["127.0.0.2"],
    ]
    #expect(await deadlineBreaches(try action("dns.switch"), input: .map(order)) == [])
    let check: ValueMap = [
      "name": "shop.example.test", "type": "A", "servers": [.string(silent.address)],
    ]
    #expect(await deadlineBreaches(try action("dns.check"), input: .map(check)) == [])
  }
}
