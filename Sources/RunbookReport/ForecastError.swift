import RunbookEngine
package import RunbookForecast
import RunbookModel

/// How far the forecast of a run's start was from what came: what many runs are judged by.
package struct ForecastError: Sendable, Equatable {
  /// From the run's start to the end of the last critical step.
  package var foretold: Percentiles
  /// The chance of meeting the RTO; nil where there is none, or nothing could be said.
  package var chance: Double?
  package var chanceIsAtMost: Bool
  /// What came of it; nil where it did not recover.
  package var took: Duration?
  /// What of that the run stood still for answers whose time was not in the forecast: not compared.
  package var notForetold: Duration
  package var verdict: ForecastScore.Verdict
  /// Whether the RTO was met; nil where that is not known.
  package var met: Bool?

  /// Nil where the forecast is not of this plan.
  package init?(_ history: RunHistory, _ kept: KeptForecast, _ clocks: Clocks) {
    guard kept.estimates.count == history.plan.steps.count,
      kept.forecast.steps.count == history.plan.steps.count,
      kept.forecast.stages.count == history.plan.stages.count, history.opening != nil
    else { return nil }
    foretold = kept.forecast.finish
    chance = kept.forecast.chance
    chanceIsAtMost = kept.forecast.passed.isLeast
    took = clocks.recovered == nil ? nil : Self.lastCriticalEnd(history)
    notForetold =
      kept.forecast.withoutPeople.isEmpty ? Duration.zero : clocks.phases.standingForPeople
    let left = notForetold
    verdict = ForecastScore.Verdict(took.map { $0 - left }, foretold, isOver: history.isClosed)
    switch clocks.rto.verdict {
    case .met: met = true
    case .missed, .notRecovered: met = false
    case .unknown, .stillCounting, .noTarget: met = nil
    }
  }

  /// What came and was foretold, less the middle of what was foretold: positive is later.
  package var error: Duration? { took.map { $0 - notForetold - foretold.p50 } }

  /// The square of the difference between the chance foretold and what came (Brier).
  package var squaredError: Double? {
    guard let chance, let met else { return nil }
    return (chance - (met ? 1 : 0)) * (chance - (met ? 1 : 0))
  }

  /// Observers may have seen the service good before it.
  private static func lastCriticalEnd(_ history: RunHistory) -> Duration? {
    history.plan.steps.indices.compactMap { index in
      guard history.plan.steps[index].isCritical, case .succeeded = history.machine.steps[index]
      else { return nil }
      return history.steps[index].succeededAt.map { history.time.offsets[$0] }
    }.max()
  }

  static let shape = Shape<ForecastError>([
    .object("foretold", "From the run's start to the last critical step.", TimeForecast.range) {
      $0.foretold
    },
    .seconds("took", "What came; null where it did not recover.") { $0.took },
    .seconds("not_foretold", "Of it, standing for answers that the forecast left out.") {
      $0.notForetold
    },
    .seconds("error", "What came and was foretold, less the P50; positive is later.") { $0.error },
    .word("verdict", "Where what came lies in what was foretold.") { $0.verdict },
    .fraction("chance", "The chance of meeting the RTO foretold; null where there is none.") {
      $0.chance
    },
    .flag("chance_is_at_most", "The chance is an upper bound.") { $0.chanceIsAtMost },
    .maybeFlag("met", "Whether the RTO was met; null where that is not known.") { $0.met },
    .fraction("squared_error", "The square of chance minus what came (Brier score).") {
      $0.squaredError
    },
  ])
}

extension ForecastScore.Verdict {
  init(_ took: Duration?, _ foretold: Percentiles, isOver: Bool) {
    guard let took else {
      self = isOver ? .notReached : .unknown
      return
    }
    self = took <= foretold.p50 ? .firstHalf : took <= foretold.p95 ? .secondHalf : .later
  }
}

/// Whether forecasts of several runs were right: one run cannot prove a chance wrong.
package struct Calibration: Sendable, Equatable {
  /// Runs whose recovery was foretold and came.
  package var compared = 0
  /// Of these, not later than the P50 (half of them, if forecasts are right) and than the P95 (19 of 20).
  package var withinHalf = 0
  package var withinMost = 0
  /// The error in the middle.
  package var medianError: Duration?
  /// Runs with a chance foretold, and an RTO of which it is known whether it was met.
  package var chances = 0
  package var meanChance: Double?
  package var met = 0
  /// The mean of the squared errors: 0 is never wrong, 0.25 is what always saying one half would have.
  package var brier: Double?

  /// With fewer runs than this it says nothing of the forecasts.
  package static let fewest = 10

  /// Nil where no run had a forecast.
  package init?(_ errors: [ForecastError]) {
    guard !errors.isEmpty else { return nil }
    let known = errors.compactMap(\.error).sorted()
    compared = known.count
    medianError = known.isEmpty ? nil : known[known.count / 2]
    withinHalf = errors.count { $0.verdict == .firstHalf }
    withinMost = errors.count { $0.verdict == .firstHalf || $0.verdict == .secondHalf }
    let scored = errors.filter { $0.squaredError != nil }
    chances = scored.count
    met = scored.count { $0.met == true }
    guard !scored.isEmpty else { return }
    meanChance = scored.compactMap(\.chance).reduce(0, +) / Double(scored.count)
    brier = scored.compactMap(\.squaredError).reduce(0, +) / Double(scored.count)
  }

  static let shape = Shape<Calibration>([
    .int("compared", "Runs whose recovery was foretold and came.") { $0.compared },
    .int("within_p50", "Of them, not later than the P50: half, if forecasts are right.") {
      $0.withinHalf
    },
    .int("within_p95", "Of them, not later than the P95: 19 of 20, if forecasts are right.") {
      $0.withinMost
    },
    .seconds("median_error", "The error in the middle; positive is later.") { $0.medianError },
    .int("chances", "Runs with a chance foretold whose RTO is known to be met or missed.") {
      $0.chances
    },
    .fraction("mean_chance", "The mean of those chances.") { $0.meanChance },
    .int("met", "How many of them met it.") { $0.met },
    .fraction("brier", "The mean squared error of the chances.") { $0.brier },
  ])
}
