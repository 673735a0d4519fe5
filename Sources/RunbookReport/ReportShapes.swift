import RunbookEngine
package import RunbookModel

extension Report {
  /// The whole report as one value for programs; `format` says which version of the form it is.
  package var json: Value { Self.shape.value(self) }

  /// The JSON text, indented, with a line end.
  package var jsonText: String { JSONText.text(json, style: .plain, pretty: true) + "\n" }

  /// The JSON Schema of `json`.
  package static var jsonSchema: Value {
    var schema: ValueMap = [
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": .string("Lifeboat run report, format \(formatVersion)"),
    ]
    for entry in shape.schema.map ?? [:] { schema[entry.key] = entry.value }
    return .map(schema)
  }

  package static let shape = Shape<Report>([
    .int("format", "The version of this form; keys may be added without a new one.") { _ in
      formatVersion
    },
    .text("tool_version", "The program that made the report.") { $0.toolVersion },
    .time("generated_at", "The last record's time, unless another was given.") { $0.generatedAt },
    .text("headline", "The outcome in one sentence.") { $0.headline },
    .word("state", "Where the run stands, as far as the records say.") { $0.summary.state },
    .maybeWord("outcome", "How it ended; null while it has not.") { $0.summary.outcome },
    .object("identity", "What ran, where, by whom.", identityShape) { $0.identity },
    .object("clocks", "Targets, what was measured, and from when to when.", Clocks.shape) {
      $0.clocks
    },
    .maybeObject(
      "incident", "What was said of the incident, and the time to respond; null where nothing was.",
      Response.shape
    ) { $0.response },
    .list(
      "incidents", "The incidents that the run belongs to, as their own journals tell them.",
      Shape<KeptIncident>([
        .text("incident", "Its id.") { $0.id },
        .maybeObject(
          "report", "What is kept of it; null where it cannot be read.",
          IncidentReport.shape
        ) { if case .read(let report) = $0 { report } else { nil } },
        .maybe("problem", "Why it cannot be read.") {
          if case .unreadable(_, let why) = $0 { why } else { nil }
        },
      ])
    ) { $0.incidents },
    .list("doubts", "What is in doubt or not known, the most urgent first.", doubtShape) {
      $0.doubts
    },
    .list("waits", "What only a person can move.", RunSummary.waitShape) { $0.summary.waits },
    .list("deviations", "What people decided otherwise than planned.", deviationShape) {
      $0.deviations
    },
    .list("not_run", "What was left out, and why.", notRunShape) { $0.notRun },
    .object("undo", "What was taken back and what stands.", undoShape) { $0.undo },
    .list("observations", "Sentences made from figures alone.", observationShape) {
      $0.observations
    },
    .maybeObject("forecast", "What was foretold, and what came.", ForecastScore.shape) {
      $0.forecast
    },
    .object("counts", "Steps by where they stand.", countsShape) { $0.counts },
    .list("stages", "The stages in their order.", stageShape) { $0.stages },
    .list("steps", "Every step of the plan in its order.", StepResult.shape) { $0.steps },
    .list("people", "Who did what.", participantShape) { $0.people },
    .list("timeline", "Every moment, in the order recorded.", TimelineEntry.shape) { $0.timeline },
    .object("integrity", "What is known of the journal that this was made from.", integrityShape) {
      $0.integrity
    },
    .text("verify_command", "Checks that journal.") { $0.verifyCommand },
    .object(
      "time_range", "Which level's range of times what was measured lies in; no level is claimed.",
      TimeRange.shape
    ) { TimeRange($0.clocks) },
  ])

  package var verifyCommand: String { "lifeboat audit verify \(identity.run)" }

  private static let sourceShape = Shape<Plan.Source>([
    .text("name", "Its id.") { $0.name },
    .text("path", "The file that was read.") { $0.path },
    .text("sha256", "SHA-256 of the file's bytes.") { $0.sha256 },
  ])

  private static let identityShape = Shape<Identity>([
    .text("run", "The run's id.") { $0.run.text },
    .word("purpose", "Drill or recovery.") { $0.purpose },
    .maybe("variant", "The runbook's variant.") { $0.variant },
    .maybe("predecessor", "The run of another variant that this one continues.") {
      $0.predecessor?.text
    },
    .maybe("successor", "The run that was named to continue this one as another variant.") {
      $0.successor?.text
    },
    .text("title", "The runbook's title.") { $0.title },
    .text("service", "The service recovered.") { $0.service },
    .maybe("owner", "Who owns the runbook.") { $0.owner },
    .text("plan", "The plan's id.") { $0.plan },
    .text("plan_sha256", "SHA-256 of the plan as stored beside the journal.") { $0.planHash },
    .time("plan_made_at", "When the plan was made.") { $0.planMadeAt },
    .text("plan_made_by", "Who made it.") { $0.planMadeBy },
    .text("plan_tool_version", "The program that made it.") { $0.planToolVersion },
    .flag("plan_binds_changes", "Another change than the plan's stops the run.") {
      $0.bindsChanges
    },
    .object("runbook", "The runbook's file.", sourceShape) { $0.runbook },
    .object("environment", "The environment's file.", sourceShape) { $0.environment },
    .map("parameters", "What whoever started it gave.") { $0.parameters },
    .maybe("reason", "Why it was started.") { $0.reason },
    .text("started_by", "Who started it.") { $0.by },
    .text("host", "On which machine.") { $0.host },
    .text("tool_version", "The program that opened the run.") { $0.toolVersion },
    .time("started_at", "The first record's time.") { $0.started },
    .time("ended_at", "The closing record's time; null while it has not ended.") { $0.ended },
    .int("records", "Records in the journal.") { $0.records },
  ])

