import Glibc
import RunbookModel
import TestServers
import Testing

/// A step that is made once for each item of a list, with real processes.
@Suite struct EachTests {
  /// Writes its item into the log, is found there, and takes itself out again.
  private func drain(_ more: String = "", line: String = "echo $KEY $PORT >> log") -> String {
    """
    - step: drain
      for_each: ${{ env.nodes }}
      uses: command.run
      with:
        argv: [sh, -c, '\(line)']
        cwd: '${{ env.target }}'
        env: {KEY: '${{ each.key }}', PORT: '${{ string(each.value.port) }}'}
        unchanged_exit_codes: [4]
        check: {argv: [grep, -qx, '${{ each.key }} ${{ each.value.port }}', log]}
        undo: {argv: [sh, -c, 'echo undo_$KEY >> log; sed -i "/^$KEY /d" log']}
      undo: auto
    \(more)
    """
  }

  private func environment(_ desk: Desk, _ nodes: String) throws {
    try desk.environment()
    let path = desk.book + "/environments/here.yaml"
    let text = (readText(path) ?? "").replacing(
      "color: blue}", with: "color: blue, nodes: \(nodes)}")
    try write(text, to: path)
  }

  private let three = "[{name: n1, port: 81}, {name: n2, port: 82}, {name: n3, port: 83}]"

