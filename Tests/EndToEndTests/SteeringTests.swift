import Glibc
import RunbookModel
import TestServers
import Testing

/// A run that one process drives, steered by others.
@Suite struct SteeringTests {
  private let failing = change(
    "bad", "[ -e mended ] && echo bad >> log || exit 4", with: "unchanged_exit_codes: [4]")

  /// Starts a drill that stays when it needs a person, and waits until it does.
  private func staying(_ desk: Desk, _ sign: String) async throws -> Child {
    let child = try desk.startDrill("--stay", "10m")
    guard await eventually(within: .seconds(60), { child.errorsSoFar.contains(sign) }) else {
      throw RigError("no '\(sign)':\n\(child.outputSoFar)\n\(child.errorsSoFar)")
    }
    return child
  }

  private func kinds(_ desk: Desk) async throws -> [String] {
    (try await desk.report()["deviations"]?.list ?? []).compactMap { $0["kind"]?.string }
  }

  @Test func `a second terminal approves a gate, and the run goes on`() async throws {
    try await Desk.with { desk in
      try desk.runbook(checked("a"), gate("go"), checked("z"))
      let run = try await staying(desk, "lifeboat approve")
      let said = try await desk.lifeboat("approve", "latest", "go", "--by", "carol")
      #expect(said.status == 0 && said.output.contains("taken"), "\(said)")
      let ended = try await run.end()
      #expect(ended.status == 0 && desk.log == ["a", "z"], "\(ended)")
      let answer = try desk.journal().first { $0["event"]?["type"]?.string == "person_answered" }
      #expect(answer?["event"]?["by"]?.string == Programs.me)
      #expect(answer?["event"]?["named"]?.string == "carol")
      #expect(try await desk.lifeboat("audit", "verify").status == 0)
    }
  }

  @Test func `R18: two people race for one gate, and exactly one wins`() async throws {
    try await Desk.with { desk in
      try desk.runbook(gate("go"), checked("z", until("on", saying: "begun") + "; echo z >> log"))
      let run = try await staying(desk, "lifeboat approve")
      let racers = [
        try desk.start(["approve", "latest", "go"]),
        try desk.start(["decline", "latest", "go", "--reason", "not tonight"]),
      ]
      var codes: [Int32] = []
      for racer in racers { codes.append(try await racer.end().status) }
      #expect(codes.count { $0 == 0 } == 1 && codes.count { $0 == 4 || $0 == 10 } == 1, "\(codes)")
      try desk.touch("on")
      if codes[0] == 0 {
        #expect(try await run.end().status == 0)
      } else {
        let wait = try await desk.lifeboat("abort", "latest", "--reason", "declined")
        #expect(wait.status == 0, "\(wait)")
        #expect(try await run.end().status == 7)
      }
      let answers = try desk.journal().count {
        $0["event"]?["type"]?.string == "person_answered"
      }
      #expect(answers == 1)
    }
  }

  @Test func `a second terminal skips a failed step, and the report lists the deviation`()
    async throws
  {
    try await Desk.with { desk in
      try desk.runbook(checked("a"), failing, checked("z"))
      let run = try await staying(desk, "lifeboat skip")
      let silent = try await desk.lifeboat("skip", "latest", "bad")
      #expect(silent.status == 2 && silent.errors.contains("--reason"), "\(silent)")
      let said = try await desk.lifeboat("skip", "latest", "bad", "--reason", "because 42")
      #expect(said.status == 0, "\(said)")
      let ended = try await run.end()
      #expect(ended.status == 0 && desk.log == ["a", "z"], "\(ended)")
      #expect(try await kinds(desk) == ["skipped"])
      #expect(try await desk.lifeboat("report").output.contains("because 42"))
    }
  }

