import ActionConformance
import RunbookModel
import Testing

/// `http.check` makes plain exchanges itself and leaves the rest to libcurl. A redirect that need not be followed is
/// enough to make one libcurl's: what one of them sends and reads, the other must.
@Suite struct `two ways of HTTP that are one` {
  private func verdict(
    _ server: TestServer, _ method: Value, throughLibcurl isLibcurls: Bool, _ more: ValueMap = [:]
  ) async throws -> Verdict {
    var input = more
    input["url"] = input["url"] ?? .string(server.url)
    input["method"] = method
    input["follow_redirects"] = .bool(isLibcurls)
    return try await check("http.check", .map(input))
  }

  /// What came of it; how often the server was asked.
  private func read(
    _ behaviour: TestServer.Behaviour, _ method: String, throughLibcurl isLibcurls: Bool
  ) async throws -> (word: String, facts: ValueMap, output: String?, asked: Int) {
    let server = try TestServer(behaviour)
    defer { server.stop() }
    let verdict = try await verdict(server, .string(method), throughLibcurl: isLibcurls)
    var facts = verdict.evidence.facts
    for own in ["latency", "how"] { facts[own] = facts[own] == .null ? .null : "some" }
    return (verdict.word, facts, verdict.evidence.output, server.seen.count)
  }

  private func bothWays(_ behaviour: TestServer.Behaviour, asked: Int) async throws {
    for method in ["GET", "HEAD"] {
      let ours = try await read(behaviour, method, throughLibcurl: false)
      let theirs = try await read(behaviour, method, throughLibcurl: true)
      #expect(ours.word == theirs.word, "\(method)")
      #expect(ours.facts == theirs.facts, "\(method)")
      #expect(ours.output == theirs.output, "\(method)")
      #expect(ours.asked == asked, "\(method)")
    }
  }

  @Test(arguments: [
    answer(200, "{\"site\":\"b\"}", "X-Site:  B east \r\nEmpty:\r\n"), answer(204), answer(304),
    answer(503, "down"), answer(999),
    // Without a length: as long as the connection.
    "HTTP/1.0 200 OK\r\n\r\nuntil the end", "HTTP/1.1 200 OK\r\n\r\n",
    "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok", "HTTP/1.1 200 OK\nContent-Length: 2\n\nok",
    // In chunks, with an extension and trailers.
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked \r\n\r\n"
      + "4;x=y\r\nWiki\r\n5\r\npedia\r\n0\r\nT: 1\r\nX-Site: no\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nWi",
    // Interim answers, and more than was asked for.
    "HTTP/1.1 100 Continue\r\nA: 1\r\n\r\n" + answer(200, "ok", "B: 2\r\n"),
    "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 103 Early\r\n\r\n" + answer(503),
    answer(200, "ok") + "HTTP/1.1 500 Late\r\n\r\n", answer(200, "ok") + "garbage",
    // No body, whatever the headers say.
    "HTTP/1.1 204 No\r\nTransfer-Encoding: chunked\r\n\r\n",
    "HTTP/1.1 204 No\r\nContent-Length: 5\r\n\r\nhello",
    "HTTP/1.1 304 Same\r\nContent-Length: 5\r\n\r\n",
    "HTTP/1.1 103 Early\r\nContent-Length: 40\r\n\r\n" + answer(200, "ok"),
    "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
    "HTTP/1.1 200 OK\r\nX: \u{E9}\r\nContent-Length: 2\r\n\r\nok", "HTTP/1.1 ", "",
  ])
  func `an answer is read as libcurl reads it`(text: String) async throws {
    try await bothWays(.send(text), asked: 1)
  }

  @Test func `what is no answer to a request is taken as libcurl takes it`() async throws {
    try await bothWays(.endless, asked: 1)
    try await bothWays(.close, asked: 0)
    try await bothWays(.greet(answer(200, "unasked")), asked: 0)
  }

  @Test(arguments: [
    "HTTP/2 200\r\n\r\n", "HTTP/1.1 abc OK\r\n\r\n", "<html>an old one</html>",
    "\r\n" + answer(200),
    "HTTP/1.2 200 OK\r\nContent-Length: 0\r\n\r\n", "HTTP/3.0 200 OK\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 000 No\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 099 No\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nno colon\r\nContent-Length: 2\r\n\r\nok",
    "HTTP/1.1 200 OK\r\nX: a\u{1}\r\nContent-Length: 2\r\n\r\nok",
    // Lengths that cannot be, or contradict.
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok",
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
    "HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nok",
    "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nok",
    "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    // Codings that only libcurl knows, or nobody.
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
  ])
  func `what the parser does not know well is asked again and judged by libcurl`(text: String)
    async throws
  {
    try await bothWays(.send(text), asked: 2)
  }

  @Test(arguments: [
    "HTTP/1.1 200 OK\r\n" + String(repeating: "a:b\r\n", count: 13_200) + "\r\n",
    "HTTP/1.1 200 " + String(repeating: "k", count: 70_000) + "\r\n\r\n",
    String(repeating: "HTTP/1.1 100 C\r\n\r\n", count: 10_000) + answer(200),
  ])
  func `no kind of headers is read without end`(text: String) async throws {
    #expect(try await read(.send(text), "GET", throughLibcurl: false).word == "does not hold")
  }

