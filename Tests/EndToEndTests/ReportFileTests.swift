import Glibc
import RunbookModel
import TestServers
import Testing

/// Reports as files that are handed on.
@Suite struct ReportFileTests {
  @Test func `a report is written to a new file, whole, and never over another`() async throws {
    try await Desk.with { desk in
      try desk.runbook(checked("a"), checked("b"))
      #expect(try await desk.drill().status == 0)
      let file = desk.path + "/out/report.html"
      let written = try await desk.lifeboat(
        "report", "latest", "--format", "html", "--output", file)
      #expect(written.status == 0 && written.output.contains("Written to \(file)."), "\(written)")
      let first = try #require(readText(file))
      #expect(first.hasPrefix("<!doctype html>") && first.hasSuffix("</html>\n"))
      #expect(try await desk.lifeboat("report", "--format", "html").output == first)

      try write("mine", to: file)
      let refused = try await desk.lifeboat("report", "latest", "--output", file)
      #expect(refused.status == 2 && refused.errors.contains("it exists already"), "\(refused)")
      #expect(readText(file) == "mine")
      #expect(!names(in: desk.path + "/out").contains { $0.hasSuffix(".new") })
    }
  }

  @Test func `the page shows what went wrong, without the markup that it was given`() async throws {
    try await Desk.with { desk in
      try desk.runbook(
        look("bad", "echo '<script>alert(1)</script>'; exit 1"), head: "on_failure: stop")
      let ended = try await desk.drill()
      #expect(ended.status == 7, "\(ended)")
      let page = try await desk.lifeboat("report", "--format", "html").output
      #expect(page.contains("✗ Failed, nothing was changed"))
      #expect(!page.contains("<script"))
      #expect(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
    }
  }
}
