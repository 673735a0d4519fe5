import RunbookModel
import TestServers
import Testing

/// Messages as a runbook sends them, with the program as people use it.
@Suite struct MessageTests {
  private func message(_ id: String, _ template: String, _ more: String = "") -> String {
    """
    - step: \(id)
      uses: message.send
      with: {via: {file: '${{ env.target }}/mbox'}, to: ops, template: \(template)\(more)}

    """
  }

  @Test func `the figures of the run stand in its messages, and a dry run sends none`()
    async throws
  {
    try await Desk.with { desk in
      try desk.runbook(
        message("first", "first_response"), checked("a"), message("half", "progress"),
        checked("b"), message("all", "recovered", ", language: zh-Hans"))
      let mbox = "\(desk.target)/mbox"
      let plan = try await desk.lifeboat("plan", desk.book, "-e", "here", "--outage-at", "2m")
      #expect(plan.status == 0 && plan.output.contains("| State: being recovered"), "\(plan)")
      #expect(readText(mbox) == nil)
      let run = try await desk.lifeboat("drill", desk.book, "-e", "here", "--outage-at", "2m")
      #expect(run.status == 0 || run.status == 3, "\(run)")
      let mails = (readText(mbox) ?? "").split(separator: "From lifeboat ").map(String.init)
      #expect(mails.count == 3)
      guard mails.count == 3 else { return }
      #expect(mails[0].contains("Subject: [DRILL] small: outage, the response has begun"))
      #expect(mails[0].contains(/[2-9] min( [0-9]+ s)? so far/), "\(mails[0])")
      #expect(mails[1].contains("Done:       a\n"), "\(mails[1])")
      #expect(mails[1].contains("Next:       b\n"))
      #expect(mails[2].contains("Subject: [演练] small：已恢复"))
      #expect(mails[2].contains("已完成：a；b\n"), "\(mails[2])")
      #expect(mails[2].contains("故障时间：始于 "))
      let report = try await desk.lifeboat("report")
      #expect(!report.output.contains("another change"), "figures move on: no deviation")
      #expect(try await desk.lifeboat("audit", "verify").status == 0)
      let undo = try await desk.lifeboat("undo", "latest", "--reason", "a test")
      #expect(undo.status == 0, "\(undo)")
      #expect(desk.log == ["undo_b", "undo_a"])
    }
  }

  @Test func `a message that cannot be sent stands in nobody's way`() async throws {
    try await Desk.with { desk in
      try desk.runbook(
        """
        - step: told
          uses: message.send
          with: {via: {smtp: {server: '127.0.0.1:1', from: a@b.example}}, to: ops@b.example, subject: x, body: y}

        """, checked("a"))
      let run = try await desk.lifeboat("drill", desk.book, "-e", "here")
      #expect(run.status == 0 && desk.log == ["a"], "\(run)")
      #expect(try await desk.statuses()["told"] == "failed_ignored")
    }
  }

  @Test func `a name under clock that is not there is found before a run`() async throws {
    try await Desk.with { desk in
      try desk.runbook(
        """
        - step: told
          uses: message.send
          with: {via: {file: mbox}, to: ops, subject: 'after ${{ clock.elapsd }}', body: y}

        """)
      let ended = try await desk.lifeboat("validate", desk.book)
      #expect(ended.status == 2 && ended.errors.contains("did you mean 'elapsed'"), "\(ended)")
    }
  }

  @Test func `contacts, severity and the time to respond stand where they are needed`()
    async throws
  {
    try await Desk.with { desk in
      try desk.environment(
        """
        contacts:
          commander: {name: Alice Li, phone: '+49 30 1', stand_in: deputy}
          deputy: {name: Bob, phone: '+49 30 2'}
          stakeholders: {name: Board, mail: board@shop.example}
        """)
      try desk.runbook(
        """
        - step: told
          uses: message.send
          with: {via: {file: '${{ env.target }}/mbox'}, to: '${{ env.contacts.stakeholders }}', template: first_response}

        """, gate("go", "approval: {role: commander}"))
      let words = ["--users-affected", "12%", "--alerted-at", "20m"]
      let run = try await desk.start(["drill", desk.book, "-e", "here"] + words).end()
      #expect(run.status == 6, "\(run)")
      #expect(run.output.contains("commander     Alice Li, +49 30 1; stands in: deputy"), "\(run)")
      let told = run.output + run.errors
      #expect(told.contains("Call Alice Li, +49 30 1 (commander)"), "\(run)")
      #expect(told.contains("else Bob, +49 30 2 (deputy)"), "\(run)")
      let mail = readText("\(desk.target)/mbox") ?? ""
      #expect(mail.contains("To: \"Board\" <board@shop.example>"), "\(mail)")
      #expect(mail.contains("[DRILL] small (SEV2): outage"))
      #expect(mail.contains("Response:   20 min"))
      #expect(mail.contains(", objective 15 min, MISSED\n"))
      #expect(mail.contains("Led by:     Alice Li, +49 30 1 (commander)"))
      let report = try await desk.lifeboat("report")
      #expect(report.output.contains("| Time to respond to the alert |"), "\(report)")
      let wrong = try await desk.start(
        ["drill", desk.book, "-e", "here", "--alert-colour", "orang"]
      ).end()
      #expect(wrong.status == 2 && wrong.errors.contains("did you mean 'orange'?"), "\(wrong)")
    }
  }
}
