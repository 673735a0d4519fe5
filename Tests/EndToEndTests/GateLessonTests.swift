import Glibc
import RunbookModel
import TestServers
import Testing

/// What went wrong with other tools' dry runs and gates, one test for each: the id in front names the lesson.
@Suite struct GateLessonTests {
  @Test func `D2, D10: nothing in a plan is called done, and a report counts what really happened`()
    async throws
  {
    try await Desk.with { desk in
      try desk.runbook(checked("a"), gate("go"), checked("b"))
      let plan = try await desk.lifeboat("plan", desk.book, "-e", "here")
      for word in ["succeeded", "approved", "holds "] {
        #expect(!plan.output.contains(word), "\(word): \(plan)")
      }
      #expect(plan.output.contains("would change") && plan.output.contains("asks"), "\(plan)")
      #expect(try await desk.drill("--decline", "go").status == 6)
      let counts = try await desk.report()["counts"]
      #expect(counts?["succeeded"]?.int == 1 && counts?["total"]?.int == 3, "\(counts as Any)")
    }
  }

  @Test func `G3, G6: a gate holds back what is behind it and nothing beside it`() async throws {
    try await Desk.with { desk in
      try desk.runbook(
        gate("left"), checked("left_a", nil, "needs: [left]\nundo: auto"),
        gate("right", "needs: []"), checked("right_a", nil, "needs: [right]\nundo: auto"),
        checked("both", nil, "needs: [left_a, right_a]\nundo: auto"))
      let waiting = try await desk.drill("--approve", "right")
      #expect(waiting.status == 6 && desk.log == ["right_a"], "\(waiting)")
      let ended = try await desk.lifeboat("resume", "--approve", "left")
      #expect(ended.status == 0 && desk.log == ["right_a", "left_a", "both"], "\(ended)")
    }
  }

  @Test func `G8: a program that ends with another code than 0 has failed`() async throws {
    for code in [1, 2, 127, 255] {
      try await Desk.with { desk in
        try desk.runbook(change("a", "exit \(code)"), checked("b"))
        let ended = try await desk.drill()
        #expect(ended.status == 6 && desk.log.isEmpty, "\(code): \(ended)")
        // Nothing can look what it did, so nobody may say that it changed something, or nothing.
        #expect(
          ended.everything.contains("Changed so far: nothing that is known."), "\(ended)")
        #expect(ended.everything.contains("Perhaps changed: a."), "\(ended)")
      }
    }
  }

  @Test func `G9: the plan says how often a step is tried, and no other key changes it`()
    async throws
  {
    try await Desk.with { desk in
      try desk.runbook(
        look("c", "echo try >> log; exit 2", "title: Look\nretry: {attempts: 3, delay: 10ms}"))
      let plan = try await desk.lifeboat("plan", desk.book, "-e", "here")
      #expect(plan.output.contains("up to 3 attempts"), "\(plan)")
      try write("", to: desk.target + "/log")
      _ = try await desk.drill()
      // One look of the dry run, three of the run.
      #expect(desk.log.count == 4, "\(desk.log)")
    }
  }

  @Test func `D6, D12: a dry run says of each step how far it is proven, and sums it up`()
    async throws
  {
    try await Desk.with { desk in
      try desk.runbook(
        checked("a"), look("b", "true"), gate("go"),
        change("c", "echo c >> log", "when: ${{ steps.a.exit_code == 0 }}"),
        change("d", "echo d >> log"))
      let plan = try await desk.lifeboat("plan", desk.book, "-e", "here")
      #expect(plan.output.contains("proof: observed") && plan.output.contains("proof: rendered"))
      #expect(
        plan.output.contains(
          "Proof    1 observed, 1 rendered, 1 looked at, 1 decided during the run, 1 asks a person"),
        "\(plan)")
      let json = try await desk.lifeboat("plan", desk.book, "-e", "here", "--format", "json")
      let steps = try JSONText.read(json.output.utf8)["steps"]?.list ?? []
      #expect(steps.first?["forecast"]?["preview"]?["fidelity"] == "observed", "\(steps)")
    }
  }

  @Test func `G4: nobody answers twice for a gate that needs two people, from wherever`()
    async throws
  {
    try await Desk.with { desk in
      try write(
        "lifeboat: 1\nenvironment: here\nallows: [drill]\nvalues: {target: '\(desk.target)'}\n"
          + "roles: {commander: ['\(Programs.me)', somebody_else]}\n",
        to: desk.book + "/environments/here.yaml")
      try desk.runbook(
        gate("go", "approval: {role: commander, count: 2, timeout: 1h}"), checked("z"))
      let first = try await desk.drill("--approve", "go")
      #expect(first.status == 6 && desk.log.isEmpty, "\(first)")
      let again = try await desk.lifeboat("resume", "--approve", "go", "--by", "bob")
      #expect(again.status != 0 && desk.log.isEmpty, "\(again)")
      let child = try desk.start(["resume", "--stay", "10m"])
      #expect(
        await eventually(within: .seconds(60)) { child.errorsSoFar.contains("lifeboat approve") })
      let other = try await desk.lifeboat("approve", "latest", "go", "--by", "bob")
      #expect(other.status == 4 && other.errors.contains("has approved 'go' already"), "\(other)")
      child.signal(SIGTERM)
      _ = try await child.end()
      #expect(desk.log.isEmpty)
      let answers = try desk.journal().count { $0["event"]?["type"] == "person_answered" }
      #expect(answers == 1)
    }
  }

  @Test func `G11: a process that a step leaves running is said, never silent`() async throws {
    try await Desk.with { desk in
      try desk.runbook(
        checked("a", "(sleep 600; echo late >> log) & echo a >> log"), checked("z"))
      let ended = try await desk.drill()
      #expect(ended.status == 0 && desk.log == ["a", "z"], "\(ended)")
      let report = try await desk.lifeboat("report", "latest")
      #expect(report.output.contains("a process that it started is still running"), "\(report)")
    }
  }
}
