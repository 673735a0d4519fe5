import RunbookEngine
import RunbookForecast
package import RunbookModel

extension RunSummary {
  /// The run as one value for programs, in `runs` and `status`.
  package var json: Value { Self.shape.value(self) }

  package static let shape = Shape<RunSummary>([
    .text("run", "The run's id.") { $0.run.text },
    .text("runbook", "The runbook's id.") { $0.runbook },
    .text("title", "Its title.") { $0.title },
    .text("service", "The service recovered.") { $0.service },
    .text("environment", "Where.") { $0.environment },
    .word("purpose", "Drill or recovery.") { $0.purpose },
    .maybe("variant", "The runbook's variant.") { $0.variant },
    .maybe("predecessor", "The run of another variant that this one continues.") {
      $0.predecessor?.text
    },
    .maybe("successor", "The run that was named to continue this one as another variant.") {
      $0.successor?.text
    },
    .text("started_by", "Who started it.") { $0.startedBy },
    .word("state", "Where it stands, as far as the records say.") { $0.state },
    .maybeWord("outcome", "How it ended; null while it has not.") { $0.outcome },
    .time("started_at", "The first record's time.") { $0.started },
    .time("ended_at", "The closing record's time; null while it has not ended.") { $0.ended },
    .seconds("duration", "To its end, to now, or to the last record.") { $0.duration },
    .object("clocks", "Targets and what was measured.", Clocks.shape) { $0.clocks },
    .int("steps", "Steps that the variant does not leave out.") { $0.stepCount },
    .int("settled", "Of these: nothing waits for them any more.") { $0.settledCount },
    .list(
      "current", "What goes on.",
      Shape<Current>([
        .text("step", "The step's id.") { $0.step.text },
        .word("status", "Where it stands.") { $0.status },
        .int("attempt", "In which attempt.") { $0.attempt },
        .time("since", "Since when.") { $0.since },
      ])
    ) { $0.current },
    .list("waits", "What only a person can move.", waitShape) { $0.waits },
    .maybeObject(
      "trouble", "The first step that stopped it.",
      Shape<Trouble>([
        .text("step", "The step's id.") { $0.step.text },
        .text("text", "What happened.") { $0.text },
        .maybe("advice", "What to do next.") { $0.advice },
      ])
    ) { $0.trouble },
    .maybeObject("forecast", "What lies ahead; null where nothing is foretold.", ahead) {
      $0.forecast
    },
  ])

  /// A forecast without its stages and steps: it is asked for every second.
  private static let ahead = Shape<TimeForecast>(
    TimeForecast.shape.fields.filter { $0.name != "stages" && $0.name != "steps" })

  static let waitShape = Shape<Wait>([
    .word("kind", "What is needed: an approval, a task, a decision, a confirmation, or to resume.")
    { $0.kind },
    .maybe("step", "The step that it is about.") { $0.step?.text },
    .text("text", "What is asked.") { $0.text },
    .texts("instructions", "What to do or to think about.") { $0.instructions },
    .time("since", "Since when.") { $0.since },
    .maybe("role", "Who may answer.") { $0.role },
    .texts("approved_by", "Who has said yes already.") { $0.approvedBy },
    .int("needed", "How many must.") { $0.needed },
    .time("until", "When the question expires.") { $0.until },
  ])
}
