import RunbookDriver
import RunbookEngine
import RunbookModel
import Synchronization

/// Writes down what a pool of observers sees, and tells it.
final class ObservationLog: Sendable {
  private let pool: ObserverPool
  private let clock: any DriverClock
  private let console: Console
  private let format: OutputOptions.Format
  private let end: ObservationEnd
  /// Begins the next journal.
  private let begin: @Sendable () throws -> ObservationStore.Observing
  private let writing: Mutex<Writing>

  private struct Writing {
    var observing: ObservationStore.Observing
    var records = 1
    var failure: (any Error)?
  }

  init(
    pool: ObserverPool, begin: @escaping @Sendable () throws -> ObservationStore.Observing,
    clock: any DriverClock, console: Console,
    format: OutputOptions.Format, end: ObservationEnd
  ) throws {
    self.pool = pool
    self.begin = begin
    writing = Mutex(Writing(observing: try begin()))
    self.clock = clock
    self.console = console
    self.format = format
    self.end = end
  }

  /// Called when there is something to record. A journal that cannot be written ends the watching: it would be for
  /// nothing.
  func record() {
    writing.withLock { writing in
      guard writing.failure == nil, let seen = pool.report() else { return }
      do {
        try append(seen, &writing)
        let standing = pool.now
        if writing.records >= ObservationStore.mostRecords, ObservationStore.canTurn(standing) {
          try writing.observing.journal.seal()
          writing = Writing(observing: try begin())
          try append(Observation(standing.compactMap(\.standing)), &writing)
        }
      } catch {
        writing.failure = error
        end.now()
      }
      for report in seen.observers {
        for change in report.changes { tell(report.observer, change) }
      }
    }
  }

  private func append(_ seen: Observation, _ writing: inout Writing) throws {
    let journal = writing.observing.journal
    try journal.append(
      event: ValueEncoder().encode(Event.observed(seen)), commands: [], at: clock.now())
    writing.records += 1
    // A change is what somebody will need; counts may wait for the next.
    if seen.observers.contains(where: { !$0.changes.isEmpty }) {
      try journal.sync()
    } else {
      try journal.flush()
    }
  }

  /// The journal that is written now.
  var id: String { writing.withLock { $0.observing.id } }

  func close() throws {
    try writing.withLock { writing in
      if let failure = writing.failure { throw failure }
      try writing.observing.journal.seal()
    }
  }

  private func tell(_ observer: String, _ change: ObservedChange) {
    switch format {
    case .json:
      console.out(
        JSONText.text([
          "observer": .string(observer), "at": .string(change.at.wall.description),
          "state": .string(change.to.rawValue), "saw": .string(change.saw),
          "answered_by": change.answeredBy.map(Value.string) ?? .null,
          "last_before": change.after.map { .string($0.wall.description) } ?? .null,
        ]))
    case .text:
      let who = change.answeredBy.map { " (\($0))" } ?? ""
      let style: Console.Style = change.to == .good ? .good : change.to == .bad ? .bad : .warning
      console.out(
        "\(change.at.wall.text(decimals: 3))  \(observer) is "
          + console.styled(change.to.rawValue.uppercased(), style) + "\(who): \(change.saw)")
    }
  }
}

/// The end of watching: a signal, a time, or a journal that cannot be written.
final class ObservationEnd: Sendable {
  private let isOver = Atomic(false)
  private let signals = TerminationSignals()

  init() {
    signals.handle { [self] _ in now() }
  }

  func now() { isOver.store(true, ordering: .releasing) }

  private static let look = Duration.milliseconds(100)

  func wait(atMost limit: Duration?, clock: any DriverClock) async {
    let begun = clock.now().monotonic
    while !isOver.load(ordering: .acquiring) {
      if let limit, clock.now().monotonic - begun >= limit { return }
      await clock.sleep(for: Self.look)
    }
  }
}
