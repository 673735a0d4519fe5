import Glibc
import RunbookModel
import TestServers
import Testing

/// Dry runs, and plans that are saved, approved and executed later.
@Suite struct SavedPlanTests {
  private func save(_ desk: Desk) async throws -> String {
    let path = desk.path + "/out/saved.json"
    let ended = try await desk.lifeboat("plan", desk.book, "-e", "here", "--out", path)
    #expect(ended.status == 0, "\(ended)")
    return path
  }

  @Test func `D3: a dry run of nothing but changes changes nothing, not even the state folder`()
    async throws
  {
    try await Desk.with { desk in
      try desk.runbook(
        checked("a"), change("b", "touch b"), change("c", "touch c", "critical: false"),
        change("d", "touch d", "when: ${{ true }}"), change("e", "touch e", "needs: []"),
        change("f", "touch f", "retry: {attempts: 3}\ntimeout: 1s\nsettle: 1s"),
        change("g", "touch g", "on_failure: continue"),
        change("h", "touch h", "verify: [{uses: assert.that, with: {that: '${{ true }}'}}]"))
      let before = fingerprint(of: desk.path)
      for format in ["text", "json"] {
        let ended = try await desk.lifeboat("plan", desk.book, "-e", "here", "--format", format)
        #expect(ended.status == 0, "\(ended)")
        #expect(!ended.output.contains("succeeded"), "nothing in a dry run has succeeded")
      }
      _ = try await desk.lifeboat("validate", desk.book)
      let after = fingerprint(of: desk.path).filter { !$0.key.hasPrefix(desk.path + "/out/") }
      #expect(before == after)
      #expect(access(desk.state, F_OK) != 0)
    }
  }

  @Test func `D4: what depends on a step that has not run is not foretold`() async throws {
    try await Desk.with { desk in
      try desk.runbook(
        change("a", "echo 1"),
        change("b", "echo 2", "when: ${{ steps.a.stdout == '1' }}"))
      let ended = try await desk.lifeboat("plan", desk.book, "-e", "here")
      #expect(ended.status == 0 && ended.output.contains("decided during the run"), "\(ended)")
      #expect(!ended.output.contains("would be skipped"), "\(ended)")
    }
  }

  @Test func `a plan that would stop says where, with exit code 4`() async throws {
    try await Desk.with { desk in
      try desk.runbook(
        checked("a"),
        """
        - step: missing
          uses: command.run
          with: {argv: [no_such_program_here]}
          undo: {none: a test}
        """)
      let ended = try await desk.lifeboat("plan", desk.book, "-e", "here")
      #expect(ended.status == 4 && ended.output.contains("no_such_program_here"), "\(ended)")
    }
  }

  @Test func `D8: a saved plan is executed exactly once`() async throws {
    try await Desk.with { desk in
      try desk.runbook(change("a", "echo a >> log"))
      let path = try await save(desk)
      let again = try await desk.lifeboat("plan", desk.book, "-e", "here", "--out", path)
      #expect(again.status == 2 && again.errors.contains(path), "it is not overwritten: \(again)")
      let first = try await desk.drill("--plan", path)
      #expect(first.status == 0 && desk.log == ["a"], "\(first)")
      let second = try await desk.drill("--plan", path)
      #expect(second.status == 4 && desk.log == ["a"], "\(second)")
      #expect(desk.runCount == 1)
    }
  }

  @Test func `D8: two processes cannot both execute one saved plan`() async throws {
    try await Desk.with { desk in
      try desk.runbook(change("a", "echo a >> log; " + until("go", saying: "begun")))
      let path = try await save(desk)
      let both = try (0..<2).map { _ in try desk.startDrill("--plan", path) }
      try await desk.waitFor("begun")
      #expect(await eventually { both.contains(where: \.hasEnded) })
      try desk.touch("go")
      var statuses: [Int32] = []
      for child in both { statuses.append(try await child.end().status) }
      #expect(statuses.contains(0) && (statuses.contains(5) || statuses.contains(4)))
      #expect(desk.log == ["a"])
    }
  }

  @Test(arguments: ["runbook", "environment", "world", "plan", "purpose", "nonsense", "absent"])
  func `D9: a saved plan is refused, with the difference, once this has changed:`(_ what: String)
    async throws
  {
    try await Desk.with { desk in
      try desk.runbook(checked("a"))
      var path = try await save(desk)
      var verb = ["drill", desk.book, "-e", "here"]
      var said = what
      var status: Int32 = 4
      switch what {
      case "runbook": try desk.runbook(checked("a"), checked("b"))
      case "environment": try desk.environment("# changed")
      case "world":
        try write("a\n", to: desk.target + "/log")
        said = "step a: was to would change"
      case "plan":
        let text = try #require(readText(path))
        let changed = text.split(separator: "echo a", omittingEmptySubsequences: false)
        #expect(changed.count > 1)
        try write(changed.joined(separator: "echo X"), to: path)
        said = "was changed after it was made"
      case "purpose":
        verb = ["recover", desk.book, "-e", "here", "--reason", "x", "--service", "small"]
      case "nonsense":
        try write("{}", to: path)
        (said, status) = ("no plan", 2)
      default:
        path += ".gone"
        (said, status) = ("no such file", 2)
      }
      let log = desk.log
      let ended = try await desk.start(verb + ["--plan", path]).end()
      #expect(ended.status == status, "\(ended)")
      #expect(ended.errors.contains(said), "\(ended)")
      #expect(desk.log == log && desk.runCount == 0)
    }
  }
}
