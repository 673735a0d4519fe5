package import RunbookModel

/// What must be true of every run, whatever goes wrong in it.
package enum Invariant: String, Sendable, CaseIterable {
  case needsFirst = "needs_first"
  case copiesInTurn = "copies_in_turn"
  case lookBeforeAgain = "look_before_again"
  case recordBeforeEffect = "record_before_effect"
  case undoLastFirst = "undo_last_first"
  case nothingNew = "nothing_new"
  case approvedOnly = "approved_only"
  case oneEffect = "one_effect"
  case confirmedOrTakenBack = "confirmed_or_taken_back"
  case oneWriter = "one_writer"
  case writerBeforeTraffic = "writer_before_traffic"
  case honestOutcome = "honest_outcome"
  case runEnds = "run_ends"
  case replayEqual = "replay_equal"
  case eventFits = "event_fits"

  /// Broken by a runbook that says so, not by the program.
  package var isTheRunbooks: Bool { self == .oneWriter || self == .writerBeforeTraffic }

  /// The promise in one sentence.
  package var sentence: String {
    switch self {
    case .needsFirst: "no step begins before what it needs has ended, and no stage before the last"
    case .copiesInTurn:
      "no copy begins before its canaries have succeeded, and no more at a time than its step says"
    case .lookBeforeAgain: "a change in doubt is looked at before it is made again"
    case .recordBeforeEffect: "the record that orders a change is durable before the change"
    case .undoLastFirst: "only what was begun is undone, last first"
    case .nothingNew: "nothing new is changed while a run is paused, takes back or ends"
    case .approvedOnly: "nothing is changed but what is in the plan and was approved"
    case .oneEffect: "a change that may not be repeated is made once"
    case .confirmedOrTakenBack:
      "nothing builds on a change that is to be confirmed and is not, and no run ends with one"
    case .oneWriter: "there are never two writable primaries"
    case .writerBeforeTraffic:
      "no name and no traffic moves to where nothing can be written, nor stays there after an undo"
    case .honestOutcome:
      "what a run says is unchanged, done or undone, of itself and of each step, is so"
    case .runEnds: "every run ends, or waits for a named reason"
    case .replayEqual: "replaying the records gives the same commands and the same state"
    case .eventFits: "the machine takes every event that a command can end in"
    }
  }
}

/// An invariant that did not hold, and where.
package struct Breach: Hashable, Sendable {
  package var invariant: Invariant
  package var step: StepID?
  /// How many records the run had by then.
  package var records: Int
  package var what: String
}
