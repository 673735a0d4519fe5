import RunbookForecast
import RunbookModel

extension Report {
  /// The forecast of the run's start against what came.
  func foretold(_ page: inout Markdown) {
    guard let score = forecast else { return }
    page.heading(2, words.forecastTitle)
    let runs = score.earlierRuns.count
    page.paragraph(
      "Made \(time(score.madeAt)) from \(runs == 1 ? "1 earlier run" : "\(runs) earlier runs") of this "
        + "runbook, by \(score.foretold.simulatedRuns) simulated runs in which nothing fails.")
    page.table(
      ["", "Half of the runs up to", "19 of 20 up to", "Took", "Verdict"],
      [row("To the last critical step", score.foretold.finish, score.took, score.verdict)]
        + score.stages.map { row("Stage \($0.name)", $0.foretold, $0.took, $0.verdict) })
    var bullets: [String] = []
    if let chance = score.foretold.chance, let rto = score.foretold.rto {
      let came = score.met.map { $0 ? "it was met" : "it was MISSED" } ?? "it is not known"
      let bound = score.foretold.passed.isLeast ? "at most " : ""
      bullets.append(
        "Chance of meeting the RTO of \(rto.spoken): \(bound)\(percent(chance)) foretold; \(came)"
          + (score.squaredError.map { ", squared error \(hundredths($0))" } ?? "") + ".")
    }
    if score.notForetold >= .seconds(1) {
      bullets.append(
        "\(score.notForetold.spoken) of that the run stood still for people, whose time was not known and not "
          + "foretold; the verdict leaves it out.")
    }
    if let warned = score.warnedAfter {
      bullets.append(
        "First seen to be at risk \(warned.spoken) after the run's start, as made again from the records."
      )
    }
    page.bullets(bullets)
    // Less than a second more is noise to a reader; the JSON has every step.
    let off = score.steps.filter { step in
      step.verdict == .later && (step.took ?? .zero) - step.foretold.p95 >= .seconds(1)
    }
    guard !off.isEmpty else { return }
    page.paragraph("Steps that took longer than in 19 of 20 simulated runs:")
    page.table(
      ["Step", "Half of the runs up to", "19 of 20 up to", "Took", "Rested on"],
      off.map { step in
        [
          Markdown.code(step.name), step.foretold.p50.spoken, step.foretold.p95.spoken,
          step.took?.spoken ?? "", step.basis.map { Self.words($0, step.runs) } ?? "",
        ]
      })
  }

  private func row(
    _ name: String, _ foretold: Percentiles, _ took: Duration?, _ verdict: ForecastScore.Verdict
  ) -> [String] {
    [
      Markdown.plain(name), foretold.p50.spoken, foretold.p95.spoken,
      took?.spoken ?? "not measured",
      verdict.words,
    ]
  }

  private static func words(_ basis: TimeForecast.StepTime.Basis, _ runs: Int) -> String {
    switch basis {
    case .runs: runs == 1 ? "1 run" : "\(runs) runs"
    case .copies: "other copies"
    case .author: "the author's figure"
    case .action: "the action's own figure"
    case .inPlace: "it was in place"
    case .leftOut, .settled: ""
    }
  }

  private func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }

  private func hundredths(_ number: Double) -> String {
    let value = Int((number * 100).rounded())
    return "\(value / 100).\(value % 100 < 10 ? "0" : "")\(value % 100)"
  }
}
