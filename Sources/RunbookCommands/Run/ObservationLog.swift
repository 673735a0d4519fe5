import Dispatch
import Glibc
import RunbookDriver
import RunbookEngine
import RunbookModel
import Synchronization

/// Writes down what a pool of observers sees, and tells it.
final class ObservationLog: Sendable {
  private let pool: ObserverPool
  private let journal: JournalFile
  private let clock: any DriverClock
  private let console: Console
  private let format: OutputOptions.Format
  private let end: ObservationEnd
  private let writing = Mutex<(any Error)?>(nil)

  init(
    pool: ObserverPool, journal: JournalFile, clock: any DriverClock, console: Console,
    format: OutputOptions.Format, end: ObservationEnd
  ) {
    self.pool = pool
    self.journal = journal
    self.clock = clock
    self.console = console
    self.format = format
    self.end = end
  }

  /// Called when there is something to record. A journal that cannot be written ends the watching: it would be for
  /// nothing.
  func record() {
    writing.withLock { failure in
      guard failure == nil, let seen = pool.report() else { return }
      do {
        try journal.append(
          event: ValueEncoder().encode(Event.observed(seen)), commands: [], at: clock.now())
        // A change is what somebody will need; counts may wait for the next.
        if seen.observers.contains(where: { !$0.changes.isEmpty }) {
          try journal.sync()
        } else {
          try journal.flush()
        }
      } catch {
        failure = error
        end.now()
      }
      for report in seen.observers {
        for change in report.changes { tell(report.observer, change) }
      }
    }
  }

  func close() throws {
    if let failure = writing.withLock({ $0 }) { throw failure }
    try journal.seal()
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
  /// A dispatch source may be used from any thread; its protocol only does not say so.
  private struct Source: @unchecked Sendable {
    let signal: any DispatchSourceSignal
  }
  private let sources = Mutex<[Source]>([])
  private let isOver = Atomic(false)

  init() {
    for number in [SIGINT, SIGTERM, SIGHUP] {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { [self] in now() }
      source.resume()
      let kept = Source(signal: source)
      sources.withLock { $0.append(kept) }
    }
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
