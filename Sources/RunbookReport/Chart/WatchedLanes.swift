import RunbookEngine
import RunbookModel

extension RunChart {
  /// So many lanes at most: those whose word counts come first.
  private static let mostLanes = 12

  /// What each observer answered, as a lane above the steps.
  static func watched(_ history: RunHistory) -> [Lane] {
    let tracks = history.service.tracks
    let ordered =
      tracks.filter { $0.observer.decides != nil } + tracks.filter { $0.observer.decides == nil }
    return ordered.prefix(mostLanes).compactMap { track in
      guard let last = track.last, !track.spans.isEmpty else { return nil }
      let spans = track.spans.enumerated().map { place, span -> Span in
        let next = place + 1 < track.spans.count ? track.spans[place + 1].from : nil
        let tone: Tone =
          switch span.state {
          case .good: .good
          case .bad: .bad
          case .unknown: .unknown
          }
        return Span(from: span.from, to: max(next ?? last, span.from), tone: tone)
      }
      return Lane(name: .watcher(track.observer.name), spans: joined(spans))
    }
  }
}
