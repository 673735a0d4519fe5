import RunbookEngine
import RunbookModel

/// How far each record lies from the run's start.
///
/// Inside one process the monotonic clock counts, because the wall clock may step. From the last record of a process
/// to the record with which the next one took over only the wall clock exists.
package struct RunTime: Sendable, Equatable {
  /// Time from the first record, for each record; never runs backwards.
  package private(set) var offsets: [Duration] = []
  /// Places where the wall clock moved against the monotonic one by more than a second.
  package private(set) var wallSteps: [WallStep] = []
  /// Spans in which no process was running the run.
  package private(set) var unattended: [Range<Int>] = []

  package struct WallStep: Sendable, Equatable {
    package var record: Int
    package var by: Duration
  }

  /// Takes in the record that follows `before`.
  mutating func add(_ record: ReportRecord, after before: ReportRecord?) {
    guard let before, let last = offsets.last else { return offsets.append(.zero) }
    let index = offsets.count
    let wall = record.at.wall - before.at.wall
    if case .runResumed(_) = record.event {
      offsets.append(last + max(.zero, wall))
      unattended.append(index - 1..<index)
      return
    }
    let elapsed = max(.zero, record.at.monotonic - before.at.monotonic)
    offsets.append(last + elapsed)
    let drift = wall - elapsed
    if drift > .seconds(1) || drift < .seconds(-1) {
      wallSteps.append(WallStep(record: index, by: drift))
    }
  }

  package func between(_ first: Int, _ last: Int) -> Duration { offsets[last] - offsets[first] }

  package var unattendedTime: Duration {
    unattended.reduce(.zero) { $0 + between($1.lowerBound, $1.upperBound) }
  }
}
