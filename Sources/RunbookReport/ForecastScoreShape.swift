import RunbookForecast
import RunbookModel

extension ForecastScore {
  static let shape = Shape<ForecastScore>([
    .time("made_at", "When it was made.") { $0.madeAt },
    .texts("earlier_runs", "The runs that it rests on.") { $0.earlierRuns.map(\.text) },
    .object("foretold", "The forecast as it was made.", TimeForecast.shape) { $0.foretold },
    .seconds("took", "To the end of the last critical step; null where it did not recover.") {
      $0.took
    },
    .seconds("not_foretold", "Of it, standing for answers that the forecast left out.") {
      $0.notForetold
    },
    .word("verdict", "Where what came lies in what was foretold.") { $0.verdict },
    .maybeFlag("met", "Whether the RTO was met; null where that is not known.") { $0.met },
    .fraction("squared_error", "The square of chance minus what came (Brier score).") {
      $0.squaredError
    },
    .seconds("warned_after", "From the run's start to the first forecast that saw it at risk.") {
      $0.warnedAfter
    },
    .list("stages", "The stages that were foretold.", part) { $0.stages },
    .list("steps", "The steps that were foretold.", part) { $0.steps },
    .list("course", "The forecast on the way, made again from the records.", point) {
      $0.course ?? []
    },
  ])

  private static let part = Shape<Part>([
    .text("name", "The stage's name or the step's id.") { $0.name },
    .object("foretold", "Its time as foretold; for a step, its own work.", TimeForecast.range) {
      $0.foretold
    },
    .seconds("took", "What it took; null where that was not measured.") { $0.took },
    .word("verdict", "Where that lies in what was foretold.") { $0.verdict },
    .maybeWord("basis", "For a step: what the figure rested on.") { $0.basis },
    .int("runs", "How many earlier runs that was.") { $0.runs },
    .fraction("criticality", "For a step: share of simulated runs that waited for it.") {
      $0.criticality
    },
    .seconds("budget", "For a stage: its budget.") { $0.budget },
  ])

  private static let point = Shape<Point>([
    .seconds("offset", "From the run's start.") { $0.offset },
    .object("finish", "The finish foretold then, from the run's start.", TimeForecast.range) {
      $0.finish
    },
    .fraction("chance", "The chance of meeting the RTO foretold then.") { $0.chance },
    .word("outlook", "What that said of the objective.") { $0.outlook },
  ])
}

extension Shape.Field {
  static func maybeFlag(
    _ name: String, _ summary: String, _ read: @escaping @Sendable (Source) -> Bool?
  ) -> Self {
    Self(name: name, schema: ["type": ["boolean", "null"]], summary: summary) {
      read($0).map(Value.bool) ?? .null
    }
  }
}
