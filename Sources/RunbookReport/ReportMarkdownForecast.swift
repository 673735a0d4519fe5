import RunbookForecast
import RunbookModel

extension Report {
  /// The forecast of the run's start against what came.
  func foretold(_ page: inout Markdown) {
    guard let score = forecast else { return }
    page.heading(2, words.forecastTitle)
    page.paragraph(
      words.foretoldFrom(score.madeAt, score.earlierRuns.count, score.foretold.simulatedRuns))
    page.table(
      [words.what, words.halfUpTo, words.mostUpTo, words.took, words.verdictTitle],
      [row(words.toRecovery, score.foretold.finish, score.took, score.verdict)]
        + score.stages.map { row(words.stageRow($0.name), $0.foretold, $0.took, $0.verdict) })
    page.bullets(score.sentences(words).map { Markdown.plain($0) })
    // Less than a second more is noise to a reader; the JSON has every step.
    let off = score.steps.filter { step in
      step.verdict == .later && (step.took ?? .zero) - step.foretold.p95 >= .seconds(1)
    }
    guard !off.isEmpty else { return }
    page.paragraph(words.slowSteps)
    page.table(
      [words.step, words.halfUpTo, words.mostUpTo, words.took, words.restedOn],
      off.map { step in
        [
          Markdown.code(step.name), words.duration(step.foretold.p50),
          words.duration(step.foretold.p95), step.took.map(words.duration) ?? "",
          step.basis.map { words.basis($0, step.runs) } ?? "",
        ]
      })
  }

  private func row(
    _ name: String, _ foretold: Percentiles, _ took: Duration?, _ verdict: ForecastScore.Verdict
  ) -> [String] {
    [
      Markdown.plain(name), words.duration(foretold.p50), words.duration(foretold.p95),
      took.map(words.duration) ?? words.notMeasured, words.forecast(verdict),
    ]
  }
}

extension ForecastScore {
  /// What it comes to, a sentence each.
  func sentences(_ words: Words) -> [String] {
    var said: [String] = []
    if let chance = foretold.chance, let rto = foretold.rto {
      said.append(
        words.chance(rto, words.share(chance), isAtMost: foretold.passed.isLeast, met, squaredError)
      )
    }
    if notForetold >= .seconds(1) { said.append(words.peopleNotForetold(notForetold)) }
    if let warnedAfter { said.append(words.warnedAfter(warnedAfter)) }
    return said
  }
}
