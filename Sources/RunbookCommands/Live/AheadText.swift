import RunbookForecast
import RunbookModel
import RunbookReport

/// What lies ahead of a run that goes on, in words as short as a screen needs.
struct AheadText {
  let forecast: TimeForecast
  let words: Words

  /// `RTO 15 min: 13:48 left`, or by how much it is missed; nil without an objective.
  var clock: String? {
    guard let rto = forecast.rto else { return nil }
    let left = rto - forecast.passed.time
    let isOver = left < .zero
    return words.rtoLeft(
      rto, (isOver ? .zero - left : left).clockFace, isMost: forecast.passed.isLeast,
      isOver: isOver)
  }

  /// `done in about 2:00, 19 of 20 in 3:10`.
  var finish: String {
    words.doneIn(
      forecast.finish.p50.clockFace, forecast.finish.p95.clockFace,
      withoutPeople: !forecast.withoutPeople.isEmpty)
  }

  /// `met in 97 % of the simulated runs`; nil without an objective.
  var chance: String? {
    forecast.chance.map {
      words.metIn(ForecastText.percent($0), isMost: forecast.passed.isLeast)
    }
  }

  /// The outlook in words that need no colour.
  var outlook: (text: String, style: Console.Style)? {
    guard let text = words.outlook(forecast.outlook) else { return nil }
    return switch forecast.outlook {
    case .onTrack, .noTarget: (text, .good)
    case .atRisk: (text, .warning)
    case .willBeMissed, .missed: (text, .bad)
    }
  }

  /// All of it as one line.
  var line: ScreenLine {
    var line = ScreenLine()
    if let outlook { line.add(outlook.text, outlook.style) }
    for part in [clock, chance, finish].compactMap({ $0 }) {
      line.add((line.parts.isEmpty ? "" : "  ") + part)
    }
    return line
  }
}

extension Duration {
  /// `0:42`, `13:48`, `2:05:00`; whole seconds, cut.
  var clockFace: String {
    let seconds = nanosecondsClamped / 1_000_000_000
    func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
    let tail = two(seconds % 60)
    return hours > 0 ? "\(hours):\(two(minutes)):\(tail)" : "\(minutes):\(tail)"
  }
}
