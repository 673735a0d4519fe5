import RunbookEngine
import RunbookModel
import RunbookSimulation

/// What a simulation showed. It says in every form that it is a model.
struct SimulationText {
  let plan: Plan
  let console: Console

  static let limits =
    "It cannot know whether a server answers, an address or a secret is right, or how long anything "
    + "really takes; a 'when' that depends on the run counts as true, and changes are made whole."

  private var title: String {
    let variant = plan.variant.map { ", \($0)" } ?? ""
    return console.styled("A model of \(plan.title)", .strong)
      + "  (\(plan.runbook.name)\(variant); \(plan.purpose.rawValue) in "
      + "'\(plan.environment.name)')\nNothing real was touched or looked at. \(Self.limits)\n"
  }

  // MARK: - One run

  func text(_ account: SimulatedRun.Account, seed: UInt64?) -> String {
    var lines = [title]
    let width = min(plan.steps.map(\.id.text.count).max() ?? 0, 32)
    for line in account.story.compactMap(\.text) {
      let time = "T+\(line.at.spoken)"
      let name = line.step?.text ?? ""
      lines.append(
        "\(padded(time, 14))\(padded(name, width + 2))\(line.words)")
    }
    lines.append("")
    lines.append(
      "In the model the run \(account.ending.sentence), after \(account.took.spoken) and "
        + "\(account.records.count) records"
        + (seed.map { "; the faults are those of seed \($0)." } ?? "; no fault was drawn."))
    let left = account.inPlace.map(\.text).joined(separator: ", ")
    lines.append("Changed there at the end: \(left.isEmpty ? "nothing" : left).")
    for breach in account.breaches { lines.append(text(breach)) }
    return lines.joined(separator: "\n")
  }

  private func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
  }

  private func text(_ breach: Breach) -> String {
    console.styled("BROKEN ", .bad)
      + "\(breach.invariant.rawValue): \(breach.invariant.sentence)\n  \(breach.what)"
  }

  // MARK: - Many runs

  func text(_ exploration: Exploration, from seed: UInt64) -> String {
    var lines = [title]
    lines.append(
      "\(exploration.runs) runs, seeds \(seed) to \(seed + UInt64(exploration.runs) - 1): "
        + "\(exploration.faults) faults, \(exploration.deaths) deaths, "
        + "\(exploration.records) records")
    for (word, count) in ordered(exploration.endings) {
      lines.append("  \(padded(word, 18))\(count)")
    }
    lines.append("")
    guard !exploration.broken.isEmpty else {
      lines.append("No promise was broken.")
      return lines.joined(separator: "\n")
    }
    for (invariant, count) in exploration.broken.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      lines.append("\(invariant.rawValue): broken in \(count) runs")
    }
    for finding in exploration.findings {
      lines.append("")
      lines.append(text(finding.breach) + "\n  seed \(finding.seed), shortest script:")
      lines += finding.script.map { "    " + $0.text(plan) }
    }
    return lines.joined(separator: "\n")
  }

  private func ordered(_ endings: [String: Int]) -> [(String, Int)] {
    endings.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) }
  }

  // MARK: - For programs

  func json(_ account: SimulatedRun.Account, seed: UInt64?) -> Value {
    .map([
      "format": .int(1), "is_a_model": .bool(true), "runbook": .string(plan.runbook.name),
      "seed": seed.map { .int(Int64(clamping: $0)) } ?? .null,
      "ending": .string(account.ending.word), "took": .duration(account.took),
      "records": .int(Int64(account.records.count)),
      "in_place": .list(account.inPlace.map { .string($0.text) }),
      "faults": .list(account.script.map { .string($0.text(plan)) }),
      "broken": .list(account.breaches.map(value)),
    ])
  }

  func json(_ exploration: Exploration, from seed: UInt64) -> Value {
    .map([
      "format": .int(1), "is_a_model": .bool(true), "runbook": .string(plan.runbook.name),
      "first_seed": .int(Int64(clamping: seed)), "runs": .int(Int64(exploration.runs)),
      "faults": .int(Int64(exploration.faults)), "deaths": .int(Int64(exploration.deaths)),
      "records": .int(Int64(exploration.records)),
      "endings": .map(
        ValueMap(ordered(exploration.endings).map { ($0.0, Value.int(Int64($0.1))) })),
      "broken": .map(
        ValueMap(
          exploration.broken.sorted { $0.key.rawValue < $1.key.rawValue }
            .map { ($0.key.rawValue, Value.int(Int64($0.value))) })),
      "findings": .list(
        exploration.findings.map { finding in
          .map([
            "seed": .int(Int64(clamping: finding.seed)), "breach": value(finding.breach),
            "script": .list(finding.script.map { .string($0.text(plan)) }),
          ])
        }),
    ])
  }

  private func value(_ breach: Breach) -> Value {
    .map([
      "invariant": .string(breach.invariant.rawValue),
      "promise": .string(breach.invariant.sentence),
      "step": breach.step.map { .string($0.text) } ?? .null, "what": .string(breach.what),
    ])
  }
}
