import RunbookEngine
import RunbookModel

/// Decisions, findings, what was left out, what was changed.
extension ReportHTML {
  func deviations(_ page: inout HTMLPage) {
    page.section("deviations", words.deviationsTitle) { page in
      if report.deviations.isEmpty { return page.paragraph(Markup(words.none)) }
      capped(
        &page, "deviations", "",
        [words.when, words.what, words.step, words.who, words.why, words.effect], report.deviations
      ) { deviation in
        [
          Markup(words.time(deviation.at)), Markup(words.deviation(deviation.kind)),
          step(deviation.step), cell(deviation.by), cell(deviation.reason ?? words.noneGiven),
          cell(deviation.effect),
        ]
      }
    }
  }

  /// What the figures show, with room for what only people can say.
  func findings(_ page: inout HTMLPage) {
    page.section("findings", words.findingsTitle) { page in
      page.note(words.madeFromFigures)
      var rows: [[Markup]] = []
      func add(_ kind: String, _ text: String) {
        let number = Markup("\(rows.count + 1)")
        rows.append([number, Markup(kind), .cut(text, to: 1000), "", "", "", ""])
      }
      for doubt in report.doubts { add(words.doubt(doubt.kind), doubt.text) }
      for observation in report.observations {
        add(words.observation(observation.kind), observation.text)
      }
      let left = rows.count - Self.rows
      rows = Array(rows.prefix(Self.rows))
      for _ in 0..<3 {
        rows.append([Markup("\(rows.count + 1)"), "", "", "", "", "", ""])
      }
      page.table(
        "findings", "",
        [
          "#", words.kind, words.finding, words.severity, words.owner, words.due, words.closedBy,
        ], rows)
      if left > 0 { page.note(words.more(left)) }
    }
  }

  func notRun(_ page: inout HTMLPage) {
    page.section("not-run", words.notRunTitle) { page in
      let left = report.counts.notStarted
      if report.notRun.isEmpty {
        return page.paragraph(
          Markup(left == 0 ? words.everyStepRan : words.waitingForTurn(left)))
      }
      capped(&page, "notrun", "", [words.step, words.why], report.notRun) {
        [step($0.step), cell($0.text)]
      }
    }
  }

  func cleanUp(_ page: inout HTMLPage) {
    page.section("clean-up", words.cleanUpTitle) { page in
      let undo = report.undo
      if !undo.undone.isEmpty {
        page.paragraph(Markup(words.takenBack(undo.because ?? words.notKnown)))
        capped(
          &page, "undone", words.status(.undone), [words.step, words.when, words.took, words.seen],
          undo.undone
        ) {
          [
            step($0.step), Markup(words.time($0.at)), Markup(words.duration($0.duration)),
            cell($0.evidence),
          ]
        }
      }
      if undo.standing.isEmpty {
        return page.paragraph(Markup(undo.undone.isEmpty ? words.noChange : words.noChangeStands))
      }
      capped(
        &page, "standing", words.changesStanding(isSure: undo.standing.allSatisfy(\.isCertain)),
        [words.step, words.made, words.change, words.undo, words.cleaned], undo.standing
      ) { change in
        [
          step(change.step),
          change.isCertain ? Markup(words.yes) : .strong(words.isNotKnown),
          cell(change.does.joined(separator: words.semicolon)),
          cell(change.cannotUndo ?? words.canUndo(report.identity.run.text)), "",
        ]
      }
    }
  }

  func people(_ page: inout HTMLPage) {
    page.section("people", words.peopleTitle) { page in
      capped(
        &page, "people", "", [words.who, words.role, words.did], report.people
      ) { person in
        [
          cell(person.name),
          cell(
            person.roles.isEmpty ? words.noneGiven : person.roles.joined(separator: words.comma)),
          .cut(person.did.joined(separator: words.semicolon), to: 1000),
        ]
      }
    }
  }
}
