import ActionConformance
import RunbookAction
import RunbookModel
import Testing

@Suite struct `message send by mail` {
  private func via(_ address: String, _ more: ValueMap = [:]) -> Value {
    var smtp: ValueMap = [
      "server": .string(address), "from": "Lifeboat <lifeboat@shop.example>", "tls": "none",
    ]
    for entry in more { smtp[entry.key] = entry.value }
    return ["smtp": .map(smtp)]
  }

  @Test func `a real server gets it as it was written, and its own words are the evidence`()
    async throws
  {
    let server = try await MailServer()
    let evidence = try await sendMessage(
      message(
        via(server.address),
        to: ["Ops <ops@shop.example>", ["name": "Ann, on call", "mail": "ann@shop.example"]],
        body: "It sells again.\n.\nFrom here on all is well.\n"), inRecovery())
    #expect(
      evidence.summary
        == "\(server.address) accepted it for 2 recipients: 250 2.0.0 queued as number 1")
    let mail = try #require(server.mails.first)
    #expect(mail["sender"] == "lifeboat@shop.example")
    #expect(mail["recipients"] == ["ops@shop.example", "ann@shop.example"])
    #expect(mail["subject"] == "The shop is back")
    #expect(mail["to"] == "Ops <ops@shop.example>, \"Ann, on call\" <ann@shop.example>")
    #expect(mail["body"] == "It sells again.\n.\nFrom here on all is well.\n")
    #expect(mail["id"] == "<lifeboat.20260101-000000-test.test_step@shop.example>")
    #expect(mail["references"] == "<lifeboat.20260101-000000-test@shop.example>")
    #expect(mail["defects"] == [])
    #expect(evidence.facts["message_id"] == mail["id"])
    #expect(server.mails.count == 1)
  }

  @Test func `Chinese arrives as Chinese, in headers that are ASCII`() async throws {
    let server = try await MailServer()
    let subject = "商城已恢复：数据库、流量与域名均已切换到乙站，顾客可以正常下单，请各位确认"
    _ = try await sendMessage(
      message(
        via(server.address), to: "运维值班 <ops@shop.example>", subject: subject,
        body: "商城已于 03:12 恢复。\n数据丢失：未知\n", language: "zh-Hans"))
    let mail = try #require(server.mails.first)
    #expect(mail["subject"] == .string("[演练] \(subject)"))
    #expect(mail["to"] == "运维值班 <ops@shop.example>")
    let body = mail["body"]?.string ?? ""
    #expect(body.hasPrefix("[演练] 这是一次演练"))
    #expect(body.hasSuffix("商城已于 03:12 恢复。\n数据丢失：未知\n"))
    #expect(mail["defects"] == [])
    let lines = (mail["raw"]?.string ?? "").split(separator: "\r\n")
    #expect(lines.allSatisfy { $0.utf8.count <= 78 }, "\(lines.map(\.utf8.count).max() ?? 0)")
  }

  @Test func `a drill says so in subject and text, a recovery does not`() async throws {
    let drill = try await plannedMessage(message(via("127.0.0.1:25")))
    #expect(drill.preview.does.contains("Subject: [DRILL] The shop is back"))
    #expect(drill.preview.does.contains { $0.hasPrefix("| [DRILL] This is a drill.") })
    let recovery = try await plannedMessage(message(via("127.0.0.1:25")), inRecovery())
    #expect(recovery.preview.does.contains("Subject: The shop is back"))
    #expect(!recovery.preview.does.joined().contains("DRILL"))
  }

  @Test func `the preview shows all of it and sends nothing`() async throws {
    let server = try await MailServer()
    let preview = try await plannedMessage(message(via(server.address))).preview
    #expect(
      preview.does == [
        "send by mail through \(server.address) (not encrypted)",
        "From: Lifeboat <lifeboat@shop.example>", "To: ops@shop.example",
        "Subject: [DRILL] The shop is back",
        "| [DRILL] This is a drill. It is not an outage; nothing needs to be done about it.", "| ",
        "| It sells again.",
      ])
    #expect(server.mails.isEmpty)
  }

  @Test func `a login over STARTTLS and over TLS, with the password nowhere to be seen`()
    async throws
  {
    for encryption in [MailServer.Encryption.starttls, .implicit] {
      let server = try await MailServer(encryption, login: "geheim-und-lang")
      let contexts = inRecovery(["mail": "geheim-und-lang"])
      let input = try message(
        via(
          server.address,
          [
            "tls": .string(encryption.rawValue), "user": "lifeboat",
            "password": .secret(SecretName("mail")), "ca_file": .string(server.authority),
          ]))
      let planned = try await plannedMessage(input, contexts)
      #expect(planned.preview.does[0].contains("as lifeboat with the secret 'mail'"))
      #expect(!JSONText.text(planned.change).contains("geheim"))
      let evidence = try await messageSend().apply(planned.change, contexts.write())
      #expect(!"\(evidence)".contains("geheim"))
      #expect(server.mails.first?["user"] == "lifeboat")
      #expect(server.mails.first?["encrypted"] == true)
    }
  }

  @Test func `a wrong password sends nothing and is not tried again`() async throws {
    let server = try await MailServer(.starttls, login: "geheim-und-lang")
    let input = try message(
      via(
        server.address,
        [
          "tls": "starttls", "user": "lifeboat", "password": .secret(SecretName("mail")),
          "ca_file": .string(server.authority),
        ]))
    let failure = try await messageFailure(input, inRecovery(["mail": "not-this-one"]))
    #expect(failure.effect == .unchanged(retryable: false))
    #expect(failure.kind == .authentication)
    #expect(failure.message.contains("535"), "\(failure.message)")
    #expect(!failure.message.contains("not-this-one"))
    #expect(server.mails.isEmpty)
  }

  @Test func `a server that cannot encrypt, or that nobody vouches for, gets nothing`()
    async throws
  {
    let plain = try await MailServer()
    let open = try await messageFailure(message(via(plain.address, ["tls": "starttls"])))
    #expect(open.effect == .unchanged(retryable: false))
    #expect(open.message.contains("no trusted TLS connection"), "\(open.message)")
    let strange = try await MailServer(.starttls)
    let unknown = try await messageFailure(message(via(strange.address, ["tls": "starttls"])))
    #expect(unknown.message.contains("no trusted TLS connection"), "\(unknown.message)")
    #expect(plain.mails.isEmpty && strange.mails.isEmpty)
  }

  @Test func `one refused recipient, and nobody gets it`() async throws {
    let server = try await MailServer()
    let gone = try await messageFailure(
      message(via(server.address), to: ["ops@shop.example", "nobody@shop.example"]))
    #expect(gone.effect == .unchanged(retryable: false))
    #expect(gone.message.contains("550 5.1.1 there is nobody of that name"), "\(gone.message)")
    let later = try await messageFailure(message(via(server.address), to: "later@shop.example"))
    #expect(later.effect == .unchanged(retryable: true))
    #expect(server.mails.isEmpty)
  }

  @Test func `a password goes to another machine over TLS only`() async throws {
    let failure = try await refusal(
      message(via("192.0.2.1:25", ["user": "lifeboat", "password": .secret(SecretName("mail"))])))
    #expect(failure.message.contains("without encryption"))
  }

  @Test func `nobody can write a header of his own`() async throws {
    let breaks = ["a\r\nBcc: x@y.example", "a\nb", "a\u{85}b", "a\u{2028}b", "a\0b"]
    for text in breaks {
      let subject = try await refusal(message(via("127.0.0.1:25"), subject: text))
      #expect(subject.message.contains("line break"), "\(subject.message)")
      #expect(!subject.message.contains("\n"))
      for to: Value in [
        .string("\(text)@shop.example"), ["name": .string(text), "mail": "ops@shop.example"],
      ] {
        let failure = try await refusal(message(via("127.0.0.1:25"), to: to))
        #expect(failure.effect == .unchanged(retryable: false))
      }
      let sender = try await refusal(
        message(via("127.0.0.1:25", ["from": .string("\(text) <ops@shop.example>")])))
      #expect(sender.message.contains("line break"), "\(sender.message)")
    }
    for address in ["ops", "ops@", "@shop.example", "a@b@c", "ops @shop.example", "ops@商城.example"]
    {
      let failure = try await refusal(message(via("127.0.0.1:25"), to: .string(address)))
      #expect(failure.message.contains("is no mail address"), "\(failure.message)")
    }
  }

  @Test func `what is too long is cut, and says so; too many recipients are a mistake`()
    async throws
  {
    let server = try await MailServer()
    _ = try await sendMessage(
      message(
        via(server.address), subject: String(repeating: "很", count: 300),
        body: String(repeating: "长", count: 40_000)), inRecovery())
    let mail = try #require(server.mails.first)
    #expect(mail["subject"]?.string?.count == 200)
    #expect(mail["body"]?.string?.contains("[54464 bytes cut") == true)
    let many = (0...100).map { Value.string("a\($0)@shop.example") }
    let failure = try await refusal(message(via(server.address), to: .list(many)))
    #expect(failure.message.contains("at most 100"))
  }
}

