import RunbookEngine
import RunbookFormat
import RunbookModel
import RunbookSimulation

/// What came out of rehearsals, for people: a line each, and of those that failed what was expected, what happened, and
/// the story around it.
struct RehearsalText {
  let console: Console
  let tellsAll: Bool

  /// A story of no more lines is told whole.
  private static let shortStory = 30

  func text(_ rehearsals: Rehearsals) -> String {
    var lines: [String] = []
    for runbook in rehearsals.runbooks {
      let name = runbook.runbook.name
      guard !runbook.played.isEmpty else {
        lines += ["\(console.styled(name, .strong)) has no rehearsals.", ""]
        continue
      }
      lines.append("\(console.styled(name, .strong)): \(runbook.runbook.title)")
      let width = runbook.played.map { ($0.plan.variant ?? "").count }.max() ?? 0
      for played in runbook.played { lines += self.lines(of: played, width) }
      lines.append("")
    }
    lines.append(count(rehearsals) + " In a model: nothing real was touched or looked at.")
    return lines.joined(separator: "\n")
  }

  private func count(_ rehearsals: Rehearsals) -> String {
    let all = rehearsals.all.count
    let failed = rehearsals.failed
    let noun = all == 1 ? "1 rehearsal" : "\(all) rehearsals"
    return failed == 0 ? "\(noun) passed." : "\(noun): \(all - failed) passed, \(failed) failed."
  }

  private func lines(of played: Rehearsals.Played, _ width: Int) -> [String] {
    let variant = played.plan.variant ?? ""
    let time = played.run.took.spoken
    let word = played.run.hasPassed ? "  passed  " : console.styled("  FAILED  ", .bad)
    let first =
      word + time.padded(to: 11) + "  " + (width == 0 ? "" : variant.padded(to: width) + "  ")
      + played.rehearsal.name
    guard !played.run.hasPassed || tellsAll else { return [first] }
    var lines = [first, "          \(played.file.path)"]
    for mismatch in played.run.mismatches {
      lines.append("          expected  \(mismatch.expected)")
      lines.append("          happened  \(mismatch.happened)")
    }
    lines.append("")
    lines += story(of: played).map { "          " + $0 }
    lines.append("")
    return lines
  }

  private func story(of played: Rehearsals.Played) -> [String] {
    let about = Set(played.run.mismatches.flatMap(\.steps))
    let told = played.run.account.story.compactMap(\.text)
    let width = min(told.compactMap { $0.step?.text.count }.max() ?? 0, 32)
    var lines: [String] = []
    var left = 0
    for index in told.indices {
      let isNear =
        told.count <= Self.shortStory || tellsAll || index == 0 || index >= told.count - 5
        || told[max(0, index - 2)...min(told.count - 1, index + 2)].contains {
          $0.step.map(about.contains) ?? false
        }
      guard isNear else {
        left += 1
        continue
      }
      if left > 0 { lines.append("  ... \(left) more") }
      left = 0
      let line = told[index]
      let mark = line.step.map(about.contains) ?? false ? "> " : "  "
      lines.append(
        mark + "T+\(line.at.spoken)".padded(to: 15) + (line.step?.text ?? "").padded(to: width)
          + "  " + line.words)
    }
    let words = played.run.account.ending.sentence
    lines.append("  T+\(played.run.took.spoken)".padded(to: 17) + "the run \(words)")
    let changed = played.run.account.inPlace.map(\.text).joined(separator: ", ")
    lines.append("  changed at the end: \(changed.isEmpty ? "nothing" : changed)")
    return lines
  }
}

/// The same for programs. It says in every form that it is a model.
enum RehearsalJSON {
  static func value(_ rehearsals: Rehearsals) -> Value {
    .map([
      "format": .int(1), "is_a_model": .bool(true),
      "rehearsals": .int(Int64(rehearsals.all.count)), "failed": .int(Int64(rehearsals.failed)),
      "runbooks": .list(
        rehearsals.runbooks.map { of in
          .map([
            "runbook": .string(of.runbook.name), "file": .string(of.file.path),
            "rehearsals": .list(of.played.map(value)),
          ])
        }),
    ])
  }

  private static func value(_ played: Rehearsals.Played) -> Value {
    let account = played.run.account
    var value: ValueMap = [
      "rehearsal": .string(played.rehearsal.name), "file": .string(played.file.path),
      "environment": .string(played.rehearsal.environment),
      "variant": played.plan.variant.map(Value.string) ?? .null,
      "passed": .bool(played.run.hasPassed), "outcome": .string(account.ending.outcomeWord),
      "took": .duration(played.run.took),
      "changed": .list(account.inPlace.map { .string($0.text) }),
      "mismatches": .list(
        played.run.mismatches.map { mismatch in
          .map([
            "expected": .string(mismatch.expected), "happened": .string(mismatch.happened),
            "steps": .list(mismatch.steps.map { .string($0.text) }),
          ])
        }),
    ]
    if !played.run.hasPassed {
      value["story"] = .list(
        account.story.compactMap(\.text).map { line in
          .map([
            "at": .duration(line.at), "step": line.step.map { .string($0.text) } ?? .null,
            "words": .string(line.words),
          ])
        })
    }
    return .map(value)
  }
}
