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
      page.list(score.sentences(words).map { Markup($0) })
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
