import ActionConformance
import Glibc
import RunbookAction
import RunbookModel
import TestServers
import Testing

@Suite struct `message send into a file` {
  @Test func `it keeps the contract`() async throws {
    try await withFolder { folder in
      var subject = ConformanceCase(
        try #require(registry["message.send"]),
        input: try message(["file": .string("\(folder)/mbox")]), contexts: contexts()
      ) { readText("\(folder)/mbox") ?? "none" }
      subject.undoRestoresFingerprint = false
      #expect(await subject.breaches() == [])
    }
  }

  @Test func `people can read it, and it is there once however often it is sent`() async throws {
    try await withFolder { folder in
      let input = try message(
        ["file": .string("\(folder)/mbox")], to: ["运维", "ops"], subject: "商城已恢复",
        body: "From now on all is well.\n顾客可以正常下单。", language: "zh-Hans")
      let change = try await plannedMessage(input).change
      for _ in 0..<2 { _ = try await messageSend().apply(change, contexts().write()) }
      let text = try #require(readText("\(folder)/mbox"))
      #expect(text.hasPrefix("From lifeboat "))
      #expect(text.contains("\nTo: 运维,\n ops\nSubject: [演练] 商城已恢复\nDate: "))
      #expect(text.contains("\n>From now on all is well.\n顾客可以正常下单。\n"))
      #expect(text.split(separator: "\nMessage-ID: ").count == 2)
      #expect(try await messageSend().verify(change, contexts().read()).word == "holds")
      guard case .alreadyInPlace = try await messageSend().plan(input, contexts().read()) else {
        Issue.record("it is planned once more")
        return
      }
    }
  }

  @Test func `what is no file, and a full disk, change nothing`() async throws {
    try await withFolder { folder in
      mkfifo("\(folder)/pipe", 0o600)
      let pipe = try message(["file": .string("\(folder)/pipe")])
      await #expect(throws: ActionFailure.self) { try await sendMessage(pipe) }
      let full = try message(["file": "/dev/full"])
      await #expect(throws: ActionFailure.self) { try await sendMessage(full) }
      let nowhere = try await messageFailure(message(["file": .string("\(folder)/no/mbox")]))
      #expect(nowhere.effect == .unchanged(retryable: true))
    }
  }

  @Test func `one way, and only one`() async throws {
    let none = try await refusal(message([:]))
    #expect(none.message == "'via' names no way")
    let both = try await refusal(message(["file": "/tmp/x", "webhook": ["url": "http://x/"]]))
    #expect(both.message == "'via' names 2 ways at once")
  }
}

@Suite struct `message send to a webhook` {
  private func input(_ server: TestServer, _ more: ValueMap = [:]) throws -> Value {
    var hook: ValueMap = ["url": .string(server.url)]
    for entry in more { hook[entry.key] = entry.value }
    return try message(["webhook": .map(hook)], to: "#incidents")
  }

  @Test func `2xx is accepted, in the server's words, with a key that tells doubles`() async throws
  {
    let server = try TestServer(.send(answer(202, "queued")))
    defer { server.stop() }
    let secrets = ["hook": "geheim-und-lang"]
    let evidence = try await sendMessage(
      input(server, ["headers": ["Authorization": .secret(SecretName("hook"))]]),
      contexts(secrets))
    #expect(evidence.summary == "\(server.url) accepted it: 202 queued")
    #expect(!"\(evidence)".contains("geheim"))
    let head = try #require(server.seen.first)
    #expect(head.hasPrefix("POST / HTTP/1.1\r\n"))
    #expect(head.contains("Idempotency-Key: lifeboat.20260101-000000-test.test_step@"))
    #expect(head.contains("Authorization: geheim-und-lang\r\n"))
    #expect(head.contains("Content-Type: application/json; charset=utf-8"))
  }

