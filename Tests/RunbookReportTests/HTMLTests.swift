import RunbookEngine
import RunbookModel
import RunbookReport
import Testing

@Suite struct HTMLTests {
  /// Every scene that a report can be made of.
  static func scripts() throws -> [RunScript] {
    var opened = RunScript()
    try opened.open()
    return try [
      RunScript.succeeded(), RunScript.succeeded(outageAt: nil, recoveryPoint: nil), Scenes.held(),
      Scenes.undone(), Scenes.inDoubt(), Scenes.resumed(), Scenes.failedUnchanged(),
      Scenes.skipped(), opened,
    ]
  }

  @Test func `every report is one well-formed page that needs neither network nor script`() throws {
    for script in try Self.scripts() {
      for language in Language.allCases {
        let report = try script.report(in: language)
        let html = report.html
        #expect(HTMLCheck.problems(html).isEmpty, "\(HTMLCheck.problems(html).prefix(3))")
        #expect(html.hasPrefix("<!doctype html>\n<html lang=\"\(language.rawValue)\">"))
        for forbidden in ["http://", "https://", "<script", "src=", "@import", "url(/", "onclick"] {
          #expect(!html.contains(forbidden), "\(forbidden)")
        }
        #expect(html.contains("default-src 'none'"))
        #expect(html == (try script.report(in: language).html))
      }
    }
  }

  @Test func `the page holds what an auditor asks for`() throws {
    let html = try RunScript.succeeded().report().html
    for part in [
      "doubts", "targets", "phases", "picture", "deviations", "findings", "not-run", "clean-up",
      "steps", "moments", "details", "people", "identity", "attestation", "integrity", "terms",
    ] {
      #expect(html.contains("<section id=\"\(part)\""), "\(part)")
      #expect(html.contains("href=\"#h-\(part)\""), "\(part)")
    }
    for text in [
      "The drill succeeded: shop was recovered in 1 min 42 s, within the objective of 15 min.",
      "met, 13 min 18 s to spare", "lifeboat audit verify 20261121-013500-k3f9", "c0ffee",
      "sha256", "quarterly drill", "Severity", "Due", "Signature", "the RTO ends",
      "point of no return: promote_db",
    ] {
      #expect(html.contains(text), "\(text)")
    }
  }

  @Test func `a run that goes on says so first`() throws {
    let html = try Scenes.held().report().html
    let head = html.prefix { $0 != "\u{0}" }.split(separator: "<main>")[0]
    #expect(head.contains("… NOT ENDED"))
    #expect(html.contains("Waits for a person at &#39;switch_dns&#39;"))
  }

  @Test func `text from outside stays text`() throws {
    var script = RunScript()
    try script.open()
    let hostile = "</td><script>alert(1)</script>\u{1B}[2J \u{202E}gnp.exe \"'&<img src=x>"
    script.wait(.seconds(1))
    try script.checked(
      "outage_confirmed", .doesNotHold(Evidence(hostile, output: hostile + "\u{7}\nline")))
    try script.decide(.abort, by: "mallory<b>", reason: hostile)
    let html = try script.report().html
    #expect(HTMLCheck.problems(html).isEmpty)
    for forbidden in ["<script", "<img", "<b>mallory", "mallory<b>", "\u{1B}", "\u{202E}", "\u{7}"]
    {
      #expect(!html.contains(forbidden), "\(forbidden)")
    }
    #expect(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
  }

  @Test func `a verdict is told by a sign and a word, not by its colour`() throws {
    let missed = try RunScript.succeeded(plan: .shop(rto: .seconds(60))).report().html
    #expect(missed.contains("✗ Succeeded, RTO MISSED"))
    #expect(missed.contains("✗ MISSED by 42 s"))
    let unknown = try RunScript.succeeded(outageAt: nil).report().html
    #expect(unknown.contains("? UNKNOWN"))
  }

  @Test func `a run of a thousand steps stays small, and what is left out is counted`() throws {
    let script = try Self.large(1000, output: String(repeating: "evidence ", count: 300))
    let report = try script.report()
    let html = report.html
    #expect(html.utf8.count < 2 << 20, "\(html.utf8.count)")
    #expect(HTMLCheck.problems(html).isEmpty)
    #expect(report.chart.folded > 900)
    #expect(html.contains("more are left out of this page"))
    #expect(html.contains("steps were begun."))
  }

