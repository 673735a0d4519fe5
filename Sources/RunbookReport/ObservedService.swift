package import RunbookEngine
package import RunbookModel

/// What was seen from outside during a run, as its records tell it: for each observer its spans, and for the service and
/// the writers what follows from those that decide.
package struct ObservedService: Sendable, Equatable {
  package private(set) var tracks: [Track]
  /// How waiting for the service at the end has ended last.
  package var soaked: RunHistory.Noted<SoakReport>?

  /// Spans of one observer that are kept; later ones are counted.
  package static let mostSpans = 2_000

  package struct Track: Sendable, Equatable {
    package var observer: Observer
    package var spans: [Span] = []
    package var droppedSpans = 0
    package var samples = SampleCounts()
    package var latency = LatencyBuckets()
    /// The start of its last sample, from the run's start.
    package var last: Duration?
  }

  /// A time in which every answer was the same.
  package struct Span: Sendable, Equatable {
    package var state: ObservedState
    package var answeredBy: String?
    package var saw: String
    /// From the run's start to the first sample that gave it.
    package var from: Duration
    package var at: Timestamp
    /// To the last sample that gave the answer before it: what is true changed between the two.
    package var after: Duration?
    /// Nobody looked.
    package var isBlind = false
  }

  init(_ plan: Plan) { tracks = (plan.observers ?? []).map { Track(observer: $0) } }

  mutating func take(_ seen: Observation, in record: Int, time: RunTime, _ moment: Moment) {
    func offset(_ when: Moment) -> Duration {
      time.offsets[record] - (moment.monotonic - when.monotonic)
    }
    for report in seen.observers {
      guard let index = tracks.firstIndex(where: { $0.observer.name == report.observer }) else {
        continue
      }
      tracks[index].samples.add(report.samples)
      tracks[index].latency.add(report.latency)
      for change in report.changes {
        tracks[index].add(
          Span(
            state: change.to, answeredBy: change.answeredBy, saw: change.saw,
            from: offset(change.at), at: change.at.wall, after: change.after.map(offset)))
      }
      if let last = report.last { tracks[index].last = offset(last) }
    }
  }

  /// The process that looked is gone: until the next one looks nothing is known.
  mutating func lose(from record: Int, time: RunTime, _ moment: Moment, _ words: Words) {
    for index in tracks.indices where tracks[index].spans.last?.state != .unknown {
      guard let last = tracks[index].last else { continue }
      let from = max(last, time.offsets[record])
      tracks[index].add(
        Span(
          state: .unknown, answeredBy: nil, saw: words.nobodyLooked,
          from: from, at: moment.wall, after: last, isBlind: true))
    }
  }
}

extension ObservedService.Track {
  mutating func add(_ span: ObservedService.Span) {
    guard spans.count < ObservedService.mostSpans else {
      droppedSpans += 1
      return
    }
    spans.append(span)
  }

  /// How much of the time that was seen the answer was good; nil where nothing was seen.
  package var availability: Double? {
    let seen = samples.good + samples.bad
    return seen == 0 ? nil : Double(samples.good) / Double(seen)
  }
}

// MARK: - Together

extension ObservedService {
  /// What those who decide about a subject say together, from one change to the next.
  package func combined(
    _ subject: Observer.Decision, _ join: ([ObservedState]) -> ObservedState
  ) -> [Span] {
    let deciding = tracks.filter { $0.observer.decides == subject }
    guard !deciding.isEmpty else { return [] }
    var current = [ObservedState](repeating: .unknown, count: deciding.count)
    let changes = deciding.enumerated().flatMap { place, track in track.spans.map { (place, $0) } }
      .sorted { ($0.1.from, $0.0) < ($1.1.from, $1.0) }
    var spans: [Span] = []
    for (place, change) in changes {
      current[place] = change.state
      var span = change
      span.state = join(current)
      // Another site that answers is a change too, where it is the service that is looked at.
      if let last = spans.last, last.state == span.state,
        span.answeredBy == nil || last.answeredBy == span.answeredBy
      {
        continue
      }
      if let last = spans.last, last.from == span.from { spans.removeLast() }
      spans.append(span)
    }
    return spans
  }

  /// Bad where one says so, unknown where one does not say.
  package var service: [Span] {
    combined(.service) { states in
      states.contains(.bad) ? .bad : states.contains(.unknown) ? .unknown : .good
    }
  }

  /// The last moment at which everybody who decides had looked.
  package func seenUntil(_ subject: Observer.Decision) -> Duration? {
    tracks.filter { $0.observer.decides == subject }.compactMap(\.last).min()
  }

  package var watchesService: Bool { tracks.contains { $0.observer.decides == .service } }
}
