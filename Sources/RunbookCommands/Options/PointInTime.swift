import RunbookModel

/// A moment as a person gives it: a time, or how long ago.
enum PointInTime {
  static func read(_ text: String, now: Timestamp) throws(Refusal) -> Timestamp {
    if let time = Timestamp(text) {
      guard time <= now else {
        throw Refusal(
          .invalid, "\(text) lies in the future (now it is \(now.text(decimals: 0)))",
          next: "give a time in UTC with a Z at its end, or how long ago: 4m30s")
      }
      return time
    }
    if let ago = Duration(text: text.hasSuffix(" ago") ? String(text.dropLast(4)) : text) {
      return now - ago
    }
    throw Refusal(
      .invalid, "'\(text)' is neither a time nor how long ago",
      next: "write 2026-11-21T03:12:00Z or 4m30s")
  }
}
