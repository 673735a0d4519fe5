package import RunbookEngine
package import RunbookModel

/// RTA and RPA over the runs of one runbook or of one service, the oldest first.
package struct Trend: Sendable, Equatable {
  package static let formatVersion = 1

  package enum Subject: Sendable, Equatable {
    case runbook(String)
    case service(String)

    package var kind: String {
      switch self {
      case .runbook: "runbook"
      case .service: "service"
      }
    }
    package var name: String {
      switch self {
      case .runbook(let name), .service(let name): name
      }
    }
  }

  package struct Point: Sendable, Equatable {
    package var run: RunID
    package var runbook: String
    package var started: Timestamp
    package var purpose: Purpose
    package var environment: String
    package var variant: String?
    package var outcome: Outcome
    package var rto: ObjectiveResult
    package var rpo: ObjectiveResult
    /// The forecast of its start against what came; nil where none was kept.
    package var forecast: ForecastError?

    package init?(_ summary: RunSummary, forecast: ForecastError? = nil) {
      guard let outcome = summary.outcome else { return nil }
      run = summary.run
      runbook = summary.runbook
      started = summary.started
      purpose = summary.purpose
      environment = summary.environment
      variant = summary.variant
      self.outcome = outcome
      rto = summary.clocks.rto
      rpo = summary.clocks.rpo
      self.forecast = forecast
    }
  }

  package var subject: Subject
  package var points: [Point]
  package var leftOut: [LeftOut]

  package init(_ subject: Subject, _ points: [Point], leftOut: [LeftOut]) {
    self.subject = subject
    self.points = points.sorted { ($0.started, $0.run.text) < ($1.started, $1.run.text) }
    self.leftOut = leftOut.sorted { $0.run < $1.run }
  }

  package var calibration: Calibration? { Calibration(points.compactMap(\.forecast)) }

  /// Of runs that succeeded and whose time is known exactly, the one in the middle.
  package var medianRTA: Duration? {
    let known = points.compactMap { point -> Duration? in
      guard point.outcome == .succeeded, case .exactly(let time) = point.rto.measured else {
        return nil
      }
      return time
    }.sorted()
    return known.isEmpty ? nil : known[known.count / 2]
  }
}

/// A run that an account of several does not count, and why.
package struct LeftOut: Sendable, Equatable {
  package enum Kind: String, Sendable, CaseIterable {
    case notEnded = "not_ended"
    /// Its plan or its journal cannot be read, or is not as it was written.
    case unreadable
    /// There are more runs than are looked at.
    case beyondLimit = "beyond_limit"
  }
  package var run: RunID
  package var kind: Kind
  package var why: String

  package init(run: RunID, kind: Kind, why: String) {
    self.run = run
    self.kind = kind
    self.why = why
  }

  static let shape = Shape<LeftOut>([
    .text("run", "The run's id.") { $0.run.text },
    .word("kind", "Why it is not counted.") { $0.kind },
    .text("why", "The same in a sentence.") { $0.why },
  ])
}
