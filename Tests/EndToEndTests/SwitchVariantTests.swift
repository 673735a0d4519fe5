import Glibc
import RunbookModel
import TestServers
import Testing

/// A switchover that cannot go on, continued as a failover.
@Suite struct SwitchVariantTests {
  private func runbook(_ desk: Desk, _ more: String = "") throws {
    let stuck = change(
      "stop_old_site", "exit 4", "only: [switchover]\nneeds: [a]\nundo: {none: a test}",
      with: "unchanged_exit_codes: [4]")
    try desk.runbook(
      checked("a"), more.isEmpty ? stuck : "\(more)\n\(stuck)",
      checked("promote", nil, "needs: [stop_old_site]\nundo: auto"),
      head: "variants: [switchover, failover]\non_failure: hold")
  }

  private func opening(_ desk: Desk, _ run: String) throws -> Value? {
    let text = readText("\(desk.state)/runs/\(run)/journal.jsonl") ?? ""
    return try text.split(separator: "\n").first.map { try JSONText.read($0.utf8) }?["event"]
  }

  /// The id of the run that was opened first, or last.
  private func runs(_ desk: Desk) throws -> [String] {
    var ids: [(at: String, id: String)] = []
    for id in names(in: desk.state + "/runs") {
      let text = readText("\(desk.state)/runs/\(id)/journal.jsonl") ?? ""
      guard let line = text.split(separator: "\n").first else { continue }
      ids.append((try JSONText.read(line.utf8)["at"]?.string ?? "", id))
    }
    return ids.sorted { $0.at < $1.at }.map(\.id)
  }

