import RunbookModel
import TestServers
import Testing

/// A drill that does all its work, and too late: nobody who looks at any form of its result can miss that.
@Suite struct MissedTests {
  @Test
  func
    `a drill that misses its RTO ends with code 3, and every first line says that it was missed`()
    async throws
  {
    try await Desk.with { desk in
      try desk.runbook(change("slow", "sleep 1.5"))
      let runbook = try #require(readText(desk.book + "/runbook.yaml"))
      try write(runbook.replacing("rto: 10m", with: "rto: 1s"), to: desk.book + "/runbook.yaml")
      let drill = try await desk.drill()
      #expect(drill.status == 3, "\(drill)")
      #expect(drill.output.contains("which MISSED the objective of 1 s"), "\(drill)")

      let markdown = try await desk.lifeboat("report")
      let head = markdown.output.split(separator: "\n").prefix(6).joined(separator: "\n")
      #expect(head.contains("**The drill succeeded: small was recovered in "), "\(head)")
      #expect(head.contains("which MISSED the objective of 1 s.**"), "\(head)")
      #expect(head.contains("| MISSED by "), "\(head)")

      for (language, sign, sentence) in [
        ("en", "✗ Succeeded, RTO MISSED", "which MISSED the objective of 1 s"),
        ("zh-Hans", "✗ 成功，RTO 未达到", "未达到恢复时间目标 1 秒"),
      ] {
        let page = try await desk.lifeboat("report", "--format", "html", "--lang", language)
        let body = try #require(page.output.firstRange(of: "<main>"))
        let top = page.output[..<body.lowerBound]
        #expect(top.contains("<div class=\"verdict bad\""), "\(top.suffix(2000))")
        #expect(top.contains(sign) && top.contains(sentence), "\(top.suffix(2000))")
      }
      let report = try await desk.report()
      #expect(report["clocks"]?["rto"]?["verdict"] == "missed")
      #expect(report["outcome"] == "succeeded")
      let junit = try await desk.lifeboat("report", "--format", "junit")
      #expect(junit.output.contains("MISSED") || junit.output.contains("missed"), "\(junit)")
      let trend = try await desk.lifeboat("trend", "--service", "small")
      #expect(trend.output.contains("1 missed the RTO"), "\(trend)")
    }
  }
}
