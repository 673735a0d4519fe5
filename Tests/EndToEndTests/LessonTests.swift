import Glibc
import RunbookModel
import TestServers
import Testing

/// What went wrong in other tools, one test for each: the id in front names the lesson.
@Suite struct LessonTests {
  @Test(arguments: [0, 10, 50, 100, 200, 400, 800, 1600])
  func `R6: a signal at any moment of the start leaves a run that can be ended, or none`(
    _ milliseconds: Int
  ) async throws {
    try await Desk.with { desk in
      try desk.runbook(checked("a"), gate("go"), checked("z"))
      let child = try desk.startDrill("--stay", "10m")
      // No state to wait for: the moment itself is what is tried.
      try await Task.sleep(for: .milliseconds(milliseconds))
      child.signal(SIGINT)
      let first = try await child.end()
      // Before it listens for signals it dies of this one, as any program; later it lets go.
      #expect([10, 6, 128 + SIGINT, -SIGINT].contains(first.status), "\(first)")
      #expect(try await desk.lifeboat("audit", "verify").status == 0)
      guard desk.runCount > 0, try !desk.journal().isEmpty else { return }
      let ended = try await desk.lifeboat("resume", "--abort", "--reason", "not today")
      #expect([7, 9].contains(ended.status), "\(ended)")
      let status = try await desk.lifeboat("status", "--format", "json")
      let state = try JSONText.read(status.output.utf8)["state"]
      #expect(state == "ended", "\(status)")
    }
  }

  @Test func `R7: an aborted run has ended only when what was under way has`() async throws {
    try await Desk.with { desk in
      try desk.runbook(
        change("slow", "echo slow >> log; " + until("go", saying: "begun")), checked("z"))
      let child = try desk.startDrill("--stay", "10m")
      try await desk.waitFor("begun")
      let abort = try await desk.lifeboat("abort", "latest", "--reason", "enough")
      #expect(abort.status == 0, "\(abort)")
      func state() async throws -> Value? {
        let status = try await desk.lifeboat("status", "--format", "json")
        return try JSONText.read(status.output.utf8)["state"]
      }
      #expect(try await state() == "running")
      try desk.touch("go")
      let ended = try await child.end()
      #expect(ended.status == 9 && desk.log == ["slow"], "\(ended)")
      #expect(try await state() == "ended")
    }
  }

  @Test func `R9: every attempt has its own time, and one that hangs is ended`() async throws {
    try await Desk.with { desk in
      try desk.runbook(
        look(
          "c", "echo try >> log; [ $(wc -l < log) -eq 3 ] && exec sleep 600; exit 2",
          "timeout: 2s\nretry: {attempts: 2, delay: 50ms}"))
      // The dry run has looked once; the run's second attempt hangs.
      let ended = try await desk.drill()
      #expect(ended.status == 6 && desk.log.count == 3, "\(ended) \(desk.log)")
      #expect(await eventually { desk.processes().isEmpty })
      let steps = try await desk.report()["steps"]?.list ?? []
      #expect(steps.first?["attempts"]?.int == 2, "\(steps)")
    }
  }

  @Test func `R11: runs of runbooks with one name share nothing`() async throws {
    try await Desk.with { desk in
      try desk.runbook(checked("a"), gate("go"))
      #expect(try await desk.drill().status == 6)
      let first = try desk.run()
      #expect(try await desk.lifeboat("resume", "--decline", "go", "--reason", "x").status == 6)
      let abort = try await desk.lifeboat("resume", "--abort", "--reason", "x")
      #expect(abort.status == 9, "\(abort)")
      try desk.runbook(checked("a", "echo other >> log; echo a >> log"), checked("b"))
      try write("", to: desk.target + "/log")
      let second = try await desk.drill()
      #expect(second.status == 0 && desk.log == ["other", "a", "b"], "\(second)")
      let id = String(first.split(separator: "/").last ?? "")
      let old = try await desk.report(id)
      #expect(old["steps"]?.list?.compactMap { $0["id"]?.string } == ["a", "go"])
      #expect(try await desk.lifeboat("audit", "verify", id).status == 0)
    }
  }

  @Test
  func `R12: an order for a run that waits at a question is carried out or refused, not forgotten`()
    async throws
  {
    try await Desk.with { desk in
      try desk.runbook(checked("a"), gate("go"), checked("b"))
      #expect(try await desk.drill().status == 6)
      let skip = try await desk.lifeboat("resume", "--skip", "b", "--reason", "x")
      #expect(skip.status == 6 && skip.errors.contains("Not possible: "), "\(skip)")
      let abort = try await desk.lifeboat("resume", "--abort", "--reason", "not today")
      #expect(abort.status == 9 && desk.log == ["a"], "\(abort)")
      let deviations = try await desk.report()["deviations"]?.list ?? []
      #expect(deviations.last?["reason"]?.string == "not today", "\(deviations)")
    }
  }

