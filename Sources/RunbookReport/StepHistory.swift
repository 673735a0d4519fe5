import RunbookEngine
package import RunbookModel

/// What was begun for one step and how each of it ended, as far as the records say.
package struct StepHistory: Sendable, Equatable {
  /// Its place in `Plan.steps`.
  package var index: Int
  /// Everything that was begun for it, in order.
  package internal(set) var acts: [StepAct] = []
  /// The record with which it reached its present state.
  package internal(set) var since: Int?
  /// The record with which it succeeded last.
  package internal(set) var succeededAt: Int?
  /// The decision, by its place in `RunHistory.decisions`, that left it out or called it done.
  package internal(set) var settledBy: Int?
  /// The record with which its time to be confirmed began, and how long that is. The last one counts.
  package internal(set) var confirmation: Confirmation?
  /// The record with which its result was lost for the first time, even if it was found later.
  package internal(set) var doubtedAt: Int?

  /// Every time that it failed for good in doing its work; an undo's own failures are not among them.
  package internal(set) var failures: [Failed] = []

  package struct Confirmation: Sendable, Equatable {
    package var record: Int
    package var time: Duration
  }

  package struct Failed: Sendable, Equatable {
    package var record: Int
    package var text: String
    package var advice: String?
  }

  init(index: Int) { self.index = index }

  /// The failure that it has not recovered from.
  package var openFailure: Failed? {
    failures.last { $0.record > succeededAt ?? -1 }
  }

  /// The record with which its first command was released.
  package var startedAt: Int? { acts.first?.begun }

  /// Attempts at the change or the check itself; questions and verifications are not counted.
  package var attempts: Int { acts.count { $0.kind == .apply || $0.kind == .check } }

  /// The open question to a person, if there is one.
  package var openQuestion: StepAct? { acts.last { $0.kind == .ask && $0.ended == nil } }
}

/// One command for a step with its ending.
package struct StepAct: Sendable, Equatable {
  package enum Kind: String, Sendable, CaseIterable {
    case plan
    case check
    case ask
    case apply
    case verify
    case undo
  }

  package enum Ending: String, Sendable, CaseIterable {
    /// It has not ended yet.
    case open
    /// The process ended before it did; what it did is not known.
    case interrupted
    case changeFound = "change_found"
    /// There is something to ask a person.
    case question
    case alreadyInPlace = "already_in_place"
    case skipped
    case done
    case holds
    case doesNotHold = "does_not_hold"
    case cannotTell = "cannot_tell"
    case approved
    case declined
    case notAnswered = "not_answered"
    /// The question no longer stands: the step was settled in another way.
    case withdrawn
    /// It failed, and changed nothing.
    case failed
    /// It failed, and may have changed something.
    case unknown

    package var words: String {
      switch self {
      case .open: "not ended"
      case .interrupted: "LOST with its process"
      case .changeFound: "change found"
      case .question: "a question"
      case .alreadyInPlace: "already in place"
      case .skipped: "skipped"
      case .done: "done"
      case .holds: "holds"
      case .doesNotHold: "does not hold"
      case .cannotTell: "cannot tell"
      case .approved: "approved"
      case .declined: "declined"
      case .notAnswered: "nobody answered"
      case .withdrawn: "withdrawn"
      case .failed: "failed, nothing changed"
      case .unknown: "failed, effect UNKNOWN"
      }
    }
  }

  package var kind: Kind
  package var attempt: Int
  /// The record that released the command, by its place in `RunHistory.records`.
  package var begun: Int
  package var ended: Int?
  package var ending = Ending.open
  /// The evidence's or the failure's one sentence.
  package var text = ""
  package var failure: ActionFailure?
  package var evidence: Evidence?
  package var preview: Preview?
  package var change: Value?
  package var request: PersonRequest?
  /// Answers to it, by their place in `RunHistory.answers`.
  package var answers: [Int] = []

  init(_ kind: Kind, attempt: Int, begun: Int) {
    self.kind = kind
    self.attempt = attempt
    self.begun = begun
  }
}

extension StepAct {
  mutating func take(_ evidence: Evidence, _ ending: Ending) {
    self.evidence = evidence
    self.ending = ending
    text = evidence.summary
  }

  mutating func take(_ failure: ActionFailure) {
    self.failure = failure
    ending = failure.effect == .unknown ? .unknown : .failed
    text = failure.message
  }

  mutating func take(_ result: ApplyResult) {
    switch result {
    case .done(let evidence): take(evidence, .done)
    case .failed(let failure): take(failure)
    }
  }

  mutating func take(_ verdict: Verdict) {
    switch verdict {
    case .holds(let evidence): take(evidence, .holds)
    case .doesNotHold(let evidence): take(evidence, .doesNotHold)
    case .cannotTell(let evidence): take(evidence, .cannotTell)
    }
  }

  mutating func take(_ result: CheckResult) {
    switch result {
    case .verdict(let verdict): take(verdict)
    case .skipped(let why):
      ending = .skipped
      text = why
    case .failed(let failure): take(failure)
    }
  }

  mutating func take(_ result: PlanResult) {
    switch result {
    case .change(let change, let preview):
      ending = .changeFound
      self.change = change
      self.preview = preview
      text = preview.does.joined(separator: "; ")
    case .alreadyInPlace(let evidence): take(evidence, .alreadyInPlace)
    case .skipped(let why):
      ending = .skipped
      text = why
    case .ask(let request):
      ending = .question
      self.request = request
      text = request.text
    case .failed(let failure): take(failure)
    }
  }
}
