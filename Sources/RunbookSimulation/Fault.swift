package import RunbookEngine
package import RunbookModel

/// What a step does when one of its commands is performed in the model.
package struct Behaviour: Hashable, Sendable {
  package var ends: Ending
  /// How long it takes; nil for as long as usual.
  package var takes: Duration?
  /// As an author gave it; nil for what chance has drawn.
  package var told: String?

  package init(_ ends: Ending = .truly, takes: Duration? = nil, told: String? = nil) {
    self.ends = ends
    self.takes = takes
    self.told = told
  }

  package enum Ending: String, Hashable, Sendable, CaseIterable {
    /// It does what it should and says what is so.
    case truly
    /// Changes nothing, says so, and that trying again is of no use.
    case failed
    /// Changes nothing, says so, and that trying again may help.
    case passing
    /// It is made; the answer never comes.
    case lost
    /// It is not made, and the answer never comes.
    case cut
    /// No answer until the deadline. A change is made all the same.
    case hangs
    /// Says that it is so. It is not.
    case liesDone = "lies_done"
    /// Says that nothing was changed, or that it is not so. It was, it is.
    case liesFailed = "lies_failed"
    /// A check, or the author's own check after a change, does not hold.
    case doesNotHold = "does_not_hold"
    case cannotTell = "cannot_tell"
    /// Another change than at the last look would be needed.
    case drifts
  }
}

/// The five commands that a step performs.
package enum Verb: String, Hashable, Sendable, CaseIterable {
  case plan
  case check
  case apply
  case verify
  case undo

  /// What can go wrong with it.
  var faults: [Behaviour.Ending] {
    switch self {
    case .plan: [.failed, .passing, .hangs, .drifts]
    case .check: [.failed, .passing, .hangs, .doesNotHold, .cannotTell]
    case .apply: [.failed, .passing, .lost, .cut, .hangs, .liesDone, .liesFailed]
    case .verify: [.hangs, .liesDone, .doesNotHold, .cannotTell]
    case .undo: [.failed, .passing, .lost, .cut, .hangs, .liesDone, .liesFailed]
    }
  }
}

/// Where in a run something can be made to go wrong. `nth` counts from 1.
package enum Point: Hashable, Sendable {
  case command(place: Int, Verb, nth: Int)
  /// The nth question of a step.
  case question(place: Int, nth: Int)
  case timer(place: Int, nth: Int)
  /// The nth time that somebody is asked to decide about a run that holds.
  case hold(Int)
  /// A record of the run, counted from 0 over all processes that drive it, also records that are lost.
  case record(Int)
  /// The nth time that a process lets go of the run.
  case departure(Int)
}

/// One thing that goes otherwise than it should, or that a person does.
package enum Fault: Hashable, Sendable {
  case behaves(Behaviour)
  /// The process dies while the command is under way; nil for after the usual time.
  case killed(after: Duration?, isMade: Bool)
  case answers(Answer)
  case late(Duration)
  case decides(Decision)
  /// A person's order, as somebody would give it; it is taken or refused as in a run.
  case orders(SteeringVerb, StepID?, after: Duration)
  case dies(Death)
  case signal
  /// Somebody takes the run up again.
  case returns(Return)

  /// What a person does with a question. Without a fault the answer is yes.
  package enum Answer: Hashable, Sendable {
    case approves(by: String?, after: Duration)
    case declines(by: String?, after: Duration)
    /// Nobody is at the terminal.
    case nobody
    /// Somebody is there and says nothing.
    case silence
    /// A yes to another question than the one that is open.
    case toAnotherQuestion
  }

  /// What a person decides. Without a fault nobody decides.
  package enum Decision: String, Hashable, Sendable, CaseIterable {
    case retry
    case skip
    case markDone = "mark_done"
    case unwind
    case abort
    /// An order that does not fit: the answer must be no, and nothing may change.
    case nonsense
  }

  /// How and when the process dies.
  package struct Death: Hashable, Sendable {
    package enum Moment: String, Hashable, Sendable, CaseIterable {
      case beforeRecord = "before_record"
      case beforeSync = "before_sync"
      case beforePerforming = "before_performing"
    }
    package var moment: Moment
    /// Only the process dies, or the machine with it, and everything that was not synced is gone.
    package var takesMachine: Bool
    /// What was under way is made all the same.
    package var underWayIsMade: Bool
    /// Between two records, while commands are under way.
    var isMeanwhile = false

    package init(_ moment: Moment, takesMachine: Bool, underWayIsMade: Bool) {
      self.moment = moment
      self.takesMachine = takesMachine
      self.underWayIsMade = underWayIsMade
    }
  }

  package enum Return: String, Hashable, Sendable, CaseIterable {
    case resumes
    case undoes
  }
}

/// One line of a script: where, and what.
package struct ScriptLine: Hashable, Sendable {
  package var point: Point
  package var fault: Fault
  package init(_ point: Point, _ fault: Fault) {
    self.point = point
    self.fault = fault
  }
}