@Suite struct `message send by a mail server that goes wrong` {
  private func input(_ server: FaultyMail) throws -> Value {
    try message([
      "smtp": [
        "server": .string(server.address), "from": "lifeboat@shop.example", "tls": "none",
      ]
    ])
  }

  @Test(arguments: [FaultyMail.Fault.hangsAtTheEnd, .closesAtTheEnd])
  func `an answer that was lost after the whole message is unknown`(fault: FaultyMail.Fault)
    async throws
  {
    let server = try FaultyMail(fault)
    defer { server.stop() }
    let failure = try await messageFailure(input(server), within: .seconds(2))
    #expect(failure.effect == .unknown)
    #expect(failure.message.contains("its answer was lost"))
    #expect(failure.advice?.contains("<lifeboat.20260101-000000-test.test_step@") == true)
    #expect(server.said.contains("\r\n.\r\n"))
  }

  @Test func `a connection that broke before the end of the message has sent nothing`()
    async throws
  {
    let server = try FaultyMail(.closesWithin)
    defer { server.stop() }
    let long = try message(
      [
        "smtp": [
          "server": .string(server.address), "from": "lifeboat@shop.example", "tls": "none",
        ]
      ], body: String(repeating: "所有顾客\n", count: 5000))
    let failure = try await messageFailure(long, within: .seconds(5))
    // The rest may have been on its way: whether it was is only known from this side.
    #expect(
      failure.effect == .unchanged(retryable: true) || failure.effect == .unknown,
      "\(failure.message)")
  }

  @Test func `a no after the message is a no, for now or for good`() async throws {
    let full = try FaultyMail(.answers("452 4.3.1 the disk is full"))
    defer { full.stop() }
    let now = try await messageFailure(input(full))
    #expect(now.effect == .unchanged(retryable: true))
    #expect(now.message.contains("452 4.3.1 the disk is full; nothing was sent"))
    let spam = try FaultyMail(.answers("554-5.7.1 this is\r\n554 5.7.1 not wanted"))
    defer { spam.stop() }
    let never = try await messageFailure(input(spam))
    #expect(never.effect == .unchanged(retryable: false))
    #expect(never.message.contains("554-5.7.1 this is 554 5.7.1 not wanted"))
  }

  @Test func `a server that hangs over its goodbye has accepted it`() async throws {
    let server = try FaultyMail(.hangsOverGoodbye)
    defer { server.stop() }
    let evidence = try await sendMessage(input(server), within: .seconds(60))
    #expect(evidence.summary.hasSuffix("accepted it for 1 recipient: 250 taken"))
  }

  @Test func `nobody listens, nobody greets: nothing was sent, and that by the deadline`()
    async throws
  {
    let silent = try FaultyMail(.silent)
    defer { silent.stop() }
    let change = try await plannedMessage(input(silent)).change
    let action = try #require(registry["message.send"])
    #expect(await applyDeadlineBreaches(action, change: change) == [])
    let failure = try await messageFailure(input(silent), within: .milliseconds(500))
    #expect(failure.effect == .unchanged(retryable: true))
    try await withClosedPort { port in
      let smtp: Value = [
        "server": .string("127.0.0.1:\(port)"), "from": "lifeboat@shop.example", "tls": "none",
      ]
      let refused = try await messageFailure(message(["smtp": smtp]))
      #expect(refused.effect == .unchanged(retryable: true))
    }
  }
}
