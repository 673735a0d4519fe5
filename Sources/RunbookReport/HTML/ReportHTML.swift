import RunbookEngine
import RunbookModel

extension Report {
  /// The report as one file that a browser shows without a network and prints well.
  package var html: String {
    ReportHTML(report: self, words: Words(language)).text
  }
}

/// The page's sections in their order: who reads the first screen knows the outcome; the rest is for those who must
/// check it.
struct ReportHTML {
  let report: Report
  let words: Words

  /// Texts longer than this are cut in tables; the whole text stands in the step's own section or in the JSON.
  static let cellBytes = 300
  /// Rows of any table but the steps'; what is left out is counted.
  static let rows = 300
  /// With more rows than this a table is folded.
  static let foldedRows = 60

  var text: String {
    var page = HTMLPage(words)
    doubts(&page)
    targets(&page)
    phases(&page)
    seenFromOutside(&page)
    foretold(&page)
    picture(&page)
    deviations(&page)
    findings(&page)
    incidents(&page)
    notRun(&page)
    cleanUp(&page)
    steps(&page)
    moments(&page)
    details(&page)
    people(&page)
    standards(&page)
    identity(&page)
    attestation(&page)
    integrity(&page)
    let title = words.reportTitle(report.identity.purpose, report.identity.title)
    return page.text(title: "\(title) · \(report.identity.run)", head: head(title))
  }

  func cell(_ text: String) -> Markup { .cut(text, to: Self.cellBytes) }
  func step(_ id: StepID?) -> Markup { id.map { .code($0.text) } ?? "" }
  func sub(_ text: String) -> Markup { .element("span", ["class": "sub"], cell(text)) }

  /// A table that may be long: its first rows, and how many more there are.
  func capped<Row>(
    _ page: inout HTMLPage, _ name: String, _ caption: String, _ heads: [String],
    _ rows: [Row], _ cells: (Row) -> [Markup]
  ) {
    func fill(_ page: inout HTMLPage) {
      page.table(name, caption, heads, rows.prefix(Self.rows).map(cells))
      if rows.count > Self.rows { page.note(words.more(rows.count - Self.rows)) }
    }
    guard rows.count > Self.foldedRows else { return fill(&page) }
    page.fold(Markup(words.rows(rows.count)), .closed, fill)
  }
}

extension ReportHTML {
  private func head(_ title: String) -> Markup {
    let identity = report.identity
    let (tone, sign): (String, String) =
      switch report.summary.outcome {
      case .succeeded:
        report.clocks.missesObjective ? ("bad", "✗") : ("good", "✓")
      case .failedUnchanged, .failedUndone, .failedPartly: ("bad", "✗")
      case nil: ("open", "…")
      }
    let outcome = "\(sign) \(words.outcome(report.summary.outcome))"
    let verdict = Markup.element(
      "div", ["class": "verdict \(tone)", "role": "status"],
      .strong(outcome + missed), Markup(report.headline))
    var facts: [Markup] = [
      .code(identity.run.text),
      Markup(words.purpose(identity.purpose) + (identity.variant.map { ", \($0)" } ?? "")),
      .code(identity.environment.name), Markup(identity.by),
      Markup(words.startedAt(identity.started)),
    ]
    facts.append(
      identity.ended.map { Markup(words.endedAt($0)) } ?? .strong(words.notEnded))
    return .element("h1", [:], Markup(title))
      + .element("p", ["class": "note"], .joined(facts, by: " · "))
      + verdict + tiles
  }

  private var missed: String {
    guard report.summary.outcome == .succeeded, report.clocks.missesObjective else { return "" }
    let names = [("RTO", report.clocks.rto), ("RPO", report.clocks.rpo)]
      .filter { $0.1.verdict == .missed }.map(\.0)
    return words.clause + names.joined(separator: ", ") + " " + words.verdict(.missed)
  }

  private var tiles: Markup {
    var tiles = [tile("RTA", "RTO", report.clocks.rto), tile("RPA", "RPO", report.clocks.rpo)]
    let urgent = report.doubts.count(where: \.isUrgent)
    let counts = [
      words.doubtCount(urgent, report.doubts.count),
      words.openQuestions(report.summary.waits.count),
      words.deviationCount(report.deviations.count),
    ]
    tiles.append(
      .element(
        "li", [:], .joined(counts.map { .element("span", ["class": "sub"], Markup($0)) })))
    return .element("ul", ["class": "tiles"], .joined(tiles))
  }

