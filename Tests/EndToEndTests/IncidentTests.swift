import Glibc
import RunbookModel
import TestServers
import Testing

/// Incidents, and telling people by hand, with the program as people use it.
@Suite struct IncidentTests {
  private static let contacts = """
    contacts:
      stakeholders: {name: Board, mail: board@shop.example}
      night: {name: Guard, phone: '110'}
    """

  private func prepare(_ desk: Desk) throws {
    try desk.environment(Self.contacts)
    // The values of the desk's own environment, and the way that messages take.
    let path = desk.book + "/environments/here.yaml"
    let text = (readText(path) ?? "").replacing(
      "color: blue}", with: "color: blue, messages: {file: '\(desk.target)/mbox'}}")
    try write(text, to: path)
  }

  @Test
  func `an alert says since when at the latest there is an outage, and how soon somebody came`()
    async throws
  {
    try await Desk.with { desk in
      try desk.runbook(checked("a"))
      let text = readText(desk.book + "/runbook.yaml") ?? ""
      try write(
        text.replacing("clock: run}", with: "clock: outage}"), to: desk.book + "/runbook.yaml")
      let file = desk.path + "/out/alert.json"
      func drill(_ alert: String) async throws -> Ended {
        try write(alert, to: file)
        return try await desk.start(
          ["drill", desk.book, "-e", "here", "--alert", file, "--alert-colour", "red"]
        ).end()
      }
      let webhook = try await drill(
        """
        {"version": "4", "status": "firing", "alerts": [
          {"status": "resolved", "labels": {"alertname": "Old"}, "startsAt": "2026-11-01T00:00:00Z"},
          {"status": "firing", "labels": {"alertname": "Late"}, "startsAt": "2026-11-20T00:02:00Z"},
          {"status": "firing", "labels": {"alertname": "ShopDown"}, "startsAt": "2026-11-20T00:00:00.5Z"}]}
        """)
      // What has passed since the alert is over the objective by itself.
      #expect(webhook.status == 3, "\(webhook)")
      let report = try await desk.report()
      let rto = try #require(report["clocks"]?["rto"])
      #expect(rto["bound"]?.string == "at_least" && rto["verdict"]?.string == "missed", "\(rto)")
      #expect(report["incident"]?["alert"]?.string == "ShopDown, Late")
      #expect(report["incident"]?["alerted_at"]?.string == "2026-11-20T00:00:00.500Z", "\(report)")
      let words = try await desk.lifeboat("report").output
      #expect(words.contains("the alert 'ShopDown, Late' came at 2026-11-20T00:00:00.500Z"))

      let listed = try await drill(
        """
        [{"labels": {"alertname": "ShopDown"}, "startsAt": "2026-11-20T00:00:00Z", "status": {"state": "active"}}]
        """)
      #expect(listed.status == 3, "\(listed)")
      for (bad, why) in [
        ("no json", "is no JSON"), ("{}", "has no list 'alerts'"),
        (
          #"{"alerts": [{"status": "resolved", "startsAt": "2026-11-20T00:00:00Z"}]}"#,
          "none of them fires"
        ),
        (
          #"{"alerts": [{"status": "firing", "startsAt": "2126-11-20T00:00:00Z"}]}"#,
          "of the future"
        ),
        (#"{"alerts": [{"status": "firing"}]}"#, "alerts[0].startsAt"),
      ] {
        let ended = try await drill(bad)
        #expect(ended.status == 2 && ended.errors.contains(why), "\(bad): \(ended)")
      }
    }
  }

  @Test func `an incident collects what people say, and its report holds the run's figures`()
    async throws
  {
    try await Desk.with { desk in
      try prepare(desk)
      try desk.runbook(checked("a"))
      let opened = try await desk.lifeboat(
        "incident", "open", "The shop is | down", "--id", "INC-7", "--service", "small", "--drill",
        "--users-affected", "40%", "--alerted-at", "3m", "--outage-at", "10m")
      #expect(opened.status == 0, "\(opened)")
      #expect(opened.output.contains("SEV1, 40 % of users, red"), "\(opened)")
      #expect(opened.output.contains("objective 5 min: met"), "\(opened)")
      let again = try await desk.lifeboat("incident", "open", "x", "--id", "INC-7")
      #expect(again.status == 4, "\(again)")
      let run = try await desk.lifeboat("drill", desk.book, "-e", "here", "--incident", "INC-7")
      #expect(run.status == 0, "\(run)")
      for words in [
        ["note", "INC-7", "the pager was silent", "--at", "8m"],
        ["finding", "INC-7", "nobody had the key", "--severity", "high", "--owner", "ops"],
        [
          "action", "INC-7", "keep it in the safe", "--owner", "bob", "--due", "2030-01-31",
          "--about", "F1",
        ],
        ["action", "INC-7", "buy a pager", "--owner", "bob"],
        ["resolve", "INC-7", "A2", "--how", "bought"],
        ["close", "INC", "--reason", "the shop sells"],
      ] {
        let ended = try await desk.start(["incident"] + words).end()
        #expect(ended.status == 0, "\(words): \(ended)")
      }
      let report = try await desk.lifeboat("incident", "show", "INC-7")
      let text = report.output
      #expect(text.contains("# Post-incident report: The shop is \\| down"), "\(report)")
      #expect(
        text.contains("**This was a drill. The incident is closed. 2 items are still open.**"))
      #expect(text.contains("| Open items                   | F1, A1"), "\(text)")
      #expect(text.contains("- A1: keep it in the safe, bob, due 2030-01-31"), "\(text)")
      #expect(text.contains("A small runbook (drill)"))
      #expect(text.contains("The drill succeeded"), "\(text)")
      #expect(text.contains("closed"))
      // What happened eight minutes ago stands before what was written before it.
      let silent = text.firstRange(of: "the pager was silent")?.lowerBound
      let opening = text.firstRange(of: "incident opened:")?.lowerBound
      if let silent, let opening { #expect(silent < opening) } else { Issue.record("\(text)") }
      let json = try await desk.lifeboat("incident", "show", "INC-7", "--format", "json")
      let value = try JSONText.read(json.output.utf8)
      #expect(value["response"]?["severity"] == "SEV1")
      #expect(value["findings"]?.list?.count == 1)
      #expect(value["runs"]?.list?.first?["summary"]?["outcome"] == "succeeded")
      let runReport = try await desk.lifeboat("report", "--format", "json")
      let incident = try JSONText.read(runReport.output.utf8)["incident"]
      #expect(incident?["incident"] == "INC-7")
      // The run's own report holds what was found, and what is to be done by whom.
      let page = try await desk.lifeboat("report", "--format", "html")
      for part in [
        "nobody had the key", "keep it in the safe", "2030-01-31", "the pager was silent",
      ] {
        #expect(page.output.contains(part), "\(part)")
      }
      let chinese = try await desk.lifeboat(
        "incident", "show", "INC-7", "--format", "html", "--lang", "zh-Hans")
      #expect(chinese.status == 0 && chinese.output.contains("整改事项"), "\(chinese)")
      #expect(chinese.output.contains("<html lang=\"zh-Hans\">"))
      #expect(incident?["time_to_respond"]?["verdict"] == "met")
      #expect(try await desk.lifeboat("audit", "verify").status == 0)
    }
  }

  @Test
  func
    `killed before any of its changes to files, it leaves an incident, or none and no trace of one`()
    async throws
  {
    try await Desk.with { desk in
      let preload = try await desk.preload("dying_program")
      let open = ["incident", "open", "Fire", "--id", "INC-1"]
      for number in 1..<200 {
        removeTree(desk.state)
        let died = try await desk.start(open, with: [preload, "DIES_BEFORE=\(number)"]).end()
        guard died.status != 0 else {
          #expect(number > 15, "\(number)")
          return
        }
        try #require(died.status == 128 + SIGKILL, "\(number): \(died)")
        for _ in 0..<2 {
          let audit = try await desk.lifeboat("audit", "verify")
          try #require(audit.status == 0, "\(number): \(audit)")
          let shown = try await desk.lifeboat("incident", "show", "INC-1")
          let list = try await desk.lifeboat("incident", "list")
          try #require(list.status == 0 && !list.output.contains("No such file"), "\(list)")
          let again = try await desk.start(open).end()
          // It is there and can be read, or it is not and can be opened.
          try #require(
            shown.status == 0 ? again.status == 4 : shown.status == 2 && again.status == 0,
            "\(number): \(shown) \(again)")
        }
      }
      Issue.record("it always dies")
    }
  }

