import Glibc
import RunbookModel
import TestServers
import Testing

/// Gates, answers given beforehand, decisions on a run that holds.
@Suite struct PeopleTests {
  @Test func `G1: unattended, a gate stops the run with exit code 6 until it is approved by name`()
    async throws
  {
    try await Desk.with { desk in
      try desk.runbook(checked("a"), gate("go"), checked("z"))
      let first = try await desk.drill()
      #expect(first.status == 6 && desk.log == ["a"], "\(first)")
      let unanswered = try await desk.lifeboat("resume")
      #expect(unanswered.status == 6 && desk.log == ["a"], "\(unanswered)")
      let answered = try await desk.lifeboat("resume", "--approve", "go")
      #expect(answered.status == 0 && desk.log == ["a", "z"], "\(answered)")
      #expect(try await desk.lifeboat("audit", "verify").status == 0)
    }
  }

  @Test func `G5: a yes for one gate never opens another`() async throws {
    try await Desk.with { desk in
      try desk.runbook(gate("first"), checked("a"), gate("second"), checked("z"))
      let early = try await desk.drill("--approve", "second")
      #expect(early.status == 6 && desk.log == [], "\(early)")
      let one = try await desk.lifeboat("resume", "--approve", "first")
      #expect(one.status == 6 && desk.log == ["a"], "\(one)")
      let two = try await desk.lifeboat("resume", "--approve", "second")
      #expect(two.status == 0 && desk.log == ["a", "z"], "\(two)")
    }
  }

  @Test func `a no ends where it was asked, and nothing behind the gate runs`() async throws {
    try await Desk.with { desk in
      try desk.runbook(gate("go", "on_failure: stop"), checked("z"))
      let ended = try await desk.drill("--decline", "go", "--reason", "not tonight")
      #expect(ended.status == 7 && desk.log == [], "\(ended)")
      #expect(ended.everything.contains("not tonight"))
    }
  }

  @Test func `who does not hold the role cannot answer, not even beforehand`() async throws {
    try await Desk.with { desk in
      try desk.runbook(
        gate("go", "approval: {role: nobody_here, timeout: 1h}"), checked("z"))
      let ended = try await desk.drill("--approve", "go")
      #expect(ended.status == 6 && desk.log == [], "\(ended)")
      #expect(ended.everything.contains("somebody_else"))
    }
  }

  @Test func `G2: a gate that nobody answers in time counts as a no`() async throws {
    try await Desk.with { desk in
      try desk.runbook(
        gate("go", "approval: {role: commander, timeout: 1s}\non_failure: stop"),
        look("busy", "sleep 2", "needs: []"), checked("z", nil, "needs: [go]\nundo: auto"))
      let ended = try await desk.drill()
      #expect(ended.status == 7 && desk.log == [], "\(ended)")
      #expect(ended.everything.contains("nobody answered"))
    }
  }

  @Test func `a change that needs approval shows what it will do, and waits`() async throws {
    try await Desk.with { desk in
      try desk.runbook(
        checked("a", nil, "approval: {role: commander, timeout: 1h}\nundo: auto"))
      let waiting = try await desk.drill()
      #expect(waiting.status == 6 && desk.log == [], "\(waiting)")
      let status = try await desk.lifeboat("status")
      #expect(status.output.contains("echo a >> log"), "\(status)")
      let done = try await desk.lifeboat("resume", "--approve", "a")
      #expect(done.status == 0 && desk.log == ["a"], "\(done)")
    }
  }

  @Test func `D9: a change that differs from the approved one is not made`() async throws {
    try await Desk.with { desk in
      try write("blue", to: desk.target + "/color")
      try desk.runbook(
        look("seen", "cat color"), gate("go"),
        checked("a", nil, "when: ${{ steps.seen.stdout == 'blue' }}\nundo: auto"))
      #expect(try await desk.drill().status == 6)
      // What was seen before is kept with the run: it is not looked at again by itself.
      try write("red", to: desk.target + "/color")
      let ended = try await desk.lifeboat("resume", "--approve", "go")
      #expect(ended.status == 0 && desk.log == ["a"], "\(ended)")
    }
  }

  @Test func `an answer for a step that does not exist is refused when resuming as well`()
    async throws
  {
    try await Desk.with { desk in
      try desk.runbook(gate("go"), checked("z"))
      #expect(try await desk.drill().status == 6)
      let before = try desk.journal().count
      for more in [
        ["--approve", "goo"], ["--decline", "z"], ["--retry", "goo", "--reason", "x"],
        ["--skip", "goo", "--reason", "x"], ["--mark-done", "goo", "--reason", "x"],
      ] {
        let ended = try await desk.start(["resume"] + more).end()
        #expect(ended.status == 2, "\(more): \(ended)")
        #expect(ended.errors.contains(more[1]), "\(more): \(ended)")
      }
      #expect(try desk.journal().count == before)
    }
  }

  private let failing = change(
    "bad", "[ -e mended ] && echo bad >> log || exit 4", with: "unchanged_exit_codes: [4]")

  @Test func `a run that holds goes on by retry once the cause is mended`() async throws {
    try await Desk.with { desk in
      try desk.runbook(checked("a"), failing, checked("z"))
      #expect(try await desk.drill().status == 6)
      let still = try await desk.lifeboat("resume", "--retry", "bad", "--reason", "look again")
      #expect(still.status == 6 && desk.log == ["a"], "\(still)")
      try desk.touch("mended")
      let ended = try await desk.lifeboat("resume", "--retry", "bad", "--reason", "mended")
      #expect(ended.status == 0 && desk.log == ["a", "bad", "z"], "\(ended)")
    }
  }

  @Test func `skip, mark-done, abort and undo do what they say, and the reason is kept`()
    async throws
  {
    for (order, status, log): (String, Int32, [String]) in [
      ("--skip", 0, ["a", "z"]), ("--mark-done", 0, ["a", "z"]), ("--abort", 9, ["a"]),
      ("undo", 0, ["undo_a"]),
    ] {
      try await Desk.with { desk in
        try desk.runbook(checked("a"), failing, checked("z"))
        #expect(try await desk.drill().status == 6)
        let words =
          switch order {
          case "undo": ["undo", "latest"]
          case "--abort": ["resume", "latest", "--abort"]
          default: ["resume", "latest", order, "bad"]
          }
        if order != "undo" {
          let silent = try await desk.start(words).end()
          #expect(silent.status == 2 && silent.errors.contains("--reason"), "\(silent)")
        }
        let ended = try await desk.start(words + ["--reason", "because 42"]).end()
        #expect(ended.status == status && desk.log == log, "\(order): \(ended)")
        #expect(try await desk.lifeboat("report").output.contains("because 42"), "\(order)")
      }
    }
  }
}