  @Test func `the address can be a secret, and then stands nowhere`() async throws {
    let server = try TestServer(.send(answer(404, "no_service")))
    defer { server.stop() }
    let secrets = contexts(["address": server.url + "T0/B0/geheim"])
    let input = try message(
      ["webhook": ["url": .secret(SecretName("address"))]], to: "#incidents")
    let preview = try await plannedMessage(input, secrets).preview
    #expect(preview.does[0] == "send by HTTP POST to the address in the secret 'address'")
    let failure = try await messageFailure(input, secrets)
    #expect(
      failure.message == "the address in the secret 'address' refused it: 404 no_service")
    #expect(failure.effect == .unchanged(retryable: false))
  }

  @Test func `an answer of 200 that says in its body that it was refused is a failure`()
    async throws
  {
    let wanted: ValueMap = ["expect": ["body": ["errcode": 0]]]
    let refusing = try TestServer(
      .send(answer(200, #"{"errcode":310000,"errmsg":"sign not match"}"#)))
    defer { refusing.stop() }
    let failure = try await messageFailure(input(refusing, wanted))
    #expect(failure.message.contains("did not take it"), "\(failure)")
    #expect(failure.message.contains("errcode") && failure.message.contains("310000"), "\(failure)")
    #expect(failure.effect == .unchanged(retryable: false))
    let page = try TestServer(.send(answer(200, "<html>sign in</html>")))
    defer { page.stop() }
    #expect(try await messageFailure(input(page, wanted)).message.contains("it is not JSON"))
    let slack = try TestServer(.send(answer(200, "invalid_payload")))
    defer { slack.stop() }
    let said = try await messageFailure(input(slack, ["expect": ["body": "ok"]]))
    #expect(said.message.contains("it does not contain 'ok'"), "\(said)")
    let taking = try TestServer(.send(answer(200, #"{"errcode":0,"errmsg":"ok"}"#)))
    defer { taking.stop() }
    _ = try await sendMessage(input(taking, wanted), contexts([:]))
  }

  @Test func `what is posted can have the form that the other side wants`() async throws {
    let server = try TestServer(.send(answer(200, "ok")))
    defer { server.stop() }
    let json: ValueMap = [
      "json": [
        "msgtype": "text", "text": ["content": "{subject}: {body} {other}"],
        "list": ["{message_id}", 1],
      ]
    ]
    _ = try await sendMessage(input(server, json), contexts([:]))
    let request = try #require(server.seen.first)
    let head = try #require(request.firstRange(of: "\r\n\r\n"))
    let body = try JSONText.read(Array(request[head.upperBound...].utf8))
    #expect(body["msgtype"] == "text")
    #expect(body["list"]?.list?.last == 1)
    #expect(body["list"]?.list?.first?.string?.hasPrefix("<lifeboat.") == true)
    let content = try #require(body["text"]?["content"]?.string)
    #expect(content.contains(": ") && content.hasSuffix(" {other}"), "\(content)")
    #expect(!content.contains("{subject}") && !content.contains("{body}"), "\(content)")
  }

  @Test func `an answer that is lost is unknown, one that says later is not`() async throws {
    let cut = try TestServer(.stall("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"))
    defer { cut.stop() }
    #expect(try await messageFailure(input(cut), within: .seconds(1)).effect == .unknown)
    // It went out; that what came back cannot be read does not bring it back.
    let odd = try TestServer(
      .send("HTTP/1.1 200 OK\r\nTransfer-Encoding: odd\r\n\r\n2\r\nok\r\n0\r\n\r\n"))
    defer { odd.stop() }
    let lost = try await messageFailure(input(odd))
    #expect(lost.effect == .unknown && lost.message.contains("its answer was lost"), "\(lost)")
    let broken = try TestServer(.send(answer(502)))
    defer { broken.stop() }
    #expect(try await messageFailure(input(broken)).effect == .unknown)
    let busy = try TestServer(.send(answer(429, "slow down")))
    defer { busy.stop() }
    #expect(try await messageFailure(input(busy)).effect == .unchanged(retryable: true))
    let moved = try TestServer(.send(answer(302)))
    defer { moved.stop() }
    #expect(try await messageFailure(input(moved)).effect == .unchanged(retryable: false))
  }
}
