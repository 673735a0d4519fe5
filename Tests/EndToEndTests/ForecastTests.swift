import Glibc
import RunbookModel
import TestServers
import Testing

/// How long a run will take, said before it.
@Suite struct ForecastTests {
  private func forecast(_ desk: Desk, _ more: String...) async throws -> Value {
    let ended = try await desk.start(
      ["forecast", desk.book, "-e", "here", "--format", "json"] + more
    ).end()
    #expect(ended.status == 0, "\(ended)")
    return try JSONText.read(ended.output.utf8)
  }

  private func bases(_ value: Value) -> [String?] {
    value["forecast"]?["steps"]?.list?.map { $0["basis"]?.string } ?? []
  }

  @Test
  func
    `what a step took in earlier runs replaces what was expected of it, and neither look nor state folder is touched`()
    async throws
  {
    try await Desk.with { desk in
      try desk.runbook(
        change("a", "echo ran >> ran", "expected: 300s"), look("b", "echo looked >> looked"))
      let before = try await forecast(desk)
      #expect(bases(before) == ["author", "action"])
      #expect(access(desk.state, F_OK) != 0)
      #expect(!desk.exists("looked") && !desk.exists("ran"))
      #expect(try await desk.drill().status == 0)
      let after = try await forecast(desk)
      #expect(bases(after) == ["runs", "runs"])
      #expect(after["earlier_runs"]?.list?.count == 1)
      let (old, new) = (p95(before), p95(after))
      #expect(old > 300 && new < 300, "\(old) and \(new)")
    }
  }

  private func number(_ value: Value?) -> Double {
    if case .double(let number) = value { number } else { -1 }
  }

  private func p95(_ value: Value) -> Double {
    number(value["forecast"]?["finish"]?["p95_seconds"])
  }

  @Test func `another input makes it another step`() async throws {
    try await Desk.with { desk in
      try desk.runbook(change("a", "true"))
      #expect(try await desk.drill().status == 0)
      try desk.runbook(change("a", "true; true"))
      let value = try await forecast(desk)
      #expect(bases(value) == ["action"])
      #expect(value["forecast"]?["steps"]?.list?.first?["redefined"] == .int(1))
    }
  }

  @Test func `a step that failed before is named as a risk, and counts in the chance beside`()
    async throws
  {
    try await Desk.with { desk in
      try desk.runbook(look("a", "test -e fine"))
      #expect(try await desk.drill().status == 6)
      try desk.touch("fine")
      #expect(try await desk.drill().status == 0)
      let value = try await forecast(desk)
      #expect(number(value["forecast"]?["chance_of_no_failure"]) == 0.5)
      let text = try await desk.lifeboat("forecast", desk.book, "-e", "here")
      #expect(text.output.contains("a failed in 1 of 2 runs"), "\(text)")
    }
  }

  @Test func `a plan is the same plan whatever is foretold of it`() async throws {
    try await Desk.with { desk in
      try desk.runbook(change("a", "touch a", "expected: 5s"))
      let path = desk.path + "/out/saved.json"
      let saved = try await desk.lifeboat("plan", desk.book, "-e", "here", "--out", path)
      #expect(saved.status == 0 && saved.output.contains("Forecast half of the runs"), "\(saved)")
      #expect(readText(path)?.contains("forecast_") == false)
      // What is foretold afterwards rests on this run, and is another forecast.
      #expect(try await desk.drill().status == 0)
      let fresh = try await desk.lifeboat("plan", desk.book, "-e", "here", "--format", "json")
      let value = try JSONText.read(fresh.output.utf8)
      #expect(value["time_forecast"]?["steps"]?.list?.first?["basis"]?.string == "runs")
      #expect(try await desk.drill("--plan", path).status == 0)
    }
  }

  @Test func `with no outage time it is said that nothing before now is counted`() async throws {
    try await Desk.with { desk in
      try desk.runbook(change("a", "true"))
      let runbook = try #require(readText(desk.book + "/runbook.yaml"))
      try write(
        runbook.replacing("clock: run", with: "clock: outage"), to: desk.book + "/runbook.yaml")
      let blind = try await desk.lifeboat("forecast", desk.book, "-e", "here")
      #expect(blind.output.contains("no time before now is counted"), "\(blind)")
      let late = try await forecast(desk, "--outage-at", "20m")
      #expect(late["forecast"]?["outlook"]?.string == "missed")
      #expect(number(late["forecast"]?["chance"]) == 0)
    }
  }

  @Test func `a run that cannot be read is named, and the others count`() async throws {
    try await Desk.with { desk in
      try desk.runbook(change("a", "true"))
      #expect(try await desk.drill().status == 0)
      let broken = try desk.run()
      #expect(try await desk.drill().status == 0)
      try write("{}", to: broken + "/plan.json")
      let value = try await forecast(desk)
      #expect(value["earlier_runs"]?.list?.count == 1)
      #expect(value["problems"]?.list?.count == 1)
    }
  }

  @Test
  func
    `the forecast of a run's start is kept, scored in the report, and missed when it is changed`()
    async throws
  {
    try await Desk.with { desk in
      try desk.runbook(change("a", "true"))
      #expect(try await desk.drill().status == 0)
      #expect(try await desk.drill().status == 0)
      let hash = try #require(try desk.journal().first?["event"]?["forecast"]?.string)
      let report = try await desk.report()
      #expect(report["forecast"]?["met"] == .bool(true))
      #expect(report["forecast"]?["earlier_runs"]?.list?.count == 1)
      #expect(report["forecast"]?["steps"]?.list?.first?["basis"]?.string == "runs")
      let kept = try desk.run() + "/attachments/" + hash
      try write((readText(kept) ?? "") + " ", to: kept)
      #expect(try await desk.report()["forecast"] == .null)
      #expect(try await desk.lifeboat("audit", "verify", "latest").status == 11)
    }
  }

  @Test func `while a run goes on its status says what lies ahead`() async throws {
    try await Desk.with { desk in
      try desk.runbook(change("a", until("go", saying: "begun")), change("b", "true"))
      let drill = try desk.startDrill()
      try await desk.waitFor("begun")
      let ended = try await desk.lifeboat("status", "--format", "json")
      let ahead = try JSONText.read(ended.output.utf8)["forecast"]
      #expect(ahead?["outlook"]?.string == "on_track")
      #expect(ahead?["critical_path"]?.list?.count == 2)
      try desk.touch("go")
      #expect(try await drill.end().status == 0)
      let after = try await desk.lifeboat("status", "--format", "json")
      #expect(try JSONText.read(after.output.utf8)["forecast"] == .null)
    }
  }
}
