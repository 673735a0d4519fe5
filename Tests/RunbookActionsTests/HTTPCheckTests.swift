import ActionConformance
import RunbookModel
import Synchronization
import Testing

@Suite struct `http check` {
  private func verdict(
    _ server: TestServer, _ more: ValueMap = [:], within limit: Duration = .seconds(20),
    _ secrets: [String: String] = [:]
  ) async throws -> Verdict {
    var input = more
    input["url"] = input["url"] ?? .string(server.url)
    return try await check("http.check", .map(input), within: limit, contexts(secrets))
  }

  @Test func `holds for any status of 200 to 299 where none is named`() async throws {
    for (status, holds) in [(200, true), (204, true), (301, false), (404, false), (500, false)] {
      let server = try TestServer(.send(answer(status)))
      defer { server.stop() }
      let verdict = try await verdict(server)
      #expect(verdict.word == (holds ? "holds" : "does not hold"), "\(status)")
      #expect(verdict.evidence.facts["status"] == .int(Int64(status)))
    }
  }

  @Test func `a status may be one or a list`() async throws {
    let server = try TestServer(.send(answer(503, "sorry")))
    defer { server.stop() }
    #expect(try await verdict(server, ["expect": ["status": 503]]).word == "holds")
    #expect(try await verdict(server, ["expect": ["status": [200, 503]]]).word == "holds")
    let other = try await verdict(server, ["expect": ["status": [200, 201]]])
    #expect(other.word == "does not hold")
    #expect(other.evidence.summary.contains("answers 503"))
    #expect(other.evidence.summary.contains("expected 200 or 201"))
    #expect(other.evidence.output == "sorry")
  }

  @Test func `a body may contain a text or have JSON values`() async throws {
    let body = #"{"site_a":"down","n":[1,{"x":2.0}],"more":true}"#
    let server = try TestServer(.send(answer(200, body)))
    defer { server.stop() }
    func word(_ body: Value) async throws -> String {
      try await verdict(server, ["expect": ["body": body]]).word
    }
    #expect(try await word("down") == "holds")
    #expect(try await word("up") == "does not hold")
    #expect(try await word(["site_a": "down"]) == "holds")
    #expect(try await word(["n": [1, ["x": 2]]]) == "holds")
    #expect(try await word(["site_a": "up"]) == "does not hold")
    #expect(try await word(["n": [1]]) == "does not hold")
    let missing = try await verdict(server, ["expect": ["body": ["n": [1, ["y": 2]]]]])
    #expect(missing.evidence.summary.contains("'n[1].y' is missing"))
  }

