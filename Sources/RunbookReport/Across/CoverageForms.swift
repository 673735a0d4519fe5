import RunbookEngine
package import RunbookModel

extension Coverage {
  package var json: Value { Self.shape.value(self) }
  package var jsonText: String { JSONText.text(json, style: .plain, pretty: true) + "\n" }

  package static let shape = Shape<Coverage>([
    .int("format", "The version of this form; keys may be added without a new one.") { _ in
      formatVersion
    },
    .text("runbook", "The runbook.") { $0.runbook },
    .texts("variants", "Its variants.") { $0.variants },
    .int("runs", "Runs that were looked at.") { $0.runs },
    .int("exercised", "Rows done as they now stand, well the last time.") {
      $0.count(.exercised)
    },
    .int("never", "Rows that were never done.") { $0.count(.never) },
    .int("changed_since", "Rows that do something else since they were done.") {
      $0.count(.changedSince)
    },
    .int("failed_last", "Rows that did not come to a good end the last time.") {
      $0.count(.failedLast)
    },
    .list(
      "rows", "Every step in each variant that has it.",
      Shape<Row>([
        .text("step", "The step's id, as its author wrote it.") { $0.step.text },
        .text("stage", "Its stage.") { $0.stage },
        .text("uses", "Its action.") { $0.uses },
        .maybe("variant", "The variant; null where the runbook has none.") { $0.variant },
        .word("state", "What is known of it.") { $0.state },
        .int("times", "Runs that did it, in whatever form.") { $0.times },
        .int("times_as_it_stands", "Runs that did it as it now stands.") { $0.timesAsItStands },
        .int("times_not_done", "Times that it was found in place, left out or called done.") {
          $0.timesNotDone
        },
        .maybeObject(
          "last", "The last time; as it now stands, where there is one.",
          Shape<Last>([
            .text("run", "The run's id.") { $0.run.text },
            .time("at", "When.") { $0.at },
            .text("environment", "Where.") { $0.environment },
            .word("purpose", "Drill or recovery.") { $0.purpose },
            .word("status", "How it came out.") { $0.status },
          ])
        ) { $0.last },
      ])
    ) { $0.rows },
    .list("left_out", "Runs that are not counted.", LeftOut.shape) { $0.leftOut },
  ])

  package func sheet(_ language: Language = .english) -> Sheet {
    let words = Words(language)
    var sheet = Sheet(
      title: words.coverageTitle(runbook), headline: words.coverageHeadline(self), words: words)
    let hasVariants = !variants.isEmpty
    sheet.parts.append(
      .table(
        heads: [words.step] + (hasVariants ? [words.variant] : [])
          + [words.coverageState, words.times, words.lastTime, words.environment, words.result],
        rows: rows.map { row in
          [Sheet.Cell.code(row.step.text)]
            + (hasVariants ? [Sheet.Cell(row.variant ?? "")] : [])
            + [
              Sheet.Cell(words.coverage(row.state), Self.tone(row.state)),
              Sheet.Cell("\(row.times)"),
              Sheet.Cell(row.last.map { words.time($0.at) } ?? ""),
              Sheet.Cell(
                row.last.map { "\($0.environment)\(words.comma)\(words.purpose($0.purpose))" }
                  ?? ""),
              Sheet.Cell(row.last.map { words.status($0.status) } ?? ""),
            ]
        }))
    sheet.parts.append(.paragraph(words.coverageMeans))
    sheet.parts += words.leftOut(leftOut)
    return sheet
  }

  private static func tone(_ state: State) -> Sheet.Cell.Tone {
    switch state {
    case .exercised: .good
    case .failedLast, .never: .bad
    case .changedSince: .open
    }
  }
}
