import Glibc
import RunbookModel
import TestServers
import Testing

/// Changes that take themselves back unless somebody confirms them, with the program as people use it.
@Suite struct ConfirmTests {
  /// Starts a drill and waits until its change waits to be confirmed.
  private func waiting(_ desk: Desk, _ more: String...) async throws -> Child {
    let child = try desk.start(["drill", desk.book, "-e", "here"] + more)
    guard
      await eventually(
        within: .seconds(60), { child.outputSoFar.contains("confirmed: lifeboat confirm") })
    else { throw RigError("nothing waits:\n\(child.outputSoFar)\n\(child.errorsSoFar)") }
    return child
  }

  @Test func `a second terminal confirms a change, and what needs it goes on`() async throws {
    try await Desk.with { desk in
      try desk.runbook(checked("a", nil, "undo: auto\ncommit_within: 10m"), checked("z"))
      let plan = try await desk.lifeboat("plan", desk.book, "-e", "here")
      #expect(plan.output.contains("EXPIRES 10 min after it is made"), "G10: \(plan)")
      // Nobody is at a terminal: the process stays all the same, it is the net.
      let run = try await waiting(desk)
      #expect(desk.log == ["a"])
      let status = try await desk.lifeboat("status")
      #expect(status.output.contains("a must be confirmed by 20"), "\(status)")
      #expect(status.output.contains("lifeboat confirm"), "\(status)")
      let wrong = try await desk.lifeboat("confirm", "latest", "z")
      #expect(wrong.status == 4 && wrong.errors.contains("no commit_within"), "\(wrong)")
      let said = try await desk.lifeboat("confirm", "latest", "a", "--reason", "I can log in")
      #expect(said.status == 0, "\(said)")
      let ended = try await run.end()
      #expect(ended.status == 0 && desk.log == ["a", "z"], "\(ended)")
      #expect(try await desk.lifeboat("report").output.contains("I can log in"))
      #expect(try await desk.lifeboat("audit", "verify").status == 0)
    }
  }

  @Test func `nobody confirms: the change is taken back by itself, and the run holds and says why`()
    async throws
  {
    try await Desk.with { desk in
      try desk.runbook(checked("a", nil, "undo: auto\ncommit_within: 300ms"), checked("z"))
      let ended = try await desk.drill()
      #expect(ended.status == 6 && desk.log == ["undo_a"], "\(ended)")
      #expect(ended.errors.contains("nobody confirmed it in 300 ms"), "\(ended)")
      #expect(ended.errors.contains("has been taken back"), "\(ended)")
      #expect(try await desk.statuses() == ["a": "failed", "z": "not_started"])
      let aborted = try await desk.lifeboat("resume", "--abort", "--reason", "enough")
      #expect(aborted.status == 8, "what was changed was undone: \(aborted)")
    }
  }

  @Test func `its own checks confirm it when the time is over`() async throws {
    try await Desk.with { desk in
      try desk.runbook(
        checked(
          "a", nil,
          """
          undo: auto
          commit_within: 300ms
          verify: [{uses: command.check, with: {argv: [test, '!', -e, broken], cwd: '${{ env.target }}'}}]
          """), checked("z"))
      let good = try await desk.drill()
      #expect(good.status == 0 && desk.log == ["a", "z"], "\(good)")
    }
  }

  @Test func `a lost terminal and a pause do not take the net away`() async throws {
    try await Desk.with { desk in
      try desk.runbook(checked("a", nil, "undo: auto\ncommit_within: 20s"), checked("z"))
      let run = try await waiting(desk)
      #expect(try await desk.lifeboat("pause", "latest").status == 0)
      run.signal(SIGHUP)
      let ended = try await run.end()
      #expect(ended.status == 10 && desk.log == ["undo_a"], "\(ended)")
    }
  }

  @Test func `time that ran out while no process was there: resume takes it back at once`()
    async throws
  {
    try await Desk.with { desk in
      try desk.runbook(checked("a", nil, "undo: auto\ncommit_within: 5s"), checked("z"))
      let run = try await waiting(desk)
      run.signal(SIGKILL)
      _ = try await run.end()
      guard desk.log == ["a"] else { return }
      let dead = try await desk.lifeboat("status")
      #expect(dead.output.contains("NO PROCESS is there"), "\(dead)")
      // Until the time is over, whatever this machine is doing.
      let isOver = await eventually(within: .seconds(30)) {
        readText("/proc/uptime") != nil && time(nil) > started(desk) + 6
      }
      #expect(isOver)
      let resumed = try await desk.lifeboat("resume")
      #expect(resumed.status == 6 && desk.log == ["undo_a"], "\(resumed)")
    }
  }

  /// When the newest run's journal was written last.
  private func started(_ desk: Desk) -> time_t {
    var status = stat()
    guard let run = try? desk.run(), stat(run + "/journal.jsonl", &status) == 0 else { return 0 }
    return status.st_mtim.tv_sec
  }

  @Test func `resume confirms what is left, and a yes given beforehand does not`() async throws {
    try await Desk.with { desk in
      try desk.runbook(
        checked(
          "a", nil, "undo: auto\ncommit_within: 10m\napproval: {role: commander}"), checked("z"))
      let run = try await waiting(desk, "--approve", "a")
      #expect(desk.log == ["a"])
      run.signal(SIGKILL)
      _ = try await run.end()
      let resumed = try await desk.lifeboat("resume", "--confirm", "a")
      #expect(resumed.status == 0 && desk.log == ["a", "z"], "\(resumed)")
    }
  }

  @Test func `who declines has the change taken back at once`() async throws {
    try await Desk.with { desk in
      try desk.runbook(checked("a", nil, "undo: auto\ncommit_within: 10m"), checked("z"))
      let run = try await waiting(desk)
      let said = try await desk.lifeboat("decline", "latest", "a", "--reason", "the site is gone")
      #expect(said.status == 0, "\(said)")
      let ended = try await run.end()
      #expect(ended.status == 6 && desk.log == ["undo_a"], "\(ended)")
    }
  }
}
