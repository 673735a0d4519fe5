import Glibc
import RunbookModel
import TestServers
import Testing

/// What people see of a run while it goes on.
@Suite struct LiveTests {
  @Test
  func
    `the screen fits the terminal, follows its size, says what to type, and leaves nothing behind`()
    async throws
  {
    try await Desk.with { desk in
      try desk.runbook(checked("a"), gate("go"), checked("z"))
      let drill = try desk.startDrill("--stay", "5m")
      #expect(
        await eventually(within: .seconds(60)) { drill.errorsSoFar.contains("lifeboat approve") })
      let screen = try desk.terminal("status", "--watch", columns: 60, rows: 15)
      try await screen.waitFor("lifeboat approve")
      #expect(screen.shown.isAlternate && !screen.shown.hasCursor)
      #expect(screen.shown.text.contains("WAITS FOR A PERSON"))
      #expect(screen.shown.text.contains("RTO 10 min"))
      screen.resize(columns: 100, rows: 34)
      try await screen.waitFor("█")
      #expect(!screen.shown.overflowed)
      screen.signal(SIGINT)
      #expect(try await screen.waitForEnd() == 0)
      #expect(!screen.shown.isAlternate && screen.shown.hasCursor)
      // Leaving the view left the run alone.
      #expect(try await desk.lifeboat("approve", "latest", "go").status == 0)
      #expect(try await drill.end().status == 0)
    }
  }

  @Test
  func `in Chinese the screen fits, says what to type, and so do status and the run's own lines`()
    async throws
  {
    try await Desk.with { desk in
      try desk.runbook(checked("a"), gate("go"), change("b", "sleep 1"), checked("z"))
      let drill = try desk.startDrill("--stay", "5m", "--lang", "zh-Hans")
      #expect(
        await eventually(within: .seconds(60)) { drill.errorsSoFar.contains("lifeboat approve") })
      #expect(drill.errorsSoFar.contains("执行等待人员答复。"), "\(drill.errorsSoFar)")
      #expect(drill.errorsSoFar.contains("同意；") || drill.errorsSoFar.contains("答复同意；"))
      let screen = try desk.terminal(
        "status", "--watch", "--lang", "zh-Hans", columns: 60, rows: 15)
      try await screen.waitFor("lifeboat approve")
      try await screen.waitFor("等待人员")
      #expect(screen.shown.text.contains("RTO 10 分：剩余"), "\(screen.shown.text)")
      screen.resize(columns: 100, rows: 34)
      try await screen.waitFor("接下来")
      #expect(!screen.shown.overflowed)
      for ours in ["WAITS", "NEXT", "LAST", "State", "Clock", "steps", "waits", "asked", "leaves"] {
        #expect(!screen.shown.text.contains(ours), "\(ours):\n\(screen.shown.text)")
      }
      screen.signal(SIGINT)
      #expect(try await screen.waitForEnd() == 0)
      let status = try await desk.lifeboat("status", "--lang", "zh-Hans")
      #expect(status.output.contains("状态    等待人员答复"), "\(status)")
      // What programs read is the same in every language.
      let json = try await desk.lifeboat("status", "--lang", "zh-Hans", "--format", "json")
      #expect(try JSONText.read(json.output.utf8)["state"] == "waiting")
      #expect(!json.output.contains("等待"), "\(json)")
      #expect(try await desk.lifeboat("approve", "latest", "go").status == 0)
      let ended = try await drill.end()
      #expect(ended.status == 0, "\(ended)")
      for line in ["a   完成", "b   变更中", "b   完成", "演练成功", "--lang zh-Hans"] {
        #expect(ended.output.contains(line), "\(line):\n\(ended.output)")
      }
    }
  }

  @Test func `the screen ends with the run, and its last word stays`() async throws {
    try await Desk.with { desk in
      try desk.runbook(gate("go"), checked("z"))
      let drill = try desk.startDrill("--stay", "5m")
      #expect(
        await eventually(within: .seconds(60)) { drill.errorsSoFar.contains("lifeboat approve") })
      let watch = try desk.terminal("status", "--watch")
      try await watch.waitFor("WAITS FOR A PERSON")
      #expect(try await desk.lifeboat("approve", "latest", "go").status == 0)
      #expect(try await drill.end().status == 0)
      #expect(try await watch.waitForEnd() == 0)
      #expect(!watch.shown.isAlternate && watch.shown.hasCursor)
      #expect(watch.shown.text.contains("State   succeeded"), "\(watch.shown.text)")
    }
  }

  @Test func `what a program writes cannot steer the screen`() async throws {
    try await Desk.with { desk in
      try desk.runbook(
        look("a", #"printf '\033[2J\033[?1049lgotcha'; exit 1"#, "on_failure: hold"))
      let drill = try desk.startDrill("--stay", "5m")
      #expect(
        await eventually(within: .seconds(60)) { drill.errorsSoFar.contains("lifeboat retry") })
      let watch = try desk.terminal("status", "--watch")
      try await watch.waitFor("lifeboat retry")
      #expect(watch.shown.isAlternate)
      drill.signal(SIGTERM)
      #expect(try await drill.end().status == 10)
    }
  }

  @Test func `at a terminal a drill asks, is answered, and no line of it is lost`() async throws {
    try await Desk.with { desk in
      try desk.runbook(checked("a"), gate("go"), change("b", "sleep 2"), checked("z"))
      let drill = try desk.terminal("drill", desk.book, "-e", "here")
      try await drill.waitFor("Type 'yes' or 'no'")
      drill.type("maybe\n")
      try await drill.waitFor("nothing has been answered")
      drill.type("yes\n")
      #expect(try await drill.waitForEnd() == 0)
      let shown = drill.shown
      for line in ["a   done", "go  approved", "b   done", "z   done", "The drill succeeded"] {
        let isThere = shown.transcript.contains(line)
        #expect(isThere, "\(line) is missing:\n\(shown.transcript)")
      }
      // The last line with the clock came, and is gone.
      #expect(shown.transcript.contains("done in about"))
      #expect(!shown.text.contains("done in about"), "\(shown.text)")
    }
  }

  @Test func `in Chinese the prompt asks in Chinese, and takes the same words`() async throws {
    try await Desk.with { desk in
      try desk.runbook(gate("go"), checked("z"))
      let drill = try desk.terminal("drill", desk.book, "-e", "here", "--lang", "zh-Hans")
      try await drill.waitFor("请输入 yes 或 no")
      drill.type("maybe\n")
      try await drill.waitFor("尚未答复")
      drill.type("yes\n")
      #expect(try await drill.waitForEnd() == 0)
      #expect(drill.shown.transcript.contains("演练成功"), "\(drill.shown.transcript)")
    }
  }

  @Test func `a drill that is slower than ever warns before the objective has passed`() async throws
  {
    try await Desk.with { desk in
      try desk.runbook(change("slow", "while [ ! -e go ]; do sleep 0.05; done"))
      let runbook = try #require(readText(desk.book + "/runbook.yaml"))
      try write(runbook.replacing("rto: 10m", with: "rto: 30s"), to: desk.book + "/runbook.yaml")
      try desk.touch("go")
      for _ in 0..<3 { #expect(try await desk.drill().status == 0) }
      unlink(desk.target + "/go")
      let drill = try desk.startDrill()
      #expect(await eventually(within: .seconds(60)) { drill.outputSoFar.contains("AT RISK") })
      #expect(!drill.outputSoFar.contains("MISSED"), "\(drill.outputSoFar)")
      let status = try await desk.lifeboat("status")
      #expect(status.output.contains("AT RISK"), "\(status)")
      try desk.touch("go")
      _ = try await drill.end()
      let report = try await desk.report()
      #expect(report["forecast"]?["verdict"]?.string == "later")
      #expect(report["forecast"]?["warned_after_seconds"] != .null)
    }
  }

  @Test func `as JSON every record's events come once and in order, and the state after them`()
    async throws
  {
    try await Desk.with { desk in
      try desk.runbook(checked("a"), gate("go"), checked("z"))
      let drill = try desk.startDrill("--stay", "5m")
      #expect(
        await eventually(within: .seconds(60)) { drill.errorsSoFar.contains("lifeboat approve") })
      let watch = try desk.start(["status", "--watch", "--format", "json"])
      #expect(await eventually(within: .seconds(60)) { watch.outputSoFar.contains(#""asked""#) })
      #expect(try await desk.lifeboat("approve", "latest", "go").status == 0)
      #expect(try await drill.end().status == 0)
      let ended = try await watch.end()
      let values = try ended.output.split(separator: "\n").map { try JSONText.read($0.utf8) }
      #expect(values.allSatisfy { $0["format"] == .int(1) && $0["run"]?.string != nil })
      let events = values.filter { $0["type"]?.string == "event" }
      let timeline = try await desk.report()["timeline"]?.list ?? []
      let sequence = events.compactMap { $0["seq"] }.filter { $0 != .null }
      #expect(sequence == timeline.compactMap { $0["seq"] }.filter { $0 != .null })
      #expect(values.last?["type"]?.string == "state")
      #expect(values.last?["status"]?["outcome"]?.string == "succeeded")
      #expect(values.contains { $0["status"]?["forecast"]?["outlook"]?.string == "on_track" })
    }
  }
}
