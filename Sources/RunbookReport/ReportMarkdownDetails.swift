import RunbookEngine
import RunbookModel

/// What stands below the head and the targets.
extension Report {
  func decided(_ page: inout Markdown) {
    page.heading(2, words.deviationsTitle)
    if deviations.isEmpty { return page.paragraph(words.none) }
    page.table(
      [words.when, words.what, words.step, words.who, words.why, words.effect],
      deviations.map { deviation in
        [
          time(deviation.at), words.deviation(deviation.kind),
          deviation.step.map { Markdown.code($0.text) } ?? "",
          Markdown.cell(deviation.by), Markdown.cell(deviation.reason ?? words.noReason),
          Markdown.cell(deviation.effect),
        ]
      })
  }

  func leftOut(_ page: inout Markdown) {
    page.heading(2, words.notRunTitle)
    if notRun.isEmpty {
      let left = counts.notStarted
      return page.paragraph(
        left == 0 ? words.everyStepRan : words.waitingForTurn(left))
    }
    page.table(
      [words.step, words.why], notRun.map { [Markdown.code($0.step.text), Markdown.cell($0.text)] })
  }

  func undoing(_ page: inout Markdown) {
    page.heading(2, words.changesTitle)
    if !undo.undone.isEmpty {
      page.paragraph(words.takenBack(Markdown.plain(undo.because ?? words.notKnown)))
      page.table(
        [words.step, words.when, words.took, words.seen],
        undo.undone.map {
          [
            Markdown.code($0.step.text), time($0.at), words.duration($0.duration),
            Markdown.cell($0.evidence),
          ]
        })
    }
    if undo.standing.isEmpty {
      return page.paragraph(
        undo.undone.isEmpty ? words.noChange : words.noChangeStands)
    }
    let isSure = undo.standing.allSatisfy(\.isCertain)
    page.paragraph(words.changesStanding(isSure: isSure))
    page.table(
      [words.step, words.made, words.change, words.undo],
      undo.standing.map { change in
        [
          Markdown.code(change.step.text), change.isCertain ? words.yes : words.isNotKnown,
          Markdown.cell(change.does.joined(separator: "; ")),
          Markdown.cell(change.cannotUndo ?? words.canUndo(identity.run.text)),
        ]
      })
  }

  func observed(_ page: inout Markdown) {
    page.heading(2, words.observationsTitle)
    page.paragraph(words.figuresAlone)
    page.bullets(
      observations.isEmpty ? [words.none] : observations.map { Markdown.plain($0.text) })
  }

  func stepTables(_ page: inout Markdown) {
    page.heading(2, words.stepsTitle)
    page.paragraph(words.stepCounts(counts.total, words.counted(counts), counts.attempts))
    let byStage = Dictionary(grouping: steps, by: \.stage)
    for stage in stages {
      let budget = stage.budget.map(words.budget) ?? ""
      let took = stage.duration.map { words.stageTook($0) + budget } ?? words.stageOpen + budget
      let name = stage.title.map { Markdown.plain($0) } ?? stage.name
      page.heading(3, name + (stage.started == nil ? words.stageNotStarted + budget : took))
      let rows = (byStage[stage.name] ?? []).map(row)
      page.table(
        [
          words.step, words.action, words.state, words.attempts, words.started, words.took,
          words.expected, words.result,
        ], rows)
    }
  }

  private func row(_ step: StepResult) -> [String] {
    let start = step.started.map { String($0.text(decimals: 0).dropFirst(11)) } ?? ""
    return [
      Markdown.code(step.id.text), Markdown.code(step.uses), words.status(step.status),
      step.kind == .person ? "" : "\(step.attempts)", start,
      step.duration.map(words.duration) ?? "",
      words.duration(step.expected),
      Markdown.cell(step.result),
    ]
  }

  /// The most rows of the timeline that are printed; the JSON has all of them.
  static var timelineRows: Int { 1000 }

  func moments(_ page: inout Markdown) {
    page.heading(2, words.momentsTitle)
    page.paragraph(words.plusCounts)
    page.table(
      [words.timeTitle, "+", words.step, words.who, words.what],
      timeline.prefix(Self.timelineRows).map { entry in
        [
          words.exactTime(entry.at), words.duration(entry.offset),
          entry.step.map { Markdown.code($0.text) } ?? "",
          Markdown.cell(entry.actor), Markdown.cell(entry.text),
        ]
      })
    if timeline.count > Self.timelineRows {
      page.paragraph(
        words.moreMoments(timeline.count - Self.timelineRows))
    }
  }

  func details(_ page: inout Markdown) {
    page.heading(2, words.detailsTitle)
    for step in steps where step.started != nil {
      page.heading(3, Markdown.code(step.id.text) + words.colon + words.status(step.status))
      var facts = [words.planned + words.colon + Markdown.plain(step.forecast.summary)]
      if let title = step.title { facts.insert(Markdown.plain(title), at: 0) }
      if !step.isCritical { facts.append(words.notCritical) }
      if let preview = step.preview {
        facts += preview.saw.map { words.seenBefore + words.colon + Markdown.plain($0) }
        facts += preview.does.map { words.change + words.colon + Markdown.plain($0) }
        facts += preview.warnings.map { words.warning + words.colon + Markdown.plain($0) }
      }
      if !step.result.isEmpty {
        facts.append(words.result + words.colon + Markdown.plain(step.result))
      }
      if let advice = step.advice {
        facts.append(words.whatToDo + words.colon + Markdown.plain(advice))
      }
      if !step.facts.isEmpty {
        let text = step.facts.map { "\($0.key) = \(JSONText.text($0.value))" }
        facts.append(
          words.measuredFacts + words.colon
            + Markdown.plain(text.joined(separator: ", "), limit: 1000))
      }
      page.bullets(facts)
      page.table(
        StepDetailHTML.heads(words),
        step.acts.map { act in
          let answers = act.answers.map {
            words.said($0.by, $0.decision == .approve) + because($0.reason)
          }
          let text = ([act.text] + answers).filter { !$0.isEmpty }.joined(separator: "; ")
          return [
            "\(act.beganSeq)", words.act(act.kind), "\(act.attempt)",
            act.duration.map(words.duration) ?? "", words.ending(act.ending), Markdown.cell(text),
          ]
        })
      if let output = step.output, !output.isEmpty {
        page.output(output, dropped: step.droppedBytes, words)
      }
    }
  }

  func participants(_ page: inout Markdown) {
    page.heading(2, words.peopleTitle)
    page.table(
      [words.who, words.role, words.did],
      people.map { person in
        [
          Markdown.cell(person.name),
          Markdown.cell(
            person.roles.isEmpty ? words.noneGiven : person.roles.joined(separator: ", ")),
          Markdown.cell(person.did.joined(separator: "; ")),
        ]
      })
  }
}

extension Report.Deviation.Kind {
  var words: String { Words.english.deviation(self) }
}
