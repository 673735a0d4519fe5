import Glibc
import RunbookModel
import TestServers
import Testing

/// Killed, interrupted, and driven by two at once.
@Suite struct CrashTests {
  /// A step whose program says that it has begun, and ends when the file `go` is there.
  private func slow(_ more: String = "", with keys: String = "") -> String {
    change("slow", "echo slow >> log; " + until("go", saying: "begun"), more, with: keys)
  }

  /// Starts a drill and kills it with -9 while the slow step is being applied.
  private func killDuringSlow(_ desk: Desk) async throws {
    let child = try desk.startDrill()
    try await desk.waitFor("begun")
    await child.kill()
    for pid in desk.processes() { kill(pid, SIGKILL) }
    _ = await eventually { desk.processes().isEmpty }
  }

  @Test func `R1, R2: what was under way when it was killed is in doubt and is not run again`()
    async throws
  {
    try await Desk.with { desk in
      try desk.runbook(checked("a"), slow(), checked("z"))
      try await killDuringSlow(desk)
      let status = try await desk.lifeboat("status")
      #expect(status.status == 0 && status.output.contains("no process drives it"), "\(status)")
      let undo = try await desk.lifeboat("undo", "--reason", "x")
      #expect(undo.status == 4 && undo.errors.contains("slow"), "\(undo)")
      let resumed = try await desk.lifeboat("resume")
      #expect(resumed.status == 6, "\(resumed)")
      #expect(desk.log == ["a", "slow"])
      #expect(try desk.releases("apply", "slow") == 1)
      #expect(try await desk.statuses()["slow"] == "in_doubt")
      let done = try await desk.lifeboat("resume", "--mark-done", "slow", "--reason", "seen")
      #expect(done.status == 0 && desk.log == ["a", "slow", "z"], "\(done)")
      #expect(try await desk.lifeboat("audit", "verify").status == 0)
    }
  }

  @Test(arguments: [true, false])
  func `R1: a step with a check is resolved by its check, never by running it again`(
    _ isInPlace: Bool
  ) async throws {
    try await Desk.with { desk in
      try desk.runbook(
        checked("a"), slow(with: "check: {argv: [test, -e, in_place]}"), checked("z"))
      try await killDuringSlow(desk)
      if isInPlace { try desk.touch("in_place") }
      let resumed = try await desk.lifeboat("resume")
      #expect(resumed.status == (isInPlace ? 0 : 6), "\(resumed)")
      #expect(desk.log == ["a", "slow"] + (isInPlace ? ["z"] : []))
    }
  }

