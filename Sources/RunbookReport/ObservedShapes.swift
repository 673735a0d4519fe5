import RunbookEngine
import RunbookModel

extension Outage {
  static let shape = Shape<Outage>([
    .time("onset_at", "The first sample that was not good; null where all were.") { $0.onsetAt },
    .seconds("onset", "The same, from the run's start.") { $0.onset },
    .seconds(
      "last_good", "The last good sample before it; null: it was not good from the first on."
    ) {
      $0.lastGood
    },
    .seconds("first_good", "The first good sample after the onset.") { $0.firstGood },
    .time("lasting_at", "Since when it stayed good; null where that was not seen.") {
      $0.lastingAt
    },
    .seconds("lasting", "The same, from the run's start.") { $0.lasting },
    .seconds("soak_ended", "When it had stayed good for long enough.") { $0.soakEnded },
    .int("relapses", "How often it was not good again after it had been.") { $0.relapses },
    .seconds("good", "The time in which it was seen to be good.") { $0.good },
    .seconds("bad", "The time in which it was seen to be bad.") { $0.bad },
    .seconds("unknown", "The time in which nobody could tell.") { $0.unknown },
  ])
}

extension WriterClock {
  static let shape = Shape<WriterClock>([
    .seconds("none", "No store was seen to take writes.") { $0.none },
    .seconds("one", "One did.") { $0.one },
    .seconds("several", "More than one did.") { $0.several },
    .seconds("unknown", "Nobody could tell.") { $0.unknown },
    .time("several_at", "When more than one was first seen; null where never.") { $0.severalAt },
  ])
}

extension ObservedService.Track {
  static let shape = Shape<ObservedService.Track>([
    .text("observer", "Its id.") { $0.observer.name },
    .text("uses", "The check that takes its samples.") { $0.observer.check.uses },
    .maybeWord("decides", "What its answer counts for.") { $0.observer.decides },
    .seconds("every", "From one sample to the next.") { $0.observer.every },
    .int("good", "Samples that were good.") { $0.samples.good },
    .int("bad", "Samples that were bad.") { $0.samples.bad },
    .int("unknown", "Samples that could not be taken.") { $0.samples.unknown },
    .int("missed", "Times at which none was taken.") { $0.samples.missed },
    .seconds("latency_p50", "Half of the good answers took no longer than this.") {
      $0.latency.bound(share: 0.5)
    },
    .seconds("latency_p95", "Of 20 good answers 19 took no longer than this.") {
      $0.latency.bound(share: 0.95)
    },
    .int("dropped_spans", "Changes of the answer that are not listed.") { $0.droppedSpans },
    .list("spans", "What it answered, from one change to the next.", ObservedService.Span.shape) {
      $0.spans
    },
  ])
}

extension ObservedService.Span {
  static let shape = Shape<ObservedService.Span>([
    .word("state", "good, bad or unknown.") { $0.state },
    .maybe("answered_by", "Who answered, as far as the check can tell.") { $0.answeredBy },
    .text("saw", "What was seen.") { $0.saw },
    .time("at", "The first sample that gave it.") { $0.at },
    .seconds("from", "The same, from the run's start.") { $0.from },
    .seconds("after", "The last sample that gave the answer before it.") { $0.after },
  ])
}
