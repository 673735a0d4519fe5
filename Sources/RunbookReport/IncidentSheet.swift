import RunbookEngine
import RunbookModel

/// The post-incident report for people, and what of it stands in the reports of the incident's runs.
extension IncidentReport {
  package var markdown: String { sheet.markdown }
  package var html: String { sheet.html }

  private var sheet: Sheet {
    var sheet = Sheet(
      title: words.incidentReport(incident.opening.title),
      headline: words.incidentHeadline(incident, isDrill: incident.opening.purpose == .drill),
      words: words)
    sheet.parts = [facts, responseRests] + stillOpen + runTable + moments(timeline) + told + proof
    return sheet
  }

  /// What a run's report has of it: the run itself stands there already.
  var partsInRun: [Sheet.Part] {
    [facts, responseRests] + stillOpen + moments(ownTimeline) + told + proof
  }

  private var facts: Sheet.Part {
    let opening = incident.opening
    let response = incident.response(words).time
    let state =
      incident.closing.map { words.incidentClosed(words.time($0.at), $0.by, $0.reason) }
      ?? words.isOpen
    let objective =
      response.target.map {
        words.colon + words.verdict(response.verdict) + words.brackets(words.objectiveIs($0))
      }
      ?? words.semicolon + words.noTimeToRespond
    let openItems = incident.openItems.map(\.item.id).joined(separator: words.comma)
    return .table(
      heads: [words.what, words.value],
      rows: [
        [Sheet.Cell(words.incidentTitle), .code(opening.incident)],
        [Sheet.Cell(words.service), Sheet.Cell(opening.service ?? words.notSaid)],
        [
          Sheet.Cell(words.state),
          Sheet.Cell(state, incident.closing == nil ? .open : .plain),
        ],
        [
          Sheet.Cell(words.opened),
          Sheet.Cell(words.atBy(words.time(incident.openedAt), incident.openedBy)),
        ],
        [Sheet.Cell(words.severity), Sheet.Cell(words.severity(opening.facts) ?? words.notSaid)],
        [
          Sheet.Cell(words.alertColour),
          Sheet.Cell(opening.facts.colour.map { words.colour($0) } ?? words.notSaid),
        ],
        [
          Sheet.Cell(words.outageBegan),
          Sheet.Cell(opening.outageAt.map { words.asStated($0) } ?? words.nobodySaid),
        ],
        [
          Sheet.Cell(words.alertCame),
          Sheet.Cell(opening.facts.alertedAt.map { words.asStated($0) } ?? words.nobodySaid),
        ],
        [
          Sheet.Cell(words.responseRow),
          Sheet.Cell(words.measured(response.measured) + objective, .of(response.verdict)),
        ],
        [
          Sheet.Cell(words.openItems),
          openItems.isEmpty ? Sheet.Cell(words.noItems) : Sheet.Cell(openItems, .open),
        ],
      ])
  }

  private var responseRests: Sheet.Part {
    let why = incident.response(words).time.why
    return .paragraph(words.responseRow + words.colon + words.sentence(why))
  }

  private var stillOpen: [Sheet.Part] {
    let lost = incident.messages.filter { $0.result == nil || $0.result == .unknown }
    guard !incident.openItems.isEmpty || !lost.isEmpty else {
      return [.section(words.stillOpen), .paragraph(words.nothing)]
    }
    return [
      .section(words.stillOpen),
      .list(
        incident.openItems.map { open in
          words.openItem(
            open.item.id, open.item.text, open.item.owner, open.item.due.map(words.day))
        } + lost.map { words.lostMessage($0.message.subject, $0.message.id) }),
    ]
  }

  private var runTable: [Sheet.Part] {
    guard !runs.isEmpty else {
      return [.section(words.runsTitle), .paragraph(words.noRunLinked)]
    }
    let rows = runs.map { linked -> [Sheet.Cell] in
      switch linked {
      case .read(let run, _):
        [
          .code(run.run.text),
          Sheet.Cell(run.title + words.brackets(words.purpose(run.purpose))),
          Sheet.Cell(
            words.outcome(run.outcome),
            run.outcome == .succeeded ? .good : run.outcome == nil ? .open : .bad),
          RunComparison.cell(run.clocks.rto, "RTO", words),
          RunComparison.cell(run.clocks.rpo, "RPO", words),
        ]
      case .unreadable(let run, let why):
        [.code(run.text), Sheet.Cell(words.cannotBeRead(why), .bad), "?", "?", "?"]
      }
    }
    let headlines = runs.compactMap { linked -> String? in
      if case .read(_, let headline) = linked { headline } else { nil }
    }
    return [
      .section(words.runsTitle),
      .table(heads: [words.run, words.what, words.result, "RTA", "RPA"], rows: rows),
      .list(headlines),
    ]
  }

