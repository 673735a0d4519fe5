import RunbookEngine
import RunbookModel
import RunbookReport
import Testing

/// The post-incident report, and what of it stands in the report of the incident's run.
struct IncidentReportTests {
  private static let opened = RunScript.start - .seconds(60)

  private func incident(hostile: String = "") throws -> Incident {
    var facts = IncidentFacts()
    facts.usersAffected = 40
    facts.alertedAt = Self.opened - .seconds(180)
    let opening = IncidentEvent.Opening(
      incident: "INC-7", title: "The shop is down\(hostile)", service: "shop", purpose: .drill,
      facts: facts, outageAt: Self.opened - .seconds(240), toolVersion: "1.0.0")
    func item(_ id: String, _ text: String, _ severity: FindingSeverity?) -> IncidentEvent.Item {
      IncidentEvent.Item(
        id: id, text: text, severity: severity, owner: "bob",
        due: Timestamp("2026-12-01T00:00:00Z"),
        about: severity == nil ? "F1" : nil)
    }
    let events: [IncidentEvent] = [
      .opened(opening),
      .noted(
        IncidentEvent.Entry(
          text: "the pager was silent\(hostile)", happenedAt: Self.opened - .seconds(90))),
      .found(item("F1", "nobody had the key\(hostile)", .high)),
      .actionAdded(item("A1", "keep it in the safe", nil)),
      .messageOrdered(
        IncidentEvent.Message(
          id: "<m1@x>", to: ["board"], through: "file", subject: "down\(hostile)", body: "b")),
      .runLinked(RunID("20261121-013500-k3f9")),
    ]
    return try #require(
      Incident(
        events.enumerated().map { number, event in
          IncidentRecord(
            at: Self.opened + .seconds(number), by: "alice", host: "ops1", event: event)
        }))
  }

  private func report(_ language: Language, hostile: String = "") throws -> IncidentReport {
    let run = try RunScript.succeeded()
    var report = IncidentReport(
      try incident(hostile: hostile),
      runs: [
        .read(try run.summary(), headline: try run.report(in: language).headline),
        .unreadable(RunID("20261121-020000-aaaa"), why: "its plan is gone"),
      ],
      integrity: IntegrityFacts(
        rootHash: "c0ffee", records: 6, bytes: 0, signedBy: "lifeboat-lab",
        verification: .verified), toolVersion: "1.0.0")
    report.words = Words(language)
    return report
  }

  @Test
  func `both languages say severity, colour, the time to respond, and who must do what by when`()
    throws
  {
    let english = try report(.english)
    for text in [english.markdown, english.html] {
      for part in [
        "This was a drill. The incident is OPEN. 2 items are still open.", "SEV1, 40 % of users",
        "red (respond within 5 min)", "3 min: met", "the pager was silent", "nobody had the key",
        "high", "bob", "2026-12-01", "F1: nobody had the key, bob, due 2026-12-01",
        "whether people were told", "its plan is gone", "c0ffee", "20261121-013500-k3f9",
        "1 min 42 s",
      ] {
        #expect(text.contains(part), "\(part)")
      }
    }
    let chinese = try report(.chinese)
    for text in [chinese.markdown, chinese.html] {
      for part in [
        "本次为演练。事件尚未关闭。尚有 2 项待办。", "影响 40 % 用户", "红色（5 分内响应）", "整改事项", "负责人", "期限",
        "是否已告知未知", "F1：nobody had the key，bob，期限 2026-12-01", "发现 F1", "首次响应",
      ] {
        #expect(text.contains(part), "\(part)")
      }
      for ours in ["Findings", "Owner", "not said", "respond", "incident opened", "by alice"] {
        #expect(!text.contains(ours), "\(ours)")
      }
    }
  }

  @Test func `its page is well-formed, and what people wrote stays text`() throws {
    let hostile = "</td><script>alert(1)</script>\u{1B}[2J | \"'&"
    for language in Language.allCases {
      let html = try report(language, hostile: hostile).html
      #expect(HTMLCheck.problems(html).isEmpty, "\(HTMLCheck.problems(html).prefix(3))")
      #expect(!html.contains("<script") && !html.contains("\u{1B}"))
    }
  }

  @Test func `the report of its run holds notes, findings and action items in every form`() throws {
    for language in Language.allCases {
      var run = try RunScript.succeeded().report(in: language)
      let without = run
      run.take([.read(try report(language))])
      for text in [run.markdown, run.html] {
        for part in ["INC-7", "the pager was silent", "nobody had the key", "2026-12-01", "c0ffee"]
        {
          #expect(text.contains(part), "\(part)")
        }
      }
      #expect(HTMLCheck.problems(run.html).isEmpty)
      #expect(run.html.contains("<section id=\"incident\""))
      #expect(!without.html.contains("<section id=\"incident\""))
      #expect(SchemaCheck.problems(run.json, Report.jsonSchema, at: "report").isEmpty)
    }
  }

  @Test func `an incident that cannot be read is named, and nothing stands in for it`() throws {
    var run = try RunScript.succeeded().report()
    run.take([.unreadable("INC-9", why: "its journal is gone")])
    #expect(run.doubts.contains { $0.text.contains("INC-9 cannot be read: its journal is gone.") })
    #expect(run.markdown.contains("## Incident INC-9"))
    #expect(run.html.contains("its journal is gone"))
    #expect(run.json["incidents"]?.list?.first?["report"] == .null)
  }
}
