import RunbookEngine
import RunbookForecast
package import RunbookModel

extension Trend {
  package var json: Value { Self.shape.value(self) }
  package var jsonText: String { JSONText.text(json, style: .plain, pretty: true) + "\n" }

  package static let shape = Shape<Trend>([
    .int("format", "The version of this form; keys may be added without a new one.") { _ in
      formatVersion
    },
    .text("of", "runbook or service.") { $0.subject.kind },
    .text("name", "Its name.") { $0.subject.name },
    .seconds("median_rta", "Of runs that succeeded and whose time is known exactly.") {
      $0.medianRTA
    },
    .list(
      "runs", "Runs that have ended, the oldest first.",
      Shape<Point>([
        .text("run", "The run's id.") { $0.run.text },
        .text("runbook", "The runbook.") { $0.runbook },
        .time("started_at", "When it started.") { $0.started },
        .word("purpose", "Drill or recovery.") { $0.purpose },
        .text("environment", "Where.") { $0.environment },
        .maybe("variant", "The runbook's variant.") { $0.variant },
        .word("outcome", "How it ended.") { $0.outcome },
        .object("rto", "Time to recover.", ObjectiveResult.shape) { $0.rto },
        .object("rpo", "Data lost.", ObjectiveResult.shape) { $0.rpo },
        .maybeObject(
          "forecast", "What was foretold at its start; null where none was kept.",
          ForecastError.shape
        ) { $0.forecast },
      ])
    ) { $0.points },
    .maybeObject(
      "calibration", "Whether the forecasts were right; null where there were none.",
      Calibration.shape
    ) { $0.calibration },
    .list("left_out", "Runs that are not counted.", LeftOut.shape) { $0.leftOut },
  ])

  package func sheet(_ language: Language = .english) -> Sheet {
    let words = Words(language)
    var sheet = Sheet(
      title: words.trendTitle(subject), headline: words.trendHeadline(self), words: words)
    let manyRunbooks = Set(points.map(\.runbook)).count > 1
    sheet.parts.append(.section(words.runsTitle))
    sheet.parts.append(
      .table(
        heads: [
          words.startedTitle, words.run, words.purposeTitle, words.environment, words.result, "RTA",
          "RPA",
        ],
        rows: points.map { point in
          let variant = [manyRunbooks ? point.runbook : nil, point.variant].compactMap { $0 }
          return [
            Sheet.Cell(words.time(point.started)), .code(point.run.text),
            Sheet.Cell(
              ([words.purpose(point.purpose)] + variant).joined(separator: words.comma)),
            .code(point.environment),
            Sheet.Cell(
              words.outcome(point.outcome), point.outcome == .succeeded ? .good : .bad),
            RunComparison.cell(point.rto, "RTO", words),
            RunComparison.cell(point.rpo, "RPO", words),
          ]
        }))
    if points.count > 1 {
      sheet.parts.append(bars(words, "RTA", "RTO", \.rto))
      if points.contains(where: { $0.rpo.measured.duration != nil }) {
        sheet.parts.append(bars(words, "RPA", "RPO", \.rpo))
      }
    }
    sheet.parts += forecasts(words)
    sheet.parts += words.leftOut(leftOut)
    return sheet
  }

  private func forecasts(_ words: Words) -> [Sheet.Part] {
    guard let calibration else {
      return [.section(words.forecastTitle), .paragraph(words.noForecasts)]
    }
    let rows = points.map { point -> [Sheet.Cell] in
      let first = [Sheet.Cell(words.time(point.started)), Sheet.Cell.code(point.run.text)]
      guard let forecast = point.forecast else {
        return first + [Sheet.Cell(words.noneKept)] + Array(repeating: Sheet.Cell(""), count: 5)
      }
      let tone: Sheet.Cell.Tone =
        switch forecast.verdict {
        case .firstHalf, .secondHalf: .good
        case .later, .notReached: .bad
        case .unknown: .open
        }
      return first + [
        Sheet.Cell(words.duration(forecast.foretold.p50)),
        Sheet.Cell(words.duration(forecast.foretold.p95)),
        Sheet.Cell(words.came(forecast)),
        Sheet.Cell(forecast.error.map { words.change($0) } ?? words.notKnown),
        Sheet.Cell(words.forecast(forecast.verdict), tone),
        Sheet.Cell(words.chanceAgainst(forecast, point.rto.verdict)),
      ]
    }
    return [
      .section(words.forecastTitle),
      .table(
        heads: [
          words.startedTitle, words.run, words.halfUpTo, words.mostUpTo, words.cameTitle,
          words.errorTitle, words.verdictTitle, words.chanceTitle,
        ], rows: rows),
      .list(words.calibration(calibration)), .paragraph(words.forecastMeans),
    ]
  }

  private func bars(
    _ words: Words, _ title: String, _ name: String, _ result: (Point) -> ObjectiveResult
  ) -> Sheet.Part {
    .bars(
      title: title, heads: [words.startedTitle, name, words.measuredTitle],
      points.map { point in
        let result = result(point)
        let tone: RunChart.Tone =
          switch result.verdict {
          case .met: .good
          case .missed, .notRecovered: .failed
          case .unknown, .stillCounting: .unknown
          case .noTarget: .work
          }
        return Sheet.Bar(
          label: words.time(point.started), value: result.measured.duration?.inSeconds,
          target: result.target?.inSeconds,
          text: RunComparison.cell(result, name, words).text, tone: tone)
      })
  }
}
