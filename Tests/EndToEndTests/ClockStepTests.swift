import RunbookModel
import TestServers
import Testing

/// Somebody sets the machine's clock while a run is under way. Only the wall clock steps, as it does when it is set.
@Suite struct ClockStepTests {
  /// What makes a program's wall clock run beside the machine's by the seconds that stand in the file.
  private func stepping(by file: String, _ desk: Desk) async throws -> [String] {
    [try await desk.preload("stepped_clock"), "STEPPED_CLOCK=\(file)"]
  }

  @Test(arguments: [-7200, 7200])
  func `a clock that is set during a run changes no duration, ends no wait, and is said`(
    _ step: Int
  ) async throws {
    try await Desk.with { desk in
      let offset = desk.path + "/offset"
      try write("0\n", to: offset)
      // Neither the question's hour nor the program's minute may seem to have passed.
      try desk.runbook(
        change("slow", until("go", saying: "begun"), "timeout: 1m"),
        gate("sure", "approval: {role: commander, count: 1, timeout: 1h}"), checked("z"))
      let started = ContinuousClock.now
      let child = try desk.start(
        ["drill", desk.book, "-e", "here", "--stay", "1m"],
        with: try await stepping(by: offset, desk))
      try await desk.waitFor("begun")
      try write("\(step)\n", to: offset)
      try desk.touch("go")
      #expect(
        await eventually(within: .seconds(30)) {
          (try? desk.journal().contains { $0["event"]?["type"] == "step_applied" }) ?? false
        })
      let yes = try await desk.lifeboat("approve", "latest", "sure")
      #expect(yes.status == 0, "\(yes)")
      let ended = try await child.end()
      let took = ContinuousClock.now - started
      #expect(ended.status == 0 && desk.log == ["z"], "\(ended)")

      let report = try await desk.report()
      guard case .double(let seconds) = report["clocks"]?["rto"]?["measured_seconds"] else {
        Issue.record("no RTA: \(report["clocks"] ?? .null)")
        return
      }
      #expect(seconds >= 0 && .seconds(seconds) <= took, "\(seconds) s of \(took)")
      let text = try await desk.lifeboat("report", "latest")
      #expect(
        text.output.contains("wall clock moved \(step < 0 ? "back" : "forward") by 2 h"), "\(text)")
      #expect(try await desk.lifeboat("audit", "verify").status == 0)
    }
  }

  @Test func `a run whose process died is resumed though the clock was set back meanwhile`()
    async throws
  {
    try await Desk.with { desk in
      let offset = desk.path + "/offset"
      try write("86400\n", to: offset)
      try desk.runbook(checked("a"), gate("go"), checked("z"))
      let first = try await desk.start(
        ["drill", desk.book, "-e", "here"], with: try await stepping(by: offset, desk)
      ).end()
      #expect(first.status == 6 && desk.log == ["a"], "\(first)")
      let second = try await desk.lifeboat("resume", "--approve", "go")
      #expect(second.status == 0 && desk.log == ["a", "z"], "\(second)")
      let report = try await desk.lifeboat("report", "latest")
      #expect(!report.output.contains("-23 h") && !report.output.contains("-1 d"), "\(report)")
      #expect(try await desk.lifeboat("audit", "verify").status == 0)
      #expect(try await desk.lifeboat("runs").status == 0)
    }
  }
}
