import RunbookForecast
import RunbookModel

/// What lies ahead of a run that goes on, in words as short as a screen needs.
struct AheadText {
  let forecast: TimeForecast

  /// `RTO 15 min: 13:48 left`, or by how much it is missed; nil without an objective.
  var clock: String? {
    guard let rto = forecast.rto else { return nil }
    let left = rto - forecast.passed.time
    let most = forecast.passed.isLeast ? "at most " : ""
    return left < .zero
      ? "RTO \(rto.spoken): \((.zero - left).clockFace) over"
      : "RTO \(rto.spoken): \(most)\(left.clockFace) left"
  }

  /// `done in about 2:00, 19 of 20 in 3:10`.
  var finish: String {
    let people = forecast.withoutPeople.isEmpty ? "" : ", without the time of people"
    return "done in about \(forecast.finish.p50.clockFace), 19 of 20 in "
      + "\(forecast.finish.p95.clockFace)\(people)"
  }

  /// `met in 97 % of the simulated runs`; nil without an objective.
  var chance: String? {
    forecast.chance.map {
      "met in \(forecast.passed.isLeast ? "at most " : "")\(ForecastText.percent($0))"
    }
  }

  /// The outlook in words that need no colour.
  var outlook: (text: String, style: Console.Style)? {
    switch forecast.outlook {
    case .onTrack: ("on track", .good)
    case .atRisk: ("AT RISK", .warning)
    case .willBeMissed: ("WILL BE MISSED", .bad)
    case .missed: ("MISSED", .bad)
    case .noTarget: nil
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
