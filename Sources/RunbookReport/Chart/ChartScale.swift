import RunbookModel

/// Where on a picture a moment lies, in hundredths of its width. Long spans in which the run only stood still are drawn
/// shorter, so that the rest can be read.
package struct ChartScale: Sendable, Equatable {
  package struct Piece: Sendable, Equatable {
    package var from: Duration
    package var to: Duration
    package var left: Double
    package var right: Double
    /// Drawn shorter than it was.
    package var isSqueezed: Bool

    package var width: Double { right - left }
  }

  package private(set) var pieces: [Piece] = []

  /// At most so many spans are squeezed: the longest.
  private static let squeezed = 5
  private static let squeezedWidth = 7.0

  /// `still` holds spans in which nothing but people, or nobody, could move the run; in order, apart.
  init(from: Duration, to: Duration, still: [(from: Duration, to: Duration)]) {
    let whole = max(to - from, .milliseconds(1))
    let active = still.reduce(whole) { $0 - ($1.to - $1.from) }
    let limit = max(active / 4, whole / 20)
    var chosen = still.filter { $0.to - $0.from > limit && $0.from >= from && $0.to <= to }
    chosen = Array(chosen.sorted { $0.to - $0.from > $1.to - $1.from }.prefix(Self.squeezed))
    chosen.sort { $0.from < $1.from }
    let gone = chosen.reduce(Duration.zero) { $0 + ($1.to - $1.from) }
    // Standing still was all that happened: there is nothing to make room for.
    guard !chosen.isEmpty, whole - gone > .zero else {
      pieces = [Piece(from: from, to: from + whole, left: 0, right: 100, isSqueezed: false)]
      return
    }
    let room = 100 - Self.squeezedWidth * Double(chosen.count)
    var place = from
    var left = 0.0
    func width(_ duration: Duration) -> Double {
      room * duration.inSeconds / (whole - gone).inSeconds
    }
    for span in chosen {
      if span.from > place {
        let right = left + width(span.from - place)
        pieces.append(
          Piece(from: place, to: span.from, left: left, right: right, isSqueezed: false))
        left = right
      }
      pieces.append(
        Piece(
          from: span.from, to: span.to, left: left, right: left + Self.squeezedWidth,
          isSqueezed: true))
      left += Self.squeezedWidth
      place = span.to
    }
    if from + whole > place {
      pieces.append(
        Piece(from: place, to: from + whole, left: left, right: 100, isSqueezed: false))
    }
  }

  package var from: Duration { pieces.first?.from ?? .zero }
  package var to: Duration { pieces.last?.to ?? .zero }

  /// What lies outside is drawn at the edge.
  package func place(_ moment: Duration) -> Double {
    guard let first = pieces.first, moment > first.from else { return 0 }
    guard let piece = pieces.first(where: { moment <= $0.to }) else { return 100 }
    let length = (piece.to - piece.from).inSeconds
    return piece.left + piece.width * (length > 0 ? (moment - piece.from).inSeconds / length : 0)
  }

  /// Round moments to write below the picture, about `count` over its whole width.
  package func ticks(_ count: Int) -> [Duration] {
    var ticks: [Duration] = []
    for piece in pieces where !piece.isSqueezed {
      let wanted = Double(count) * piece.width / 100
      if wanted < 0.5 { continue }
      let step = Self.roundStep((piece.to - piece.from).inSeconds / wanted)
      var next = (piece.from.inSeconds / step).rounded(.up) * step
      while next <= piece.to.inSeconds, ticks.count < 4 * count {
        let tick = Duration.nanoseconds(Int64((next * 1e9).rounded()))
        if ticks.last.map({ place(tick) - place($0) > 70 / Double(count) }) ?? true {
          ticks.append(tick)
        }
        next += step
      }
    }
    return ticks
  }

  private static func roundStep(_ seconds: Double) -> Double {
    var power = 1e-9
    while power < 1 {
      for factor in [1.0, 2, 5] where power * factor >= seconds { return power * factor }
      power *= 10
    }
    let steps: [Double] = [
      1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400,
    ]
    if let found = steps.first(where: { $0 >= seconds }) { return found }
    var days = 2.0
    while days * 86400 < seconds { days *= 2 }
    return days * 86400
  }
}
