import RunbookEngine
package import RunbookForecast
package import RunbookModel

/// The forecast of a run's start against what came.
///
/// One run cannot prove a chance wrong; the square of the error, over many runs, does (Brier): `lifeboat` says 0.25 for
/// whoever always says one half.
package struct ForecastScore: Sendable, Equatable {
  /// Where what came lies in what was foretold.
  package enum Verdict: String, Sendable, CaseIterable {
    /// As soon as in the quicker half of the simulated runs.
    case firstHalf = "first_half"
    /// Later than that, and not later than in 19 of 20.
    case secondHalf = "second_half"
    /// Later than in 19 of 20 of the simulated runs.
    case later
    /// It did not come to its end.
    case notReached = "not_reached"
    /// Nothing was foretold, or nothing measured.
    case unknown

    package var words: String {
      switch self {
      case .firstHalf: "in the first half"
      case .secondHalf: "within 19 of 20"
      case .later: "LATER than foretold"
      case .notReached: "not reached"
      case .unknown: "not known"
      }
    }
  }

  /// As made at the run's start.
  package var foretold: TimeForecast
  package var madeAt: Timestamp
  package var earlierRuns: [RunID]
  /// From the run's start to the end of the last critical step, which is what was foretold; nil where it did not recover.
  package var took: Duration?
  /// What of it the run stood still for answers whose time was not in the forecast: not compared.
  package var notForetold: Duration
  package var verdict: Verdict
  /// Whether the RTO was met; nil where that is not known.
  package var met: Bool?
  /// The square of the difference between the chance foretold and what came.
  package var squaredError: Double?
  package var stages: [Part]
  package var steps: [Part]
  /// The forecast as it would have been made on the way, at equal distances; nil where it was not asked for.
  package var course: [Point]?
  /// From the run's start to when the objective was first seen to be at risk, or worse; nil: never.
  package var warnedAfter: Duration?

  /// A stage or a step.
  package struct Part: Sendable, Equatable {
    package var name: String
    package var foretold: Percentiles
    package var took: Duration?
    package var verdict: Verdict
    /// For a step: what the figure rested on.
    package var basis: TimeForecast.StepTime.Basis?
    package var runs: Int
    package var criticality: Double?
    package var budget: Duration?
  }

  package struct Point: Sendable, Equatable {
    /// From the run's start.
    package var offset: Duration
    /// The same for the finish that is foretold.
    package var finish: Percentiles
    package var chance: Double?
    package var outlook: TimeForecast.Outlook

    var isWarning: Bool {
      switch outlook {
      case .atRisk, .willBeMissed, .missed: true
      case .onTrack, .noTarget: false
      }
    }
  }

  /// `hasCourse`: the course takes longest of all to make, and not everybody shows it.
  package init?(
    _ history: RunHistory, _ kept: KeptForecast, _ clocks: Clocks, hasCourse: Bool = true
  ) {
    guard let error = ForecastError(history, kept, clocks) else { return nil }
    foretold = kept.forecast
    madeAt = kept.madeAt
    earlierRuns = kept.earlierRuns
    took = error.took
    notForetold = error.notForetold
    verdict = error.verdict
    met = error.met
    squaredError = error.squaredError
    stages = Self.stages(history, foretold)
    steps = Self.steps(history, foretold)
    let course = Self.course(
      history, kept, clocks, to: took ?? history.time.offsets.last ?? .zero,
      untilWarned: !hasCourse)
    warnedAfter = course.first(where: \.isWarning)?.offset
    self.course = hasCourse ? course : nil
  }

  private static func stages(_ history: RunHistory, _ foretold: TimeForecast) -> [Part] {
    foretold.stages.enumerated().map { number, stage in
      let took = Report.StageResult(history, history.plan.stages[number]).duration
      return Part(
        name: stage.stage, foretold: stage.takes, took: took,
        verdict: Verdict(took, stage.takes, isOver: history.isClosed), basis: nil, runs: 0,
        criticality: nil, budget: stage.budget)
    }
  }

  private static func steps(_ history: RunHistory, _ foretold: TimeForecast) -> [Part] {
    let times = Dictionary(
      (history.times?.steps ?? []).map { ($0.step, $0) }, uniquingKeysWith: { first, _ in first })
    return foretold.steps.compactMap { step in
      guard step.basis != .leftOut else { return nil }
      let took = times[step.step].flatMap { $0.ending == .none ? nil : $0.worked }
      return Part(
        name: step.step.text, foretold: step.work, took: took,
        verdict: Verdict(took, step.work, isOver: history.isClosed), basis: step.basis,
        runs: step.runs, criticality: step.criticality, budget: nil)
    }
  }

  // MARK: - On the way

  private static let points = 24
  /// A longer plan's forecast is not made again so often for a report.
  private static let longestPlan = 5_000

  /// What a forecast would have said then, from the records up to then and the same estimates. `untilWarned`: no longer
  /// than to the first that warns, and without those that cannot.
  private static func course(
    _ history: RunHistory, _ kept: KeptForecast, _ clocks: Clocks, to end: Duration,
    untilWarned: Bool
  ) -> [Point] {
    guard end > .zero, history.plan.steps.count <= longestPlan,
      let live = LiveForecast(kept, of: history.plan, atMost: 200)
    else { return [] }
    let clock = ClockBeginning(history, clocks)
    var past = RunHistory(plan: history.plan, records: [])
    var next = 0
    var found: [Point] = []
    // The last one just before the end: a warning that came late must be seen too.
    for number in 0...points {
      let offset = number < points ? end * number / points : end - .nanoseconds(1)
      while next < history.records.count, history.time.offsets[next] <= offset {
        past.add(history.records[next])
        next += 1
      }
      if untilWarned, live.cannotMiss(past, clock, at: offset) { continue }
      guard let forecast = live.ending(past, clock, at: offset) else { continue }
      let point = Point(
        offset: offset,
        finish: Percentiles(
          p50: offset + forecast.finish.p50, p95: offset + forecast.finish.p95),
        chance: forecast.chance, outlook: forecast.outlook)
      found.append(point)
      if untilWarned, point.isWarning { break }
    }
    return found
  }
}

extension Report.Doubt {
  /// A forecast was made, and cannot be held against what came.
  static func forecast(_ history: RunHistory, isScored: Bool) -> Report.Doubt? {
    guard let hash = history.opening?.forecast, !isScored else { return nil }
    return Report.Doubt(
      kind: .figure,
      text: history.words.forecastLost, advice: history.words.isAttachment(hash))
  }
}
