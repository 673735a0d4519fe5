package import RunbookEngine
package import RunbookModel

/// What whoever steers a run is told: what became of the order, and where the run stands now.
package struct SteeringAnswer: Sendable, Equatable, Codable {
  package enum Word: String, Sendable, Codable {
    /// It counts, and is in the journal, durably.
    case taken
    /// Nothing was changed.
    case refused
    /// Where the run stands; nothing was ordered.
    case status
  }
  package var format = Self.format
  package var answer: Word
  package var refusal: SteeringRefusal?
  /// Where the run stands; nil when the order never reached it.
  package var run: SteeringState?

  /// The version of the messages, orders and answers alike.
  package static let format: Int64 = 1

  package init(_ answer: Word, refusal: SteeringRefusal? = nil, run: SteeringState?) {
    self.answer = answer
    self.refusal = refusal
    self.run = run
  }

  package static func refused(_ code: SteeringRefusal.Code, _ message: String, next: String? = nil)
    -> SteeringAnswer
  {
    SteeringAnswer(.refused, refusal: SteeringRefusal(code, message, next: next), run: nil)
  }
}

/// Where a driven run stands, as far as it matters to whoever steers it. At most 50 of each list.
package struct SteeringState: Sendable, Equatable, Codable {
  package struct Step: Sendable, Equatable, Codable {
    package var step: StepID
    package var state: String
    package var attempt: Int
  }
  package var run: RunID?
  package var state: String
  package var because: String?
  package var settled: Int
  package var steps: Int
  package var underWay: [Step]
  package var changed: [StepID]
  package var possible: [SteeringChoice]

  package init(_ machine: RunMachine) {
    run = machine.opening?.run
    state = machine.state.name
    if case .paused(let cause, _) = machine.state { because = cause }
    steps = machine.steps.count
    settled = machine.steps.count(where: \.isSettled)
    underWay = Array(
      zip(machine.plan.steps, machine.steps).lazy.filter { _, state in
        switch state {
        case .planning, .gated, .applying, .verifying, .inDoubt, .backingOff, .confirming,
          .undoing:
          true
        case .failed(let failure): !failure.isPassed
        case .pending, .succeeded, .skipped, .undone: false
        }
      }.map { Step(step: $0.id, state: $1.name, attempt: $1.attempt) }.prefix(Self.most))
    changed = machine.changes.prefix(Self.most).map { machine.plan.steps[$0].id }
    possible = machine.choices
  }

  private static let most = 50
}
