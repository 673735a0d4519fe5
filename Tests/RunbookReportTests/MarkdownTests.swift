import RunbookEngine
import RunbookModel
import RunbookReport
import Testing

@Suite struct MarkdownTests {
  /// What a manager reads: the first lines.
  func head(_ report: Report) -> String {
    report.markdown.split(separator: "\n", omittingEmptySubsequences: false).prefix(12)
      .joined(separator: "\n")
  }

  @Test func `the head of a drill that met its objectives`() throws {
    #expect(
      head(try RunScript.succeeded().report()) == """
        # Drill report: Move the shop to site B

        **The drill succeeded: shop was recovered in 1 min 42 s, within the objective of 15 min.**

        | Objective                       | Target | Measured   | Result                    |
        |---------------------------------|--------|------------|---------------------------|
        | Time to recover (RTO, RTA)      | 15 min | 1 min 42 s | met, 13 min 18 s to spare |
        | Data lost (RPO, RPA)            | 5 s    | 0 s (0 B)  | met, 5 s to spare         |
        | Outage that can be borne (MTPD) | 4 h    | 1 min 42 s | met, 3 h 58 min to spare  |

        - In doubt: nothing. Not known or not seen: 1, listed below.
        - Open questions to people: none. Decisions that differ from the plan: none.
        """)
  }

  @Test func `the head of a drill that missed both objectives`() throws {
    let lost: Value = ["loss": .duration(.seconds(9)), "bound": "exactly", "bytes": 2_097_152]
    let script = try RunScript.succeeded(
      plan: .shop(rto: .seconds(60), mtpd: nil), recoveryPoint: lost)
    #expect(
      head(try script.report())
        == """
        # Drill report: Move the shop to site B

        **The drill succeeded: shop was recovered in 1 min 42 s, which MISSED the objective of 1 min.**

        | Objective                  | Target | Measured    | Result         |
        |----------------------------|--------|-------------|----------------|
        | Time to recover (RTO, RTA) | 1 min  | 1 min 42 s  | MISSED by 42 s |
        | Data lost (RPO, RPA)       | 5 s    | 9 s (2 MiB) | MISSED by 4 s  |

        - In doubt: nothing. Not known or not seen: 1, listed below.
        - Open questions to people: none. Decisions that differ from the plan: none.
        - Run `20261121-013500-k3f9` in `lab`, by alice; started 2026-11-21 01:35:00 UTC, ended 2026-11-21 01:36:15 UTC.
        """)
  }

  @Test func `the head says when the start of the clock is not known`() throws {
    let text = head(try RunScript.succeeded(outageAt: nil, recoveryPoint: nil).report())
    #expect(text.contains("whether the objective of 15 min was met is NOT KNOWN"))
    #expect(text.contains("| 15 min | at least 1 min 12 s | UNKNOWN |"))
    #expect(text.contains("| 5 s    | unknown             | UNKNOWN |"))
  }

  @Test func `the head of a run that holds names the step and its trouble`() throws {
    let text = head(try Scenes.held().report())
    #expect(
      text.contains(
        "**The drill has NOT ENDED: it holds and waits for a person's decision at step "
          + "'switch_dns': 127.0.0.1:5353 answered BADKEY.**"))
    #expect(text.contains("Open questions to people: 1."))
  }

  @Test func `the head of a run in doubt puts the doubt first`() throws {
    let text = head(try Scenes.inDoubt().report())
    #expect(text.contains("**In doubt: 1.** Whether 'promote_db' changed anything is not known"))
    #expect(text.contains("UNKNOWN"))
  }

  @Test func `a run that failed says what was left behind`() throws {
    let unchanged = try Scenes.failedUnchanged().report()
    #expect(
      unchanged.headline
        == "The drill failed and changed nothing. Step 'outage_confirmed': 2 of 3 reach site A.")
    let undone = try Scenes.undone().report()
    #expect(
      undone.headline == "The drill failed; what it had changed was undone. "
        + "Step 'promote_db': the standby is 40 MiB behind.")
    var script = try Scenes.held()
    try script.decide(.abort, by: "bob", reason: "enough for today")
    #expect(
      try script.report().headline == "The drill failed and left changes in place or in doubt "
        + "(fence_db, promote_db). Step 'switch_dns': 127.0.0.1:5353 answered BADKEY.")
  }

  @Test func `the same records give the same bytes`() throws {
    for script in try [RunScript.succeeded(), Scenes.held(), Scenes.resumed(), Scenes.inDoubt()] {
      let first = try script.report()
      let second = try script.report()
      #expect(first.markdown == second.markdown)
      #expect(first.jsonText == second.jsonText)
      // The report's own date is the last record's, not a clock's.
      #expect(first.generatedAt == script.records.last?.at.wall)
    }
  }

  /// The rows of each table, one after another.
  func tables(_ text: String) -> [[Substring]] {
    var tables: [[Substring]] = [[]]
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("|") {
        tables[tables.count - 1].append(line)
      } else if tables.last?.isEmpty == false {
        tables.append([])
      }
    }
    return tables.filter { !$0.isEmpty }
  }

  @Test func `tables stay aligned`() throws {
    let tables = tables(try Scenes.skipped().report().markdown)
    #expect(tables.count > 10)
    for table in tables { #expect(Set(table.map(\.count)).count == 1) }
  }

  @Test func `text from outside cannot break out of its place`() throws {
    var script = RunScript()
    try script.open()
    let hostile = "x | y\n# Not a heading\u{1B}[2J <script>alert(1)</script> `code` \u{202E}gnp.exe"
    script.wait(.seconds(1))
    try script.checked(
      "outage_confirmed", .doesNotHold(Evidence(hostile, output: "```\n\(hostile)")))
    try script.decide(.abort, by: "mallory|\u{7}", reason: hostile)
    let text = try script.report().markdown
    for forbidden in ["\u{1B}", "\u{202E}", "\u{7}"] { #expect(!text.contains(forbidden)) }
    for table in tables(text) {
      let columns = table.map { row in
        row.replacing("\\|", with: "").count { $0 == "|" }
      }
      #expect(Set(columns).count == 1, "\(table)")
    }
    // The output is shown as it is, in a fence that it cannot close.
    let parts = text.split(separator: "\n````")
    #expect(parts.count == 3)
    #expect(parts[1].hasPrefix("text\n```\n"))
    #expect(parts[1].contains("\n# Not a heading"))
    for part in [parts[0], parts[2]] {
      #expect(!part.contains("\n# Not"))
      #expect(!part.replacing("\\<", with: "").contains("<script"))
    }
  }

  @Test func `a long output is cut to its end, with a notice`() throws {
    var script = RunScript()
    try script.open()
    script.wait(.seconds(1))
    let lines = (1...500).map { "line \($0)" }.joined(separator: "\n")
    var evidence = Evidence("it answered", output: lines)
    evidence.droppedBytes = 1_048_576
    try script.checked("outage_confirmed", .holds(evidence))
    let report = try script.report()
    #expect(
      report.markdown.contains("Output (the last 30 of 500 lines; 1048576 bytes were dropped"))
    #expect(report.markdown.contains("\nline 500\n"))
    #expect(!report.markdown.contains("\nline 470\n"))
    #expect(report.observations.contains { $0.kind == .outputCut })
  }

  @Test func `a secret appears by its name only`() throws {
    var plan = Plan.shop()
    plan.parameters = ["password": .secret(SecretName("db_password"))]
    plan.environmentValues = ["db": ["host": "internal.example"]]
    var script = try RunScript.succeeded(plan: plan)
    script.plan = plan
    let report = try script.report()
    #expect(
      report.markdown.contains("secret db\\_password")
        || report.markdown.contains("secret db_password"))
    #expect(report.jsonText.contains(#""password": "secret db_password""#))
    // What the environment holds is nobody's business in a report that is handed on.
    #expect(!report.markdown.contains("internal.example"))
    #expect(!report.jsonText.contains("internal.example"))
  }

  @Test func `the footer says how to verify and what that does not prove`() throws {
    let text = try RunScript.succeeded().report().markdown
    #expect(text.contains("```sh\nlifeboat audit verify 20261121-013500-k3f9\n```"))
    #expect(text.contains("It does not prove that a record was true when it was written"))
    let bad = try RunScript.succeeded().report(verification: .failed("record 7 was changed"))
    #expect(bad.doubts.first?.text == "The journal does not verify: record 7 was changed.")
    #expect(bad.markdown.contains("**In doubt: 1.** The journal does not verify"))
    let unsigned = try RunScript.succeeded().report(signedBy: nil)
    #expect(unsigned.observations.contains { $0.kind == .notSigned })
  }
}
