import RunbookFormat
import RunbookModel
import Testing

/// How diagnostics look, on paper, on a terminal and to programs.
struct RenderingTests {
  private func diagnostic(
    line: Int = 1, column: Int, length: Int = 1, related: [Diagnostic.Related] = []
  ) -> Diagnostic {
    Diagnostic(
      "LB201", .error, "this is wrong",
      at: SourcePlace(file: "a.yaml", line: line, column: column, length: length),
      help: "write it so", related: related)
  }

  private func text(_ source: String, _ diagnostic: Diagnostic, width: Int = 100) -> String {
    DiagnosticRenderer(files: [Samples.file(source, "a.yaml")], width: width).text([diagnostic])
  }

  @Test func `the line is shown with the part underlined, and notes below`() {
    let note = Diagnostic.Related(
      message: "see here", place: SourcePlace(file: "a.yaml", line: 2, column: 1, length: 3))
    let shown = text("one two\nthree\n", diagnostic(column: 5, length: 3, related: [note]))
    #expect(
      shown == """
        a.yaml:1:5: error LB201: this is wrong
            1 | one two
              |     ^^^
        help: write it so
        note: a.yaml:2:1: see here
            2 | three
              | ^^^

        1 error

        """)
  }

  @Test func `a long line is cut around the part`() {
    let line = String(repeating: "a", count: 300) + "BAD" + String(repeating: "z", count: 300)
    let shown = text(line, diagnostic(column: 301, length: 3), width: 60)
    let lines = shown.split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= 72 })
    let mark = lines[2].firstIndex(of: "^").map {
      lines[2].distance(from: lines[2].startIndex, to: $0)
    }
    let bad = lines[1].firstRange(of: "BAD").map {
      lines[1].distance(from: lines[1].startIndex, to: $0.lowerBound)
    }
    #expect(mark == bad && mark != nil)
    #expect(lines[1].contains("… ") && lines[1].hasSuffix(" …"))
  }

  @Test func `a line too long to be searched is not shown`() {
    let line = String(repeating: "a", count: 300_000)
    #expect(!text(line, diagnostic(column: 299_000)).contains("|"))
    #expect(text("x\n" + line + "\ny", diagnostic(line: 3, column: 1)).contains("| y"))
  }

  @Test func `a secret stays hidden where its line is cut`() {
    let line = String(repeating: "a", count: 200) + "hunter2" + String(repeating: "z", count: 200)
    let secret = Diagnostic(
      "LB411", .error, "a secret", at: SourcePlace(file: "a.yaml", line: 1, column: 201, length: 7))
    let file = Samples.file(line, "a.yaml")
    for column in [1, 190, 203, 300] {
      let shown = DiagnosticRenderer(files: [file], width: 60).text([
        diagnostic(column: column), secret,
      ])
      #expect(!shown.contains("hunter2") && !shown.contains("unter") && shown.contains("•"))
    }
  }

  @Test func `characters of several bytes and tabs keep the mark in its column`() {
    let lines = text("ä€\t😀 bad", diagnostic(column: 6, length: 3)).split(separator: "\n")
    #expect(lines[1] == "    1 | ä€ 😀 bad" && lines[2] == "      |      ^^^")
  }

  @Test func `places at and beyond the end of a line or file do no harm`() {
    #expect(text("ab", diagnostic(column: 3, length: 5)).contains("      |   ^\n"))
    #expect(text("ab", diagnostic(column: 99)).contains("^"))
    #expect(!text("ab", diagnostic(line: 9, column: 1)).contains("|"))
    #expect(text("", diagnostic(column: 1)).contains("^"))
  }

  @Test func `a file cannot write on the reader's terminal`() {
    let evil = Diagnostic(
      "LB201", .error, "\u{1B}[2Jgone", at: SourcePlace(file: "a.yaml", line: 1, column: 1))
    #expect(!text("\u{1B}[31mx", evil).contains("\u{1B}"))
  }

  @Test func `colour paints and adds no words`() {
    let file = Samples.file("ab", "a.yaml")
    let plain = DiagnosticRenderer(files: [file]).text([diagnostic(column: 1)])
    let painted = DiagnosticRenderer(files: [file], colour: .ansi).text([diagnostic(column: 1)])
    #expect(painted.contains("\u{1B}[1;31merror LB201\u{1B}[0m"))
    #expect(painted.replacing(#/\u{1B}\[[0-9;]*m/#, with: "") == plain)
  }

  @Test func `the last line counts errors and warnings`() {
    let renderer = DiagnosticRenderer(files: [])
    var warning = diagnostic(column: 1)
    warning.severity = .warning
    let error = diagnostic(column: 1)
    #expect(renderer.count([error, warning, error]) == "2 errors, 1 warning")
    #expect(renderer.text([warning]).hasSuffix("\n1 warning\n"))
    #expect(renderer.text([]) == "")
  }

  @Test func `JSON holds everything that the text does`() throws {
    let json = JSONText.text(DiagnosticJSON.value([diagnostic(column: 5, length: 3)]))
    #expect(
      json == #"{"format":1,"errors":1,"warnings":0,"diagnostics":[{"code":"LB201","severity":"#
        + #""error","message":"this is wrong","place":{"file":"a.yaml","line":1,"column":5,"#
        + #""length":3},"help":"write it so"}]}"#)
  }

  @Test func `SARIF names its version, the rules and the region`() {
    let value = DiagnosticSARIF.value([diagnostic(column: 5, length: 3)], toolVersion: "1.0")
    #expect(value["version"] == "2.1.0")
    let run = value["runs"]?.list?.first
    let result = run?["results"]?.list?.first
    #expect(result?["ruleId"] == "LB201" && result?["level"] == "error")
    let location = result?["locations"]?.list?.first?["physicalLocation"]
    #expect(location?["artifactLocation"]?["uri"] == "a.yaml")
    #expect(location?["region"]?["startColumn"] == 5 && location?["region"]?["endColumn"] == 8)
    let rules = run?["tool"]?["driver"]?["rules"]?.list ?? []
    #expect(rules.count == RuleBook.all.count + 1)
  }
}