  @Test func `a changed byte, a missing record and a missing incident are found`() async throws {
    try await Desk.with { desk in
      let open = try await desk.lifeboat("incident", "open", "Fire", "--id", "INC-1")
      #expect(open.status == 0, "\(open)")
      _ = try await desk.lifeboat("incident", "note", "INC-1", "it burns")
      let good = try await desk.lifeboat("audit", "verify")
      #expect(
        good.status == 0 && good.output.contains("incident INC-1: as it was written"), "\(good)")
      let path = "\(desk.state)/incidents/INC-1/journal.jsonl"
      let text = readText(path) ?? ""
      try write(text.replacing("it burns", with: "it rains"), to: path)
      #expect(try await desk.lifeboat("audit", "verify").status == 11)
      let lines = text.split(separator: "\n")
      try write(lines[0] + "\n", to: path)
      #expect(try await desk.lifeboat("audit", "verify").status == 11)
      removeTree("\(desk.state)/incidents/INC-1")
      let gone = try await desk.lifeboat("audit", "verify")
      #expect(gone.status == 11 && gone.output.contains("its folder is missing"), "\(gone)")
    }
  }

  @Test func `tell shows, asks, sends and keeps; without a yes it sends nothing`() async throws {
    try await Desk.with { desk in
      try prepare(desk)
      try desk.runbook(checked("a"))
      _ = try await desk.drill()
      let mbox = "\(desk.target)/mbox"
      let words = ["tell", "latest", "--to", "stakeholders", "--template", "recovered"]
      let asked = try await desk.start(words).end()
      #expect(asked.status == 6 && asked.errors.contains("add --yes"), "\(asked)")
      #expect(asked.output.contains("Subject: [DRILL] small: recovered"), "\(asked)")
      #expect(readText(mbox) == nil)
      #expect(names(in: "\(desk.state)/incidents") == [])
      let more = ["--lang", "zh-Hans", "--next", "明早复盘", "--yes"]
      let sent = try await desk.start(words + more).end()
      #expect(sent.status == 0 && sent.output.contains("appended to"), "\(sent)")
      #expect((readText(mbox) ?? "").contains("下一步：明早复盘\n"))
      // A second one is another message, not a double of the first.
      #expect(try await desk.start(words + ["--yes"]).end().status == 0)
      #expect((readText(mbox) ?? "").split(separator: "\nMessage-ID: ").count == 3)
      let listed = try await desk.lifeboat("incident", "list")
      #expect(listed.output.contains("A small runbook"), "\(listed)")
      let id = names(in: "\(desk.state)/incidents").first ?? ""
      let report = try await desk.lifeboat("incident", "show", id)
      #expect(report.output.contains("Board \\<board@shop.example>"), "\(report)")
      #expect(report.output.contains("演练"), "\(report)")
      #expect(try await desk.lifeboat("audit", "verify").status == 0)
    }
  }

  @Test func `tell says who it does not know, and what became of a message that failed`()
    async throws
  {
    try await Desk.with { desk in
      try prepare(desk)
      try desk.runbook(checked("a"))
      _ = try await desk.drill()
      for (to, words) in [
        ("stakholders", "did you mean 'stakeholders'?"), ("night", "call Guard, 110 (night)"),
      ] {
        let ended = try await desk.lifeboat("tell", "--to", to, "--template", "progress", "--yes")
        #expect(ended.status == 2 && ended.errors.contains(words), "\(ended)")
      }
      let via = try await desk.lifeboat(
        "tell", "--to", "stakeholders", "--template", "progress", "--via", "color", "--yes")
      #expect(via.status == 2, "\(via)")
      mkdir("\(desk.target)/mbox", 0o700)
      let failed = try await desk.lifeboat(
        "tell", "--to", "stakeholders", "--template", "progress", "--yes")
      #expect(failed.status == 2 || failed.status == 7, "\(failed)")
    }
  }
}
