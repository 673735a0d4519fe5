package import RunbookEngine
package import RunbookForecast
package import RunbookModel

/// When the RTO's clock began, as far as it is known while a run goes on.
package struct ClockBeginning: Sendable, Equatable {
  package var clock: Objectives.Clock
  /// Nil where nobody has said it and nobody has seen it.
  package var at: Timestamp?
  /// Not later than then: the first bad answer, or the declaration.
  package var notAfter: Timestamp?

  /// As the records of a whole run say it.
  package init(_ history: RunHistory, _ clocks: Clocks) {
    clock = clocks.start.clock
    at = clocks.start.at
    notAfter = [
      history.opening?.observedOutage?.badSince, clocks.outage?.onsetAt,
      history.opening?.declaredAt, history.opening?.incident?.alertedAt,
    ].compactMap { $0 }.min()
  }

  /// As a run's first record says it; `take` adds what observers see.
  package init(_ clock: Objectives.Clock, _ opening: RunOpening) {
    self.clock = clock
    notAfter = [opening.declaredAt, opening.incident?.alertedAt].compactMap { $0 }.min()
    switch clock {
    case .run: break
    case .declaration: at = opening.declaredAt
    case .outage:
      at = opening.outageAt
      if let seen = opening.observedOutage {
        if at == nil, seen.lastGood != nil { at = seen.badSince }
        notAfter = notAfter.map { min($0, seen.badSince) } ?? seen.badSince
      }
    }
  }

  /// The first answer of a deciding observer that was not good: the outage began between it and the good one before.
  package mutating func take(_ seen: Observation, of plan: Plan) {
    guard clock == .outage, at == nil else { return }
    let deciding = (plan.observers ?? []).filter { $0.decides == .service }.map(\.name)
    for report in seen.observers where deciding.contains(report.observer) {
      guard let change = report.changes.first(where: { $0.to != .good }) else { continue }
      // One that was bad from the start may have been so for long.
      if change.after != nil, notAfter.map({ change.at.wall <= $0 }) ?? true { at = change.at.wall }
      notAfter = notAfter.map { min($0, change.at.wall) } ?? change.at.wall
    }
  }

  /// What the clock shows so long after the start of a run that began then.
  package func reading(started: Timestamp, at offset: Duration) -> TimeForecast.Passed {
    if clock == .run { return .init(offset) }
    if let at { return .init(max(.zero, started - at + offset)) }
    return .init(max(offset, notAfter.map { started - $0 + offset } ?? offset), isLeast: true)
  }
}
