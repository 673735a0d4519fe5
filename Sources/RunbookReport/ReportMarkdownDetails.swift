import RunbookEngine
import RunbookModel

/// What stands below the head and the targets.
extension Report {
  func decided(_ page: inout Markdown) {
    page.heading(2, "Decisions and deviations")
    if deviations.isEmpty { return page.paragraph("None.") }
    page.table(
      ["When", "What", "Step", "Who", "Why", "Effect"],
      deviations.map { deviation in
        [
          time(deviation.at), deviation.kind.words,
          deviation.step.map { Markdown.code($0.text) } ?? "",
          Markdown.cell(deviation.by), Markdown.cell(deviation.reason ?? "no reason given"),
          Markdown.cell(deviation.effect),
        ]
      })
  }

  func leftOut(_ page: inout Markdown) {
    page.heading(2, "Not run")
    if notRun.isEmpty {
      let left = counts.notStarted
      return page.paragraph(
        left == 0
          ? "Every step was run." : "Nothing was left out; \(left) steps have not had their turn.")
    }
    page.table(
      ["Step", "Why"], notRun.map { [Markdown.code($0.step.text), Markdown.cell($0.text)] })
  }

  func undoing(_ page: inout Markdown) {
    page.heading(2, "Changes and undo")
    if !undo.undone.isEmpty {
      page.paragraph("Taken back, because \(Markdown.plain(undo.because ?? "not known").sentence)")
      page.table(
        ["Step", "When", "Took", "Seen"],
        undo.undone.map {
          [
            Markdown.code($0.step.text), time($0.at), $0.duration.spoken,
            Markdown.cell($0.evidence),
          ]
        })
    }
    if undo.standing.isEmpty {
      return page.paragraph(
        undo.undone.isEmpty ? "No change was made." : "No change stands.")
    }
    let isSure = undo.standing.allSatisfy(\.isCertain)
    page.paragraph(isSure ? "Changes that stand:" : "Changes that stand, or may:")
    page.table(
      ["Step", "Made", "Change", "Undo"],
      undo.standing.map { change in
        [
          Markdown.code(change.step.text), change.isCertain ? "yes" : "NOT KNOWN",
          Markdown.cell(change.does.joined(separator: "; ")),
          Markdown.cell(change.cannotUndo ?? "possible: lifeboat undo \(identity.run)"),
        ]
      })
  }

  func observed(_ page: inout Markdown) {
    page.heading(2, "Observations")
    page.paragraph("Made from the figures alone; no judgement is added.")
    page.bullets(
      observations.isEmpty ? ["None."] : observations.map { Markdown.plain($0.text) })
  }

  func stepTables(_ page: inout Markdown) {
    page.heading(2, "Steps")
    let parts: [(Int, String)] = [
      (counts.succeeded, "succeeded"), (counts.failed, "failed"),
      (counts.failedIgnored, "failed but not critical"), (counts.inDoubt, "in doubt"),
      (counts.undone, "undone"), (counts.undoFailed, "not undone"), (counts.skipped, "skipped"),
      (counts.excluded, "left out by the variant"), (counts.notRun, "not run"),
      (counts.notStarted, "not started"), (counts.underWay, "under way"),
    ]
    let said = parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    page.paragraph("\(counts.total) steps: \(said). Attempts: \(counts.attempts).")
    let byStage = Dictionary(grouping: steps, by: \.stage)
    for stage in stages {
      let budget = stage.budget.map { ", budget \($0.spoken)" } ?? ""
      let took = stage.duration.map { ": took \($0.spoken)\(budget)" } ?? ": not ended\(budget)"
      let name = stage.title.map { Markdown.plain($0) } ?? stage.name
      page.heading(3, name + (stage.started == nil ? ": not started\(budget)" : took))
      let rows = (byStage[stage.name] ?? []).map(row)
      page.table(
        ["Step", "Action", "State", "Attempts", "Start", "Took", "Expected", "Result"], rows)
    }
  }

