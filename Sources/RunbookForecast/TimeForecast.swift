package import RunbookModel

/// When a run of a plan, or what is left of one, will have ended, as many simulated runs say.
///
/// It holds for runs in which nothing fails; what failed before is said beside it, and counts in `chanceWithFailures`.
/// The steps' times are drawn independently of each other. Times of people are in it where earlier runs say how long they took
/// for that question; where not, `withoutPeople` names the step, and the figures are without that time.
package struct TimeForecast: Sendable, Equatable, Codable {
  package static let formatVersion = 1

  package var format = TimeForecast.formatVersion
  package var simulatedRuns: Int
  package var seed: UInt64
  /// From the moment of the forecast to the end of the last critical step.
  package var finish: Percentiles
  /// To the end of all steps.
  package var end: Percentiles
  package var rto: Duration?
  /// What the clock of the RTO shows at the moment of the forecast.
  package var passed: Passed
  /// The share of the simulated runs that meet the RTO; nil without one. At most that where `passed` is a lower bound.
  package var chance: Double?
  /// The share of earlier runs, step by step, in which none of the critical steps that are left failed.
  package var chanceOfNoFailure: Double
  package var stages: [StageTime]
  package var steps: [StepTime]
  package var withoutPeople: [StepID]

  /// Time on the RTO's clock before the moment of the forecast.
  package struct Passed: Sendable, Equatable, Codable {
    package var time: Duration
    /// When the clock began is not known: it shows at least that.
    package var isLeast: Bool

    package init(_ time: Duration, isLeast: Bool = false) {
      self.time = time
      self.isLeast = isLeast
    }
  }

  package struct StageTime: Sendable, Equatable, Codable {
    package var stage: String
    package var budget: Duration?
    /// From the moment of the forecast to the stage's end.
    package var end: Percentiles
    /// From the end of the stage before, or the moment of the forecast.
    package var takes: Percentiles
    /// The share of the simulated runs in which the stage keeps its budget; nil without one, and for one that is over.
    package var chance: Double?
  }

  package struct StepTime: Sendable, Equatable, Codable {
    package var step: StepID
    /// Its own work.
    package var work: Percentiles
    /// People's time to answer; nil where nobody is asked or nobody knows.
    package var answer: Percentiles?
    package var asksPeople: Bool
    package var basis: Basis
    /// How many earlier runs, or copies, the figure of its work rests on.
    package var runs: Int
    /// Where those were, if not in the plan's environment.
    package var elsewhere: String?
    package var redefined: Int
    package var failed: Int
    package var begun: Int
    /// The share of the simulated runs in which the finish waited for it.
    package var criticality: Double

    package enum Basis: String, Sendable, Codable, CaseIterable {
      case runs
      case copies
      case author
      case action
      case inPlace = "in_place"
      case leftOut = "left_out"
      /// It has ended in the run that the forecast is about.
      case settled
    }
  }

  /// The chance when every failure counts as a miss.
  package var chanceWithFailures: Double? { chance.map { $0 * chanceOfNoFailure } }

  /// The steps that the finish waited for in at least half of the simulated runs, in the order of the plan.
  package var criticalPath: [StepID] { steps.filter { $0.criticality >= 0.5 }.map(\.step) }

  /// The steps that failed in an earlier run and are still to come.
  package var risks: [StepTime] { steps.filter { $0.failed > 0 && $0.basis != .settled } }

  /// What the figures say of the objective.
  package var outlook: Outlook {
    Ending(finish: finish, rto: rto, passed: passed, chance: chance).outlook
  }

  /// What a forecast comes to, without its stages and steps.
  package struct Ending: Sendable, Equatable {
    package var finish: Percentiles
    package var rto: Duration?
    package var passed: Passed
    package var chance: Double?

    package var outlook: Outlook {
      guard let rto, let chance else { return .noTarget }
      if passed.time > rto { return .missed }
      if chance <= 0 { return .willBeMissed }
      return chance < TimeForecast.safe ? .atRisk : .onTrack
    }
  }

  /// Below this chance the objective is at risk: the 95th percentile lies beyond it.
  package static let safe = 0.95

  package enum Outlook: String, Sendable, Codable, CaseIterable {
    case onTrack = "on_track"
    case atRisk = "at_risk"
    /// Not in one simulated run is it met.
    case willBeMissed = "will_be_missed"
    /// The clock is over it.
    case missed
    case noTarget = "no_target"
  }
}
