import RunbookEngine
package import RunbookModel

/// The outage as it was seen from outside: when the service failed its customers, and since when it is good to stay.
package struct Outage: Sendable, Equatable {
  /// The first sample that was not good, from the run's start; nil: all were.
  package var onset: Duration?
  package var onsetAt: Timestamp?
  /// The last good sample before it: the outage began between the two. Nil: it was not good from the first one on.
  package var lastGood: Duration?
  /// The first good sample after the onset.
  package var firstGood: Duration?
  /// The first good sample of the time in which it stayed good; nil while or where it did not.
  package var lasting: Duration?
  package var lastingAt: Timestamp?
  /// How often it was not good again after it had been.
  package var relapses = 0
  /// The time in which it was seen to be bad, and in which nobody could tell.
  package var bad = Duration.zero
  package var unknown = Duration.zero
  package var good = Duration.zero
  package var soakEnded: Duration?

  /// Nil where nobody watches the service.
  package init?(_ history: RunHistory) {
    guard history.service.watchesService else { return nil }
    let spans = history.service.service
    let end = history.service.seenUntil(.service) ?? .zero
    for (place, span) in spans.enumerated() {
      let until = place + 1 < spans.count ? spans[place + 1].from : max(end, span.from)
      let time = until - span.from
      switch span.state {
      case .good: good += time
      case .bad: bad += time
      case .unknown: unknown += time
      }
      if span.state == .good {
        if onset != nil, firstGood == nil { firstGood = span.from }
      } else if !span.isBlind {
        // No answer at all is no good answer: it counts, and stays apart in the sums.
        let wasGood = place > 0 && spans[place - 1].state == .good
        if onset == nil {
          (onset, onsetAt) = (span.from, span.at)
          lastGood = wasGood ? span.after : nil
        } else if firstGood != nil, wasGood {
          relapses += 1
        }
      }
    }
    if let soaked = history.service.soaked, soaked.said.result == .lasted {
      soakEnded = history.time.offsets[soaked.record]
      let start = spans.lastIndex { $0.state != .good }.map { $0 + 1 } ?? 0
      if start < spans.count { (lasting, lastingAt) = (spans[start].from, spans[start].at) }
    }
  }
}

/// The time without a store that takes writes, and with more than one, as seen from outside.
package struct WriterClock: Sendable, Equatable {
  package var none = Duration.zero
  package var one = Duration.zero
  package var several = Duration.zero
  package var unknown = Duration.zero
  /// When more than one was seen for the first time.
  package var severalAt: Timestamp?

  /// Nil where no observer watches a store.
  package init?(_ history: RunHistory) {
    let tracks = history.service.tracks.filter { $0.observer.decides == .writer }
    guard !tracks.isEmpty else { return nil }
    var current = [ObservedState](repeating: .unknown, count: tracks.count)
    let changes = tracks.enumerated().flatMap { place, track in track.spans.map { (place, $0) } }
      .sorted { ($0.1.from, $0.0) < ($1.1.from, $1.0) }
    let end = history.service.seenUntil(.writer) ?? .zero
    for (number, (place, span)) in changes.enumerated() {
      current[place] = span.state
      let until = number + 1 < changes.count ? changes[number + 1].1.from : max(end, span.from)
      let time = until - span.from
      let writers = current.count { $0 == .good }
      if writers > 1 {
        several += time
        severalAt = severalAt ?? span.at
      } else if current.contains(.unknown) {
        unknown += time
      } else if writers == 1 {
        one += time
      } else {
        none += time
      }
    }
  }
}
