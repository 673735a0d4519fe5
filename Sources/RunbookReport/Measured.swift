import RunbookModel

/// A duration as far as it is known. A bound is not the value, and unknown is not zero.
package enum Measured: Sendable, Equatable {
  case exactly(Duration)
  /// It is this much or more.
  case atLeast(Duration)
  /// It is this much or less.
  case atMost(Duration)
  /// The text says why.
  case unknown(String)

  package var duration: Duration? {
    switch self {
    case .exactly(let duration), .atLeast(let duration), .atMost(let duration): duration
    case .unknown: nil
    }
  }

  /// `exactly`, `at_least`, `at_most` or `unknown`.
  package var bound: String {
    switch self {
    case .exactly: "exactly"
    case .atLeast: "at_least"
    case .atMost: "at_most"
    case .unknown: "unknown"
    }
  }

  package var words: String {
    switch self {
    case .exactly(let duration): duration.spoken
    case .atLeast(let duration): "at least \(duration.spoken)"
    case .atMost(let duration): "at most \(duration.spoken)"
    case .unknown: "unknown"
    }
  }
}

/// One objective against what was measured.
package struct ObjectiveResult: Sendable, Equatable {
  package enum Verdict: String, Sendable, CaseIterable {
    case met
    case missed
    /// What was measured does not decide it.
    case unknown
    /// The run has not ended, and the time allowed has not passed.
    case stillCounting = "still_counting"
    /// The run ended without recovering the service, before the time allowed had passed.
    case notRecovered = "not_recovered"
    /// The runbook sets no such objective.
    case noTarget = "no_target"

    package var words: String {
      switch self {
      case .met: "met"
      case .missed: "MISSED"
      case .unknown: "UNKNOWN"
      case .stillCounting: "still counting"
      case .notRecovered: "NOT RECOVERED by this run"
      case .noTarget: "no target"
      }
    }
  }

  package var target: Duration?
  package var measured: Measured
  package var verdict: Verdict
  /// One sentence: what the verdict rests on, or why there is none.
  package var why: String

  /// What is left of the target; negative when it was passed.
  package var margin: Duration? {
    guard let target, let duration = measured.duration else { return nil }
    return target - duration
  }

  /// Compares what is known; a bound decides only what it can decide.
  static func verdict(_ measured: Measured, within target: Duration?) -> Verdict {
    guard let target else { return .noTarget }
    return switch measured {
    case .exactly(let duration): duration <= target ? .met : .missed
    case .atLeast(let duration): duration > target ? .missed : .unknown
    case .atMost(let duration): duration <= target ? .met : .unknown
    case .unknown: .unknown
    }
  }
}
