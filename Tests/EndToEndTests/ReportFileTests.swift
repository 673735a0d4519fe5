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

  @Test func `the JSON of a real run fits the published schema, as another program reads it`()
    async throws
  {
    try await Desk.with { desk in
      try desk.runbook(checked("a"), look("b", "echo 1"), gate("c"))
      // It waits for a person when its report is made.
      #expect(try await desk.drill().status == 6)
      let schema = try await desk.lifeboat("schema", "report")
      let report = try await desk.lifeboat("report", "--format", "json")
      #expect(schema.status == 0 && report.status == 0)
      let program = desk.path + "/out/validate.py"
      try write(schema.output, to: desk.path + "/out/schema.json")
      try write(report.output, to: desk.path + "/out/report.json")
      try write(
        """
        import json, sys
        import jsonschema
        schema = json.load(open("schema.json"))
        jsonschema.Draft202012Validator.check_schema(schema)
        problems = list(jsonschema.Draft202012Validator(schema).iter_errors(json.load(open("report.json"))))
        print(problems[:3]); sys.exit(1 if problems else 0)
        """, to: program)
      let checked = try await Child(
        ["/usr/bin/python3", program], environment: ["PATH=/usr/bin:/bin", "HOME=/root"],
        in: desk.path + "/out", output: desk.path + "/out/v", errors: desk.path + "/out/w"
      ).end()
      #expect(checked.status == 0, "\(checked)")
    }
  }

  @Test func `runs are compared, followed over time, and held against the runbook as it is now`()
    async throws
  {
    try await Desk.with { desk in
      try desk.runbook(checked("a"), checked("b"))
      #expect(try await desk.drill().status == 0)
      let first = try #require(try desk.run().split(separator: "/").last)
      try desk.runbook(checked("a"), checked("c"))
      #expect(try await desk.drill().status == 0)
      // Two runs of one second have no order: the second is the one that is not the first.
      let second = try #require(names(in: desk.state + "/runs").first { $0 != first })
      let compared = try await desk.lifeboat("report", "--compare", String(first), second)
      #expect(compared.status == 0 && compared.output.contains("removed"), "\(compared)")
      #expect(compared.output.contains("added"))

      // One journal is damaged: it is named, and the rest is still said.
      let path = "\(desk.state)/runs/\(first)/journal.jsonl"
      try write((readText(path) ?? "").replacing("\"small\"", with: "\"smal1\""), to: path)
      let trend = try await desk.lifeboat("trend", "--service", "small")
      #expect(trend.status == 0 && trend.output.contains("1 runs"), "\(trend)")
      let coverage = try await desk.lifeboat("coverage", desk.book, "--format", "json")
      let value = try JSONText.read(coverage.output.utf8)
      let states = value["rows"]?.list?.map { $0["state"]?.string }
      // In the run that can still be read, 'a' was found in place: that is not doing it.
      #expect(states == ["never", "exercised"], "\(coverage)")
      let none = try await desk.lifeboat("trend")
      #expect(none.status == 2, "\(none)")
      let two = try await desk.lifeboat("report", "--compare", "latest")
      #expect(two.status == 2, "\(two)")
    }
  }
}