  @Test func `a pause starts nothing more, and continue goes on`() async throws {
    try await Desk.with { desk in
      try desk.runbook(
        checked("a", until("go", saying: "begun") + "; echo a >> log", unhurried), checked("z"))
      let run = try desk.startDrill("--stay", "10m")
      try await desk.waitFor("begun")
      let paused = try await desk.lifeboat("pause", "latest", "--reason", "one moment")
      #expect(paused.status == 0 && paused.output.contains("paused"), "\(paused)")
      try desk.touch("go")
      #expect(
        await eventually(within: .seconds(60)) { run.errorsSoFar.contains("lifeboat continue") },
        "\(run.errorsSoFar)")
      #expect(desk.log == ["a"])
      let status = try await desk.lifeboat("status")
      #expect(status.output.contains("one moment"), "\(status)")
      let again = try await desk.lifeboat("pause", "latest")
      #expect(again.status == 4 && again.errors.contains("paused"), "\(again)")
      #expect(try await desk.lifeboat("continue", "latest").status == 0)
      let ended = try await run.end()
      #expect(ended.status == 0 && desk.log == ["a", "z"], "\(ended)")
      #expect(try await desk.lifeboat("audit", "verify").status == 0)
    }
  }

  @Test func `retry, mark-done, decline, abort and undo do from elsewhere what they say`()
    async throws
  {
    for (words, status, log, kind): ([String], Int32, [String], String) in [
      (["retry", "latest", "bad"], 0, ["a", "bad", "z"], "retried"),
      (["mark-done", "latest", "bad"], 0, ["a", "z"], "marked_done"),
      (["abort", "latest"], 9, ["a"], "aborted"),
      (["undo", "latest"], 8, ["undo_a"], "unwound"),
    ] {
      try await Desk.with { desk in
        try desk.runbook(checked("a"), failing, checked("z"))
        let run = try await staying(desk, "lifeboat retry")
        try desk.touch("mended")
        let said = try await desk.start(words + ["--reason", "because 42"]).end()
        #expect(said.status == 0, "\(words): \(said)")
        let ended = try await run.end()
        #expect(ended.status == status && desk.log == log, "\(words): \(ended)")
        #expect(try await kinds(desk) == [kind], "\(words)")
      }
    }
    try await Desk.with { desk in
      try desk.runbook(gate("go", "on_failure: stop"), checked("z"))
      let run = try await staying(desk, "lifeboat decline")
      let said = try await desk.lifeboat("decline", "latest", "go", "--reason", "not tonight")
      #expect(said.status == 0, "\(said)")
      #expect(try await run.end().status == 7)
      #expect(try await kinds(desk) == ["declined"])
    }
  }

  @Test func `R5: what does not fit is refused with a reason, recorded, and changes nothing`()
    async throws
  {
    try await Desk.with { desk in
      try desk.runbook(checked("a"), gate("go", "approval: {role: nobody_here, timeout: 1h}"))
      let run = try await staying(desk, "Waiting for that")
      let before = try desk.journal().count
      for (words, status, sign): ([String], Int32, String) in [
        (["approve", "latest", "go"], 4, "nobody_here"),
        (["approve", "latest", "a"], 4, "which is succeeded"),
        (["skip", "latest", "go", "--reason", "x"], 4, "gated"),
        (["continue", "latest"], 4, "open"),
        (["approve", "latest", "goo"], 2, "go"),
        (["retry", "latest", "a"], 2, "--reason"),
        (["approve", "nothing-like-it", "go"], 2, "no run"),
      ] {
        let said = try await desk.start(words).end()
        #expect(said.status == status && said.errors.contains(sign), "\(words): \(said)")
      }
      let added = try desk.journal()[before...]
      #expect(
        added.map { $0["event"]?["type"]?.string } == Array(repeating: "order_refused", count: 4))
      #expect(added.allSatisfy { $0["commands"]?.list?.isEmpty ?? false })
      let json = try await desk.lifeboat("continue", "latest", "--format", "json")
      let answer = try JSONText.read(json.output.utf8)
      #expect(json.status == 4 && answer["answer"]?.string == "refused", "\(json)")
      #expect(answer["refusal"]?["code"]?.string == "wrong_run_state")
      run.signal(SIGTERM)
      #expect(try await run.end().status == 10)
    }
  }

  @Test func `without a process that drives it, an order says what to do instead`() async throws {
    try await Desk.with { desk in
      try desk.runbook(gate("go"), checked("z"))
      #expect(try await desk.drill().status == 6)
      let control = try desk.run() + "/control"
      #expect(access(control, F_OK) != 0)
      let said = try await desk.lifeboat("approve", "latest", "go")
      #expect(said.status == 10 && said.errors.contains("lifeboat resume"), "\(said)")
      #expect(said.errors.contains("--approve go"), "\(said)")
      #expect(try await desk.lifeboat("resume", "--approve", "go").status == 0)
      let late = try await desk.lifeboat("pause", "latest")
      #expect(late.status == 4 && late.errors.contains("ended"), "\(late)")
    }
  }

  @Test func `status --watch shows what comes and ends with the run`() async throws {
    try await Desk.with { desk in
      try desk.runbook(checked("a"), gate("go"), checked("z"))
      let run = try await staying(desk, "lifeboat approve")
      let watch = try desk.start(["status", "--watch"])
      #expect(
        await eventually(within: .seconds(60)) { watch.outputSoFar.contains("lifeboat approve") })
      #expect(!watch.hasEnded)
      #expect(try await desk.lifeboat("approve", "latest", "go").status == 0)
      #expect(try await run.end().status == 0)
      let seen = try await watch.end()
      #expect(seen.status == 0 && seen.output.contains("3 of 3 steps settled"), "\(seen)")
    }
  }

  @Test func `a hold says what is changed, what is perhaps changed, and why nothing can be undone`()
    async throws
  {
    try await Desk.with { desk in
      try desk.runbook(checked("a"), change("odd", "exit 3"), checked("z"))
      let ended = try await desk.drill()
      #expect(ended.status == 6, "\(ended)")
      let status = try await desk.lifeboat("status")
      for said in [ended.errors, status.output] {
        #expect(said.contains("Changed so far: a."), "\(said)")
        #expect(said.contains("Perhaps changed: odd."), "\(said)")
        #expect(said.contains("Undo: nothing can be undone: odd has no undo (a test)."), "\(said)")
        #expect(said.contains("Not known: what odd did"), "\(said)")
        #expect(said.contains("--skip odd --reason") && said.contains("RTO 10 min"), "\(said)")
      }
    }
  }

  @Test func `a killed process leaves a socket that is no obstacle`() async throws {
    try await Desk.with { desk in
      try desk.runbook(gate("go"), checked("z"))
      let run = try await staying(desk, "lifeboat approve")
      await run.kill()
      #expect(access(try desk.run() + "/control", F_OK) == 0)
      let said = try await desk.lifeboat("approve", "latest", "go")
      #expect(said.status == 10, "\(said)")
      let again = try desk.start(["resume", "--stay", "10m"])
      #expect(
        await eventually(within: .seconds(60)) { again.errorsSoFar.contains("lifeboat approve") })
      #expect(try await desk.lifeboat("approve", "latest", "go").status == 0)
      #expect(try await again.end().status == 0)
    }
  }

  @Test
  func `SIGTERM and SIGHUP equal the first Ctrl-C: what runs ends, and the run can be resumed`()
    async throws
  {
    for signal in [SIGINT, SIGTERM, SIGHUP] {
      try await Desk.with { desk in
        try desk.runbook(
          checked("a", until("go", saying: "begun") + "; echo a >> log", unhurried), checked("z"))
        let run = try desk.startDrill("--stay", "10m")
        try await desk.waitFor("begun")
        run.signal(signal)
        #expect(
          await eventually(within: .seconds(60)) {
            run.errorsSoFar.contains("starting nothing more")
          })
        try desk.touch("go")
        let ended = try await run.end()
        #expect(ended.status == 10 && desk.log == ["a"], "\(ended)")
        #expect(ended.errors.contains("Possible now"), "\(ended)")
        #expect(ended.errors.contains("lifeboat undo"), "\(ended)")
        #expect(access(try desk.run() + "/control", F_OK) != 0)
        #expect(try await desk.lifeboat("resume").status == 0)
        #expect(desk.log == ["a", "z"])
      }
    }
  }

  @Test func `the second signal ends it at once and names what is not known`() async throws {
    try await Desk.with { desk in
      try desk.runbook(
        checked("a", until("go", saying: "begun") + "; echo a >> log", unhurried), checked("z"))
      let run = try desk.startDrill()
      try await desk.waitFor("begun")
      run.signal(SIGINT)
      #expect(
        await eventually(within: .seconds(60)) { run.errorsSoFar.contains("starting nothing more") }
      )
      run.signal(SIGINT)
      let ended = try await run.end()
      #expect(ended.status == 10 && ended.errors.contains("Not known how these end: a"), "\(ended)")
      #expect(access(try desk.run() + "/control", F_OK) != 0)
      try desk.touch("go")
      #expect(await eventually(within: .seconds(60)) { desk.log == ["a"] })
      #expect(try await desk.lifeboat("resume").status == 0)
      #expect(desk.log == ["a", "z"])
    }
  }
}

/// On a busy machine a step must not run into its deadline while the test is not at it.
private let unhurried = "undo: auto\ntimeout: 10m"
