package import RunbookModel

/// Where a run stands.
package enum RunState: Equatable, Sendable {
  /// Steps are started as soon as they may.
  case open
  /// A step needs a person's decision; nothing more is started, what runs is let finish.
  case holding
  /// A signal or a person stopped it; nothing more is started.
  case paused(because: String, from: PausedFrom)
  /// What was changed is being undone, last first.
  case unwinding
  /// Nothing more is started and nothing undone; ends when what runs has finished.
  case stopping
  case closed(Outcome)

  /// What the run goes back to.
  package enum PausedFrom: String, Equatable, Sendable {
    case open
    case unwinding
  }

  package var name: String {
    switch self {
    case .open: "open"
    case .holding: "holding"
    case .paused: "paused"
    case .unwinding: "unwinding"
    case .stopping: "stopping"
    case .closed: "closed"
    }
  }
}

/// Why an event cannot be: for an operator's order the answer to give, in a replay the end of it.
package enum EngineError: Error, Equatable, Sendable, CustomStringConvertible {
  case unknownStep(StepID)
  case doesNotFit(event: String, step: StepID, state: String)
  case wrongRunState(order: String, state: String)
  case notOpened

  package var description: String {
    switch self {
    case .unknownStep(let step): "there is no step '\(step)' in this run"
    case .doesNotFit(let event, let step, let state):
      "\(event) does not fit step '\(step)', which is \(state)"
    case .wrongRunState(let order, let state): "\(order) is not possible while the run is \(state)"
    case .notOpened: "the run has not been opened"
    }
  }
}