  @Test
  func `what a lost result would have told is unknown, not the check's answer nor an empty text`()
    async throws
  {
    try await Desk.with { desk in
      try desk.runbook(
        slow(with: "check: {argv: [sh, -c, 'echo from the check; test -e in_place']}"),
        change("next", "echo next >> log", with: "env: {SAID: '${{ steps.slow.stdout }}'}"))
      try await killDuringSlow(desk)
      try desk.touch("in_place")
      let resumed = try await desk.lifeboat("resume")
      #expect(resumed.status == 6 && desk.log == ["slow"], "\(resumed)")
      #expect(
        resumed.output.contains("not known: slow was found done after its result was lost"),
        "\(resumed)")
    }
  }

  @Test func `killed while it looks, it looks again`() async throws {
    try await Desk.with { desk in
      try desk.runbook(
        checked("a"),
        // A dry run looks as well: it must not wait, so it is told by what 'a' has not done yet.
        look("slow", "grep -qx a log || exit 1; echo look >> log; " + until("go", saying: "begun")),
        checked("z"))
      try await killDuringSlow(desk)
      try desk.touch("go")
      let resumed = try await desk.lifeboat("resume")
      #expect(resumed.status == 0 && desk.log == ["a", "look", "look", "z"], "\(resumed)")
    }
  }

  @Test(arguments: 1...3)
  func `killed before any of its changes to files, it leaves a run that is gone on with, or none`(
    _ first: Int
  ) async throws {
    try await Desk.with { desk in
      try desk.runbook(checked("a"), checked("z"))
      let preload = try await desk.preload("dying_program")
      for number in stride(from: first, to: 1000, by: 3) {
        removeTree(desk.state)
        try desk.touch("log")
        let died = try await desk.start(
          ["drill", desk.book, "-e", "here"], with: [preload, "DIES_BEFORE=\(number)"]
        ).end()
        guard died.status != 0 else {
          #expect(number > 50 && desk.log == ["a", "z"], "\(number)")
          return
        }
        try #require(died.status == 128 + SIGKILL, "\(number): \(died)")
        // What a step had begun ends on its own.
        try #require(await eventually { desk.processes().isEmpty })
        for _ in 0..<2 {
          let audit = try await desk.lifeboat("audit", "verify")
          try #require(audit.status == 0, "\(number): \(audit)")
          let runs = try await desk.lifeboat("runs")
          try #require(runs.status == 0, "\(number): \(runs)")
          var resumed = try await desk.lifeboat("resume")
          if resumed.status == 6, let step = ["a", "z"].first(where: { !desk.log.contains($0) }) {
            // Begun perhaps, and not in place: a person says.
            resumed = try await desk.lifeboat("resume", "--retry", step, "--reason", "not made")
          }
          let has = desk.runCount > 0 ? try desk.journal().count : 0
          // No run, or none with a record; a run that goes on to its end, or has ended.
          try #require(
            (has == 0 ? [2] : [0, 4]).contains(resumed.status), "\(number): \(resumed)")
          let status = try await desk.lifeboat("status")
          try #require(status.status == (has == 0 ? 2 : 0), "\(number): \(status)")
          if has > 0 { try #require(desk.log == ["a", "z"], "\(number)") }
        }
      }
      Issue.record("it always dies")
    }
  }

  @Test func `a signal lets finish what runs, starts nothing more, and ends with exit code 10`()
    async throws
  {
    for number in [SIGINT, SIGTERM, SIGHUP] {
      try await Desk.with { desk in
        try desk.runbook(slow(), checked("z"))
        let child = try desk.startDrill()
        try await desk.waitFor("begun")
        child.signal(number)
        #expect(await eventually { child.errorsSoFar.contains("starting nothing more") })
        try desk.touch("go")
        let ended = try await child.end()
        #expect(ended.status == 10 && desk.log == ["slow"], "\(ended)")
        #expect(ended.output.contains("lifeboat resume"), "\(ended)")
        let resumed = try await desk.lifeboat("resume")
        #expect(resumed.status == 0 && desk.log == ["slow", "z"], "\(resumed)")
      }
    }
  }

  @Test func `a second signal ends at once, and what was under way is in doubt`() async throws {
    try await Desk.with { desk in
      try desk.runbook(slow(), checked("z"))
      let child = try desk.startDrill()
      try await desk.waitFor("begun")
      child.signal(SIGINT)
      #expect(await eventually { child.errorsSoFar.contains("starting nothing more") })
      child.signal(SIGINT)
      let ended = try await child.end(within: .seconds(20))
      #expect(ended.status == 10, "\(ended)")
      let resumed = try await desk.lifeboat("resume")
      #expect(resumed.status == 6 && desk.log == ["slow"], "\(resumed)")
    }
  }

  @Test func `R3: a second process on the service or on the run is refused with exit code 5`()
    async throws
  {
    try await Desk.with { desk in
      try desk.runbook(slow(), checked("z"))
      let child = try desk.startDrill()
      try await desk.waitFor("begun")
      let another = try await desk.drill()
      #expect(another.status == 5, "\(another)")
      #expect(another.errors.contains("\(child.pid)"), "it names the process: \(another)")
      let resumed = try await desk.lifeboat("resume")
      #expect(resumed.status == 5, "\(resumed)")
      // The order goes to the process that drives the run, and that one finds nothing that can be undone.
      let undo = try await desk.lifeboat("undo", "--reason", "x")
      #expect(undo.status == 4 && undo.errors.contains("has no undo"), "\(undo)")
      let status = try await desk.lifeboat("status")
      #expect(status.status == 0 && status.output.contains("\(child.pid)"), "\(status)")
      try desk.touch("go")
      let ended = try await child.end()
      #expect(ended.status == 0 && desk.log == ["slow", "z"], "\(ended)")
      #expect(desk.runCount == 1)
    }
  }

  @Test func `R14: a killed process keeps no lock`() async throws {
    try await Desk.with { desk in
      try desk.runbook(slow())
      try await killDuringSlow(desk)
      try desk.touch("go")
      let next = try await desk.drill()
      #expect(next.status == 0, "\(next)")
    }
  }

  @Test func `R3: of two that resume at once exactly one goes on`() async throws {
    try await Desk.with { desk in
      try desk.runbook(gate("go_on"), slow())
      #expect(try await desk.drill().status == 6)
      let both = try (0..<2).map { _ in try desk.start(["resume", "--approve", "go_on"]) }
      try await desk.waitFor("begun")
      #expect(await eventually { both.contains(where: \.hasEnded) })
      try desk.touch("go")
      var statuses: [Int32] = []
      for child in both { statuses.append(try await child.end().status) }
      #expect(statuses.sorted() == [0, 5])
      #expect(desk.log == ["slow"])
    }
  }

  @Test func `a finished run is not gone on with, and nothing is written to it`() async throws {
    try await Desk.with { desk in
      try desk.runbook(checked("a"))
      #expect(try await desk.drill().status == 0)
      let before = bytes(of: try desk.run() + "/journal.jsonl")
      for more in [[], ["--retry", "a", "--reason", "x"], ["--abort", "--reason", "x"]] {
        let ended = try await desk.start(["resume"] + more).end()
        #expect(ended.status == 4, "\(ended)")
      }
      #expect(bytes(of: try desk.run() + "/journal.jsonl") == before)
    }
  }

  @Test func `B6: another machine with only the run's folder can undo it`() async throws {
    try await Desk.with { desk in
      try desk.runbook(checked("a"), checked("b"))
      #expect(try await desk.drill().status == 0)
      let run = try desk.run()
      let id = String(run.split(separator: "/").last ?? "")
      let other = desk.path + "/elsewhere"
      mkdir(other, 0o700)
      mkdir(other + "/runs", 0o700)
      try copyTree(run, to: "\(other)/runs/\(id)")
      removeTree(desk.state)
      removeTree(desk.book)
      let ended = try await desk.start(
        ["undo", id, "--reason", "from another machine"], state: other
      ).end()
      #expect(ended.status == 0 && desk.log == ["undo_b", "undo_a"], "\(ended)")
    }
  }

  @Test func `R10: a run goes on by its own plan when the runbook was edited meanwhile`()
    async throws
  {
    try await Desk.with { desk in
      try desk.runbook(checked("a"), gate("go"), checked("z"))
      #expect(try await desk.drill().status == 6)
      try desk.runbook(checked("other"), gate("go"), checked("different"))
      let ended = try await desk.lifeboat("resume", "--approve", "go")
      #expect(ended.status == 0 && desk.log == ["a", "z"], "\(ended)")
    }
  }
}