  @Test func `an outage that only the first run has seen is the second run's as well`() async throws
  {
    try await Desk.with { desk in
      try desk.touch("up")
      let stuck = change(
        "stop_old_site", "exit 4", "only: [switchover]\nundo: {none: a test}",
        with: "unchanged_exit_codes: [4]")
      try desk.runbook(
        change("breaks", "rm up; until test -e gone; do sleep 0.02; done", "only: [switchover]"),
        stuck,
        change("mends", "touch up", "only: [failover]"),
        head: """
          variants: [switchover, failover]
          on_failure: hold
          observers:
            - observer: front
              uses: command.check
              with: {argv: [test, -e, '${{ env.target }}/up']}
              every: 50ms
              decides: service
          """)
      let text = readText(desk.book + "/runbook.yaml") ?? ""
      try write(
        text.replacing("clock: run}", with: "clock: outage, soak: 300ms}"),
        to: desk.book + "/runbook.yaml")
      let child = try desk.startDrill("--variant", "switchover")
      #expect(await eventually(within: .seconds(30)) { child.outputSoFar.contains("is BAD") })
      try desk.touch("gone")
      #expect(try await child.end().status == 6)
      let gone = try await desk.lifeboat(
        "switch-variant", "latest", "failover", "--reason", "the old site died")
      #expect(gone.status == 0, "\(gone)")
      let both = try runs(desk)
      let (first, second) = (try #require(both.first), try #require(both.last))
      let seen = try #require(try opening(desk, second)?["observedOutage"])
      #expect(seen["observation"]?.string == first && seen["lastGood"] != nil, "\(seen)")
      let clocks = try await desk.report(second)["clocks"]
      guard case .double(let measured)? = clocks?["rto"]?["measured_seconds"],
        case .double(let run)? = clocks?["phases"]?["run_seconds"]
      else {
        Issue.record("\(clocks as Any)")
        return
      }
      // The clock did not begin anew with the second run.
      #expect(clocks?["rto"]?["bound"]?.string == "exactly", "\(clocks?["rto"] as Any)")
      #expect(measured > 0 && run > 0, "\(clocks as Any)")
      #expect(try await desk.lifeboat("audit", "verify").status == 0)
    }
  }

  @Test func `a run that holds is continued as another variant; both name each other`()
    async throws
  {
    try await Desk.with { desk in
      try runbook(desk)
      let held = try await desk.drill(
        "--variant", "switchover", "--outage-at", "2026-11-20T01:00:00Z")
      #expect(held.status == 6 && desk.log == ["a"], "\(held)")
      #expect(held.errors.contains("lifeboat switch-variant"), "it is offered: \(held)")
      let first = try #require(try runs(desk).first)
      let gone = try await desk.lifeboat(
        "switch-variant", "latest", "failover", "--reason", "the old site died")
      #expect(gone.status == 0, "\(gone)")
      #expect(desk.log == ["a", "promote"], "what was in place is found in place")
      let both = try runs(desk)
      #expect(both.count == 2)
      let second = try #require(both.last)
      let opened = try opening(desk, second)
      #expect(opened?["predecessor"]?.string == first)
      let outage = "\(opened?["outageAt"] as Any)"
      #expect(outage.contains("2026-11-20T01:00:00Z"))
      #expect(opened?["declaredAt"] == (try opening(desk, first))?["declaredAt"])
      #expect(opened?["variant"]?.string == "failover")
      let old = try await desk.lifeboat("status", first)
      #expect(old.output.contains("continued as variant 'failover' by run \(second)"), "\(old)")
      let new = try await desk.lifeboat("status", second)
      #expect(new.output.contains("continues run \(first)"), "\(new)")
      let report = try await desk.report(first)
      #expect(report["identity"]?["successor"]?.string == second, "\(report["identity"] as Any)")
      #expect(try await desk.report(second)["identity"]?["predecessor"]?.string == first)
      #expect(report["headline"]?.string?.contains("by run \(second)") ?? false)
      // What the second stands on is not pulled away.
      let undo = try await desk.lifeboat("undo", first, "--reason", "a test")
      #expect(undo.status == 4 && undo.errors.contains("undo that one first"), "\(undo)")
      let again = try await desk.lifeboat(
        "drill", desk.book, "-e", "here", "--variant", "failover", "--after", first)
      #expect(again.status == 4 && again.errors.contains("already"), "\(again)")
      #expect(try await desk.lifeboat("audit", "verify").status == 0)
    }
  }

  @Test(arguments: 1...3)
  func
    `killed before any of its changes to files, a run that goes on does not stand in its own way`(
      _ start: Int
    ) async throws
  {
    try await Desk.with { desk in
      try runbook(desk)
      #expect(try await desk.drill("--variant", "switchover").status == 6)
      let first = try #require(try runs(desk).first)
      let held = desk.path + "/held"
      try copyTree(desk.state, to: held)
      let preload = try await desk.preload("dying_program")
      let goOn = ["switch-variant", first, "failover", "--reason", "the old site died"]
      let after = ["drill", desk.book, "-e", "here", "--variant", "failover", "--after", first]
      for number in stride(from: start, to: 1000, by: 3) {
        removeTree(desk.state)
        try copyTree(held, to: desk.state)
        try write("a\n", to: desk.target + "/log")
        let died = try await desk.start(goOn, with: [preload, "DIES_BEFORE=\(number)"]).end()
        guard died.status != 0 else {
          #expect(number > 50 && desk.log == ["a", "promote"], "\(number)")
          return
        }
        try #require(died.status == 128 + SIGKILL, "\(number): \(died)")
        try #require(await eventually { desk.processes().isEmpty })
        var said: [Ended] = []
        // What a person finds out step by step: end the first, start the second, or go on with whichever has begun.
        for words in [goOn, after, ["resume", first], after, ["resume"]]
        where said.last?.status != 0 {
          said.append(try await desk.start(words).end())
          if said.last?.status == 6, !desk.log.contains("promote") {
            said.append(
              try await desk.start(["resume", "--retry", "promote", "--reason", "not made"]).end())
          }
        }
        try #require(desk.log == ["a", "promote"], "\(number): \(said)")
        let audit = try await desk.lifeboat("audit", "verify")
        try #require(audit.status == 0, "\(number): \(audit)")
      }
      Issue.record("it always dies")
    }
  }

  @Test func `the run that another process drives is told to end, and is continued from here`()
    async throws
  {
    try await Desk.with { desk in
      try runbook(desk)
      let run = try desk.startDrill("--variant", "switchover", "--stay", "10m")
      guard
        await eventually(within: .seconds(60), { run.errorsSoFar.contains("switch-variant") })
      else { throw RigError("it does not hold: \(run.errorsSoFar)") }
      let gone = try await desk.lifeboat(
        "switch-variant", "latest", "failover", "--reason", "the old site died")
      #expect(gone.status == 0 && desk.log == ["a", "promote"], "\(gone)")
      let ended = try await run.end()
      #expect(ended.status == 9 && ended.output.contains("as variant 'failover'"), "\(ended)")
    }
  }

  @Test func `what does not fit is refused, and the run holds as before`() async throws {
    try await Desk.with { desk in
      try runbook(desk)
      #expect(try await desk.drill("--variant", "switchover").status == 6)
      let before = readText(try desk.run() + "/journal.jsonl")
      for (variant, words) in [("switchover", "no other variant"), ("fail", "no other variant")] {
        let refused = try await desk.lifeboat("switch-variant", "latest", variant, "--reason", "x")
        #expect(refused.status == 2 && refused.errors.contains(words), "\(refused)")
        #expect(refused.errors.contains("choose from: failover"), "\(refused)")
      }
      // The dry run of the other variant cannot be made: nothing is ended for it.
      try write("lifeboat: 2\n", to: desk.book + "/runbook.yaml")
      let broken = try await desk.lifeboat("switch-variant", "latest", "failover", "--reason", "x")
      #expect(broken.status == 2, "\(broken)")
      #expect(readText(try desk.run() + "/journal.jsonl") == before && desk.runCount == 1)
    }
  }

  @Test func `when only the old run ends, the command that goes on is shown and works`()
    async throws
  {
    try await Desk.with { desk in
      let slow = checked(
        "slow", until("go", saying: "begun") + "; echo slow >> log", "needs: []\nundo: auto")
      try runbook(desk, slow)
      let run = try desk.startDrill("--variant", "switchover", "--stay", "10m")
      try await desk.waitFor("begun")
      guard await eventually(within: .seconds(60), { run.outputSoFar.contains("FAILED") }) else {
        throw RigError("nothing failed: \(run.outputSoFar)")
      }
      let told = try desk.start(["switch-variant", "latest", "failover", "--reason", "it died"])
      guard await eventually(within: .seconds(60), { told.errorsSoFar.contains("Waiting until") })
      else { throw RigError("\(told.outputSoFar) \(told.errorsSoFar)") }
      told.signal(SIGINT)
      _ = try await told.end()
      try desk.touch("go")
      let ended = try await run.end()
      #expect(ended.status == 9 && ended.output.contains("NOT BEGUN"), "\(ended)")
      let first = try #require(try runs(desk).first)
      #expect(ended.output.contains("--variant failover --after \(first)"), "\(ended)")
      let goes = try await desk.drill("--variant", "failover", "--after", first)
      #expect(goes.status == 0 && desk.log.sorted() == ["a", "promote", "slow"], "\(goes)")
      #expect(try opening(desk, try #require(try runs(desk).last))?["predecessor"]?.string == first)
    }
  }
}
