import RunbookAction
import RunbookModel

extension ReadContext {
  /// The same context with a little less time, so that there is some left to say what was seen.
  var withReserve: ReadContext {
    let left = deadline.remaining.nanosecondsClamped
    return until(.after(.nanoseconds(left - min(100_000_000, left / 10))))
  }
}
