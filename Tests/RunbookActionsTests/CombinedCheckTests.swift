import ActionConformance
import RunbookAction
import RunbookModel
import Synchronization
import Testing

private let yes: Value = ["uses": "assert.that", "with": ["that": true, "message": "yes"]]
private let no: Value = ["uses": "assert.that", "with": ["that": false, "message": "no"]]
private let silent: Value = ["uses": "assert.that", "with": ["that": .unknown("later")]]

@Suite struct `quorum check` {
  /// The same check with another message, since two equal ones are one witness.
  private func witnesses(_ kinds: [Value]) -> Value {
    .list(
      kinds.enumerated().map { index, kind in
        [
          "uses": "assert.that",
          "with": ["that": kind["with"]!["that"]!, "message": .string("\(index)")],
        ]
      })
  }

  @Test(arguments: [
    ([yes, yes, no], 2, "holds"), ([yes, no, no], 2, "does not hold"),
    ([yes, silent, no], 2, "cannot tell"), ([yes, yes, silent], 2, "holds"),
    ([silent, silent, silent], 1, "cannot tell"), ([no, no, silent], 2, "does not hold"),
    ([yes], 1, "holds"), ([no], 1, "does not hold"),
  ])
  func `is decided by those who answered, and only when it is decided`(
    kinds: [Value], atLeast: Int, word: String
  ) async throws {
    let verdict = try await check(
      "quorum.check", ["at_least": .int(Int64(atLeast)), "of": witnesses(kinds)])
    #expect(verdict.word == word)
    #expect(verdict.evidence.facts["answers"]?.list?.count == kinds.count)
  }

  @Test func `what nobody could answer is refused`() async throws {
    let two = witnesses([yes, no])
    for input: Value in [
      ["at_least": 0, "of": two], ["at_least": 3, "of": two], ["at_least": -1, "of": two],
      ["at_least": 1, "of": []], ["at_least": 1, "of": .list([yes, yes])],
    ] {
      #expect(try await check("quorum.check", input).word == "cannot tell")
    }
  }

  @Test func `an action that is not there counts for nobody`() async throws {
    let verdict = try await check(
      "quorum.check",
      ["at_least": 2, "of": .list([yes, ["uses": "no.such", "with": [:]]])])
    #expect(verdict.word == "cannot tell")
  }

  @Test func `witnesses are asked at the same time`() async throws {
    // Each waits for the other's file: asked one after another, none would ever answer.
    try await withFolder { folder in
      func witness(_ mine: String, _ other: String) -> Value {
        let script =
          "touch \(folder)/\(mine); until test -e \(folder)/\(other); do sleep 0.02; done"
        return ["uses": "command.check", "with": ["argv": sh(script)]]
      }
      let verdict = try await check(
        "quorum.check", ["at_least": 2, "of": .list([witness("a", "b"), witness("b", "a")])])
      #expect(verdict.word == "holds", "\(verdict.evidence.output ?? "")")
    }
  }
}

@Suite struct `wait for` {
  /// A check that answers as it is told, then with the last answer for ever.
  private struct Scripted: CheckAction {
    struct Input: ActionInput { static let fields: [Field] = [] }
    let answers: [Verdict]
    let count = Counter()
    let page = ActionPage(
      name: "test.scripted", summary: "", details: "", kind: .check, fields: [],
      expected: .seconds(1), undo: .notNeeded, byHand: "")

    final class Counter: Sendable { let value = Mutex(0) }

    func check(_ input: Input, in context: ReadContext) async -> Verdict {
      let index = count.value.withLock { value in
        defer { value += 1 }
        return value
      }
      return answers[min(index, answers.count - 1)]
    }
  }

  private let holds = Verdict.holds(Evidence("good"))
  private let fails = Verdict.doesNotHold(Evidence("bad"))
  private let unclear = Verdict.cannotTell(Evidence("fog"))

