import RunbookEngine
import RunbookModel

/// The steps in tables, the moments, and each step's own part.
extension ReportHTML {
  /// Rows of all tables of steps together.
  static let stepRows = 2000
  /// With more of them each stage's table is folded.
  static let stepsOnPage = 150
  static let momentRows = 1000
  /// Bytes of all details together: those of steps with trouble come first.
  static let detailBytes = 600_000
  /// With no more steps than this, paper shows what the screen folds.
  static let stepsOnPaper = 40

  func steps(_ page: inout HTMLPage) {
    let counts = report.counts
    page.section("steps", words.stepsTitle) { page in
      page.paragraph(
        Markup(words.stepCounts(counts.total, words.counted(counts), counts.attempts)))
      if report.steps.count > Self.stepsOnPaper { page.note(words.foldedOnPaper) }
      let byStage = Dictionary(grouping: report.steps, by: \.stage)
      var room = Self.stepRows
      for stage in report.stages {
        let steps = byStage[stage.name] ?? []
        let shown = steps.prefix(max(0, room))
        room -= steps.count
        if shown.isEmpty { continue }
        // Folded, the caption is the fold's name.
        let isFolded = report.steps.count > Self.stepsOnPage
        let title = stageTitle(stage)
        func fill(_ page: inout HTMLPage) {
          page.table(
            "steps", isFolded ? "" : title,
            [
              words.step, words.state, words.attempts, words.started, words.took, words.expected,
              words.result,
            ], shown.map(stepRow))
        }
        if isFolded {
          page.fold(Markup(title + words.brackets(words.rows(steps.count))), .closed, fill)
        } else {
          fill(&page)
        }
      }
      if room < 0 { page.note(words.more(-room)) }
    }
  }

  private func stageTitle(_ stage: Report.StageResult) -> String {
    let name = stage.title ?? stage.name
    guard stage.started != nil else { return name + words.colon + words.notStarted }
    return name + words.colon
      + (stage.duration.map { words.tookOf($0, stage.budget) } ?? words.notEnded)
  }

  private func stepRow(_ result: Report.StepResult) -> [Markup] {
    [
      step(result.id) + sub(result.uses), status(result.status),
      Markup(result.kind == .person ? "" : "\(result.attempts)"),
      Markup(result.started.map { String($0.text(decimals: 0).dropFirst(11)) } ?? ""),
      Markup(result.duration.map(words.duration) ?? ""), Markup(words.duration(result.expected)),
      cell(result.result),
    ]
  }

  /// A sign and a word; the colour only repeats them.
  func status(_ status: StepStatus) -> Markup {
    let tone =
      switch status {
      case .succeeded: "w-good"
      case .failed, .undoFailed: "w-bad"
      case .inDoubt, .confirming, .failedIgnored, .planning, .checking, .gated, .applying,
        .verifying, .backingOff, .undoing:
        "w-open"
      case .undone, .notStarted, .notRun, .excluded, .skipped: ""
      }
    return .element("span", ["class": tone], Markup("\(status.sign) \(words.status(status))"))
  }

  func moments(_ page: inout HTMLPage) {
    page.section("moments", words.momentsTitle) { page in
      page.fold(
        Markup("\(words.momentsTitle)\(words.brackets("\(report.timeline.count)"))"),
        report.timeline.count > 100 ? .closed : .closedOnScreenOnly
      ) { page in
        page.table(
          "moments", words.timesAreUTC, [words.time, "T+", words.step, words.who, words.what],
          report.timeline.prefix(Self.momentRows).map { entry in
            [
              Markup(words.exactTime(entry.at)), Markup(words.duration(entry.offset)),
              step(entry.step), cell(entry.actor), cell(entry.text),
            ]
          })
        if report.timeline.count > Self.momentRows {
          page.note(words.more(report.timeline.count - Self.momentRows))
        }
      }
    }
  }

  func details(_ page: inout HTMLPage) {
    let begun = report.steps.filter { $0.started != nil }
    guard !begun.isEmpty else { return }
    page.section("details", words.detailsTitle) { page in
      page.know("acts", StepDetailHTML.heads(words))
      let chosen = chosenDetails(begun)
      for step in begun {
        guard let markup = chosen[step.id] else { continue }
        page.add(markup)
      }
      if chosen.count < begun.count { page.note(words.more(begun.count - chosen.count)) }
    }
  }

  /// As many as there is room for.
  private func chosenDetails(_ begun: [Report.StepResult]) -> [StepID: Markup] {
    let onPaper = begun.count <= Self.stepsOnPaper
    var chosen: [StepID: Markup] = [:]
    var bytes = 0
    for step in begun.filter(isTrouble) + begun.filter({ !isTrouble($0) }) {
      if bytes > Self.detailBytes { break }
      let fold: HTMLPage.Fold =
        isTrouble(step) ? .open : onPaper ? .closedOnScreenOnly : .closed
      let markup = StepDetailHTML(step: step, html: self).markup(fold)
      bytes += markup.html.utf8.count
      guard bytes <= Self.detailBytes || chosen.isEmpty else { break }
      chosen[step.id] = markup
    }
    return chosen
  }

  private func isTrouble(_ step: Report.StepResult) -> Bool {
    switch step.status {
    case .failed, .failedIgnored, .inDoubt, .undoFailed, .backingOff, .gated, .confirming: true
    case .notStarted, .notRun, .excluded, .planning, .checking, .applying, .verifying, .succeeded,
      .skipped, .undoing, .undone:
      false
    }
  }
}

extension StepStatus {
  /// What can be told apart without colours.
  var sign: String {
    switch self {
    case .succeeded: "✓"
    case .failed, .undoFailed, .failedIgnored: "✗"
    case .inDoubt, .confirming: "?"
    case .planning, .checking, .gated, .applying, .verifying, .backingOff, .undoing: "…"
    case .undone: "↶"
    case .notStarted, .notRun, .excluded, .skipped: "–"
    }
  }
}