  private func tile(_ actual: String, _ objective: String, _ result: ObjectiveResult) -> Markup {
    .element(
      "li", [:],
      Markup(actual), .element("b", [:], Markup(words.measured(result.measured))),
      Markup("\(objective) \(result.target.map(words.duration) ?? words.noTarget): "),
      verdict(result))
  }

  /// The verdict with what is left or was too much. A sign and a word say it, not the colour.
  func verdict(_ result: ObjectiveResult) -> Markup {
    let (tone, sign): (String, String) =
      switch result.verdict {
      case .met: ("w-good", "✓")
      case .missed, .notRecovered: ("w-bad", "✗")
      case .unknown: ("w-open", "?")
      case .stillCounting: ("w-open", "…")
      case .noTarget: ("", "–")
      }
    return .element(
      "span", ["class": tone], Markup("\(sign) \(words.verdict(of: result))"))
  }

  private func edge(_ edge: PhaseSpan.Edge?) -> Markup {
    guard let edge else { return "" }
    return cell(edge.source) + sub(words.exactTime(edge.at))
  }

  private func doubts(_ page: inout HTMLPage) {
    page.section("doubts", words.doubtsTitle) { page in
      if report.doubts.isEmpty { page.paragraph(Markup(words.nothing)) }
      page.list(
        report.doubts.prefix(Self.rows).map { doubt in
          let text: Markup = doubt.isUrgent ? .strong(doubt.text) : Markup(doubt.text)
          let advice = doubt.advice.map { sub(words.whatToDo + words.colon + words.sentence($0)) }
          return text + (advice ?? "")
        })
      if report.doubts.count > Self.rows {
        page.note(words.more(report.doubts.count - Self.rows))
      }
      for wait in report.summary.waits.prefix(Self.rows) {
        page.add(
          .element(
            "div", ["class": "verdict open"],
            .strong(words.waitsSince(wait.step?.text, wait.since)), cell(words.sentence(wait.text)),
            .joined(wait.instructions.map { sub($0) })))
      }
    }
  }

  private func targets(_ page: inout HTMLPage) {
    let clocks = report.clocks
    page.section("targets", words.targetsTitle) { page in
      var rows = [(words.rtoRow, clocks.rto), (words.rpoRow, clocks.rpo)]
      rows.append((words.mtpdRow, clocks.mtpd))
      if let response = report.response { rows.append((words.responseRow, response.time)) }
      page.table(
        "targets", words.countedFrom(clocks.start.definition, clocks.stops(words)),
        [words.objective, words.target, words.measuredTitle, words.result, words.restsOn],
        rows.map { name, result in
          [
            Markup(name), Markup(result.target.map(words.duration) ?? words.noTarget),
            Markup(words.measured(result.measured)), verdict(result),
            Markup(words.sentence(result.why)),
          ]
        })
      if let deadline = clocks.deadline {
        page.paragraph(
          Markup(
            words.deadline(deadline.limit) + words.colon + words.sentence(deadline.sentence(words))
              + " "
              + words.clockGoesOn))
      }
      guard !clocks.recoveryPoints.isEmpty else { return }
      capped(
        &page, "points", words.rpoRow,
        [words.promotion, words.lost, words.bytes, words.lastCommit, words.method],
        clocks.recoveryPoints
      ) { point in
        [
          step(point.step), Markup(words.measured(point.loss)),
          Markup(point.bytes.map { ByteCount.spoken($0) } ?? words.unknown),
          Markup(point.lastCommitAt.map(words.time) ?? words.unknown),
          Markup(point.method ?? words.notSaid),
        ]
      }
    }
  }

  private func phases(_ page: inout HTMLPage) {
    let clocks = report.clocks
    let gap = clocks.withoutWriter
    page.section("phases", words.phasesTitle) { page in
      page.table(
        "split", words.phasesCounted(clocks.start.clock),
        [words.phase, words.took, words.phaseFrom, words.phaseTo, words.noteTitle],
        clocks.split.map { span in
          [
            Markup(words.phase(span.phase)) + sub(words.meaning(span.phase)),
            Markup(span.took.map(words.measured) ?? words.noPhase), edge(span.from), edge(span.to),
            cell(span.why ?? ""),
          ]
        })
      page.table(
        "phases", "", [words.otherTimes, words.took],
        clocks.phases.others(words).map {
          [Markup($0), Markup($1.map(words.duration) ?? words.notKnown)]
        }
          + [
            [
              Markup(words.withoutWriter),
              Markup(gap.map { words.measured($0.duration) } ?? words.notKnown),
            ]
          ])
      if let gap { page.note(words.writerGap(gap.fencedBy.text, gap.promotedBy.text)) }
    }
  }
}
