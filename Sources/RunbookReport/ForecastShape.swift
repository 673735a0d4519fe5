package import RunbookForecast
package import RunbookModel

extension TimeForecast {
  /// The JSON form: of `plan`, `forecast` and `status`, and the report's.
  package static let shape = Shape<TimeForecast>([
    .int("format", "The version of this form; keys may be added without a new one.") { $0.format },
    .int("simulated_runs", "So many runs were simulated; nothing fails in them.") {
      $0.simulatedRuns
    },
    .object("finish", "To the end of the last critical step, from the forecast on.", range) {
      $0.finish
    },
    .object("end", "To the end of all steps.", range) { $0.end },
    .seconds("rto", "The objective.") { $0.rto },
    .seconds("passed", "What the RTO's clock showed when the forecast was made.") {
      $0.passed.time
    },
    .flag("passed_is_least", "When that clock began is not known: it showed at least that.") {
      $0.passed.isLeast
    },
    .fraction("chance", "Share of the simulated runs that meet the RTO, if nothing fails.") {
      $0.chance
    },
    .fraction("chance_of_no_failure", "Share of earlier runs in which no critical step failed.") {
      $0.chanceOfNoFailure
    },
    .fraction("chance_with_failures", "Both together: every failure counts as a miss.") {
      $0.chanceWithFailures
    },
    .word("outlook", "What that says of the objective.") { $0.outlook },
    .texts("critical_path", "Steps that the finish waited for in most simulated runs.") {
      $0.criticalPath.map(\.text)
    },
    .texts("without_people", "Questions whose answer's time is not known, and not counted.") {
      $0.withoutPeople.map(\.text)
    },
    .list("stages", "The stages in their order.", stage) { $0.stages },
    .list("steps", "Every step in the order of the plan.", step) { $0.steps },
  ])

  package var json: Value { Self.shape.value(self) }

  package static let range = Shape<Percentiles>([
    .seconds("p50", "Half of the simulated runs take at most that.") { $0.p50 },
    .seconds("p95", "19 of 20 take at most that.") { $0.p95 },
  ])

  private static let stage = Shape<StageTime>([
    .text("name", "The stage's name.") { $0.stage },
    .seconds("budget", "Its part of the recovery time objective.") { $0.budget },
    .object("takes", "Its own time.", range) { $0.takes },
    .object("end", "To its end, from the forecast on.", range) { $0.end },
    .fraction("chance_within_budget", "Share of the simulated runs that keep the budget.") {
      $0.chance
    },
  ])

  private static let step = Shape<StepTime>([
    .text("id", "The step's id.") { $0.step.text },
    .object("work", "Its own work.", range) { $0.work },
    .maybeObject(
      "answer", "People's time to answer; null where unknown, or nobody is asked.", range
    ) { $0.answer },
    .word("basis", "What the figure of its work rests on.") { $0.basis },
    .int("runs", "How many earlier runs that is.") { $0.runs },
    .maybe("elsewhere", "The environment of those runs, where it is another one.") {
      $0.elsewhere
    },
    .int("redefined", "Earlier runs of the step with another definition: not counted.") {
      $0.redefined
    },
    .int("failed", "In so many earlier runs it failed.") { $0.failed },
    .int("begun", "Of so many in which it began.") { $0.begun },
    .fraction("criticality", "Share of the simulated runs in which the finish waited for it.") {
      $0.criticality
    },
  ])
}

extension Help {
  package static let shape = Shape<Help>([
    .word("kind", "What would be done.") { $0.kind },
    .text("step", "To which step.") { $0.step.text },
    .texts("without", "What it would no longer wait for.") { $0.without.map(\.text) },
    .seconds("gain_p50", "So much earlier would the middle finish be.") { $0.gainP50 },
    .seconds("gain_p95", "So much earlier would the late finish be.") { $0.gainP95 },
    .fraction("chance", "Share of the simulated runs that would meet the RTO.") { $0.chance },
  ])
}

extension Shape.Field {
  /// 0 to 1.
  static func fraction(
    _ name: String, _ summary: String, _ read: @escaping @Sendable (Source) -> Double?
  ) -> Self {
    let schema: Value = ["type": ["number", "null"], "minimum": 0, "maximum": 1]
    return Self(name: name, schema: schema, summary: summary) {
      read($0).map(Value.double) ?? .null
    }
  }
}