  private func moments(_ moments: [Moment]) -> [Sheet.Part] {
    [
      .section(words.momentsTitle),
      .table(
        heads: [words.when, words.what, words.who],
        rows: moments.map { moment in
          let noted = moment.notedAt.flatMap { $0 == moment.at ? nil : words.notedLater($0) } ?? ""
          return [
            Sheet.Cell(words.time(moment.at)), Sheet.Cell(moment.text + noted),
            Sheet.Cell(moment.by),
          ]
        }),
    ] + items(words.findingsTitle, incident.findings, words.noFindings)
      + items(words.actionItems, incident.actions, words.noActions)
  }

  private func items(_ title: String, _ items: [Incident.Item], _ none: String) -> [Sheet.Part] {
    guard !items.isEmpty else { return [.section(title), .paragraph(none)] }
    let isGraded = items.contains { $0.item.severity != nil }
    return [
      .section(title),
      .table(
        heads: [
          words.itemID, words.what, isGraded ? words.severity : words.about, words.owner,
          words.due, words.state,
        ],
        rows: items.map { one in
          [
            Sheet.Cell(one.item.id), Sheet.Cell(one.item.text),
            Sheet.Cell(
              isGraded
                ? one.item.severity.map { words.severity($0) } ?? "" : one.item.about ?? ""),
            Sheet.Cell(one.item.owner), Sheet.Cell(one.item.due.map(words.day) ?? words.noDate),
            one.closing.map {
              Sheet.Cell(words.itemClosed(words.day($0.at), $0.by, $0.text), .good)
            } ?? Sheet.Cell(words.isOpen, .open),
          ]
        }),
    ]
  }

  private var told: [Sheet.Part] {
    guard !incident.messages.isEmpty else {
      return [.section(words.messagesTitle), .paragraph(words.noMessages)]
    }
    return [
      .section(words.messagesTitle),
      .table(
        heads: [words.when, words.toWhom, words.subject, words.who, words.result],
        rows: incident.messages.map { one in
          let result: Sheet.Cell =
            switch one.result {
            case .accepted?: Sheet.Cell(one.words)
            case .notSent?: Sheet.Cell(words.notTold(one.words), .bad)
            case .unknown?: Sheet.Cell(words.notKnownWhetherTold(one.words), .open)
            case nil: Sheet.Cell(words.notKnownWhetherTold(nil), .open)
            }
          return [
            Sheet.Cell(words.time(one.at)),
            Sheet.Cell(one.message.to.joined(separator: words.comma)),
            Sheet.Cell(one.message.subject), Sheet.Cell(one.by), result,
          ]
        }),
      .paragraph(words.acceptedIsNotRead),
    ]
  }

  private var proof: [Sheet.Part] {
    let tone: Sheet.Cell.Tone =
      switch integrity.verification {
      case .verified: .plain
      case .notVerified: .open
      case .failed: .bad
      }
    return [
      .section(words.incidentJournal),
      .table(
        heads: [words.what, words.value],
        rows: [
          [Sheet.Cell(words.journal), Sheet.Cell(words.records(integrity.records))],
          [Sheet.Cell(words.rootHash), .code(integrity.rootHash)],
          [Sheet.Cell(words.signed), Sheet.Cell(words.signedBy(integrity.signedBy))],
          [
            Sheet.Cell(words.verified),
            Sheet.Cell(words.verification(integrity.verification), tone),
          ],
        ]),
      .paragraph(words.checkYourself + " lifeboat audit verify"),
    ]
  }
}

extension Sheet.Cell.Tone {
  static func of(_ verdict: ObjectiveResult.Verdict) -> Self {
    switch verdict {
    case .met: .good
    case .missed, .notRecovered: .bad
    case .unknown, .stillCounting: .open
    case .noTarget: .plain
    }
  }
}
