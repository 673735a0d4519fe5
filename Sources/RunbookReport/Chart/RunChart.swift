package import RunbookModel

/// What a picture of a run shows: lanes of spans above, a row for each step, marks across all of them. Times count from
/// the run's start.
package struct RunChart: Sendable, Equatable {
  package var start: Timestamp
  /// The last moment that is drawn; the last record's, or the RTO's where that is near.
  package var end: Duration
  /// The run itself goes so far.
  package var ran: Duration
  package var scale: ChartScale
  /// What went on beside the steps: the availability that observers saw, and the run standing still.
  package var lanes: [Lane]
  package var stages: [StageRow]
  package var marks: [Mark]
  /// Steps that began but have no row of their own: their stage's row shows how many were under way.
  package var folded: Int

  package struct Lane: Sendable, Equatable {
    package var name: Name
    package var spans: [Span]

    package enum Name: Sendable, Equatable {
      /// The run as a whole: where it stood still.
      case run
      /// Somebody or something that watched, by name.
      case watcher(String)
    }
  }

  package struct Span: Sendable, Equatable {
    package var from: Duration
    package var to: Duration
    package var tone: Tone

    package init(from: Duration, to: Duration, tone: Tone) {
      self.from = from
      self.to = to
      self.tone = tone
    }
  }

  package enum Tone: String, Sendable, CaseIterable {
    /// Reading: planning, checking, verifying.
    case look
    case work
    /// A person is waited for.
    case people
    case undo
    case failed
    /// The result is not known, or was lost for a time.
    case doubt
    /// A delay before the next attempt.
    case delay
    /// No process ran the run.
    case nobody
    /// What watched found it good, bad, or could not tell.
    case good
    case bad
    case unknown
  }

  package struct StageRow: Sendable, Equatable {
    package var name: String
    package var title: String?
    package var from: Duration?
    package var to: Duration?
    package var budget: Duration?
    package var stepCount: Int
    package var rows: [StepRow]
    /// How many of the folded steps were under way, where it changes.
    package var load: [Load]
  }

  package struct Load: Sendable, Equatable {
    package var from: Duration
    package var to: Duration
    package var steps: Int
  }

  package struct StepRow: Sendable, Equatable {
    package var id: StepID
    package var status: StepStatus
    package var isOnPath: Bool
    package var isPointOfNoReturn: Bool
    package var from: Duration
    package var to: Duration
    package var spans: [Span]
  }

  package struct Mark: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
      case outage
      case declared
      /// As its observers saw it.
      case outageSeen
      case recovered
      case recoveredSeen
      case rto
      case mtpd
      case pointOfNoReturn(StepID)
      case resumed
      case deadline
      case ended
    }
    package var kind: Kind
    package var offset: Duration
  }
}
