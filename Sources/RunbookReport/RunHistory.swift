package import RunbookEngine
package import RunbookModel

/// A run as its records tell it: the one fold that `status`, reports and exit codes read.
///
/// Where the steps and the run stand is the machine's answer, replayed from the events. What was begun and how it
/// ended is read from commands and events. It never looks at a clock.
package struct RunHistory: Sendable {
  package let plan: Plan
  package let records: [ReportRecord]
  package let time: RunTime
  package internal(set) var machine: RunMachine
  package internal(set) var steps: [StepHistory]
  package internal(set) var opening: RunOpening?
  package internal(set) var answers: [Noted<PersonAnswer>] = []
  package internal(set) var decisions: [Noted<OperatorDecision>] = []
  package internal(set) var resumptions: [Noted<RunResumption>] = []
  package internal(set) var interruptions: [Noted<Interruption>] = []
  package internal(set) var outcome: Outcome?
  /// The record that closed the run.
  package internal(set) var closedAt: Int?
  /// Where the records stopped agreeing with the rules, and how. What comes after it is not in the steps' states.
  package internal(set) var disagreement: Disagreement?

  var places: [StepID: Int]
  var stateNames: [String]

  /// Something that was said, with the record that says it.
  package struct Noted<Said: Sendable & Equatable>: Sendable, Equatable {
    package var record: Int
    package var said: Said
    /// It had an effect: an answer to a question that no longer stands counts for nothing.
    package var counted = true
  }

  package struct Disagreement: Sendable, Equatable {
    package var record: Int
    package var text: String
  }

  package init(plan: Plan, records: [ReportRecord]) {
    self.plan = plan
    self.records = records
    time = RunTime(records)
    machine = RunMachine(plan: plan)
    steps = plan.steps.indices.map { StepHistory(index: $0) }
    stateNames = Array(repeating: "pending", count: plan.steps.count)
    places = Dictionary(
      plan.steps.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    for index in records.indices { fold(index) }
  }

  package var start: Timestamp? { records.first?.at.wall }
  package var last: Timestamp? { records.last?.at.wall }
  package var isClosed: Bool { outcome != nil }

  package func place(of step: StepID) -> Int? { places[step] }

  /// A process let go of the run, and nobody has taken it over since.
  package var isInterrupted: Bool {
    guard !isClosed, let interruption = interruptions.last else { return false }
    guard let resumption = resumptions.last else { return true }
    return interruption.record > resumption.record
  }

  /// The first step that stopped the run, in the order of time.
  package var firstTrouble: Int? {
    let troubled = steps.indices.filter { index in
      status(of: index).isTrouble && failure(of: index)?.isPassed != true
    }
    return troubled.min { (steps[$0].since ?? .max, $0) < (steps[$1].since ?? .max, $1) }
  }
}
