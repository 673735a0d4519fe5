import RunbookModel

extension OperatorDecision {
  var pauseCause: String { "paused by \(who)" + (reason.map { ": \($0)" } ?? "") }
}

extension RunMachine {
  var overdueCause: String { "its deadline of \(plan.deadline?.spoken ?? "?") is over" }

  func serviceCause(_ report: SoakReport) -> String {
    "every step has ended, but from outside the service was not seen to stay good in "
      + report.waited.spoken
  }

  /// The service is not seen to be good, and a person must say what now.
  package var waitsForService: Bool {
    guard missesService, case .paused(_, .open) = state else { return false }
    return true
  }

  /// It is the deadline that a person must decide about, and nothing else.
  package var waitsForDeadline: Bool {
    guard isOverdue, case .paused(_, .open) = state else { return false }
    return true
  }
}
