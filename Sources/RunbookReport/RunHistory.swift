package import RunbookEngine
package import RunbookModel

/// A run as its records tell it: the one fold that `status`, reports and exit codes read.
///
/// Where the steps and the run stand is the machine's answer, replayed from the events. What was begun and how it
/// ended is read from commands and events. It never looks at a clock.
package struct RunHistory: Sendable {
  package let plan: Plan
  /// The language of sentences that are made of it; what was recorded stays as it is.
  package let words: Words
  package private(set) var records: [ReportRecord] = []
  package private(set) var time = RunTime()
  package internal(set) var machine: RunMachine
  package internal(set) var steps: [StepHistory]
  package internal(set) var opening: RunOpening?
  package internal(set) var answers: [Noted<PersonAnswer>] = []
  package internal(set) var decisions: [Noted<OperatorDecision>] = []
  package internal(set) var resumptions: [Noted<RunResumption>] = []
  package internal(set) var interruptions: [Noted<Interruption>] = []
  package internal(set) var deadline = DeadlineClock()
  /// What was seen from outside.
  package internal(set) var service: ObservedService
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

  package init(plan: Plan, records: [ReportRecord], words: Words = .english) {
    self.plan = plan
    self.words = words
    service = ObservedService(plan)
    machine = RunMachine(plan: plan)
    steps = plan.steps.indices.map { StepHistory(index: $0) }
    stateNames = Array(repeating: "pending", count: plan.steps.count)
    places = Dictionary(
      plan.steps.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    for record in records { add(record) }
  }

  /// The same run told in another language: some of our sentences are made when a record is taken in.
  package func told(in words: Words) -> RunHistory {
    words == self.words ? self : RunHistory(plan: plan, records: records, words: words)
  }

  /// Takes in the next record: what follows a run as it goes costs the new record, not the whole journal again.
  package mutating func add(_ record: ReportRecord) {
    time.add(record, after: records.last)
    records.append(record)
    fold(records.count - 1)
  }

  package var start: Timestamp? { records.first?.at.wall }
  package var last: Timestamp? { records.last?.at.wall }
  package var isClosed: Bool { outcome != nil }

  package func place(of step: StepID) -> Int? { places[step] }

  /// The run that goes on where this one was ended, and as which variant.
  package var successor: (run: RunID, variant: String)? {
    for noted in decisions.reversed() {
      if case .switchVariant(let variant, let run) = noted.said.choice { return (run, variant) }
    }
    return nil
  }

  /// When the step's change is taken back unless it is confirmed; nil when it does not wait for that.
  package func confirmBy(_ index: Int) -> Timestamp? {
    guard machine.steps[index].waitsToBeConfirmed, let began = steps[index].confirmation else {
      return nil
    }
    return records[began.record].at.wall + began.time
  }

  /// The person's order that keeps the run from going on; nil also when a signal stopped it since.
  package var pause: Noted<OperatorDecision>? {
    guard case .paused = machine.state, !machine.waitsForDeadline, !machine.waitsForService,
      let last = decisions.last(where: { $0.said.choice == .pause }),
      last.record > interruptions.last?.record ?? -1
    else { return nil }
    return last
  }

  /// The record that says last that the deadline is over.
  var deadlineRecord: Int? {
    records.lastIndex { if case .deadlineReached = $0.event { true } else { false } }
  }

  /// A process let go of the run, and nobody has taken it over since.
  package var isInterrupted: Bool {
    if case .paused = machine.state {
      return !machine.waitsForDeadline && !machine.waitsForService
    }
    guard !isClosed, let last = interruptions.last?.record else { return false }
    // A run that holds stays so when it is interrupted; whoever moves it again releases commands.
    return last > resumptions.last?.record ?? -1
      && records[last...].allSatisfy { $0.commands.isEmpty }
  }

  /// It failed for good or is in doubt, so that what needs it could not go on; also when it was undone since.
  package func isCause(_ index: Int) -> Bool {
    switch status(of: index) {
    case .inDoubt, .failed, .failedIgnored, .undoFailed: failure(of: index)?.isPassed != true
    case .undoing, .undone: steps[index].openFailure != nil
    case .notStarted, .notRun, .excluded, .planning, .checking, .gated, .applying, .verifying,
      .backingOff, .confirming, .succeeded, .skipped:
      false
    }
  }

  /// The first step that stopped the run, in the order of time; else the first critical one that failed and let it go on.
  package var firstTrouble: Int? {
    func first(_ indices: [Int]) -> Int? {
      indices.min { moment($0) < moment($1) }
    }
    func moment(_ index: Int) -> (Int, Int) {
      (steps[index].openFailure?.record ?? steps[index].since ?? .max, index)
    }
    return first(steps.indices.filter(isCause))
      ?? first(steps.indices.filter { status(of: $0) == .failed })
  }
}