  @Test(arguments: ["--retry", "--skip", "--mark-done"])
  func `R12: an order that cannot do anything is an error, never a silent success`(
    _ order: String
  ) async throws {
    try await Desk.with { desk in
      try desk.runbook(checked("a"), change("b", "exit 3"), checked("c"))
      #expect(try await desk.drill().status == 6)
      let before = try desk.journal().count
      for step in ["a", "c", "nobody"] {
        let ended = try await desk.lifeboat("resume", order, step, "--reason", "x")
        #expect([2, 4, 6].contains(ended.status), "\(order) \(step): \(ended)")
        #expect(
          ended.errors.contains("error: ") || ended.errors.contains("Not possible: "), "\(ended)")
      }
      #expect(desk.log == ["a"])
      // Nobody's order was taken: what the journal gained is at most that somebody looked in.
      let kinds = try desk.journal().dropFirst(before).compactMap { $0["event"]?["type"]?.string }
      #expect(!kinds.contains("operator_decided"), "\(kinds)")
    }
  }

  @Test
  func
    `R13, B10, B12: an undo goes on to its end though the step that failed was ended at its time`()
    async throws
  {
    try await Desk.with { desk in
      try desk.runbook(
        change(
          "a", "echo a >> log", "undo: auto",
          with: "check: {argv: [sh, -c, 'grep -qx a log']}, "
            + "undo: {argv: [sh, -c, 'sleep 1; echo undone >> log; sed -i /^a$/d log']}"),
        look("b", "exec sleep 600", "timeout: 500ms"), head: "on_failure: unwind")
      let ended = try await desk.drill()
      #expect(ended.status == 8 && desk.log == ["undone"], "\(ended)")
      let undone = try await desk.report()["undo"]?["undone"]?.list ?? []
      #expect(undone.count == 1 && undone.first?["step"] == "a", "\(undone)")
    }
  }

  @Test func `R15: no lock is left behind by a run that was refused`() async throws {
    try await Desk.with { desk in
      try desk.runbook(checked("a"))
      let saved = desk.path + "/out/plan.json"
      let plan = ["plan", desk.book, "-e", "here", "--out", saved]
      #expect(try await desk.start(plan).end().status == 0)
      try desk.runbook(checked("a"), checked("b"))
      let stale = try await desk.drill("--plan", saved)
      #expect(stale.status == 4 && desk.log.isEmpty, "\(stale)")
      let wrong = try await desk.drill("--variant", "none")
      #expect(wrong.status == 2, "\(wrong)")
      let ended = try await desk.drill()
      #expect(ended.status == 0 && desk.log == ["a", "b"], "\(ended)")
    }
  }

  @Test func `B3: a change in doubt is looked at before it is taken back`() async throws {
    for isInPlace in [true, false] {
      try await Desk.with { desk in
        try desk.runbook(
          change(
            "slow", "echo slow >> log; " + until("go", saying: "begun"), "undo: auto",
            with: "check: {argv: [sh, -c, 'echo looked >> log; test -e in_place']}, "
              + "undo: {argv: [sh, -c, 'echo undone >> log; rm -f in_place']}"))
        let child = try desk.startDrill()
        try await desk.waitFor("begun")
        await child.kill()
        for pid in desk.processes() { kill(pid, SIGKILL) }
        _ = await eventually { desk.processes().isEmpty }
        if isInPlace { try desk.touch("in_place") }
        // The dry run and the step's own plan have looked before.
        let before = desk.log.count
        let first = try await desk.lifeboat("resume")
        #expect(first.status == (isInPlace ? 0 : 6), "\(first)")
        let undo = try await desk.lifeboat("undo", "--reason", "back to before")
        let log = Array(desk.log.dropFirst(before))
        #expect(log.contains("undone") && undo.status == 0, "\(undo) \(log)")
        let looked = log.firstIndex(of: "looked") ?? .max
        #expect(looked < log.firstIndex(of: "undone") ?? 0, "\(log)")
      }
    }
  }

  @Test
  func `B4: a signal during the undo lets the step's undo finish, and the rest goes on later`()
    async throws
  {
    for number in [SIGINT, SIGTERM, SIGHUP] {
      try await Desk.with { desk in
        try desk.runbook(
          checked("a"),
          change(
            "b", "echo b >> log", "undo: auto",
            with: "check: {argv: [sh, -c, 'grep -qx b log']}, undo: {argv: [sh, -c, "
              + "'touch undoing; while [ ! -e go ]; do sleep 0.02; done; sed -i /^b$/d log']}"))
        #expect(try await desk.drill().status == 0)
        let child = try desk.start(["undo", "--reason", "the drill is over"])
        try await desk.waitFor("undoing")
        child.signal(number)
        #expect(await eventually { child.errorsSoFar.contains("nothing more") })
        try desk.touch("go")
        let ended = try await child.end()
        #expect(ended.status == 10 && desk.log == ["a"], "\(ended)")
        let rest = try await desk.lifeboat("resume")
        #expect(desk.log == ["undo_a"], "\(rest)")
        #expect(rest.status == 8, "\(rest)")
      }
    }
  }

  @Test func `B5, B11: an undo that is not seen afterwards is not called undone`() async throws {
    let undos = [
      // It ends well and takes nothing back.
      ("'true'", "grep -qx a log", 6, "still seen in place"),
      // Nobody can tell any more: the check itself breaks.
      ("touch blind", "[ ! -e blind ] || exit 3; grep -qx a log", 6, "nobody can see"),
      ("sed -i /^a$/d log", "grep -qx a log", 0, "seen afterwards: not in place"),
    ]
    for (undo, check, code, says) in undos {
      try await Desk.with { desk in
        try desk.runbook(
          change(
            "a", "echo a >> log", "undo: auto\nsettle: 1s",
            with: "check: {argv: [sh, -c, '\(check)']}, undo: {argv: [sh, -c, \(undo)]}"))
        #expect(try await desk.drill().status == 0)
        let undone = try await desk.lifeboat("undo", "--reason", "the drill is over")
        #expect(undone.status == code && desk.log == (code == 0 ? [] : ["a"]))
        let report = try await desk.lifeboat("report", "latest")
        #expect(report.output.contains(says), "\(undo): \(undone) \(report)")
      }
    }
  }

  @Test
  func `B3: a change is not called missing because the author's own check of something else fails`()
    async throws
  {
    try await Desk.with { desk in
      let slow = change(
        "slow", "echo slow >> log; " + until("go", saying: "begun"),
        "undo: {uses: command.run, with: {argv: [sh, -c, 'echo undone >> log'], cwd: '\(desk.target)'}}\n"
          + "verify: [{uses: command.check, with: {argv: [sh, -c, 'exit 1']}}]",
        with: "check: {argv: [sh, -c, 'grep -qx slow log']}")
      try desk.runbook(slow)
      let child = try desk.startDrill()
      try await desk.waitFor("begun")
      await child.kill()
      for pid in desk.processes() { kill(pid, SIGKILL) }
      _ = await eventually { desk.processes().isEmpty }
      let held = try await desk.lifeboat("resume")
      #expect(held.status == 6, "\(held)")
      let undo = try await desk.lifeboat("undo", "--reason", "back to before")
      #expect(desk.log == ["slow", "undone"], "\(undo)")
    }
  }

  @Test func `R8: after its deadline a run starts nothing more until a person says continue`()
    async throws
  {
    try await Desk.with { desk in
      // Long enough for the first step to begin on a busy machine.
      try desk.runbook(
        checked("slow", until("go", saying: "begun") + "; echo slow >> log"),
        checked("z"), head: "deadline: 5s\non_failure: hold")
      let run = try desk.startDrill()
      try await desk.waitFor("begun")
      let isOver = await eventually(within: .seconds(60)) {
        run.outputSoFar.contains("the deadline is over")
      }
      #expect(isOver, "\(run.outputSoFar)")
      try desk.touch("go")
      let ended = try await run.end()
      // What ran was let finish; what would have followed was not begun, and nothing was taken back.
      #expect(ended.status == 6 && desk.log == ["slow"], "\(ended)")
      #expect(ended.errors.contains("its deadline of 5 s is over"), "\(ended)")
      #expect(ended.errors.contains("--continue"), "\(ended)")
      let taken = try await desk.lifeboat("resume")
      #expect(taken.status == 6 && desk.log == ["slow"], "\(taken)")
      let on = try await desk.lifeboat("resume", "--continue")
      #expect(on.status == 0 && desk.log == ["slow", "z"], "\(on)")
      let deadline = try await desk.report()["clocks"]?["deadline"]
      #expect(deadline?["times_reached"] == 1, "\(String(describing: deadline))")
      #expect(try await desk.lifeboat("audit", "verify").status == 0)
    }
  }
}
