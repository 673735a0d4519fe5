import Glibc
import RunbookModel
import TestServers
import Testing

/// Whole runs of small runbooks: order, retries, failures, undo, limits.
@Suite struct FlowTests {
  @Test func `steps run one after another in the order of the runbook`() async throws {
    try await Desk.with { desk in
      try desk.runbook(checked("a"), checked("b"), checked("c"))
      let ended = try await desk.drill()
      #expect(ended.status == 0, "\(ended)")
      #expect(desk.log == ["a", "b", "c"])
      #expect(try await desk.report()["outcome"] == "succeeded")
      #expect(try await desk.lifeboat("audit", "verify").status == 0)
    }
  }

  @Test func `steps that need nothing of each other are under way together`() async throws {
    try await Desk.with { desk in
      // Each waits for the other to have begun: one after another they would never end.
      let meet = { (own: String, other: String) in
        "touch \(own); while [ ! -e \(other) ]; do sleep 0.02; done"
      }
      try desk.runbook(
        change("a", meet("a_here", "b_here")), change("b", meet("b_here", "a_here"), "needs: []"),
        checked("c", nil, "needs: [a, b]\nundo: auto"))
      let ended = try await desk.drill()
      #expect(ended.status == 0 && desk.log == ["c"], "\(ended)")
    }
  }

  @Test func `concurrency 1 keeps steps apart that might run together`() async throws {
    try await Desk.with { desk in
      let alone = { (id: String) in
        change(id, "mkdir busy && sleep 0.05 && rmdir busy && echo \(id) >> log", "needs: []")
      }
      try desk.runbook(
        alone("a"), alone("b"), alone("c"), head: "concurrency: 1\non_failure: hold")
      let ended = try await desk.drill()
      #expect(ended.status == 0 && desk.log.count == 3, "\(ended)")
    }
  }

  @Test func `G7: 'when' skips when false, runs when true, and an error in it fails the step`()
    async throws
  {
    try await Desk.with { desk in
      try desk.runbook(
        checked("yes", nil, "when: ${{ env.color == 'blue' }}\nundo: auto"),
        checked("no", nil, "when: ${{ env.color == 'red' }}\nundo: auto"),
        look("two", "echo 2"),
        checked("late", nil, "when: ${{ steps.two.exit_code == 0 }}\nundo: auto"))
      let ended = try await desk.drill()
      #expect(ended.status == 0 && desk.log == ["yes", "late"], "\(ended)")
      #expect(try await desk.statuses()["no"] == "skipped")

      try desk.runbook(
        look("two", "echo 2"),
        checked("broken", nil, "when: ${{ int(steps.two.stdout + 'x') == 2 }}\nundo: auto"))
      let broken = try await desk.drill()
      #expect(broken.status == 6, "\(broken)")
      #expect(!desk.log.contains("broken"))
      #expect(try await desk.statuses()["broken"] != "skipped")
    }
  }

  @Test func `a step that changed nothing is tried as often as it says, and no oftener`()
    async throws
  {
    try await Desk.with { desk in
      let third = "echo try >> log; [ $(grep -c try log) -ge 3 ] || exit 4"
      let step = { (attempts: Int) in
        change(
          "a", third, "retry: {attempts: \(attempts), delay: 10ms}",
          with: "unchanged_exit_codes: [4]")
      }
      try desk.runbook(step(3))
      let ended = try await desk.drill()
      #expect(ended.status == 0 && desk.log.count == 3, "\(ended)")
      try write("", to: desk.target + "/log")
      try desk.runbook(step(2), head: "on_failure: stop")
      let short = try await desk.drill()
      #expect(short.status == 7 && desk.log.count == 2, "\(short)")
    }
  }

  @Test func `what is not known is never tried again, whatever the step says of retries`()
    async throws
  {
    try await Desk.with { desk in
      try desk.runbook(
        change("a", "echo try >> log; exit 1", "retry: {attempts: 5, delay: 10ms}"))
      let ended = try await desk.drill()
      #expect(ended.status == 6 && desk.log == ["try"], "\(ended)")
      #expect(try await desk.statuses()["a"] == "in_doubt")
    }
  }

  /// The last step's command fails and says that it changed nothing.
  private func failing(_ policy: String) -> String {
    change("bad", "exit 4", "on_failure: \(policy)", with: "unchanged_exit_codes: [4]")
  }

  @Test func `on_failure hold: exit code 6, what was done stays, nothing more starts`()
    async throws
  {
    try await Desk.with { desk in
      try desk.runbook(checked("a"), failing("hold"), checked("z"))
      let ended = try await desk.drill()
      #expect(ended.status == 6 && desk.log == ["a"], "\(ended)")
      #expect(ended.everything.contains("mark-done bad"))
    }
  }

  @Test func `B1: on_failure unwind takes everything back, last first, with exit code 8`()
    async throws
  {
    try await Desk.with { desk in
      try desk.runbook(checked("a"), checked("b"), failing("unwind"), checked("z"))
      let ended = try await desk.drill()
      #expect(ended.status == 8, "\(ended)")
      #expect(desk.log == ["undo_b", "undo_a"])
      #expect(try await desk.report()["outcome"] == "failed_undone")
    }
  }

  @Test func `on_failure stop: exit code 7 when nothing is changed, 9 when something is`()
    async throws
  {
    try await Desk.with { desk in
      try desk.runbook(failing("stop"), checked("z"))
      let nothing = try await desk.drill()
      #expect(nothing.status == 7 && desk.log == [], "\(nothing)")
      try desk.runbook(checked("a"), failing("stop"), checked("z"))
      let something = try await desk.drill()
      #expect(something.status == 9 && desk.log == ["a"], "\(something)")
      #expect(something.output.contains("lifeboat undo"))
    }
  }

