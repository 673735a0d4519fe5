import Glibc
import RunbookModel
import Testing

@Suite struct `http check over TLS` {
  /// A server with a certificate of its own making, found by asking it until it answers.
  private func withServer(_ body: (_ url: String, _ ca: String) async throws -> Void) async throws {
    try await withFolder { folder in
      let ca = "\(folder)/cert.pem"
      _ = try await run([
        "argv": [
          "/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
          "ec_paramgen_curve:P-256", "-nodes", "-days", "1", "-subj", "/CN=shop.example.test",
          "-addext", "subjectAltName=DNS:shop.example.test", "-keyout",
          .string("\(folder)/key.pem"), "-out", .string(ca),
        ]
      ])
      for _ in 0..<5 {
        let port = try await withClosedPort { $0 }
        let server = Task {
          try await run(
            [
              "argv": [
                "/usr/bin/openssl", "s_server", "-www", "-quiet", "-accept",
                .string("127.0.0.1:\(port)"), "-cert", .string(ca), "-key",
                .string("\(folder)/key.pem"),
              ]
            ], within: .seconds(60))
        }
        defer { server.cancel() }
        let address: Value = ["address": .string("127.0.0.1:\(port)")]
        guard await eventually({ (try? await check("tcp.check", address).word) == "holds" })
        else { continue }
        try await body("https://shop.example.test:\(port)/", ca)
        server.cancel()
        _ = await server.result
        return
      }
      Issue.record("openssl s_server did not come up")
    }
  }

  @Test func `an unknown authority cannot be told, a named one holds, a wrong name does not pass`()
    async throws
  {
    try await withServer { url, ca in
      let pin: Value = ["shop.example.test": "127.0.0.1", "other.example.test": "127.0.0.1"]
      let unknown = try await check("http.check", ["url": .string(url), "resolve": pin])
      #expect(unknown.word == "cannot tell")
      #expect(unknown.evidence.summary.contains("TLS"))
      let trusted = try await check(
        "http.check",
        ["url": .string(url), "resolve": pin, "tls": ["ca_file": .string(ca)]])
      #expect(trusted.word == "holds", "\(trusted.evidence.summary)")
      let other = url.replacing("shop", with: "other")
      let wrongName = try await check(
        "http.check",
        ["url": .string(other), "resolve": pin, "tls": ["ca_file": .string(ca)]])
      #expect(wrongName.word == "cannot tell")
      let unreachable = try await check(
        "http.check", ["url": .string(url), "resolve": pin, "expect": "unreachable"])
      #expect(unreachable.word == "cannot tell")
      let noFile = try await check(
        "http.check",
        ["url": .string(url), "resolve": pin, "tls": ["ca_file": "/no/such/file"]])
      #expect(noFile.word == "cannot tell")
    }
  }

  @Test func `plain HTTP behind an https URL cannot be told`() async throws {
    let server = try TestServer(.greet(answer(200)))
    defer { server.stop() }
    let verdict = try await check("http.check", ["url": .string("https://\(server.address)/")])
    #expect(verdict.word == "cannot tell")
  }
}
