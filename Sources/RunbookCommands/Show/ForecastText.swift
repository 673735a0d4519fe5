import RunbookForecast
import RunbookModel

/// A forecast as people read it: the figures, and what each of them rests on.
struct ForecastText {
  let forecast: TimeForecast
  let clock: Objectives.Clock
  let console: Console

  /// When it will be done and whether that is in time: two or three lines that stand by themselves.
  var summary: [String] {
    var lines = [
      "Forecast half of the runs take up to \(forecast.finish.p50.spoken), 19 of 20 up to "
        + "\(forecast.finish.p95.spoken)\(people), if nothing fails"
    ]
    if let objective { lines.append(objective) }
    if !forecast.risks.isEmpty {
      lines.append(
        console.styled("Risk     ", .warning)
          + forecast.risks.map { "\($0.step) failed in \($0.failed) of \($0.begun) runs" }
          .joined(separator: ", ") + failures)
    }
    return lines
  }

  /// What a plan says of it: the summary, the steps that it hangs on, the budgets that do not hold, and its grounds.
  var inPlan: [String] {
    var lines = summary
    let path = forecast.criticalPath
    if !path.isEmpty {
      let shown = path.suffix(Self.longestPath).map(\.text).joined(separator: " > ")
      lines.append("Critical \(path.count > Self.longestPath ? "... > " : "")\(shown)")
    }
    for stage in forecast.stages where stage.chance.map({ $0 < TimeForecast.safe }) ?? false {
      lines.append(
        console.styled("Budget   ", .warning)
          + "stage \(stage.stage) takes up to \(stage.takes.p95.spoken) in 19 of 20 runs, its budget is "
          + "\(stage.budget?.spoken ?? ""): kept in \(Self.percent(stage.chance ?? 0))")
    }
    lines.append("Rests on \(grounds)")
    return lines
  }

  private static let longestPath = 12

  /// How many steps each kind of figure stands for.
  private var grounds: String {
    var counts: [(TimeForecast.StepTime.Basis, Int)] = []
    for basis in TimeForecast.StepTime.Basis.allCases {
      let steps = forecast.steps.filter { $0.basis == basis && $0.work.p95 > .zero }
      if !steps.isEmpty { counts.append((basis, steps.count)) }
    }
    let words = counts.map { basis, count in
      let steps = count == 1 ? "1 step" : "\(count) steps"
      return switch basis {
      case .runs: "\(steps) \(count == 1 ? "has" : "have") earlier runs"
      case .copies: "\(steps) by other copies"
      case .author: "\(steps) as the author expects"
      case .action: "\(steps) by the action's own figure"
      case .inPlace: "\(steps) in place already"
      case .settled: "\(steps) ended"
      case .leftOut: "\(steps) left out"
      }
    }
    return words.isEmpty ? "no step that takes time" : words.joined(separator: ", ")
  }

  private var people: String {
    guard !forecast.withoutPeople.isEmpty else { return "" }
    let names = forecast.withoutPeople.map(\.text).joined(separator: ", ")
    return ", WITHOUT the time that people take to answer (\(names))"
  }

  private var objective: String? {
    guard let rto = forecast.rto, let chance = forecast.chance else { return nil }
    let share = "\(forecast.passed.isLeast ? "at most " : "")\(Self.percent(chance))"
    var line =
      "RTO      \(rto.spoken): met in \(share) of \(forecast.simulatedRuns) simulated runs"
    if forecast.passed.isLeast {
      line += "; when the \(clock.words) began is not known, so no time before now is counted"
    } else if forecast.passed.time > .zero {
      line += "; \(forecast.passed.time.spoken) of it have passed"
    }
    switch forecast.outlook {
    case .onTrack, .noTarget: return line
    case .atRisk: return line + console.styled(" - AT RISK", .warning)
    case .willBeMissed: return line + console.styled(" - WILL BE MISSED", .bad)
    case .missed: return line + console.styled(" - MISSED already", .bad)
    }
  }

  private var failures: String {
    guard let chance = forecast.chanceWithFailures, forecast.chanceOfNoFailure < 1 else {
      return ""
    }
    return "; with each failure counted as a miss the RTO is met in \(Self.percent(chance))"
  }

  /// `93 %`; never 0 or 100 for what is neither.
  static func percent(_ share: Double) -> String {
    let rounded = Int((share * 100).rounded())
    if rounded >= 100, share < 1 { return "more than 99 %" }
    if rounded <= 0, share > 0 { return "less than 1 %" }
    return "\(rounded) %"
  }

  /// The stages against their budgets.
  var stages: [String] {
    var table = TextTable(
      ["stage", "budget", "half up to", "19 of 20 up to", "within the budget"],
      rightAligned: [1, 2, 3])
    for stage in forecast.stages {
      let chance = stage.chance.map { chance in
        Self.percent(chance) + " of the simulated runs"
          + (chance < TimeForecast.safe ? console.styled("  OVER", .warning) : "")
      }
      table.add([
        stage.stage, stage.budget?.spoken ?? "none", stage.takes.p50.spoken,
        stage.takes.p95.spoken, chance ?? "",
      ])
    }
    return table.lines
  }

  /// Every step that takes time, with what its figure rests on.
  var steps: [String] {
    var table = TextTable(
      ["step", "half up to", "19 of 20 up to", "waited for", "rests on"], rightAligned: [1, 2, 3])
    for step in forecast.steps where step.basis != .leftOut {
      if step.basis != .action || !step.asksPeople || step.work.p95 > .zero {
        table.add([
          step.step.text, step.work.p50.spoken, step.work.p95.spoken,
          Self.percent(step.criticality), basis(step),
        ])
      }
      guard step.asksPeople else { continue }
      if let answer = step.answer {
        table.add([
          step.step.text, answer.p50.spoken, answer.p95.spoken, "", "the time to answer, as before",
        ])
      } else {
        table.add([step.step.text, "?", "?", "", "people answer; how soon is not known"])
      }
    }
    return table.lines
  }

  private func basis(_ step: TimeForecast.StepTime) -> String {
    func count(_ number: Int, _ what: String) -> String {
      number == 1
        ? "1 \(what), taken for 0.67 to 1.5 times what it took" : "\(number) \(what)s"
    }
    var text: String
    switch step.basis {
    case .runs:
      text = "from \(count(step.runs, "run"))"
      if let place = step.elsewhere { text += " in '\(place)'" }
    case .copies: text = "from \(count(step.runs, "run")) of other copies of it"
    case .author: text = "expected by the author"
    case .action: text = "the action's own figure"
    case .inPlace: text = "already in place: only looked at"
    case .settled: text = "has ended"
    case .leftOut: text = "left out"
    }
    if step.redefined > 0 {
      text += "; \(step.redefined) earlier with another action or input do not count"
    }
    if step.failed > 0 { text += "; FAILED in \(step.failed) of \(step.begun)" }
    return text
  }
}

extension Help {
  /// What would be done, in a sentence.
  var words: String {
    switch self.kind {
    case .shorten: "\(step) in half the time"
    case .answerSooner: "an answer to \(step) in half the time"
    case .startEarlier:
      "\(step) at the start of its stage (needs: []), no longer after "
        + without.map(\.text).joined(separator: ", ")
    }
  }
}
