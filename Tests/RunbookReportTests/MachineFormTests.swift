import RunbookEngine
import RunbookModel
import RunbookReport
import Testing

@Suite struct TimelineCSVTests {
  @Test func `the timeline is a table with a row for each moment`() throws {
    let report = try RunScript.succeeded().report()
    let lines = report.csv.split(separator: "\r\n", omittingEmptySubsequences: false)
    #expect(lines.first == "time_utc,offset_seconds,kind,step,actor,text,record,run")
    #expect(lines.last == "")
    #expect(lines.count == report.timeline.count + 2)
    #expect(
      lines[1]
        == "2026-11-21T01:34:30.000000Z,-30.000000,outage,,alice,\"the outage began, as stated at "
        + "the run's start\",,20261121-013500-k3f9")
    #expect(report.csv == (try RunScript.succeeded().report().csv))
  }

  @Test(arguments: ["=1+1", "+1", "-1", "@SUM(A1)", " =1+1", "\t=1", "＝1+1", "|calc", "%0A"])
  func `a cell that a spreadsheet would calculate is text`(_ evil: String) throws {
    var script = RunScript()
    try script.open()
    script.wait(.seconds(1))
    try script.checked("outage_confirmed", .doesNotHold(Evidence("no")))
    try script.decide(.abort, by: evil)
    let row = try #require(
      try script.report().csv.split(separator: "\r\n").first { $0.contains(",decided,") })
    let actor = row.split(separator: ",", omittingEmptySubsequences: false)[4]
    #expect(actor.hasPrefix("'"), "\(row)")
  }

  @Test func `quotes, commas and line breaks stay in their cell`() throws {
    var script = RunScript()
    try script.open()
    script.wait(.seconds(1))
    try script.checked(
      "outage_confirmed", .doesNotHold(Evidence("a \"b\", c\r\n=d\u{1B}[2J")))
    let csv = try script.report().csv
    #expect(csv.contains(#""checked, does not hold: a ""b"", c"#))
    #expect(!csv.contains("\u{1B}"))
    for line in csv.split(separator: "\r\n") {
      #expect(line.count { $0 == "\"" }.isMultiple(of: 2), "\(line)")
      #expect(!line.contains("\n") && !line.contains("\r"), "\(line)")
    }
  }
}

@Suite struct ReportJUnitTests {
  @Test func `each step is a case, and the figures are properties`() throws {
    let text = try RunScript.succeeded().report().junit
    #expect(text.hasPrefix(#"<?xml version="1.0" encoding="UTF-8"?>"#))
    #expect(text.contains(#"<testsuite name="shop_failover" tests="7" failures="0" errors="0""#))
    #expect(text.contains(#"<testcase name="fence_db" classname="shop_failover.database""#))
    #expect(text.contains(#"<property name="rta_seconds" value="102.000000"/>"#))
    #expect(text.contains(#"<property name="rpa_seconds" value="0.000000"/>"#))
    #expect(text.contains(#"<testcase name="RTO" classname="objectives" time="102.000000">"#))
  }

  @Test func `a missed objective fails, an unknown one is an error, and so is a doubt`() throws {
    let missed = try RunScript.succeeded(plan: .shop(rto: .seconds(60))).report().junit
    #expect(missed.contains(#"<failure type="missed" message="MISSED: 1 min 42 s"#))
    let unknown = try RunScript.succeeded(recoveryPoint: nil).report().junit
    #expect(unknown.contains(#"<error type="unknown" message="UNKNOWN: "#))
    #expect(unknown.contains(#"<property name="rpa_seconds" value="unknown"/>"#))
    let doubt = try Scenes.inDoubt().report().junit
    #expect(doubt.contains(#"<error type="in_doubt" message="IN DOUBT"#))
    let failed = try Scenes.failedUnchanged().report().junit
    #expect(failed.contains(#"<failure type="failed""#))
    #expect(failed.contains(#"<skipped message="not run"#))
    #expect(failed.contains(#"<failure type="not_recovered""#))
  }

  @Test func `text from outside cannot break the XML`() throws {
    var script = RunScript()
    try script.open()
    script.wait(.seconds(1))
    try script.checked(
      "outage_confirmed",
      .doesNotHold(Evidence("</testcase>\"<x>&\u{1B}", output: "]]></system-out>\u{0}")))
    let text = try script.report().junit
    #expect(!text.contains("\u{1B}") && !text.contains("\u{0}"))
    #expect(text.contains("&lt;/testcase&gt;&quot;&lt;x&gt;&amp;"))
    #expect(!text.contains("]]></system-out>\u{0}"))
  }
}