  @Test func `in Chinese every sentence of ours is Chinese, and what was recorded stays`() throws {
    for script in try Self.scripts() {
      let report = try script.report(in: .chinese)
      let ours =
        [report.headline, report.clocks.rto.why, report.clocks.rpo.why, report.clocks.mtpd.why]
        + report.doubts.map(\.text) + report.observations.map(\.text) + report.notRun.map(\.text)
        + report.deviations.map(\.effect) + report.timeline.map(\.text)
      for text in ours {
        #expect(text.unicodeScalars.contains { $0.value >= 0x4E00 }, "\(text)")
      }
      for text in [report.html, report.markdown] {
        #expect(text.contains("恢复时间") && text.contains("与标准的对应"))
        for english in ["In doubt", "Every step", "The drill", "What ran", "Attestation"] {
          #expect(!text.contains(english), "\(english)")
        }
      }
    }
    let held = try Scenes.held().report(in: .chinese).html
    #expect(held.contains("127.0.0.1:5353 answered BADKEY"))
    #expect(held.contains("lang=\"zh-Hans\""))
  }

  @Test func `the wording for standards claims a time range and never a level`() throws {
    let lossless = try RunScript.succeeded().report()
    #expect(lossless.markdown.contains("consistent with the time range of level 6"))
    #expect(lossless.markdown.contains("A level is not claimed"))
    #expect(!lossless.html.contains("level 6 reached"))
    let unknown = try RunScript.succeeded(recoveryPoint: nil).report()
    #expect(unknown.html.contains("cannot be said: how much data was lost is not known"))
    let bound = try RunScript.succeeded(outageAt: nil).report()
    #expect(bound.html.contains("cannot be said: how long the outage lasted is not known"))
    let failed = try Scenes.undone().report()
    #expect(failed.html.contains("cannot be said: this run did not recover the service"))
  }

  @Test(arguments: [
    (60, 0, 6), (60, 1, 5), (4000, 0, 5), (4000, 1801, 4), (86400 * 3, 60, 3),
    (3600, 86401, 2), (86400 * 3, 86401, 1), (60, 86400 * 8, nil),
  ])
  func `the time range is the table's`(_ time: Int, _ lost: Int, _ level: Int?) {
    let range = TimeRange(
      outage: .exactly(.seconds(time)), loss: .atMost(.seconds(lost)), isRecovered: true)
    #expect(range.level == level)
  }

  /// Steps that need nothing of each other; each takes a second.
  static func large(_ count: Int, output: String? = nil) throws -> RunScript {
    var plan = Plan.shop()
    plan.steps = (0..<count).map { index in
      PlannedStep(
        id: StepID("step_\(index)"), stage: 0, uses: "http.check", kind: .check,
        with: .map([], nil), timeout: .seconds(60), settle: .seconds(10), expected: .seconds(2),
        forecast: StepForecast(.holdsNow, "it holds"))
    }
    plan.stages = [PlannedStage(name: "all", title: nil, budget: nil, first: 0, count: count)]
    var script = RunScript(plan)
    try script.open(outageAt: RunScript.start)
    for step in plan.steps {
      script.wait(.seconds(1))
      try script.checked(step.id, .holds(Evidence("it holds", output: output)))
    }
    return script
  }
}

/// Whether tags are closed in the order in which they were opened, ids are their own, and links lead somewhere.
enum HTMLCheck {
  static func problems(_ html: String) -> [String] {
    var problems: [String] = []
    var open: [Substring] = []
    var ids: Set<Substring> = []
    var rest = html[...]
    while let start = rest.firstIndex(of: "<") {
      rest = rest[start...].dropFirst()
      guard let end = rest.firstIndex(of: ">") else { return problems + ["a tag is not closed"] }
      let tag = rest[..<end]
      rest = rest[end...].dropFirst()
      let name = tag.drop { $0 == "/" }.prefix { $0 != " " && $0 != "\n" }
      if tag.hasPrefix("!") || ["meta"].contains(name) { continue }
      if tag.hasPrefix("/") {
        if open.popLast() != name { problems.append("</\(name)> closes another") }
        continue
      }
      open.append(name)
      if let id = tag.split(separator: " id=\"").dropFirst().first?.prefix(while: { $0 != "\"" }) {
        if !ids.insert(id).inserted { problems.append("the id \(id) is there twice") }
      }
      if name == "style", let close = rest.firstRange(of: "</style>") {
        rest = rest[close.lowerBound...]
      }
    }
    if !open.isEmpty { problems.append("not closed: \(open.joined(separator: " "))") }
    for part in html.split(separator: "href=\"#").dropFirst() {
      let target = part.prefix { $0 != "\"" }
      if !ids.contains(target) { problems.append("nothing is named \(target)") }
    }
    return problems
  }
}
