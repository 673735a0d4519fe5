import RunbookModel

/// How long something takes, as a distribution: durations that were seen or stated, each blurred by a factor.
///
/// The factor is 1 in the median and `width` at its 95th percentile; below, it mirrors that. A single duration is no
/// distribution, so the blur is wide where little is known and narrows with the square root of what was seen.
package struct Spread: Sendable, Equatable, Codable {
  /// In seconds, at least one.
  package var samples: [Double]
  package var width: Double
  /// Comes on top and is not blurred: a time that the runbook itself sets.
  package var fixed: Double
  /// No draw is longer than this: what takes longer fails. Nil: no limit.
  package var limit: Double?

  package init(samples: [Double], width: Double, fixed: Double = 0, limit: Double? = nil) {
    self.samples = samples
    self.width = width
    self.fixed = fixed
    self.limit = limit
  }

  /// Of work that was measured in earlier runs: one run alone is taken for 0.67 to 1.5 times itself, four for 0.8 to 1.25.
  package static func measured(_ samples: [Double], limit: Double?) -> Spread {
    Spread(
      samples: samples, width: 1 + 0.5 / Double(max(samples.count, 1)).squareRoot(), limit: limit)
  }

  /// Of people's answers: one answer alone is taken for half to twice itself.
  package static func answers(_ samples: [Double]) -> Spread {
    Spread(samples: samples, width: 1 + 1 / Double(max(samples.count, 1)).squareRoot())
  }

  package static let nothing = Spread(samples: [0], width: 1)
  /// How far a figure that somebody stated is from what comes: up to twice, at the 95th percentile.
  package static let authorsWidth = 2.0
  /// The action's own figure knows nothing of the place where it runs.
  package static let actionsWidth = 3.0

  package static let strata = 256

  /// The blur at each of `strata` equally likely points.
  package static func factors(width: Double) -> [Double] {
    (0..<strata).map { factor((Double($0) + 0.5) / Double(strata), width: width) }
  }

  private static func factor(_ share: Double, width: Double) -> Double {
    let tail = 1 + 2 * (width - 1)
    func between(_ from: Double, _ to: Double, _ part: Double) -> Double {
      from + (to - from) * part
    }
    if share < 0.05 { return between(1 / tail, 1 / width, share / 0.05) }
    if share < 0.5 { return between(1 / width, 1, (share - 0.05) / 0.45) }
    if share < 0.95 { return between(1, width, (share - 0.5) / 0.45) }
    return between(width, tail, (share - 0.95) / 0.05)
  }

  /// No draw is longer, in seconds.
  package var longest: Double {
    let most = (samples.max() ?? 0) * Self.factor(1, width: width)
    return min(most, limit ?? .infinity) + fixed
  }

  /// Equally likely durations that stand for the whole of it.
  func points(_ count: Int = 32) -> [Double] {
    samples.flatMap { sample in
      (0..<count).map { place in
        let share = (Double(place) + 0.5) / Double(count)
        let drawn = sample * Self.factor(share, width: width)
        return min(drawn, limit ?? .infinity) + fixed
      }
    }
  }
}

/// The middle and the late end of a time: half of the simulated runs take at most `p50`, 19 of 20 at most `p95`.
package struct Percentiles: Sendable, Equatable, Codable {
  package var p50: Duration
  package var p95: Duration

  package init(p50: Duration, p95: Duration) {
    self.p50 = p50
    self.p95 = p95
  }

  package static let zero = Percentiles(p50: .zero, p95: .zero)

  /// `values` in seconds, in any order, at least one.
  init(_ values: [Double]) {
    let sorted = values.sorted()
    p50 = .inSeconds(Self.value(sorted, 0.5))
    p95 = .inSeconds(Self.value(sorted, 0.95))
  }

  /// The least value that at least such a share of all does not exceed.
  private static func value(_ sorted: [Double], _ share: Double) -> Double {
    let rank = (share * Double(sorted.count)).rounded(.up)
    return sorted[min(max(Int(rank) - 1, 0), sorted.count - 1)]
  }
}

extension Duration {
  /// Seconds as a duration, cut to what a duration of nanoseconds holds.
  static func inSeconds(_ seconds: Double) -> Duration {
    .nanoseconds(Int64(min(max((seconds * 1e9).rounded(), -9e18), 9e18)))
  }
}
