package import RunbookModel

/// What one observer has seen: sample for sample when it is taken, report for report when records are read.
package struct ObserverTrack: Sendable {
  package let name: String
  package let decides: Observer.Decision?
  package private(set) var current: ObservedChange?
  /// Since when it is good; another site that answers is no break.
  package private(set) var goodSince: Moment?
  /// The start of the last sample.
  package private(set) var last: Moment?

  private var changes: [ObservedChange] = []
  private var samples = SampleCounts()
  private var latency = LatencyBuckets()
  /// Between two reports; an answer that changes more often is still counted in `samples`.
  static let mostChanges = 20

  package init(_ observer: Observer) {
    name = observer.name
    decides = observer.decides
  }

  /// One sample, just taken.
  package struct Sample: Sendable {
    package var state: ObservedState
    package var at: Moment
    package var took: Duration
    package var saw: String
    package var answeredBy: String?

    package init(
      _ state: ObservedState, at: Moment, took: Duration, saw: String, answeredBy: String? = nil
    ) {
      self.state = state
      self.at = at
      self.took = took
      self.saw = saw
      self.answeredBy = answeredBy
    }
  }

  /// Whether it says something else than the one before.
  @discardableResult
  package mutating func take(_ sample: Sample, missed: Int) -> Bool {
    samples.count(sample.state)
    samples.missed += missed
    if sample.state == .good { latency.count(sample.took) }
    goodSince = sample.state == .good ? goodSince ?? sample.at : nil
    defer { last = sample.at }
    let isOther =
      current.map { $0.to != sample.state || $0.answeredBy != sample.answeredBy } ?? true
    guard isOther else { return false }
    let change = ObservedChange(
      to: sample.state, at: sample.at, after: last, saw: sample.saw,
      answeredBy: sample.answeredBy)
    current = change
    // The last one is always kept: it is what counts from here on.
    if changes.count == Self.mostChanges { changes.removeLast() }
    changes.append(change)
    return true
  }

  /// Where it stands, for a journal that begins in the middle; nil before the first sample.
  package var standing: ObserverReport? {
    current.map {
      ObserverReport(
        observer: name, changes: [$0], samples: SampleCounts(), latency: [], last: last)
    }
  }

  /// What there is to record since the last time; nil where nothing was sampled.
  package mutating func report() -> ObserverReport? {
    guard samples.taken + samples.missed > 0 else { return nil }
    defer {
      changes = []
      samples = SampleCounts()
      latency = LatencyBuckets()
    }
    return ObserverReport(
      observer: name, changes: changes, samples: samples, latency: latency.pairs, last: last)
  }
}

extension [ObserverTrack] {
  /// The answer of all that decide about it together: bad where one says so, unknown where one does not say.
  package func state(of subject: Observer.Decision) -> ObservedState? {
    var state: ObservedState?
    for track in self where track.decides == subject {
      switch (track.current?.to ?? .unknown, state) {
      case (.bad, _), (_, .bad): state = .bad
      case (.unknown, _), (_, .unknown): state = .unknown
      case (.good, _): state = .good
      }
    }
    return state
  }

  /// Since when the service is good without a break, and the last moment at which everybody had seen it so.
  package var goodSpan: (since: Moment, until: Moment)? {
    guard state(of: .service) == .good else { return nil }
    let deciding = filter { $0.decides == .service }
    guard
      let since = deciding.compactMap(\.goodSince).max(by: { $0.monotonic < $1.monotonic }),
      let until = deciding.compactMap(\.last).min(by: { $0.monotonic < $1.monotonic })
    else { return nil }
    return (since, until)
  }
}
