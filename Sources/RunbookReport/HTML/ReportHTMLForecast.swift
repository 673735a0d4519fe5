import RunbookForecast
import RunbookModel

/// The forecast of the run's start against what came.
extension ReportHTML {
  func foretold(_ page: inout HTMLPage) {
    guard let score = report.forecast else { return }
    page.section("forecast", words.forecastTitle) { page in
      page.paragraph(
        Markup(
          words.foretoldFrom(
            score.madeAt, score.earlierRuns.count, score.foretold.simulatedRuns)))
      let stages = score.stages.map {
        row(words.stageRow($0.name), $0.foretold, $0.took, $0.verdict)
      }
      capped(
        &page, "forecast", "",
        [words.what, words.halfUpTo, words.mostUpTo, words.took, words.verdictTitle],
        [row(words.toRecovery, score.foretold.finish, score.took, score.verdict)] + stages
      ) { $0 }
      var said: [String] = []
      if let chance = score.foretold.chance, let rto = score.foretold.rto {
        said.append(
          words.chance(
            rto, "\(Int((chance * 100).rounded())) %", isAtMost: score.foretold.passed.isLeast,
            score.met))
      }
      if score.notForetold >= .seconds(1) {
        said.append(words.peopleNotForetold(score.notForetold))
      }
      if let warned = score.warnedAfter { said.append(words.warnedAfter(warned)) }
      page.list(said.map { Markup($0) })
    }
  }

  private func row(
    _ name: String, _ foretold: Percentiles, _ took: Duration?, _ verdict: ForecastScore.Verdict
  ) -> [Markup] {
    [
      Markup(name), Markup(words.duration(foretold.p50)), Markup(words.duration(foretold.p95)),
      Markup(took.map(words.duration) ?? words.notMeasured), Markup(words.forecast(verdict)),
    ]
  }
}
