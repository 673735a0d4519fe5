import RunbookEngine
package import RunbookModel

extension RunComparison {
  package var json: Value { Self.shape.value(self) }
  package var jsonText: String { JSONText.text(json, style: .plain, pretty: true) + "\n" }

  package static let shape = Shape<RunComparison>([
    .int("format", "The version of this form; keys may be added without a new one.") { _ in
      formatVersion
    },
    .text("runbook", "The runbook of all of them.") { $0.runbook },
    .list(
      "runs", "The runs, in the order in which they were named.",
      Shape<Run>([
        .text("run", "The run's id.") { $0.run.text },
        .time("started_at", "When it started.") { $0.started },
        .word("purpose", "Drill or recovery.") { $0.purpose },
        .text("environment", "Where.") { $0.environment },
        .maybe("variant", "The runbook's variant.") { $0.variant },
        .maybeWord("outcome", "How it ended; null while it has not.") { $0.outcome },
        .text("headline", "The outcome in one sentence.") { $0.headline },
        .object("rto", "Time to recover.", ObjectiveResult.shape) { $0.rto },
        .object("rpo", "Data lost.", ObjectiveResult.shape) { $0.rpo },
        .text("runbook_sha256", "SHA-256 of the runbook's file as it was then.") {
          $0.runbookHash
        },
        .int("deviations", "Decisions that differ from the plan.") { $0.deviations },
        .int("attempts", "Attempts of all steps together.") { $0.attempts },
      ])
    ) { $0.runs },
    .list(
      "phases", "Phases that are known of at least one run.",
      Shape<Row>([
        .word("name", "As in the report.") { $0.name },
        .numbers("seconds", "For each run; null where it is not known.") { $0.values },
        .seconds("difference", "From the first run to the last.") { $0.difference },
      ])
    ) { $0.phases },
    .list(
      "steps", "Every step of any of them.",
      Shape<Step>([
        .text("id", "The step's id.") { $0.id.text },
        .word("presence", "Whether all have it, and whether it does the same.") { $0.presence },
        .numbers("seconds", "For each run; null where it is not known.") {
          $0.cells.map { $0?.duration }
        },
        .texts("statuses", "For each run; 'absent' where its plan has no such step.") {
          $0.cells.map { $0?.status.rawValue ?? "absent" }
        },
        .seconds("difference", "From the first run to the last.") { $0.difference },
      ])
    ) { $0.steps },
  ])

  package func sheet(_ language: Language = .english) -> Sheet {
    let words = Words(language)
    var sheet = Sheet(
      title: words.comparisonTitle(runbook), headline: words.comparisonHeadline(self),
      words: words)
    let names = runs.enumerated().map { number, run in
      "\(number + 1): \(run.run.text)"
    }
    sheet.parts = [
      .section(words.runsTitle), .table(heads: [words.what] + names, rows: facts(words)),
    ]
    sheet.parts += [
      .section(words.phasesTitle),
      .table(
        heads: [words.phase] + names + [words.difference],
        rows: phases.filter { !$0.name.isOlder }.map { row in
          [Sheet.Cell(row.name.name(words))]
            + row.values.map { Sheet.Cell($0.map(words.duration) ?? words.notKnown) }
            + [Sheet.Cell(words.change(row.difference))]
        }),
      .section(words.stepsTitle),
      .table(
        heads: [words.step] + names + [words.difference, words.presenceTitle],
        rows: steps.map { step in
          [.code(step.id.text)]
            + step.cells.map { cell in
              Sheet.Cell(
                cell.map { words.cell($0) } ?? "–",
                cell.map { $0.status == .succeeded ? .plain : .open } ?? .plain)
            }
            + [
              Sheet.Cell(words.change(step.difference)), Sheet.Cell(words.presence(step.presence)),
            ]
        }),
    ]
    return sheet
  }

  private func facts(_ words: Words) -> [[Sheet.Cell]] {
    func row(_ name: String, _ cell: (Run) -> Sheet.Cell) -> [Sheet.Cell] {
      [Sheet.Cell(name)] + runs.map(cell)
    }
    return [
      row(words.startedTitle) { Sheet.Cell(words.time($0.started)) },
      row(words.purposeTitle) {
        Sheet.Cell(words.purpose($0.purpose) + ($0.variant.map { ", \($0)" } ?? ""))
      },
      row(words.environment) { .code($0.environment) },
      row(words.result) {
        Sheet.Cell(words.outcome($0.outcome), $0.outcome == .succeeded ? .good : .bad)
      },
      row("RTA") { Self.cell($0.rto, "RTO", words) },
      row("RPA") { Self.cell($0.rpo, "RPO", words) },
      row(words.attempts) { Sheet.Cell("\($0.attempts)") },
      row(words.deviationsTitle) { Sheet.Cell("\($0.deviations)") },
      row(words.runbook + " sha256") { .code(String($0.runbookHash.prefix(12))) },
    ]
  }

  static func cell(_ result: ObjectiveResult, _ name: String, _ words: Words) -> Sheet.Cell {
    let target = result.target.map { words.brackets("\(name) \(words.duration($0))") } ?? ""
    return Sheet.Cell(
      "\(words.measured(result.measured)): \(words.verdict(result.verdict))\(target)",
      .of(result.verdict))
  }
}

extension Shape.Field {
  /// Seconds, one for each of several runs.
  static func numbers(
    _ name: String, _ summary: String, _ read: @escaping @Sendable (Source) -> [Duration?]
  ) -> Self {
    let schema: Value = ["type": "array", "items": ["type": ["number", "null"]]]
    return Self(name: name, schema: schema, summary: summary) {
      .list(read($0).map { $0.map { .double($0.inSeconds) } ?? .null })
    }
  }
}
