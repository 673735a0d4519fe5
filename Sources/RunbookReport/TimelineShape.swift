import RunbookModel

extension TimelineEntry {
  package static let shape = Shape<TimelineEntry>([
    .maybeInt("seq", "The record; null for what was only stated.") { $0.seq },
    .time("at", "Wall-clock time.") { $0.at },
    .seconds("offset", "From the run's start; negative before it.") { $0.offset },
    .word("kind", "What it is.") { $0.kind },
    .maybe("step", "The step that it is about.") { $0.step?.text },
    .text("actor", "A person's name, or lifeboat.") { $0.actor },
    .text("text", "What happened.") { $0.text },
  ])
}
