import RunbookEngine
import RunbookModel

extension Report {
  /// The report for people: who reads fifteen lines knows the outcome; the rest is for those who must check it.
  package var markdown: String {
    var page = Markdown()
    head(&page)
    doubtful(&page)
    targets(&page)
    seenFromOutside(&page)
    identity(&page)
    decided(&page)
    leftOut(&page)
    undoing(&page)
    observed(&page)
    incidents(&page)
    foretold(&page)
    stepTables(&page)
    moments(&page)
    details(&page)
    participants(&page)
    standards(&page, Words(language))
    footer(&page)
    return page.text
  }

  private func head(_ page: inout Markdown) {
    page.heading(1, words.reportTitle(identity.purpose, Markdown.plain(identity.title)))
    page.paragraph("**\(Markdown.plain(headline, limit: 400))**")
    var rows = [
      row(words.rtoRow, clocks.rto),
      row(words.rpoRow, clocks.rpo, lostBytes),
    ]
    if clocks.mtpd.target != nil {
      rows.append(row(words.mtpdRow, clocks.mtpd))
    }
    if let response { rows.append(row(words.responseRow, response.time)) }
    page.table([words.objective, words.target, words.measuredTitle, words.result], rows)
    let urgent = doubts.filter(\.isUrgent)
    let open = summary.waits.count
    let doubt: String =
      if let first = urgent.first {
        "**\(words.doubtCount(urgent.count, doubts.count))\(words.fullStop)** "
          + Markdown.plain(first.text, limit: 160)
      } else if doubts.isEmpty {
        words.inDoubtNothing
      } else {
        words.notKnownBelow(doubts.count)
      }
    let ended = identity.ended.map(words.endedAt) ?? words.notEnded
    page.bullets([
      doubt,
      words.openAndDecided(open, deviations.count),
      words.runLine(
        Markdown.code(identity.run.text), Markdown.code(identity.environment.name),
        Markdown.plain(identity.by), words.startedAt(identity.started), ended),
    ])
  }

  private func row(_ name: String, _ result: ObjectiveResult, _ more: String = "") -> [String] {
    return [
      name, result.target.map(words.duration) ?? words.noTarget,
      words.measured(result.measured) + more, words.verdict(of: result),
    ]
  }

  private var lostBytes: String {
    let known = clocks.recoveryPoints.compactMap(\.bytes)
    guard !known.isEmpty, known.count == clocks.recoveryPoints.count else { return "" }
    return words.brackets(ByteCount.spoken(known.reduce(0) { $0 &+ $1 }))
  }

  private func doubtful(_ page: inout Markdown) {
    page.heading(2, words.doubtsTitle)
    if doubts.isEmpty { return page.paragraph(words.nothing) }
    page.bullets(
      doubts.map { doubt in
        let text = Markdown.plain(doubt.text)
        let advice =
          doubt.advice.map {
            " *\(words.whatToDo)\(words.colonAtEnd)* " + Markdown.plain(words.sentence($0))
          } ?? ""
        return (doubt.isUrgent ? "**\(text)**" : text) + advice
      })
    for wait in summary.waits {
      let place = wait.step.map { words.atStep(Markdown.code($0.text)) } ?? ""
      page.paragraph(
        words.waitsBold(place, wait.since) + Markdown.plain(words.sentence(wait.text)))
    }
  }

  private func targets(_ page: inout Markdown) {
    page.heading(2, words.clocksTitle)
    page.bullets([
      words.countedFrom(Markdown.plain(clocks.start.definition), clocks.stops(words)),
      words.timeToRecover + Markdown.plain(words.sentence(clocks.rto.why)),
      words.dataLost + Markdown.plain(words.sentence(clocks.rpo.why)),
      words.outage + Markdown.plain(words.sentence(clocks.mtpd.why)),
    ])
    if let deadline = clocks.deadline {
      page.bullets([
        words.deadline(deadline.limit) + words.colon
          + Markdown.plain(words.sentence(deadline.sentence(words))) + " " + words.clockGoesOn
      ])
    }
    if !clocks.recoveryPoints.isEmpty {
      page.table(
        [words.promotion, words.lost, words.bytes, words.lastCommit, words.method],
        clocks.recoveryPoints.map { point in
          [
            Markdown.code(point.step.text), words.measured(point.loss),
            point.bytes.map { ByteCount.spoken($0) } ?? words.unknown,
            point.lastCommitAt.map(time) ?? words.unknown,
            Markdown.cell(point.method ?? words.notSaid),
          ]
        })
    }
    phases(&page)
  }

  private func phases(_ page: inout Markdown) {
    page.heading(2, words.phasesTitle)
    page.table(
      [words.phase, words.took, words.phaseFrom, words.phaseTo, words.noteTitle],
      clocks.split.map { span in
        [
          "**\(words.phase(span.phase))** \(words.meaning(span.phase))",
          span.took.map(words.measured) ?? words.noPhase, edge(span.from), edge(span.to),
          Markdown.cell(span.why ?? ""),
        ]
      })
    page.paragraph(words.phasesCounted(clocks.start.clock))
    let gap = clocks.withoutWriter.map { words.measured($0.duration) } ?? words.notKnown
    page.table(
      [words.otherTimes, words.took],
      clocks.phases.others(words).map { [$0, $1.map(words.duration) ?? words.notKnown] }
        + [[words.withoutWriter, gap]])
    if let gap = clocks.withoutWriter {
      page.paragraph(
        words.writerGap(
          Markdown.code(gap.fencedBy.text), Markdown.code(gap.promotedBy.text)))
    }
  }

  private func edge(_ edge: PhaseSpan.Edge?) -> String {
    guard let edge else { return "" }
    return Markdown.cell(edge.source) + words.clause + words.exactTime(edge.at)
  }

  private func identity(_ page: inout Markdown) {
    page.heading(2, words.identityTitle)
    var rows: [(String, String)] = [
      (words.run, Markdown.code(identity.run.text)),
      (
        words.purposeTitle,
        words.purpose(identity.purpose) + (identity.variant.map { ", \($0)" } ?? "")
      ),
      (words.service, Markdown.cell(identity.service)),
      (words.owner, Markdown.cell(identity.owner ?? words.notSaid)),
      (words.reason, Markdown.cell(identity.reason ?? words.noneGiven)),
      (words.startedBy, Markdown.cell(words.on(identity.by, identity.host))),
      (words.startedTitle, time(identity.started)),
      (words.endedTitle, identity.ended.map(time) ?? words.notYetEnded),
      (words.runbook, source(identity.runbook)),
      (words.environment, source(identity.environment)),
      (
        words.plan,
        "\(Markdown.code(identity.plan)), sha256 \(Markdown.code(identity.planHash)), "
          + words.madeBy(identity.planMadeAt, Markdown.cell(identity.planMadeBy))
      ),
      (
        words.programs,
        words.programs(
          Markdown.cell(identity.planToolVersion), Markdown.cell(identity.toolVersion),
          Markdown.cell(toolVersion))
      ),
    ]
    if identity.bindsChanges {
      rows.append((words.changes, words.changesBound))
    }
    for entry in identity.parameters {
      rows.append(
        (
          "\(words.parameter) \(Markdown.code(entry.key))",
          Markdown.cell(JSONText.text(entry.value))
        ))
    }
    page.table([words.what, words.value], rows.map { [$0.0, $0.1] })
  }

  private func source(_ source: Plan.Source) -> String {
    "\(Markdown.code(source.name)), \(Markdown.code(source.path)), "
      + "sha256 \(Markdown.code(source.sha256))"
  }

  func time(_ time: Timestamp) -> String { words.time(time) }
}