  @Test func `an answer without a length that is cut off by a reset is none`() async throws {
    let server = try TestServer(.reset("HTTP/1.0 200 OK\r\n\r\nhalf"))
    defer { server.stop() }
    for long in ["short", Self.long] {
      let verdict = try await verdict(
        server, "GET", throughLibcurl: false, ["headers": ["X-Long": .string(long)]])
      #expect(verdict.word == "does not hold", "\(long.count): \(verdict.evidence.summary)")
    }
  }

  @Test(
    arguments: [
      [:], ["url": "/a/../b/./c?x=1&y=%20#part"], ["url": "?only=query"], ["url": "/?"],
      ["url": "/a//b/"],
      ["headers": ["X-Some": "a b", "X-Empty": ""]],
      [
        "headers": [
          "host": "shop.example.test", "X-First": "1", "accept": "text/x", "User-Agent": "me",
        ]
      ],
      ["headers": ["User-Agent": "", "Accept": "", "Authorization": "Bearer x"]],
      ["headers": ["X-Blank": "  "]], ["headers": ["User-Agent": " ", "X;": ""]],
      ["headers": ["Content-Length": "0"]], ["headers": ["Connection": "close", "TE": "trailers"]],
    ] as [ValueMap])
  func `a request is sent as libcurl sends it`(more: ValueMap) async throws {
    for method in ["GET", "HEAD"] as [Value] {
      let server = try TestServer(.send(answer(200)))
      defer { server.stop() }
      var more = more
      if case .string(let path)? = more["url"] {
        more["url"] = .string("http://\(server.address)\(path)")
      }
      _ = try await verdict(server, method, throughLibcurl: false, more)
      _ = try await verdict(server, method, throughLibcurl: true, more)
      #expect(server.seen.count == 2 && server.seen.first == server.seen.last)
    }
  }

  @Test func `headers are the same, also an empty one and those of an interim answer`() async throws
  {
    let server = try TestServer(
      .send(
        "HTTP/1.1 103 Early\r\nEarly: 1\r\n\r\n"
          + answer(200, "", "Empty:\r\nX-Site: \t B\teast \r\nX-Site: two\r\n")))
    defer { server.stop() }
    for isLibcurls in [false, true] {
      func word(_ headers: ValueMap) async throws -> String {
        try await verdict(
          server, "GET", throughLibcurl: isLibcurls, ["expect": ["header": .map(headers)]]
        ).word
      }
      #expect(try await word(["Empty": "", "x-site": "B\teast"]) == "holds")
      #expect(try await word(["x-site": "two"]) == "holds")
      #expect(try await word(["x-site": " "]) == "does not hold")
      #expect(try await word(["early": "1"]) == "does not hold")
    }
  }

  // libcurl takes it for a whole one.
  @Test func `an answer that breaks off in its headers is none`() async throws {
    let server = try TestServer(.send("HTTP/1.1 200 OK\r\nContent-Le"))
    defer { server.stop() }
    #expect(try await verdict(server, "GET", throughLibcurl: false).word == "does not hold")
  }

  @Test func `an answer that comes byte by byte is the same`() async throws {
    let texts = [
      answer(200, "body", "X: y\r\n"),
      "HTTP/1.1 100 Go\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n",
    ]
    for text in texts {
      let server = try TestServer(.drip(text))
      defer { server.stop() }
      let verdict = try await verdict(server, "GET", throughLibcurl: false)
      #expect(verdict.evidence.facts["body"] == "body", "\(verdict.evidence.summary)")
    }
  }

  // Far more than fits into the buffers between the two.
  private static let long = String(repeating: "x", count: 8 << 20)

  @Test func `what the server said before it closed is read, also where not all could be sent`()
    async throws
  {
    let server = try TestServer(.greet(answer(431, "too much")))
    defer { server.stop() }
    let verdict = try await verdict(
      server, "GET", throughLibcurl: false, ["headers": ["X-Long": .string(Self.long)]])
    #expect(verdict.evidence.facts["status"] == 431, "\(verdict.evidence.summary)")
  }

  @Test func `a request that is longer than the system takes at once is sent whole`() async throws {
    let server = try TestServer(.count("x"))
    defer { server.stop() }
    let verdict = try await verdict(
      server, "GET", throughLibcurl: false,
      ["headers": ["Y": .string(Self.long)], "expect": ["body": .string("\(Self.long.count)")]])
    #expect(verdict.word == "holds", "\(verdict.evidence.summary)")
  }

  @Test func `a host is asked at all its addresses at once`() async throws {
    let server = try TestServer(.send(answer(200)))
    defer { server.stop() }
    func word(_ addresses: String) async throws -> String {
      let verdict = try await verdict(
        server, "GET", throughLibcurl: false,
        [
          "url": .string("http://shop.example.test:\(server.port)/"),
          "resolve": ["SHOP.example.test": .string(addresses)],
        ])
      return "\(verdict.word): \(verdict.evidence.summary)"
    }
    // One refuses, one says nothing.
    #expect(try await word("127.0.0.2,127.0.0.1").hasPrefix("holds"))
    let silent = try SilentPort("127.0.0.3", server.port)
    defer { silent.stop() }
    #expect(try await word("127.0.0.3,[::1],127.0.0.1").hasPrefix("holds"))
    #expect(try await word("127.0.0.2").contains("refused"))
    #expect(try await word("nobody").contains("'nobody' in 'resolve' is no address"))
  }
}
