package import RunbookEngine
import RunbookModel

/// Simulates the runs of one plan. Pure: the same plan, estimates, progress and seed give the same figures.
package struct Forecaster: Sendable {
  private let plan: Plan
  private let graph: PlanGraph
  private let estimates: [StepEstimate]
  /// How far a run has come that is foretold; nil before it begins.
  package var progress: [StepProgress]?
  private let seed: UInt64
  /// What was said of each step before: asked for each second, it is not worked out each time.
  private let figures: [TimeForecast.StepTime]?
  package let runs: Int

  /// A thousand runs put a chance within 2 points, two hundred within 4; long plans get fewer, and those whose places are
  /// scarce, which take longer to walk, so that a dry run and the start of a recovery stay quick.
  private static func runs(for graph: PlanGraph) -> Int {
    let steps = max(graph.stageOf.count, 1)
    return min(max((graph.isUnbounded ? 200_000 : 100_000) / steps, 100), 2000)
  }

  /// How many runs each of several trials may have together with the others.
  var trialRuns: Int {
    let steps = max(graph.stageOf.count, 1)
    return min(max((graph.isUnbounded ? 100_000 : 40_000) / steps, 40), 500)
  }

  package init(
    _ plan: Plan, _ estimates: [StepEstimate], progress: [StepProgress]? = nil, seed: UInt64 = 1,
    runs: Int? = nil, figures: [TimeForecast.StepTime]? = nil
  ) {
    self.figures = figures.flatMap { $0.count == estimates.count ? $0 : nil }
    self.plan = plan
    self.estimates = estimates
    self.progress = progress
    self.seed = seed
    graph = PlanGraph(plan)
    self.runs = max(1, runs ?? Self.runs(for: graph))
  }

  /// What a whole forecast says of the objective, for less.
  package func ending(passed: TimeForecast.Passed) -> TimeForecast.Ending {
    let finishes = finishes(runs: runs) { _ in }
    let rto = plan.objectives.rto
    return TimeForecast.Ending(
      finish: Percentiles(finishes), rto: rto, passed: passed,
      chance: rto.map { chance(finishes, within: $0 - passed.time) })
  }

  package func forecast(passed: TimeForecast.Passed) -> TimeForecast {
    let tally = tally(runs: runs)
    let rto = plan.objectives.rto
    var forecast = TimeForecast(
      simulatedRuns: runs, seed: seed, finish: Percentiles(tally.finishes),
      end: Percentiles(tally.ends), rto: rto, passed: passed,
      chance: rto.map { chance(tally.finishes, within: $0 - passed.time) },
      chanceOfNoFailure: chanceOfNoFailure, stages: [], steps: [], withoutPeople: [])
    for (number, stage) in plan.stages.enumerated() {
      let takes = tally.stageTakes[number]
      let isOver = progress.map { all in stage.range.allSatisfy { all[$0] == .settled } } ?? false
      forecast.stages.append(
        TimeForecast.StageTime(
          stage: stage.name, budget: stage.budget, end: Percentiles(tally.stageEnds[number]),
          takes: Percentiles(takes),
          chance: isOver ? nil : stage.budget.map { chance(takes, within: $0) }))
    }
    forecast.steps = estimates.indices.map { place in
      step(place, criticality: Double(tally.onPath[place]) / Double(runs))
    }
    forecast.withoutPeople = estimates.indices.filter { place in
      estimates[place].asksPeople && estimates[place].answer == nil && !isPast(place)
    }.map { estimates[$0].step }
    return forecast
  }

  /// The question is answered, or the step over.
  private func isPast(_ place: Int) -> Bool {
    switch progress?[place] {
    case .settled, .working: true
    case .waiting, .asking, nil: false
    }
  }

  private func chance(_ values: [Double], within limit: Duration) -> Double {
    let limit = limit.inSeconds
    return Double(values.count { $0 <= limit }) / Double(values.count)
  }

  private var chanceOfNoFailure: Double {
    var chance = 1.0
    for (place, estimate) in estimates.enumerated()
    where estimate.begun > 0 && graph.isCritical[place] && progress?[place] != .settled {
      chance *= 1 - Double(estimate.failed) / Double(estimate.begun)
    }
    return chance
  }

  private func step(_ place: Int, criticality: Double) -> TimeForecast.StepTime {
    if var known = figures?[place] {
      known.criticality = criticality
      if progress?[place] == .settled { known.basis = .settled }
      return known
    }
    let estimate = estimates[place]
    var step = TimeForecast.StepTime(
      step: estimate.step, work: Percentiles(estimate.work.points()),
      answer: estimate.answer.map { Percentiles($0.points()) }, asksPeople: estimate.asksPeople,
      basis: .action, runs: 0, redefined: estimate.redefined, failed: estimate.failed,
      begun: estimate.begun, criticality: criticality)
    switch estimate.basis {
    case .runs(let count, let environment):
      step.basis = .runs
      step.runs = count
      step.elsewhere = environment
    case .copies(let count):
      step.basis = .copies
      step.runs = count
    case .author: step.basis = .author
    case .action: step.basis = .action
    case .inPlace: step.basis = .inPlace
    case .leftOut: step.basis = .leftOut
    }
    if progress?[place] == .settled { step.basis = .settled }
    return step
  }

  // MARK: - Simulating

  /// What the simulated runs come to.
  struct Tally {
    var finishes: [Double] = []
    var ends: [Double] = []
    /// For each stage, over all runs.
    var stageEnds: [[Double]]
    var stageTakes: [[Double]]
    var onPath: [Int]
  }

  func tally(runs: Int) -> Tally {
    let draws = Draws(estimates, progress: progress, seed: seed)
    var tally = Tally(
      stageEnds: Array(repeating: [], count: plan.stages.count),
      stageTakes: Array(repeating: [], count: plan.stages.count),
      onPath: Array(repeating: 0, count: plan.steps.count))
    var walk = Walk(graph, progress: progress)
    for run in 0..<runs {
      walk.go(run, draws)
      let last = walk.lastCritical
      tally.finishes.append(last < 0 ? 0 : walk.ends[last])
      tally.ends.append(walk.stageEnds.last ?? 0)
      var before = 0.0
      for (number, end) in walk.stageEnds.enumerated() {
        tally.stageEnds[number].append(end)
        tally.stageTakes[number].append(end - before)
        before = end
      }
      var place = last
      while place >= 0 {
        tally.onPath[place] += 1
        place = walk.causes[place]
      }
    }
    return tally
  }

  /// When the last critical step ends, run by run, with some steps' times scaled.
  func finishes(runs: Int, adjust: (inout Draws) -> Void, in other: PlanGraph? = nil) -> [Double] {
    var draws = Draws(estimates, progress: progress, seed: seed)
    adjust(&draws)
    var walk = Walk(other ?? graph, progress: progress)
    return (0..<runs).map { run in
      walk.go(run, draws)
      let last = walk.lastCritical
      return last < 0 ? 0 : walk.ends[last]
    }
  }
}
