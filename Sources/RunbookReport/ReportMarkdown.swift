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
    foretold(&page)
    stepTables(&page)
    moments(&page)
    details(&page)
    participants(&page)
    footer(&page)
    return page.text
  }

  private func head(_ page: inout Markdown) {
    let kind = identity.purpose == .drill ? "Drill" : "Recovery"
    page.heading(1, "\(kind) report: \(Markdown.plain(identity.title))")
    page.paragraph("**\(Markdown.plain(headline, limit: 400))**")
    var rows = [
      row("Time to recover (RTO, RTA)", clocks.rto),
      row("Data lost (RPO, RPA)", clocks.rpo, lostBytes),
    ]
    if clocks.mtpd.target != nil {
      rows.append(row("Outage that can be borne (MTPD)", clocks.mtpd))
    }
    if let response { rows.append(row("Time to respond to the alert", response.time)) }
    page.table(["Objective", "Target", "Measured", "Result"], rows)
    let urgent = doubts.filter(\.isUrgent)
    let open = summary.waits.count
    let doubt: String =
      if let first = urgent.first {
        "**In doubt: \(urgent.count).** \(Markdown.plain(first.text, limit: 160))"
      } else if doubts.isEmpty {
        "In doubt: nothing."
      } else {
        "In doubt: nothing. Not known or not seen: \(doubts.count), listed below."
      }
    let decisions = deviations.isEmpty ? "none" : "\(deviations.count), listed below"
    let ended = identity.ended.map { "ended \(time($0))" } ?? "NOT ENDED"
    page.bullets([
      doubt,
      "Open questions to people: \(open == 0 ? "none" : "\(open)"). "
        + "Decisions that differ from the plan: \(decisions).",
      "Run \(Markdown.code(identity.run.text)) in \(Markdown.code(identity.environment.name)), "
        + "by \(Markdown.plain(identity.by)); started \(time(identity.started)), \(ended).",
    ])
  }

  private func row(_ name: String, _ result: ObjectiveResult, _ more: String = "") -> [String] {
    let margin: String =
      switch (result.verdict, result.margin) {
      case (.met, let left?): ", \(left.spoken) to spare"
      case (.missed, let left?):
        " by \(result.measured.bound == "at_least" ? "at least " : "")"
          + (.zero - left).spoken
      case (.stillCounting, let left?): ", \(left.spoken) left"
      case (.met, nil), (.missed, nil), (.stillCounting, nil), (.unknown, _), (.notRecovered, _),
        (.noTarget, _):
        ""
      }
    return [
      name, result.target?.spoken ?? "none", result.measured.words + more,
      result.verdict.words + margin,
    ]
  }

  private var lostBytes: String {
    let known = clocks.recoveryPoints.compactMap(\.bytes)
    guard !known.isEmpty, known.count == clocks.recoveryPoints.count else { return "" }
    return " (\(ByteCount.spoken(known.reduce(0) { $0 &+ $1 })))"
  }

  private func doubtful(_ page: inout Markdown) {
    page.heading(2, "In doubt and not known")
    if doubts.isEmpty { return page.paragraph("Nothing.") }
    page.bullets(
      doubts.map { doubt in
        let text = Markdown.plain(doubt.text)
        let advice = doubt.advice.map { " *What to do:* " + Markdown.plain($0.sentence) } ?? ""
        return (doubt.isUrgent ? "**\(text)**" : text) + advice
      })
    for wait in summary.waits {
      let place = wait.step.map { " at \(Markdown.code($0.text))" } ?? ""
      page.paragraph(
        "**Waits for a person\(place)** since \(time(wait.since)): "
          + Markdown.plain(wait.text.sentence))
    }
  }

  private func targets(_ page: inout Markdown) {
    page.heading(2, "Targets and clocks")
    page.bullets([
      "The recovery clock is counted \(Markdown.plain(clocks.start.definition)). "
        + "It stops \(clocks.stops).",
      "Time to recover: \(Markdown.plain(clocks.rto.why.sentence))",
      "Data lost: \(Markdown.plain(clocks.rpo.why.sentence))",
      "Outage: \(Markdown.plain(clocks.mtpd.why.sentence))",
    ])
    if let deadline = clocks.deadline {
      page.bullets([
        "Deadline of the run, \(deadline.limit.spoken): \(Markdown.plain(deadline.words.sentence)) "
          + "The recovery clock does not stop for a pause."
      ])
    }
    if !clocks.recoveryPoints.isEmpty {
      page.table(
        ["Promotion", "Lost", "Bytes", "Last commit there", "How measured"],
        clocks.recoveryPoints.map { point in
          [
            Markdown.code(point.step.text), point.loss.words,
            point.bytes.map { ByteCount.spoken($0) } ?? "unknown",
            point.lastCommitAt.map(time) ?? "unknown", Markdown.cell(point.method ?? "not said"),
          ]
        })
    }
    let phases = clocks.phases
    var rows: [(String, Duration?)] = [
      ("Outage to declaration", phases.outageToDeclared),
      ("Declaration to run start", phases.declaredToStart),
      ("Outage to run start", phases.outageToStart),
      ("Run start to first change", phases.startToFirstChange),
      ("First change to last change", phases.firstToLastChange),
      ("Last change to last critical step", phases.lastChangeToRecovered),
      ("The run, first record to last", phases.run),
      ("Of it: a person was being asked", phases.asking),
      ("Of it: stood still for people", phases.standingForPeople),
      ("Of it: no process was running it", phases.unattended),
    ]
    if phases.unattended == .zero { rows.removeLast() }
    let gap = clocks.withoutWriter?.duration.words ?? "not known"
    page.table(
      ["Phase", "Took"],
      rows.map { [$0, $1?.spoken ?? "not known"] }
        + [["Without a writable primary, as far as the run itself saw", gap]])
    if let gap = clocks.withoutWriter {
      page.paragraph(
        "Without a writable primary: from the end of \(Markdown.code(gap.fencedBy.text)) to the "
          + "end of \(Markdown.code(gap.promotedBy.text)). When the old primary stopped taking "
          + "writes before that, the run did not see.")
    }
  }

  private func identity(_ page: inout Markdown) {
    page.heading(2, "What ran")
    var rows: [(String, String)] = [
      ("Run", Markdown.code(identity.run.text)),
      ("Purpose", identity.purpose.rawValue + (identity.variant.map { ", \($0)" } ?? "")),
      ("Service", Markdown.cell(identity.service)),
      ("Owner", Markdown.cell(identity.owner ?? "not said")),
      ("Reason", Markdown.cell(identity.reason ?? "none given")),
      ("Started by", Markdown.cell("\(identity.by) on \(identity.host)")),
      ("Started", time(identity.started)),
      ("Ended", identity.ended.map(time) ?? "not ended"),
      ("Runbook", source(identity.runbook)),
      ("Environment", source(identity.environment)),
      (
        "Plan",
        "\(Markdown.code(identity.plan)), sha256 \(Markdown.code(identity.planHash)), made "
          + "\(time(identity.planMadeAt)) by \(Markdown.cell(identity.planMadeBy))"
      ),
      (
        "Programs",
        "plan \(Markdown.cell(identity.planToolVersion)), run "
          + "\(Markdown.cell(identity.toolVersion)), report \(Markdown.cell(toolVersion))"
      ),
    ]
    if identity.bindsChanges {
      rows.append(("Changes", "bound: another change than the plan's would have stopped the run"))
    }
    for entry in identity.parameters {
      rows.append(
        ("Parameter \(Markdown.code(entry.key))", Markdown.cell(JSONText.text(entry.value))))
    }
    page.table(["What", "Value"], rows.map { [$0.0, $0.1] })
  }

  private func source(_ source: Plan.Source) -> String {
    "\(Markdown.code(source.name)), \(Markdown.code(source.path)), "
      + "sha256 \(Markdown.code(source.sha256))"
  }

  func time(_ time: Timestamp) -> String {
    String(time.text(decimals: 0).dropLast().replacing("T", with: " ")) + " UTC"
  }
}
