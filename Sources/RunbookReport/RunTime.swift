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

  init(_ records: [ReportRecord]) {
    offsets.reserveCapacity(records.count)
    var offset = Duration.zero
    for (index, record) in records.enumerated() {
      if index > 0 {
        let before = records[index - 1].at
        let wall = record.at.wall - before.wall
        if case .runResumed(_) = record.event {
          offset += max(.zero, wall)
          unattended.append(index - 1..<index)
        } else {
          let elapsed = max(.zero, record.at.monotonic - before.monotonic)
          offset += elapsed
          let drift = wall - elapsed
          if drift > .seconds(1) || drift < .seconds(-1) {
            wallSteps.append(WallStep(record: index, by: drift))
          }
        }
      }
      offsets.append(offset)
    }
  }

  package func between(_ first: Int, _ last: Int) -> Duration { offsets[last] - offsets[first] }

  package var unattendedTime: Duration {
    unattended.reduce(.zero) { $0 + between($1.lowerBound, $1.upperBound) }
  }
}
