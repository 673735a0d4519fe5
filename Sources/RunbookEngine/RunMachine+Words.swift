import RunbookModel

extension OperatorDecision {
  var pauseCause: String { "paused by \(who)" + (reason.map { ": \($0)" } ?? "") }
}

extension RunMachine {
  var overdueCause: String { "its deadline of \(plan.deadline?.spoken ?? "?") is over" }

  /// It is the deadline that a person must decide about, and nothing else.
  package var waitsForDeadline: Bool {
    guard isOverdue, case .paused(_, .open) = state else { return false }
    return true
  }
}
