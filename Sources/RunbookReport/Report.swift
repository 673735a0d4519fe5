package import RunbookEngine
package import RunbookModel

/// What a run was, did and reached: made from its plan and its records alone, the same bytes every time.
///
/// It states what was recorded. What was not seen is listed as unknown, never filled in.
package struct Report: Sendable, Equatable {
  /// The version of the JSON form. Keys are added without a new one; a key that changes or goes needs one.
  package static let formatVersion = 1

  /// The language of its sentences.
  package var language: Language
  /// The program that made the report.
  package var toolVersion: String
  /// The last record's time, unless the caller gave another.
  package var generatedAt: Timestamp
  package var identity: Identity
  /// The outcome in one sentence.
  package var headline: String
  package var summary: RunSummary
  package var clocks: Clocks
  /// The incident and the time to respond; nil where nobody has said anything of one.
  package var response: Response?
  /// The incidents that it belongs to, as their own journals tell them.
  package var incidents: [KeptIncident] = []
  /// What is in doubt or not known, the most urgent first.
  package var doubts: [Doubt]
  package var deviations: [Deviation]
  package var people: [Participant]
  package var counts: Counts
  package var stages: [StageResult]
  /// Every step of the plan, in its order.
  package var steps: [StepResult]
  package var notRun: [NotRun]
  package var undo: UndoSection
  package var observations: [Observation]
  /// The forecast of the run's start against what came; nil where none was kept.
  package var forecast: ForecastScore?
  package var timeline: [TimelineEntry]
  /// Who looked from outside, and what they saw.
  package var observers: [ObservedService.Track]
  /// The same as a picture; it is drawn, and no part of the JSON.
  package var chart: RunChart
  package var integrity: IntegrityFacts

  /// One that is kept on this machine.
  package enum KeptIncident: Sendable, Equatable {
    case read(IncidentReport)
    case unreadable(String, why: String)
  }

  package struct Identity: Sendable, Equatable {
    package var run: RunID
    package var purpose: Purpose
    package var variant: String?
    /// The run of another variant that this one continues, and the one that continues this.
    package var predecessor: RunID?
    package var successor: RunID?
    package var title: String
    package var service: String
    package var owner: String?
    package var plan: String
    /// SHA-256 of the plan's bytes as stored beside the journal.
    package var planHash: String
    package var planMadeAt: Timestamp
    package var planMadeBy: String
    package var bindsChanges: Bool
    package var runbook: Plan.Source
    package var environment: Plan.Source
    package var parameters: ValueMap
    package var reason: String?
    package var by: String
    package var host: String
    /// The program that opened the run.
    package var toolVersion: String
    package var planToolVersion: String
    package var started: Timestamp
    package var ended: Timestamp?
    package var records: Int
  }

  package struct Doubt: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
      /// The records themselves cannot be trusted or followed.
      case record
      /// The state of a target is not known, or not as it should be.
      case state
      /// A figure was not measured.
      case figure
      /// Something that this run could not see by its nature.
      case limit
    }
    package var kind: Kind
    package var step: StepID?
    package var text: String
    package var advice: String?

    /// Somebody should look now: more than a figure that is missing.
    package var isUrgent: Bool { kind == .record || kind == .state }
  }

  package struct Deviation: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
      case skipped
      case markedDone = "marked_done"
      case retried
      case overridden
      case declined
      case notAnswered = "not_answered"
      case paused
      case continued
      case unwound
      case aborted
      case variantSwitched = "variant_switched"
      /// The change that was made is not the one that the plan showed.
      case otherChange = "other_change"
      /// A guard of the environment stood against the run, and somebody said why it was meant.
      case guardAcknowledged = "guard_acknowledged"
    }
    package var kind: Kind
    package var step: StepID?
    package var by: String
    package var at: Timestamp
    package var reason: String?
    package var effect: String
  }

  package struct Participant: Sendable, Equatable {
    package var name: String
    package var roles: [String]
    package var did: [String]
  }

  /// Every step is in exactly one of the first group; the second counts some of them again.
  package struct Counts: Sendable, Equatable {
    package var total = 0
    package var succeeded = 0
    package var failed = 0
    package var failedIgnored = 0
    package var inDoubt = 0
    package var undone = 0
    package var undoFailed = 0
    package var skipped = 0
    package var excluded = 0
    package var notRun = 0
    package var notStarted = 0
    package var underWay = 0

    package var alreadyInPlace = 0
    package var markedDone = 0
    package var skippedByPerson = 0
    package var timedOut = 0
    package var retried = 0
    package var attempts = 0
  }

  package struct StageResult: Sendable, Equatable {
    package var name: String
    package var title: String?
    package var budget: Duration?
    package var started: Timestamp?
    package var ended: Timestamp?
    package var duration: Duration?
  }

  package struct NotRun: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
      case variant
      case condition
      case person
      /// A step that it needs did not come to a good end.
      case upstream
      /// The run stopped before it was its turn.
      case stopped
    }
    package var step: StepID
    package var kind: Kind
    /// The step that is the cause.
    package var cause: StepID?
    package var text: String
  }

  package struct Observation: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
      case slowStep = "slow_step"
      case budget
      case retries
      case people
      case unattended
      case foundAfterDoubt = "found_after_doubt"
      case ignoredFailure = "ignored_failure"
      case outputCut = "output_cut"
      case notSigned = "not_signed"
      case notVerified = "not_verified"
      case soak
    }
    package var kind: Kind
    package var step: StepID?
    package var text: String
  }
}