  private static let doubtShape = Shape<Doubt>([
    .word("kind", "record, state: look now. figure: not measured. limit: not visible to a run.") {
      $0.kind
    },
    .maybe("step", "The step that it is about.") { $0.step?.text },
    .text("text", "One sentence or two.") { $0.text },
    .maybe("advice", "What to do next.") { $0.advice },
  ])

  private static let deviationShape = Shape<Deviation>([
    .word("kind", "What was decided or happened.") { $0.kind },
    .maybe("step", "The step that it is about.") { $0.step?.text },
    .text("by", "Who decided it.") { $0.by },
    .time("at", "When.") { $0.at },
    .maybe("reason", "Why, in their words.") { $0.reason },
    .text("effect", "What it led to.") { $0.effect },
  ])

  private static let notRunShape = Shape<NotRun>([
    .text("step", "The step's id.") { $0.step.text },
    .word("kind", "Why it was left out.") { $0.kind },
    .maybe("cause", "The step that is the cause.") { $0.cause?.text },
    .text("text", "One sentence.") { $0.text },
  ])

  private static let undoShape = Shape<UndoSection>([
    .list(
      "undone", "Changes that were taken back.",
      Shape<UndoSection.Undone>([
        .text("step", "The step's id.") { $0.step.text },
        .time("at", "When it was taken back.") { $0.at },
        .seconds("duration", "How long that took.") { $0.duration },
        .text("evidence", "What was seen.") { $0.evidence },
      ])
    ) { $0.undone },
    .list(
      "standing", "Changes that stand, or may.",
      Shape<UndoSection.Standing>([
        .text("step", "The step's id.") { $0.step.text },
        .flag("certain", "False: it may have been made; nobody could see.") { $0.isCertain },
        .texts("does", "The change as shown before it was made.") { $0.does },
        .maybe("cannot_undo", "Why undo stops at it; null where it would take it back.") {
          $0.cannotUndo
        },
      ])
    ) { $0.standing },
    .maybe("because", "Why changes were undone.") { $0.because },
  ])

  private static let observationShape = Shape<Observation>([
    .word("kind", "What it is about.") { $0.kind },
    .maybe("step", "The step that it is about.") { $0.step?.text },
    .text("text", "One sentence.") { $0.text },
  ])

  private static let countsShape = Shape<Counts>([
    .int("total", "All steps of the plan; the keys down to under_way add up to it.") { $0.total },
    .int("succeeded", "Succeeded, or counted as done.") { $0.succeeded },
    .int("failed", "Failed.") { $0.failed },
    .int("failed_ignored", "Failed, but not critical.") { $0.failedIgnored },
    .int("in_doubt", "Not known whether the change is in place.") { $0.inDoubt },
    .int("undone", "Taken back.") { $0.undone },
    .int("undo_failed", "Could not be taken back.") { $0.undoFailed },
    .int("skipped", "Left out by a condition or a person.") { $0.skipped },
    .int("excluded", "Left out by the variant.") { $0.excluded },
    .int("not_run", "The run ended before it was their turn.") { $0.notRun },
    .int("not_started", "Their turn has not come yet.") { $0.notStarted },
    .int("under_way", "Going on, or a person is asked.") { $0.underWay },
    .int("already_in_place", "Of the succeeded: nothing had to be done.") { $0.alreadyInPlace },
    .int("marked_done", "Of the succeeded: on a person's word.") { $0.markedDone },
    .int("skipped_by_person", "Of the skipped: a person decided it.") { $0.skippedByPerson },
    .int("timed_out", "Of the failed: their time ran out.") { $0.timedOut },
    .int("retried", "Steps with more than one attempt.") { $0.retried },
    .int("attempts", "Attempts of all steps together.") { $0.attempts },
  ])

  private static let stageShape = Shape<StageResult>([
    .text("name", "The stage's name.") { $0.name },
    .maybe("title", "Its title.") { $0.title },
    .seconds("budget", "Its part of the recovery time objective.") { $0.budget },
    .time("started_at", "When its first step began.") { $0.started },
    .time("ended_at", "When its last step ended.") { $0.ended },
    .seconds("duration", "From one to the other.") { $0.duration },
  ])

  private static let participantShape = Shape<Participant>([
    .text("name", "Who.") { $0.name },
    .texts("roles", "Roles that the environment gives them.") { $0.roles },
    .texts("did", "What they did.") { $0.did },
  ])

  private static let integrityShape = Shape<IntegrityFacts>([
    .text("root_hash", "Root of the Merkle tree over the records.") { $0.rootHash },
    .int("records", "Records under that root.") { $0.records },
    .int("bytes", "The journal's size.") { $0.bytes },
    .maybe("signed_by", "The key that signed the last checkpoint.") { $0.signedBy },
    .text("verification", "verified, not_verified or failed.") { $0.word },
    .maybe("verification_text", "Why it was not verified, or what is wrong.") { $0.explanation },
  ])
}

extension IntegrityFacts {
  var word: String {
    switch verification {
    case .verified: "verified"
    case .notVerified: "not_verified"
    case .failed: "failed"
    }
  }

  var explanation: String? {
    switch verification {
    case .verified: nil
    case .notVerified(let why), .failed(let why): why
    }
  }
}
