import RunbookEngine
import RunbookModel

extension IncidentReport {
  /// The post-incident report for people.
  package var markdown: String {
    var page = Markdown()
    head(&page)
    open(&page)
    runTable(&page)
    moments(&page)
    items(&page, "Findings", incident.findings, "Nothing was recorded.")
    items(&page, "Actions", incident.actions, "None were recorded.")
    told(&page)
    footer(&page)
    return page.text
  }

  private func time(_ time: Timestamp) -> String {
    String(time.text(decimals: 0).dropLast().replacing("T", with: " ")) + " UTC"
  }

  private func head(_ page: inout Markdown) {
    let opening = incident.opening
    page.heading(1, "Post-incident report: \(Markdown.plain(opening.title))")
    if opening.purpose == .drill { page.paragraph("**This was a drill.**") }
    let response = incident.response.time
    var state = "open"
    if let closing = incident.closing {
      state = "closed \(time(closing.at)) by \(closing.by): \(closing.reason)"
    }
    page.table(
      ["What", "Value"],
      [
        ["Incident", Markdown.code(opening.incident)],
        ["Service", Markdown.cell(opening.service ?? "not stated")],
        ["State", Markdown.cell(state)],
        ["Opened", Markdown.cell("\(time(incident.openedAt)) by \(incident.openedBy)")],
        ["Severity", Markdown.cell(opening.facts.words ?? "not stated")],
        ["Outage began", opening.outageAt.map(time) ?? "not known: nobody has said"],
        ["Alert", opening.facts.alertedAt.map(time) ?? "not known: nobody has said"],
        [
          "Time to respond",
          Markdown.plain(
            "\(response.measured.words)"
              + (response.target.map { ", objective \($0.spoken): \(response.verdict.words)" }
                ?? "; no severity and no colour say how soon it had to be")),
        ],
        [
          "Open items",
          incident.openItems.isEmpty
            ? "none" : incident.openItems.map(\.item.id).joined(separator: ", "),
        ],
      ])
    page.paragraph("Time to respond: \(Markdown.plain(response.why.sentence))")
  }

  private func open(_ page: inout Markdown) {
    page.heading(2, "Still open")
    let lost = incident.messages.filter { $0.result == nil || $0.result == .unknown }
    guard !incident.openItems.isEmpty || !lost.isEmpty else { return page.paragraph("Nothing.") }
    page.bullets(
      incident.openItems.map { open in
        "**\(open.item.id)** \(Markdown.plain(open.item.text)), "
          + "\(Markdown.plain(open.item.owner)), "
          + (open.item.due.map { "due \(day($0))" } ?? "no date")
      }
        + lost.map {
          "**Not known** whether people were told: \(Markdown.plain($0.message.subject)) "
            + "(\(Markdown.code($0.message.id)))"
        })
  }

  private func runTable(_ page: inout Markdown) {
    page.heading(2, "Runs")
    guard !runs.isEmpty else { return page.paragraph("No run is linked.") }
    page.table(
      ["Run", "What", "Outcome", "RTA", "RPA"],
      runs.map { linked in
        switch linked {
        case .read(let run, _):
          [
            Markdown.code(run.run.text), Markdown.cell("\(run.title) (\(run.purpose.rawValue))"),
            run.outcome?.rawValue.replacing("_", with: " ") ?? "not ended", figure(run.clocks.rto),
            figure(run.clocks.rpo),
          ]
        case .unreadable(let run, let why):
          [Markdown.code(run.text), "**cannot be read**: \(Markdown.cell(why))", "?", "?", "?"]
        }
      })
    for case .read(_, let headline) in runs {
      page.paragraph(Markdown.plain(headline))
    }
  }

  private func figure(_ result: ObjectiveResult) -> String {
    result.measured.words
      + (result.target.map { " (\($0.spoken): \(result.verdict.words))" } ?? "")
  }

  private func moments(_ page: inout Markdown) {
    page.heading(2, "Timeline")
    page.table(
      ["When", "What", "Who"],
      timeline.map { moment in
        [
          time(moment.at),
          Markdown.plain(moment.text)
            + (moment.notedAt.map { $0 == moment.at ? "" : " (written down \(time($0)))" } ?? ""),
          Markdown.cell(moment.by),
        ]
      })
  }

  private func items(
    _ page: inout Markdown, _ title: String, _ items: [Incident.Item], _ none: String
  ) {
    page.heading(2, title)
    guard !items.isEmpty else { return page.paragraph(none) }
    page.table(
      ["Id", "What", "Severity", "Owner", "Due", "State"],
      items.map { one in
        [
          one.item.id,
          Markdown.plain(one.item.text) + (one.item.about.map { " (\($0))" } ?? ""),
          one.item.severity?.rawValue ?? "", Markdown.cell(one.item.owner),
          one.item.due.map(day) ?? "none",
          one.closing.map {
            "closed \(day($0.at)) by \(Markdown.cell($0.by)): \(Markdown.plain($0.text))"
          } ?? "**open**",
        ]
      })
  }

  private func told(_ page: inout Markdown) {
    page.heading(2, "Messages")
    guard !incident.messages.isEmpty else {
      return page.paragraph("None were sent by hand. What runs sent stands in their reports.")
    }
    page.table(
      ["When", "To", "Subject", "By", "Result"],
      incident.messages.map { one in
        let result =
          switch one.result {
          case .accepted?: Markdown.plain(one.words)
          case .notSent?: "**not sent**: \(Markdown.plain(one.words))"
          case .unknown?: "**not known**: \(Markdown.plain(one.words))"
          case nil: "**not known**: it was about to be sent, and nothing says what became of it"
          }
        return [
          time(one.at), Markdown.cell(one.message.to.joined(separator: ", ")),
          Markdown.cell(one.message.subject), Markdown.cell(one.by), result,
        ]
      })
    page.paragraph("Accepted by a server is not delivered, and not read.")
  }

  private func footer(_ page: inout Markdown) {
    page.heading(2, "Integrity")
    let verified =
      switch integrity.verification {
      case .verified: "yes, just before this report was made"
      case .notVerified(let why): "no: \(Markdown.cell(why))"
      case .failed(let why): "**FAILED**: \(Markdown.cell(why))"
      }
    page.table(
      ["What", "Value"],
      [
        ["Journal", "\(integrity.records) records"],
        ["Root hash", Markdown.code(integrity.rootHash)],
        ["Signed", integrity.signedBy.map { "by \(Markdown.code($0))" } ?? "no"],
        ["Verified", verified],
      ])
    page.paragraph("Check it yourself: `lifeboat audit verify`")
  }

  private func day(_ time: Timestamp) -> String { String(time.text(decimals: 0).prefix(10)) }
}
