import ActionConformance
import RunbookAction
import RunbookModel
import Testing

@Suite struct `The built-in actions keep the contract` {
  private func subject(
    _ name: String, _ input: Value, _ fingerprint: @escaping @Sendable () -> String = { "" }
  ) throws -> ConformanceCase {
    ConformanceCase(
      try #require(registry[name]), input: input, contexts: contexts(), fingerprint: fingerprint)
  }

  @Test func `http check`() async throws {
    let server = try TestServer(.send(answer(200, "ok")))
    defer { server.stop() }
    #expect(try await subject("http.check", ["url": .string(server.url)]).breaches() == [])
  }

  @Test func `tcp check`() async throws {
    let server = try TestServer(.hang)
    defer { server.stop() }
    #expect(try await subject("tcp.check", ["address": .string(server.address)]).breaches() == [])
  }

  @Test func `checks over other checks`() async throws {
    let nested: Value = ["uses": "assert.that", "with": ["that": true]]
    #expect(
      try await subject("quorum.check", ["at_least": 1, "of": .list([nested])]).breaches() == [])
    #expect(try await subject("wait.for", ["check": nested]).breaches() == [])
    #expect(try await subject("assert.that", ["that": true, "message": "so"]).breaches() == [])
    #expect(try await subject("command.check", ["argv": ["/bin/true"]]).breaches() == [])
  }

  @Test func `questions to people`() async throws {
    #expect(try await subject("operator.approve", ["question": "Go?"]).breaches() == [])
    #expect(
      try await subject("operator.task", ["text": "Call", "instructions": ["dial"]]).breaches()
        == [])
  }

  @Test func `command run with a check and an undo`() async throws {
    try await withFolder { folder in
      let file = "\(folder)/done"
      var subject = try subject(
        "command.run",
        [
          "argv": ["/usr/bin/touch", .string(file)],
          "check": ["argv": ["/usr/bin/test", "-e", .string(file)]],
          "undo": ["argv": ["/bin/rm", "-f", .string(file)]],
        ],
        { exists(file) ? "there" : "not there" }
      )
      // What the command said and how it ended cannot be seen again by its check.
      subject.verifiedOutputs = []
      #expect(await subject.breaches() == [])
    }
  }

  @Test func `deadlines hold against servers that never answer`() async throws {
    let server = try TestServer(.hang)
    defer { server.stop() }
    let http = try #require(registry["http.check"])
    #expect(await deadlineBreaches(http, input: ["url": .string(server.url)]) == [])
    let command = try #require(registry["command.check"])
    #expect(await deadlineBreaches(command, input: ["argv": ["/bin/sleep", "60"]]) == [])
    let run = try #require(registry["command.run"])
    let change = try await planned(["argv": ["/bin/sleep", "60"]])
    #expect(await applyDeadlineBreaches(run, change: change) == [])
  }

  @Test func `every page is complete`() {
    for action in registry.actions.values {
      #expect(pageBreaches(action.page) == [], "\(action.page.name)")
    }
    #expect(registry.actions.count == 10)
  }
}