  @Test func `B9: on_failure continue goes on, and the failure stays visible`() async throws {
    try await Desk.with { desk in
      try desk.runbook(
        change(
          "bad", "exit 4", "on_failure: continue\ncritical: false",
          with: "unchanged_exit_codes: [4]"),
        checked("z"))
      let ended = try await desk.drill()
      #expect(ended.status == 0 && desk.log == ["z"], "\(ended)")
      #expect(try await desk.statuses()["bad"] == "failed_ignored")
    }
  }

  @Test func `a critical step that failed and was passed over still fails the run`() async throws {
    try await Desk.with { desk in
      try desk.runbook(failing("continue"), checked("z"))
      let ended = try await desk.drill()
      #expect(ended.status == 9 && desk.log == ["z"], "\(ended)")
    }
  }

  @Test func `B2: failed checks before any change end with nothing to undo`() async throws {
    try await Desk.with { desk in
      try desk.runbook(look("no", "exit 1", "on_failure: unwind"), checked("a"))
      let ended = try await desk.drill()
      #expect(ended.status == 7 && desk.log == [], "\(ended)")
      #expect(try desk.releases("undo", "a") == 0)
    }
  }

  @Test func `B13: nothing before a point of no return is undone by itself`() async throws {
    try await Desk.with { desk in
      try desk.runbook(
        checked("a"), checked("gone", nil, "point_of_no_return: true\nundo: {none: it is gone}"),
        checked("b"), failing("unwind"))
      let ended = try await desk.drill()
      #expect(ended.status == 9, "\(ended)")
      #expect(desk.log == ["a", "gone", "undo_b"])
    }
  }

  @Test func `the undo command takes back a finished run, once`() async throws {
    try await Desk.with { desk in
      try desk.runbook(checked("a"), checked("b"))
      #expect(try await desk.drill().status == 0)
      let ended = try await desk.lifeboat("undo", "--reason", "the drill is over")
      #expect(ended.status == 0 && desk.log == ["undo_b", "undo_a"], "\(ended)")
      let again = try await desk.lifeboat("undo", "--reason", "again")
      #expect(again.status == 4 && desk.log.count == 2, "\(again)")
      let nothing = try await desk.lifeboat("resume")
      #expect(nothing.status == 4, "\(nothing)")
      #expect(try await desk.lifeboat("audit", "verify").status == 0)
    }
  }

  @Test func `an explicit undo is another action with what the step left`() async throws {
    try await Desk.with { desk in
      try desk.runbook(
        change(
          "a", "echo a >> log; echo note-7",
          """
          undo:
            uses: command.run
            with: {argv: [sh, -c, 'echo back >> log'], cwd: '${{ env.target }}'}
          """), failing("unwind"))
      let ended = try await desk.drill()
      #expect(ended.status == 8 && desk.log == ["a", "back"], "\(ended)")
    }
  }

  @Test func `an undo that fails leaves exit code 9 and names what is still changed`()
    async throws
  {
    try await Desk.with { desk in
      try desk.runbook(
        change("a", "echo a >> log", "undo: auto", with: "undo: {argv: [sh, -c, 'exit 1']}"),
        failing("unwind"))
      let ended = try await desk.drill()
      #expect([6, 9].contains(ended.status), "\(ended)")
      #expect(ended.everything.contains("a"))
      #expect(try await desk.lifeboat("status").output.contains("a"))
    }
  }

  @Test func `a timeout ends the program and all that it started`() async throws {
    try await Desk.with { desk in
      let line = "sleep 300 & (sleep 300; true) & echo $$ > pid; wait"
      try desk.runbook(change("a", line, "timeout: 300ms"))
      let ended = try await desk.drill()
      #expect(ended.status == 6, "\(ended)")
      #expect(await eventually { desk.processes().isEmpty }, "\(desk.processes())")
      #expect(try await desk.statuses()["a"] == "in_doubt")
    }
  }

  @Test func `output beyond the limit is dropped, counted, and does not fill the disk`()
    async throws
  {
    try await Desk.with { desk in
      try desk.runbook(change("a", "head -c 5000000 /dev/zero | tr '\\0' x"))
      let ended = try await desk.drill()
      #expect(ended.status == 0, "\(ended.errors)")
      let size = files(under: desk.state).map { bytes(of: $0).count }.reduce(0, +)
      #expect(size < 4_000_000)
      #expect(try await desk.lifeboat("report").output.contains("dropped"))
    }
  }

  @Test func `a change that is in place already is not made again`() async throws {
    try await Desk.with { desk in
      try write("a\n", to: desk.target + "/log")
      try desk.runbook(checked("a"), checked("b"))
      let ended = try await desk.drill()
      #expect(ended.status == 0 && desk.log == ["a", "b"], "\(ended)")
      #expect(try desk.releases("apply", "a") == 0)
    }
  }

  @Test func `a missed objective is exit code 3`() async throws {
    try await Desk.with { desk in
      try desk.runbook(change("a", "sleep 0.3"))
      let text = try #require(readText(desk.book + "/runbook.yaml"))
      let tight = text.split(separator: "\n").map {
        $0.hasPrefix("objectives") ? "objectives: {rto: 100ms, rpo: 1m, clock: run}" : String($0)
      }.joined(separator: "\n")
      try write(tight, to: desk.book + "/runbook.yaml")
      let ended = try await desk.drill()
      #expect(ended.status == 3, "\(ended)")
      let rto = try await desk.report()["clocks"]?["rto"]
      #expect(rto?["verdict"] == "missed")
    }
  }
}
