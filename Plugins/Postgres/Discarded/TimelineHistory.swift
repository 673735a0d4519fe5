import RunbookAction
import RunbookModel

/// Where a primary's timeline came from: for each timeline before it, the place in the log at which it was left.
struct TimelineHistory: Sendable, Equatable {
  struct Branch: Sendable, Equatable {
    var timeline: Int64
    /// Up to here both have the same log; what the other has after it is its own.
    var end: WALPosition
  }
  var branches: [Branch]

  /// From the text of a history file; nil when it is none.
  init?(_ text: String) {
    branches = []
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      let words = line.split(whereSeparator: \.isWhitespace)
      if words.isEmpty { continue }
      guard words.count >= 2, let timeline = Int64(words[0]), timeline > 0,
        let end = WALPosition(String(words[1])), timeline > branches.last?.timeline ?? 0
      else { return nil }
      branches.append(Branch(timeline: timeline, end: end))
    }
    if branches.isEmpty { return nil }
  }

  /// Where the given timeline was left; without one, the last: what the newest promotion left.
  func branch(_ timeline: Int64?) -> Branch? {
    guard let timeline else { return branches.last }
    return branches.first { $0.timeline == timeline }
  }

  /// The file of a timeline's history.
  static func file(of timeline: Int64) -> String {
    let digits = String(timeline, radix: 16, uppercase: true)
    return "pg_wal/" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits + ".history"
  }

  /// Reads it by SQL, with the function that the role of pg_rewind needs as well: no right of its own.
  static func read(
    _ session: Session, of timeline: Int64
  ) throws(ActionFailure) -> (history: TimelineHistory, segmentSize: UInt64) {
    let file = file(of: timeline)
    do throws(QueryTrouble) {
      let row = try session.row(
        """
        select convert_from(pg_read_binary_file($1), 'UTF8') as history,
          (select setting from pg_settings where name = 'wal_segment_size') as segment_size
        """, [file])
      guard let history = row.text("history").flatMap(TimelineHistory.init),
        let size = row.int("segment_size"), size > 0
      else { throw session.trouble(.unreadable, "\(file) is no timeline history") }
      return (history, UInt64(size))
    } catch {
      var failure = error.failure
      if error.isMissingPermission {
        failure.advice =
          "grant execute on function pg_read_binary_file(text) to the role, or use the one of pg_rewind"
      }
      throw failure
    }
  }
}
