import RunbookEngine
import RunbookModel

/// Which level's range of times what was measured lies in: GB/T 20988-2007, table C.1. It says nothing about the seven
/// elements that a level asks for, so no run can reach a level.
package struct TimeRange: Sendable, Equatable {
  /// The highest level whose ranges hold what was measured; nil where that cannot be said.
  package var level: Int?
  package var reason: Reason

  package enum Reason: String, Sendable, CaseIterable {
    case measured
    /// The service was not recovered by this run.
    case notRecovered = "not_recovered"
    /// The outage's length is not known, or only a lower bound of it.
    case timeNotKnown = "time_not_known"
    case lossNotKnown = "loss_not_known"
    /// Longer, or more lost, than the table holds.
    case beyond
  }

  /// `outage` runs from the outage to the recovery: the standard's clock, whatever the runbook's is.
  package init(outage: Measured, loss: Measured, isRecovered: Bool) {
    guard isRecovered else {
      self.init(nil, .notRecovered)
      return
    }
    guard let time = outage.upperBound else {
      self.init(nil, .timeNotKnown)
      return
    }
    guard let lost = loss.upperBound else {
      self.init(nil, .lossNotKnown)
      return
    }
    let day = Duration.seconds(86400)
    let level: Int? =
      if lost == .zero && time < .seconds(3600) {
        6
      } else if lost <= .seconds(1800) && time <= day * 2 {
        5
      } else if lost <= day && time <= day * 2 {
        4
      } else if lost <= day {
        3
      } else if lost <= day * 7 {
        time > day * 2 ? 1 : 2
      } else {
        nil
      }
    self.init(level, level == nil ? .beyond : .measured)
  }

  private init(_ level: Int?, _ reason: Reason) {
    self.level = level
    self.reason = reason
  }

  package init(_ clocks: Clocks) {
    self.init(
      outage: clocks.mtpd.measured, loss: clocks.rpo.measured,
      isRecovered: clocks.recovered != nil)
  }

  static let shape = Shape<TimeRange>([
    .maybeInt(
      "gbt_20988_2007_level",
      "What was measured is consistent with the time range of this level; null where that cannot be said."
    ) { $0.level },
    .word("reason", "Why there is none.") { $0.reason },
  ])
}

extension Measured {
  /// The value is not larger than this; nil where nobody can say so.
  var upperBound: Duration? {
    switch self {
    case .exactly(let duration), .atMost(let duration): duration
    case .atLeast, .unknown: nil
    }
  }
}