  private func wait(
    _ answers: [Verdict], stable: Duration = .zero, within limit: Duration = .seconds(20)
  ) async throws -> Verdict {
    try await check(
      "wait.for",
      [
        "check": ["uses": "test.scripted", "with": [:]], "every": .duration(.milliseconds(20)),
        "stable": .duration(stable),
      ], within: limit,
      TestContexts(actions: [AnyAction(Scripted(answers: answers))]))
  }

  @Test func `ends as soon as the check holds`() async throws {
    let verdict = try await wait([fails, unclear, holds])
    #expect(verdict.word == "holds")
    #expect(verdict.evidence.facts["looks"] == 3)
    #expect(verdict.evidence.summary.contains("1 held, 1 did not, 1 could not tell"))
  }

  @Test func `a break starts the stable time again`() async throws {
    let verdict = try await wait([holds, fails, holds], stable: .milliseconds(60))
    #expect(verdict.word == "holds")
    // One, the break, and at least two after it: a single look spans no time.
    #expect((verdict.evidence.facts["looks"]?.int ?? 0) >= 4)
  }

  @Test func `at the end the last look decides`() async throws {
    #expect(try await wait([fails], within: .milliseconds(150)).word == "does not hold")
    #expect(try await wait([fails, unclear], within: .seconds(1)).word == "cannot tell")
    let short = try await wait([holds], stable: .seconds(30), within: .milliseconds(150))
    #expect(short.word == "does not hold")
    #expect(short.evidence.summary.contains("of 30 s wanted"))
  }

  @Test func `a look that hangs does not use up the waiting`() async throws {
    let server = try TestServer(.hang, .hang, .hang, .hang, .send(answer(200)))
    defer { server.stop() }
    let verdict = try await check(
      "wait.for",
      [
        "check": ["uses": "http.check", "with": ["url": .string(server.url)]],
        "every": .duration(.milliseconds(10)), "look_timeout": .duration(.milliseconds(300)),
      ])
    #expect(verdict.word == "holds", "\(verdict.evidence.summary)")
  }
}

@Suite struct `assert that` {
  @Test func `only true is true and only false is false`() async throws {
    #expect(try await check("assert.that", ["that": true]).word == "holds")
    let no = try await check("assert.that", ["that": false, "message": "two primaries"])
    #expect(no.word == "does not hold" && no.evidence.summary == "two primaries")
    for value: Value in ["true", 1, 0, .null, [], .unknown("later")] {
      #expect(try await check("assert.that", ["that": value]).word == "cannot tell")
    }
  }
}

@Suite struct `command check` {
  private func word(_ input: Value, within limit: Duration = .seconds(20)) async throws -> String {
    try await check("command.check", input, within: limit).word
  }

  @Test func `holds with an expected exit code`() async throws {
    #expect(try await word(["argv": ["/bin/true"]]) == "holds")
    #expect(try await word(["argv": ["/bin/false"]]) == "does not hold")
    #expect(try await word(["argv": sh("exit 4"), "exit_codes": [3, 4]]) == "holds")
  }

  @Test func `cannot tell when the program gave no answer of its own`() async throws {
    #expect(try await word(["argv": ["/no/such/program"]]) == "cannot tell")
    #expect(try await word(["argv": sh("no-such-program-at-all")]) == "cannot tell")
    #expect(try await word(["argv": sh("kill -9 $$")]) == "cannot tell")
    #expect(
      try await word(["argv": ["/bin/sleep", "60"]], within: .milliseconds(200)) == "cannot tell")
  }

  @Test func `looks at what was written`() async throws {
    let json: Value = sh(#"echo '{"role": "standby", "lag": 0}'; echo noise >&2"#)
    #expect(try await word(["argv": json, "stdout": "standby"]) == "holds")
    #expect(try await word(["argv": json, "stdout": "noise"]) == "does not hold")
    #expect(try await word(["argv": json, "stdout": ["lag": 0]]) == "holds")
    #expect(try await word(["argv": json, "stdout": ["lag": 1]]) == "does not hold")
    #expect(
      try await word(["argv": sh("head -c 900000 /dev/zero"), "stdout": "x"]) == "cannot tell")
  }
}