  @Test func `dozens of checks that hang hold up neither each other nor one that is answered`()
    async throws
  {
    let (silent, good) = (try TestServer(.hang), try TestServer(.send(answer(200))))
    defer { good.stop() }
    final class Waiting: Sendable { let count = Atomic(60) }
    let waiting = Waiting()
    try await withThrowingTaskGroup(of: String.self) { group in
      for _ in 0..<60 {
        group.addTask {
          let verdict = try await self.verdict(silent)
          waiting.count.subtract(1, ordering: .relaxed)
          return verdict.word
        }
      }
      #expect(try await verdict(good).word == "holds")
      #expect(waiting.count.load(ordering: .relaxed) == 60)
      // They hang no longer than somebody keeps them.
      silent.stop()
      for try await word in group { #expect(word != "holds") }
    }
  }

  @Test func `a body that is no JSON does not hold and says so`() async throws {
    let server = try TestServer(.send(answer(200, "<html>")))
    defer { server.stop() }
    let verdict = try await verdict(server, ["expect": ["body": ["a": 1]]])
    #expect(verdict.word == "does not hold")
    #expect(verdict.evidence.summary.contains("not JSON"))
  }

  @Test func `headers must be there and contain their text`() async throws {
    let server = try TestServer(.send(answer(200, "", "X-Site:  B east \r\n")))
    defer { server.stop() }
    #expect(try await verdict(server, ["expect": ["header": ["x-site": "B"]]]).word == "holds")
    let other = try await verdict(server, ["expect": ["header": ["X-Site": "A"]]])
    #expect(other.word == "does not hold")
    #expect(other.evidence.summary.contains("'B east'"))
    let none = try await verdict(server, ["expect": ["header": ["X-None": "A"]]])
    #expect(none.evidence.summary.contains("is missing"))
  }

  @Test func `silence is never taken for an answer or for a fault of the server`() async throws {
    let hang = try TestServer(.hang)
    defer { hang.stop() }
    let verdict = try await verdict(hang, within: .seconds(1))
    #expect(verdict.word == "cannot tell")
    #expect(verdict.evidence.summary.contains("connected, but no whole answer"))
    #expect(verdict.evidence.facts["status"] == .null)
  }

  @Test func `a name without an address cannot be told`() async throws {
    let verdict = try await check("http.check", ["url": "http://no-such-host.invalid/"])
    #expect(verdict.word == "cannot tell")
    let unreachable = try await check(
      "http.check", ["url": "http://no-such-host.invalid/", "expect": "unreachable"])
    #expect(unreachable.word == "cannot tell")
  }

  @Test func `a refused connection does not hold`() async throws {
    try await withClosedPort { port in
      let verdict = try await check("http.check", ["url": .string("http://127.0.0.1:\(port)")])
      #expect(verdict.word == "does not hold")
      #expect(verdict.evidence.summary.contains("refused"))
    }
  }

  @Test(arguments: [
    TestServer.Behaviour.close, .send("SSH-2.0-OpenSSH_9.2\r\n"),
    .send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"),
  ])
  func `an answer that breaks off or is no HTTP does not hold`(
    behaviour: TestServer.Behaviour
  ) async throws {
    let server = try TestServer(behaviour)
    defer { server.stop() }
    let verdict = try await verdict(server)
    #expect(verdict.word == "does not hold", "\(verdict.evidence.summary)")
  }

  @Test func `an answer that stops half way cannot be told`() async throws {
    let server = try TestServer(.stall("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"))
    defer { server.stop() }
    #expect(try await verdict(server, within: .milliseconds(300)).word == "cannot tell")
  }

  @Test func `a body without end is read up to the limit`() async throws {
    let server = try TestServer(.endless)
    defer { server.stop() }
    #expect(try await verdict(server).word == "holds")
    let text = try await verdict(server, ["expect": ["body": "needle"]])
    #expect(text.word == "cannot tell")
    let json = try await verdict(server, ["expect": ["body": ["a": 1]]])
    #expect(json.word == "cannot tell")
  }

  @Test func `endless headers end the exchange`() async throws {
    let header = "X: " + String(repeating: "y", count: 1000) + "\r\n"
    let server = try TestServer(
      .send("HTTP/1.1 200 OK\r\n" + String(repeating: header, count: 200) + "\r\n"))
    defer { server.stop() }
    #expect(try await verdict(server).word == "does not hold")
  }

  @Test func `unreachable holds only after every try failed`() async throws {
    try await withClosedPort { port in
      let verdict = try await check(
        "http.check", ["url": .string("http://127.0.0.1:\(port)"), "expect": "unreachable"])
      #expect(verdict.word == "holds")
      #expect(verdict.evidence.summary.contains("try 1: connection refused"))
      #expect(verdict.evidence.summary.contains("try 2: connection refused"))
    }
    let late = try TestServer(.close, .send(answer(500)))
    defer { late.stop() }
    let verdict = try await verdict(late, ["expect": "unreachable"])
    #expect(verdict.word == "does not hold")
    #expect(verdict.evidence.summary.contains("answers 500"))
  }

  @Test func `unreachable without time for every try cannot be told`() async throws {
    try await withClosedPort { port in
      let verdict = try await check(
        "http.check",
        ["url": .string("http://127.0.0.1:\(port)"), "expect": "unreachable", "tries": 5],
        within: .milliseconds(600))
      #expect(verdict.word == "cannot tell")
    }
  }

  @Test func `redirects are the answer unless they are to be followed`() async throws {
    let end = try TestServer(.send(answer(200, "end", "X-Last: yes\r\n")))
    defer { end.stop() }
    let start = try TestServer(.send(answer(302, "", "Location: \(end.url)\r\n")))
    defer { start.stop() }
    #expect(try await verdict(start, ["expect": ["status": 302]]).word == "holds")
    let followed = try await verdict(
      start, ["follow_redirects": true, "expect": ["body": "end", "header": ["x-last": "yes"]]])
    #expect(followed.word == "holds", "\(followed.evidence.summary)")
  }

  @Test func `a redirect to another protocol is not followed`() async throws {
    let start = try TestServer(.send(answer(302, "", "Location: file:///etc/passwd\r\n")))
    defer { start.stop() }
    let verdict = try await verdict(start, ["follow_redirects": true])
    #expect(verdict.word != "holds")
    #expect(verdict.evidence.output?.contains("root") != true)
  }

  @Test func `a pinned address is used instead of a look-up`() async throws {
    let server = try TestServer(.send(answer(200)))
    defer { server.stop() }
    let verdict = try await verdict(
      server,
      [
        "url": .string("http://shop.example.test:\(server.port)/x"),
        "resolve": ["shop.example.test": "127.0.0.1"],
      ])
    #expect(verdict.word == "holds", "\(verdict.evidence.summary)")
    #expect(verdict.evidence.facts["remote_ip"] == "127.0.0.1")
    #expect(server.seen[0].contains("Host: shop.example.test:\(server.port)"))
  }

  @Test func `a numeric v6 host is asked as it stands`() async throws {
    let verdict = try await check("http.check", ["url": "http://[::1]:9/"])
    #expect(!verdict.evidence.summary.contains("RESOLVE"), "\(verdict.evidence.summary)")
  }

  @Test func `method, headers and body are sent as written`() async throws {
    let server = try TestServer(.send(answer(200)))
    defer { server.stop() }
    _ = try await verdict(
      server, ["headers": ["X-Empty": "", "X-Some": "a b", "Accept": "text/x"], "body": "{}"])
    let request = server.seen[0]
    #expect(request.hasPrefix("GET / HTTP/1.1\r\n"))
    #expect(request.contains("X-Some: a b\r\n") && request.contains("X-Empty:\r\n"))
    #expect(request.contains("Accept: text/x\r\n") && request.contains("Content-Length: 2\r\n"))
    _ = try await verdict(server, ["method": "HEAD"])
    #expect(server.seen[1].hasPrefix("HEAD / HTTP/1.1\r\n"))
  }

  @Test func `a secret header is sent and never shown`() async throws {
    let server = try TestServer(.send(answer(500, "you sent Bearer s3cr3t-token")))
    defer { server.stop() }
    let verdict = try await verdict(
      server, ["headers": ["Authorization": .secret(SecretName("token"))]], within: .seconds(20),
      ["token": "Bearer s3cr3t-token"])
    #expect(server.seen[0].contains("Authorization: Bearer s3cr3t-token\r\n"))
    #expect(verdict.evidence.output == "you sent •••")
    #expect(verdict.evidence.facts["body"] == "you sent •••")
  }

  @Test func `a header cannot smuggle another`() async throws {
    let server = try TestServer(.send(answer(200)))
    defer { server.stop() }
    #expect(
      try await verdict(server, ["headers": ["X": "a\r\nY: b"]]).word == "cannot tell")
    #expect(server.seen.isEmpty)
  }

  @Test func `other protocols are refused`() async throws {
    for url in ["file:///etc/passwd", "ftp://127.0.0.1/", "nonsense", "http://"] {
      #expect(try await check("http.check", ["url": .string(url)]).word == "cannot tell")
    }
  }
}