  @Test func `each item is a step of its own, in the plan, the run and the report`() async throws {
    try await Desk.with { desk in
      try environment(desk, three)
      try desk.runbook(drain(), checked("after"))
      let plan = try await desk.lifeboat("plan", desk.book, "-e", "here")
      #expect(plan.output.contains("for each of env.nodes: 3 items"), "\(plan)")
      #expect(plan.output.contains("drain[n2]") && desk.log.isEmpty)
      let ended = try await desk.drill()
      #expect(ended.status == 0, "\(ended)")
      #expect(desk.log.sorted() == ["after", "n1 81", "n2 82", "n3 83"])
      #expect(desk.log.last == "after")
      #expect(
        try await desk.statuses() == [
          "drain[n1]": "succeeded", "drain[n2]": "succeeded", "drain[n3]": "succeeded",
          "after": "succeeded",
        ])
      #expect(try await desk.lifeboat("audit", "verify").status == 0)
      let undo = try await desk.lifeboat("undo", "--reason", "again")
      #expect(undo.status == 0, "\(undo)")
      let taken = desk.log.filter { $0.hasPrefix("undo_n") }
      #expect(taken.count == 3 && !desk.log.contains { $0.hasPrefix("n") })
      let begun = try desk.journal().flatMap { $0["commands"]?.list ?? [] }
      func order(_ verb: String) -> [String] {
        begun.filter { $0["do"]?.string == verb }.compactMap { $0["step"]?.string }
      }
      #expect(order("undo") == order("apply").reversed())
    }
  }

  @Test func `an empty list makes no steps, and the plan says so`() async throws {
    try await Desk.with { desk in
      try environment(desk, "[]")
      try desk.runbook(drain(), checked("after"))
      let plan = try await desk.lifeboat("plan", desk.book, "-e", "here")
      #expect(plan.output.contains("NO STEPS: the list is empty"), "\(plan)")
      let json = try await desk.lifeboat(
        "plan", desk.book, "-e", "here", "--format", "json")
      let repeated = try JSONText.read(json.output.utf8)["repeated"]?.list
      #expect(repeated?.first?["step"]?.string == "drain" && repeated?.first?["count"] == 0)
      #expect(try await desk.drill().status == 0 && desk.log == ["after"])
    }
  }

  @Test func `one copy that failed is tried again by its name, and the step's name is answered`()
    async throws
  {
    try await Desk.with { desk in
      try environment(desk, three)
      let line = "[ $KEY != n2 ] || [ -e mended ] || exit 4; echo $KEY $PORT >> log"
      try desk.runbook(drain(line: line), checked("after"))
      let ended = try await desk.drill()
      #expect(ended.status == 6 && ended.errors.contains("--retry 'drain[n2]'"), "\(ended)")
      #expect(!desk.log.contains("after"))
      let whole = try await desk.lifeboat("resume", "--retry", "drain", "--reason", "mended")
      #expect(whole.status == 2 && whole.errors.contains("has 3 copies"), "\(whole)")
      try desk.touch("mended")
      let again = try await desk.lifeboat("resume", "--retry", "drain[n2]", "--reason", "mended")
      #expect(again.status == 0 && desk.log.sorted() == ["after", "n1 81", "n2 82", "n3 83"])
      #expect(try desk.releases("apply", "drain[n1]") == 1)
    }
  }

  @Test func `a later step reads one copy's outputs by its key`() async throws {
    try await Desk.with { desk in
      try environment(desk, three)
      try desk.runbook(
        """
        - step: ask
          for_each: ${{ env.nodes }}
          uses: command.check
          with: {argv: [echo, 'port ${{ each.value.port }}']}
        """,
        change(
          "tell", "echo $SAID and $COUNT >> log",
          with: "env: {SAID: '${{ steps.ask.n2.stdout }}', "
            + "COUNT: '${{ string(size(steps.ask)) }}'}"))
      let ended = try await desk.drill()
      #expect(ended.status == 0 && desk.log == ["port 82 and 3"], "\(ended)")
    }
  }

  @Test func `G5: a yes to one copy opens no other`() async throws {
    try await Desk.with { desk in
      try environment(desk, three)
      try desk.runbook(drain("  approval: {role: commander}"))
      let first = try await desk.drill("--approve", "drain[n2]")
      #expect(first.status == 6 && desk.log == ["n2 82"], "\(first)")
      let second = try await desk.lifeboat("resume", "--approve", "drain[n1]")
      #expect(second.status == 6 && desk.log == ["n2 82", "n1 81"], "\(second)")
      #expect(try await desk.lifeboat("resume", "--approve", "drain[n3]").status == 0)
      #expect(try await desk.lifeboat("audit", "verify").status == 0)
    }
  }

  @Test func `killed in the middle of its copies, a run goes on with those that are left`()
    async throws
  {
    try await Desk.with { desk in
      try environment(desk, three)
      let line =
        "[ $KEY = n1 ] || { touch begun-$KEY; while [ ! -e go ]; do sleep 0.02; done; }; "
        + "echo $KEY $PORT >> log"
      try desk.runbook(drain(line: line), checked("after"))
      let child = try desk.startDrill()
      // Both: a copy that has not begun yet is simply done when the run goes on.
      try await desk.waitFor("begun-n2")
      try await desk.waitFor("begun-n3")
      #expect(await eventually(within: .seconds(60)) { desk.log == ["n1 81"] })
      await child.kill()
      for pid in desk.processes() { kill(pid, SIGKILL) }
      _ = await eventually { desk.processes().isEmpty }
      try desk.touch("go")
      let resumed = try await desk.lifeboat("resume")
      // A command may not be run again by itself: what was lost is asked about, copy by copy.
      #expect(resumed.status == 6 && desk.log == ["n1 81"], "\(resumed)")
      #expect(try await desk.statuses()["drain[n1]"] == "succeeded")
      let again = try await desk.lifeboat(
        "resume", "--retry", "drain[n2]", "--retry", "drain[n3]", "--reason", "seen")
      #expect(again.status == 0, "\(again)")
      #expect(desk.log.sorted() == ["after", "n1 81", "n2 82", "n3 83"])
      #expect(try desk.releases("apply", "drain[n1]") == 1)
    }
  }

  @Test func `the model explores a runbook with copies`() async throws {
    try await Desk.with { desk in
      try environment(desk, three)
      try desk.runbook(drain(), checked("after"))
      let explored = try await desk.lifeboat(
        "simulate", desk.book, "-e", "here", "--explore", "--runs", "200")
      #expect(explored.status == 0, "\(explored)")
    }
  }

  @Test func `a canary that failed keeps every other copy from being touched`() async throws {
    try await Desk.with { desk in
      try environment(desk, three)
      let line = "[ $KEY != n1 ] || [ -e mended ] || exit 4; echo $KEY $PORT >> log"
      try desk.runbook(drain("  canary: 1\n  max_parallel: 1", line: line), checked("after"))
      let plan = try await desk.lifeboat("plan", desk.book, "-e", "here")
      #expect(
        plan.output.contains(
          "3 items; 1 first, the rest when it has succeeded; at most 1 at a time"),
        "\(plan)")
      let ended = try await desk.drill()
      #expect(ended.status == 6 && desk.log.isEmpty, "\(ended)")
      #expect(ended.errors.contains("It is a canary: 2 more of drain wait"), "\(ended)")
      try desk.touch("mended")
      let again = try await desk.lifeboat("resume", "--retry", "drain[n1]", "--reason", "mended")
      #expect(again.status == 0 && desk.log == ["n1 81", "n2 82", "n3 83", "after"], "\(again)")
    }
  }

  @Test func `with on_failure continue the copies behind a failed canary are left out, by name`()
    async throws
  {
    try await Desk.with { desk in
      try environment(desk, three)
      try desk.runbook(
        drain("  canary: 1\n  on_failure: continue", line: "exit 4"), checked("after"))
      let ended = try await desk.drill()
      #expect(ended.status == 9 && desk.log == ["after"], "\(ended)")
      let report = try await desk.lifeboat("report", "latest", "--format", "markdown")
      #expect(report.output.contains("failed, so it was not tried here"), "\(report)")
      #expect(try await desk.statuses()["drain[n3]"] == "skipped")
    }
  }
}
