/// A test of a runbook in the modelled world: what happens there, and what must come out.
package struct Rehearsal: Sendable, Equatable {
  /// What it tells, in one sentence.
  package var name: String
  package var description: String?
  package var environment: String
  package var variant: String?
  /// Nil for the one that the environment allows; a recovery where it allows both.
  package var purpose: Purpose?
  /// How long before the run the outage began.
  package var outageAt: Duration?
  package var parameters: [ParameterText] = []
  package var given: [Given] = []
  /// What a person orders each time that the run holds, in order.
  package var orders: [Order] = []
  package var expect = Expectation()
  /// Where its name stands.
  package var place: SourcePlace?
  /// Where each key of the document stands, by its name.
  package var places: [String: SourcePlace] = [:]

  package init(name: String, environment: String) {
    self.name = name
    self.environment = environment
  }

  /// A parameter as it would be typed at the command line.
  package struct ParameterText: Sendable, Equatable {
    package var name: String
    package var text: String
    package var place: SourcePlace?

    package init(name: String, text: String, place: SourcePlace?) {
      self.name = name
      self.text = text
      self.place = place
    }
  }

  /// What one step does that is not as usual.
  package struct Given: Sendable, Equatable {
    package var step: StepID
    /// One entry for each time that the verb is performed; as usual once they are used up.
    package var acts: [Verb: [Act]] = [:]
    /// One entry for each time that the step's question is asked.
    package var answers: [Answer] = []
    /// Its `when` is false.
    package var isLeftOut = false
    package var place: SourcePlace?

    package init(step: StepID, place: SourcePlace?) {
      self.step = step
      self.place = place
    }
  }

  /// What a run performs of a step.
  package enum Verb: String, Sendable, CaseIterable {
    case plan
    case check
    case apply
    case verify
    case undo
  }

  /// How a verb ends: what is said of it.
  package enum Ending: String, Sendable, CaseIterable {
    case succeeds
    case holds
    case doesNotHold = "does_not_hold"
    case cannotTell = "cannot_tell"
    /// Nothing was changed, and it may be tried again.
    case fails
    /// Nothing was changed, and it is of no use to try again.
    case refused
    /// The answer is lost.
    case unknown
    /// No answer until the deadline.
    case hangs
    /// Another change is needed than at the look before.
    case differs
    /// The process that drives the run dies meanwhile; a minute later somebody resumes it.
    case killed
  }

  package struct Act: Sendable, Equatable {
    /// Nil for as it should be.
    package var ends: Ending?
    /// Nil for as long as usual.
    package var takes: Duration?
    /// Whether the change is in place afterwards; nil for what the ending says, and for made where it says nothing.
    package var isMade: Bool?
    package var place: SourcePlace?

    package init(
      _ ends: Ending? = nil, takes: Duration? = nil, isMade: Bool? = nil,
      place: SourcePlace? = nil
    ) {
      self.ends = ends
      self.takes = takes
      self.isMade = isMade
      self.place = place
    }
  }

  package struct Answer: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
      /// Nil for somebody who may.
      case approved(by: String?)
      case declined(by: String)
      /// Somebody is there, and says nothing in the time that there is.
      case none
      /// Nobody is there: the process lets go of the run.
      case unattended
    }
    package var kind: Kind
    package var after: Duration?
    package var place: SourcePlace?

    package init(_ kind: Kind, after: Duration? = nil, place: SourcePlace? = nil) {
      self.kind = kind
      self.after = after
      self.place = place
    }
  }

  package struct Order: Sendable, Equatable {
    package enum Word: String, Sendable, CaseIterable {
      case retry
      case skip
      case markDone = "mark-done"
      case undo
      case abort

      package var takesStep: Bool {
        switch self {
        case .retry, .skip, .markDone: true
        case .undo, .abort: false
        }
      }
    }
    package var word: Word
    package var step: StepID?
    package var after: Duration?
    package var place: SourcePlace?

    package init(_ word: Word, step: StepID?, after: Duration?, place: SourcePlace?) {
      self.word = word
      self.step = step
      self.after = after
      self.place = place
    }
  }
}

extension Rehearsal {
  /// What must come out; nil and empty for what is not asked.
  package struct Expectation: Sendable, Equatable {
    package enum Outcome: String, Sendable, CaseIterable {
      case succeeded
      case failedUnchanged = "failed_unchanged"
      case failedUndone = "failed_undone"
      case failedPartly = "failed_partly"
      /// A failed step waits for a person's decision.
      case held
      /// A question waits for an answer.
      case waiting
    }

    package enum Objective: String, Sendable, CaseIterable {
      case met
      case missed
    }

    /// Nil only where what was written is none.
    package var outcome: Outcome?
    /// Exactly these are the reason.
    package var because: [StepID]?
    /// They are never begun; changes are never made, though they may have been looked at.
    package var never: [StepID] = []
    /// They have succeeded at the end.
    package var done: [StepID] = []
    package var undone: [StepID] = []
    /// Exactly these changes are in place at the end.
    package var changed: [StepID]?
    /// They are begun in this order.
    package var order: [StepID] = []
    /// The whole run takes at most so long.
    package var within: Duration?
    /// It first holds no later.
    package var heldBefore: Duration?
    package var rto: Objective?
    /// Where each key stands, by its name, and each step behind it, by both with a slash between them.
    package var places: [String: SourcePlace] = [:]

    package init() {}
  }
}

extension Rehearsal.Verb {
  /// The endings that it can have, the usual one first.
  package var endings: [Rehearsal.Ending] {
    switch self {
    case .plan: [.succeeds, .fails, .refused, .hangs, .differs, .killed]
    case .check, .verify: [.holds, .doesNotHold, .cannotTell, .hangs, .killed]
    case .apply, .undo: [.succeeds, .fails, .refused, .unknown, .hangs, .killed]
    }
  }

  package var changes: Bool {
    switch self {
    case .plan, .check, .verify: false
    case .apply, .undo: true
    }
  }
}

extension StepID {
  /// The id as the runbook has it, where the step is one of several copies: `step` of `step[key]`.
  package var base: StepID { StepID(String(text.prefix { $0 != "[" })) }

  package var isCopy: Bool { text.last == "]" && text.contains("[") }
}
