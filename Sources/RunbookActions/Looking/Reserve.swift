import RunbookAction

extension ReadContext {
  /// The same context with a little less time, so that there is some left to say what was seen.
  var withReserve: ReadContext {
    until(.after(deadline.remaining - min(.milliseconds(100), deadline.remaining / 10)))
  }
}