  private func row(_ step: StepResult) -> [String] {
    let start = step.started.map { String($0.text(decimals: 0).dropFirst(11)) } ?? ""
    return [
      Markdown.code(step.id.text), Markdown.code(step.uses), step.status.words,
      step.kind == .person ? "" : "\(step.attempts)", start, step.duration?.spoken ?? "",
      step.expected.spoken,
      Markdown.cell(step.result),
    ]
  }

  /// The most rows of the timeline that are printed; the JSON has all of them.
  static var timelineRows: Int { 1000 }

  func moments(_ page: inout Markdown) {
    page.heading(2, "Timeline")
    page.paragraph("Times are UTC; `+` counts from the run's start.")
    page.table(
      ["Time", "+", "Step", "Who", "What"],
      timeline.prefix(Self.timelineRows).map { entry in
        [
          String(entry.at.text(decimals: 3).dropLast().replacing("T", with: " ")),
          entry.offset.spoken, entry.step.map { Markdown.code($0.text) } ?? "",
          Markdown.cell(entry.actor), Markdown.cell(entry.text),
        ]
      })
    if timeline.count > Self.timelineRows {
      page.paragraph(
        "\(timeline.count - Self.timelineRows) more moments are in the JSON form of this report.")
    }
  }

  func details(_ page: inout Markdown) {
    page.heading(2, "Every step in detail")
    for step in steps where step.started != nil {
      page.heading(3, "\(Markdown.code(step.id.text)): \(step.status.words)")
      var facts = ["Planned: \(Markdown.plain(step.forecast.summary))"]
      if let title = step.title { facts.insert(Markdown.plain(title), at: 0) }
      if !step.isCritical { facts.append("Not critical: its failure does not fail the run") }
      if let preview = step.preview {
        facts += preview.saw.map { "Seen before: \(Markdown.plain($0))" }
        facts += preview.does.map { "Change: \(Markdown.plain($0))" }
        facts += preview.warnings.map { "Warning: \(Markdown.plain($0))" }
      }
      if !step.result.isEmpty { facts.append("Result: \(Markdown.plain(step.result))") }
      if let advice = step.advice { facts.append("What to do: \(Markdown.plain(advice))") }
      if !step.facts.isEmpty {
        let text = step.facts.map { "\($0.key) = \(JSONText.text($0.value))" }
        facts.append("Measured: \(Markdown.plain(text.joined(separator: ", "), limit: 1000))")
      }
      page.bullets(facts)
      page.table(
        ["Record", "What", "Attempt", "Took", "Ending", "Text"],
        step.acts.map { act in
          let answers = act.answers.map {
            "\($0.by) said \($0.decision == .approve ? "yes" : "no")" + because($0.reason)
          }
          let text = ([act.text] + answers).filter { !$0.isEmpty }.joined(separator: "; ")
          return [
            "\(act.beganSeq)", act.kind.rawValue, "\(act.attempt)",
            act.duration?.spoken ?? "", act.ending.words, Markdown.cell(text),
          ]
        })
      if let output = step.output, !output.isEmpty {
        page.output(output, dropped: step.droppedBytes)
      }
    }
  }

  func participants(_ page: inout Markdown) {
    page.heading(2, "People")
    page.table(
      ["Who", "Role", "Did"],
      people.map { person in
        [
          Markdown.cell(person.name),
          Markdown.cell(person.roles.isEmpty ? "none given" : person.roles.joined(separator: ", ")),
          Markdown.cell(person.did.joined(separator: "; ")),
        ]
      })
  }
}

extension Report.Deviation.Kind {
  var words: String {
    switch self {
    case .skipped: "skipped a step"
    case .markedDone: "marked a step done"
    case .retried: "retried a step"
    case .declined: "said no"
    case .notAnswered: "no answer"
    case .paused: "paused"
    case .continued: "went on"
    case .unwound: "undid the run"
    case .aborted: "ended the run"
    case .variantSwitched: "switched variant"
    case .otherChange: "another change"
    case .guardAcknowledged: "acknowledged a guard"
    }
  }
}
