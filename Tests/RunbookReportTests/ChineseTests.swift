import Foundation
import RunbookEngine
import RunbookModel
import RunbookReport
import Testing

/// A report in Chinese holds no words of ours in English: what is English in it was written by the runbook, by people,
/// or by a server.
struct ChineseTests {
  /// Names of things, which are the same in every language.
  private static let names: Set<String> = [
    "utc", "rto", "rta", "rpo", "rpa", "mtpd", "sha256", "json", "lifeboat", "p50", "p95", "iso",
    "nist", "dora", "sev1", "t", "ict", "gb", "sp", "brier", "html", "csv",
  ]

  private func words(_ text: String) -> Set<String> {
    var all: Set<String> = []
    var word = ""
    for scalar in text.unicodeScalars {
      if scalar.isASCII,
        scalar.properties.isAlphabetic || (!word.isEmpty && scalar.properties.numericType != nil)
      {
        word.unicodeScalars.append(scalar)
      } else {
        if word.count > 2 { all.insert(word.lowercased()) }
        word = ""
      }
    }
    if word.count > 2 { all.insert(word.lowercased()) }
    return all
  }

  /// What a reader sees of a page.
  private func shown(_ html: String) -> String {
    let body = html[(html.range(of: "<body>")?.lowerBound ?? html.startIndex)...]
    var text = ""
    var isInTag = false
    for character in body {
      if character == "<" { isInTag = true }
      if !isInTag { text.append(character) }
      if character == ">" {
        isInTag = false
        text.append(" ")
      }
    }
    return text.replacing("&#39;", with: "'").replacing("&gt;", with: ">")
      .replacing("&lt;", with: "<").replacing("&quot;", with: "\"").replacing("&amp;", with: "&")
  }

  /// Everything that was written by others: the plan, and the records.
  private func recorded(_ script: RunScript) throws -> String {
    var text = JSONText.text(try ValueEncoder().encode(script.plan))
    for record in script.records {
      text += JSONText.text(try ValueEncoder().encode(record.event))
      for command in record.commands { text += JSONText.text(try ValueEncoder().encode(command)) }
    }
    return text
  }

  @Test func `what is English in a Chinese report was recorded so`() throws {
    var scripts = try HTMLTests.scripts()
    scripts.append(try watched())
    for (number, script) in scripts.enumerated() {
      let report = try script.report(in: .chinese)
      let known = words(try recorded(script)).union(Self.names)
      // Commands to type, keys of a store, and the file's own names.
      let typed = words(
        "lifeboat audit verify lifeboat undo c0ffee lifeboat-lab outage-at declared-at")
      for (form, text) in [("markdown", report.markdown), ("html", shown(report.html))] {
        let ours = words(text).subtracting(known).subtracting(typed)
        #expect(ours.isEmpty, "script \(number), \(form): \(ours.sorted())")
      }
    }
  }

  /// With observers, a gap in which nobody looked, a decline, and a soak that was not seen.
  private func watched() throws -> RunScript {
    var plan = Plan.shop()
    plan.objectives.soak = .seconds(10)
    plan.observers = [
      Observer(
        name: "storefront", check: CheckCall(uses: "test.check", with: .map([], nil)),
        every: .seconds(1), timeout: .seconds(1), decides: .service),
      Observer(
        name: "writer_a", check: CheckCall(uses: "test.check", with: .map([], nil)),
        every: .seconds(1), timeout: .seconds(1), decides: .writer),
    ]
    var script = RunScript(plan)
    var facts = IncidentFacts()
    (facts.usersAffected, facts.alertedAt) = (40, RunScript.start - .seconds(20))
    try script.open(outageAt: RunScript.start - .seconds(30), incident: facts)
    try script.see("storefront", .bad)
    try script.see("writer_a", .good)
    script.wait(.seconds(2))
    try script.add(
      .runResumed(RunResumption(by: "bob", host: "ops2", interrupted: [], cutBytes: 7)))
    script.wait(.seconds(1))
    try script.see("storefront", .good, by: "site_b")
    try script.check("outage_confirmed")
    script.wait(.seconds(1))
    try script.add(
      .stepPlanned(
        StepReport(
          "go", attempt: 1, .ask(PersonRequest(kind: .approval, text: "Fail over to site B?")))))
    try script.add(
      .personAnswered(PersonAnswer(step: "go", attempt: 1, decision: .decline, by: "bob")))
    try script.decide(.abort)
    return script
  }
}
