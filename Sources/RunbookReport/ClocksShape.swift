import RunbookModel

extension Clocks {
  /// The same form in reports and in `status`.
  package static let shape = Shape<Clocks>([
    .word("clock", "What starts the recovery clock: the runbook's word.") { $0.start.clock },
    .time("clock_started_at", "When it started; null where nobody said.") { $0.start.at },
    .text("clock_definition", "From when it is counted, in words.") { $0.start.definition },
    .text("clock_stops", "What stops it, in words.") { $0.stops },
    .maybeObject("recovered", "When the last critical step succeeded.", recoveryShape) {
      $0.recovered
    },
    .object("rto", "Time to recover.", ObjectiveResult.shape) { $0.rto },
    .object("rpo", "Data lost.", ObjectiveResult.shape) { $0.rpo },
    .object("mtpd", "The outage against the longest that can be borne.", ObjectiveResult.shape) {
      $0.mtpd
    },
    .list("recovery_points", "What each promotion measured.", RecoveryPoint.shape) {
      $0.recoveryPoints
    },
    .object("phases", "The time, split; null where an edge is not known.", phasesShape) {
      $0.phases
    },
    .list(
      "phase_split", "From the outage to the end of the soak: what the time went into.",
      PhaseSpan.shape
    ) { $0.split },
    .maybeObject(
      "without_writer", "From the fence to the end of the promotion, as the run itself saw it.",
      Shape<WriterGap>([
        .text("fenced_by", "The step that fenced.") { $0.fencedBy.text },
        .text("promoted_by", "The step that promoted.") { $0.promotedBy.text },
        .seconds("duration", "The time between.") { $0.duration.duration },
        .text("bound", "exactly, or at_most where the promotion's end was seen only later.") {
          $0.duration.bound
        },
      ])
    ) { $0.withoutWriter },
    .maybeObject(
      "outage", "The outage as observers saw it from outside; null where nobody watched.",
      Outage.shape
    ) { $0.outage },
    .maybeObject(
      "writers", "How many stores took writes, as seen from outside; null where nobody watched.",
      WriterClock.shape
    ) { $0.writers },
    .maybeObject(
      "deadline", "The run's own time against its deadline; null where it has none.",
      Shape<DeadlineUse>([
        .seconds("limit", "The runbook's deadline.") { $0.limit },
        .seconds("ran", "The time that counts, up to the last record.") { $0.ran },
        .seconds("paused", "The time that does not.") { $0.paused },
        .int("times_reached", "How often it was over.") { $0.timesReached },
      ])
    ) { $0.deadline },
  ])

  /// What stops the recovery clock, in words.
  package var stops: String { stops(.english) }

  func stops(_ words: Words) -> String {
    if let recovered, recovered.isSeen { return recovered.definition(words) }
    return outage == nil ? words.stopsUnwatched : words.stopsWatched
  }

  private static let recoveryShape = Shape<Recovery>([
    .time("at", "When.") { $0.at },
    .seconds("offset", "From the run's start.") { $0.offset },
    .text("step", "The step that succeeded last.") { $0.step.text },
    .flag("seen_from_outside", "Observers saw it; else it is the run's own word.") { $0.isSeen },
    .texts("on_their_word", "Critical steps that count on a person's word alone.") {
      $0.onTheirWord.map(\.text)
    },
  ])

  private static let phasesShape = Shape<Phases>([
    .seconds("outage_to_declared", "From the outage to its declaration.") { $0.outageToDeclared },
    .seconds("declared_to_start", "From the declaration to the run's start.") {
      $0.declaredToStart
    },
    .seconds("outage_to_start", "From the outage to the run's start.") { $0.outageToStart },
    .seconds("start_to_first_change", "Until the first change was begun.") {
      $0.startToFirstChange
    },
    .seconds("first_to_last_change", "Until the last change ended.") { $0.firstToLastChange },
    .seconds("last_change_to_recovered", "Until the last critical step succeeded.") {
      $0.lastChangeToRecovered
    },
    .seconds("run", "First record to last.") { $0.run },
    .seconds("asking", "At least one person was asked something.") { $0.asking },
    .seconds("standing_for_people", "Nothing but a person could move the run.") {
      $0.standingForPeople
    },
    .seconds("unattended", "No process was running the run.") { $0.unattended },
  ])
}

extension ObjectiveResult {
  static let shape = Shape<ObjectiveResult>([
    .seconds("target", "The objective; null where there is none.") { $0.target },
    .seconds("measured", "What was measured; null where that is not known.") {
      $0.measured.duration
    },
    .text("bound", "exactly, at_least, at_most or unknown: how to read it.") {
      $0.measured.bound
    },
    .word("verdict", "What follows from it.") { $0.verdict },
    .seconds("margin", "What is left of the target; negative when it was passed.") { $0.margin },
    .text("why", "What the verdict rests on.") { $0.why },
  ])
}

extension RecoveryPoint {
  static let shape = Shape<RecoveryPoint>([
    .text("step", "The step that measured it.") { $0.step.text },
    .seconds("loss", "Data age at the moment of loss; null where it is not known.") {
      $0.loss.duration
    },
    .text("bound", "exactly, at_least, at_most or unknown: how to read it.") { $0.loss.bound },
    .maybeInt("bytes", "Data that the new primary has not.") { $0.bytes.map { Int($0) } },
    .maybe("method", "How it was measured.") { $0.method },
    .time("last_commit_at", "The last transaction that the new primary has.") { $0.lastCommitAt },
  ])
}
