import RunbookEngine
import RunbookModel

extension Report.StepResult {
  /// Output in JSON is cut to this many bytes a step; what was cut is counted.
  static let outputLimit = 64 * 1024

  static let shape = Shape<Report.StepResult>([
    .text("id", "The step's id.") { $0.id.text },
    .maybe("title", "Its title.") { $0.title },
    .maybe("owner", "Who owns it.") { $0.owner },
    .text("stage", "The stage that it belongs to.") { $0.stage },
    .text("uses", "The action.") { $0.uses },
    .maybeWord("kind", "check, change or person.") { Kind(rawValue: $0.kind.rawValue) },
    .flag("critical", "Its failure fails the run.") { $0.isCritical },
    .word("status", "Where it stands.") { $0.status },
    .int("attempts", "Attempts at the change or the check.") { $0.attempts },
    .time("started_at", "Its first command.") { $0.started },
    .time("ended_at", "Where its present state was reached; null while it goes on.") { $0.ended },
    .seconds("duration", "From one to the other.") { $0.duration },
    .seconds("worked", "Its own commands on the way forward: without people, delays and undo.") {
      $0.worked
    },
    .seconds("expected", "What the plan expected.") { $0.expected },
    .word("planned_status", "What the plan said of it.") { $0.forecast.status },
    .text("planned", "The same in one sentence.") { $0.forecast.summary },
    .maybeWord("planned_fidelity", "How far the plan's change was proven.") {
      $0.forecast.preview?.fidelity
    },
    .texts("saw", "What was seen just before the change.") { $0.preview?.saw ?? [] },
    .texts("does", "The change as shown just before it was made.") { $0.preview?.does ?? [] },
    .texts("warnings", "What the reader was told to think about.") { $0.preview?.warnings ?? [] },
    .text("result", "One sentence: the evidence, or why it failed or was left out.") { $0.result },
    .maybe("advice", "What to do next.") { $0.advice },
    .maybeWord("failure_kind", "What kind of failure it was.") { $0.failureKind },
    .map("facts", "What was measured.") { $0.facts },
    .maybe("output", "What the other side wrote, masked and bounded.") {
      $0.output.map { String($0.utf8Prefix(outputLimit)) }
    },
    .int("output_cut_bytes", "Bytes of output that are not here.") { step in
      step.droppedBytes + max(0, (step.output?.utf8.count ?? 0) - outputLimit)
    },
    .list("acts", "Every command with its ending.", Report.Act.shape) { $0.acts },
  ])

  private enum Kind: String, CaseIterable {
    case check
    case change
    case person
  }
}

extension Report.Act {
  static let shape = Shape<Report.Act>([
    .word("kind", "What was begun.") { $0.kind },
    .int("attempt", "Of which attempt.") { $0.attempt },
    .time("began_at", "When it was begun.") { $0.began },
    .int("began_seq", "The record that released it.") { $0.beganSeq },
    .time("ended_at", "When it ended; null while it has not.") { $0.ended },
    .maybeInt("ended_seq", "The record that says so.") { $0.endedSeq },
    .seconds("duration", "From one to the other.") { $0.duration },
    .word("ending", "How it ended.") { $0.ending },
    .text("text", "One sentence.") { $0.text },
    .list(
      "answers", "What people said to it.",
      Shape<Report.Answer>([
        .text("by", "Who.") { $0.by },
        .time("at", "When.") { $0.at },
        .text("decision", "approve or decline.") { $0.decision.rawValue },
        .maybe("reason", "Why, in their words.") { $0.reason },
      ])
    ) { $0.answers },
  ])
}

extension String {
  /// At most so many bytes, cut between characters.
  func utf8Prefix(_ limit: Int) -> Substring {
    guard utf8.count > limit else { return self[...] }
    var end = utf8.index(startIndex, offsetBy: limit)
    while end > startIndex, end.samePosition(in: unicodeScalars) == nil {
      end = utf8.index(before: end)
    }
    return self[..<end]
  }
}
