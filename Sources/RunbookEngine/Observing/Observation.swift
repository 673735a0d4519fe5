public import RunbookModel

/// What observers have seen since the last record of them. It decides nothing by itself: the machine only keeps it.
public struct Observation: Sendable, Equatable, Codable {
  public var observers: [ObserverReport]

  public init(_ observers: [ObserverReport]) { self.observers = observers }
}

/// How a sample came out. One that could not be taken is unknown, not good.
public enum ObservedState: String, Sendable, Codable, CaseIterable {
  case good
  case bad
  case unknown
}

public struct ObserverReport: Sendable, Equatable, Codable {
  public var observer: String
  /// Where its answer became another one, in order.
  public var changes: [ObservedChange]
  public var samples: SampleCounts
  /// How long good answers took, as pairs of a bucket and its count; see `LatencyBuckets`.
  public var latency: [[Int]]
  /// The start of its last sample.
  public var last: Moment?

  public init(
    observer: String, changes: [ObservedChange], samples: SampleCounts, latency: [[Int]],
    last: Moment?
  ) {
    self.observer = observer
    self.changes = changes
    self.samples = samples
    self.latency = latency
    self.last = last
  }
}

/// An answer that differs from the one before it.
public struct ObservedChange: Sendable, Equatable, Codable {
  public var to: ObservedState
  /// The start of the first sample that gave it.
  public var at: Moment
  /// The start of the last sample that gave the answer before; the truth changed between the two.
  public var after: Moment?
  public var saw: String
  /// Who answered, as far as the check can tell: a site, or an address.
  public var answeredBy: String?

  public init(
    to state: ObservedState, at: Moment, after: Moment?, saw: String, answeredBy: String?
  ) {
    to = state
    self.at = at
    self.after = after
    self.saw = saw
    self.answeredBy = answeredBy
  }
}

public struct SampleCounts: Sendable, Equatable, Codable {
  public var good = 0
  public var bad = 0
  public var unknown = 0
  /// Times at which the sample before was still being taken, or the machine was too busy.
  public var missed = 0

  public init() {}

  public var taken: Int { good + bad + unknown }

  public mutating func count(_ state: ObservedState) {
    switch state {
    case .good: good += 1
    case .bad: bad += 1
    case .unknown: unknown += 1
    }
  }

  public mutating func add(_ other: SampleCounts) {
    good += other.good
    bad += other.bad
    unknown += other.unknown
    missed += other.missed
  }
}

/// How waiting for the service to stay good has ended.
public struct SoakReport: Sendable, Equatable, Codable {
  public enum Result: String, Sendable, Codable {
    /// It was good all through the soak.
    case lasted
    /// It was not, in all the time that was given to it.
    case notSeen = "not_seen"
  }
  public var result: Result
  /// Since when it is good without a break; nil where it is not.
  public var goodSince: Moment?
  public var waited: Duration

  public init(_ result: Result, goodSince: Moment?, waited: Duration) {
    self.result = result
    self.goodSince = goodSince
    self.waited = waited
  }
}

/// Latencies counted in buckets whose bounds grow by a fifth: small, mergeable, and good enough to see a slow site.
public struct LatencyBuckets: Sendable, Equatable {
  private var counts: [Int: Int] = [:]

  public init() {}

  private static let smallest = 0.0001
  private static let growth = 1.2
  public static let last = 80

  /// The bucket of a latency: its upper bound is 0.1 ms times 1.2 to the power of its number.
  public static func bucket(of latency: Duration) -> Int {
    let (seconds, attoseconds) = latency.components
    let value = Double(seconds) + Double(attoseconds) * 1e-18
    var (bound, number) = (smallest, 0)
    while bound < value, number < last {
      bound *= growth
      number += 1
    }
    return number
  }

  public static func upperBound(of bucket: Int) -> Duration {
    var bound = smallest
    for _ in 0..<max(bucket, 0) { bound *= growth }
    return .seconds(bound)
  }

  public mutating func count(_ latency: Duration) {
    counts[Self.bucket(of: latency), default: 0] += 1
  }

  public mutating func add(_ pairs: [[Int]]) {
    for pair in pairs where pair.count == 2 && (0...Self.last).contains(pair[0]) {
      counts[pair[0], default: 0] += max(pair[1], 0)
    }
  }

  public var pairs: [[Int]] { counts.sorted { $0.key < $1.key }.map { [$0.key, $0.value] } }

  /// The bound below which such a share of all latencies lies; nil where there is none.
  public func bound(share: Double) -> Duration? {
    let total = counts.values.reduce(0, +)
    guard total > 0 else { return nil }
    var left = Int((Double(total) * share).rounded(.up))
    for (bucket, count) in counts.sorted(by: { $0.key < $1.key }) {
      left -= count
      if left <= 0 { return Self.upperBound(of: bucket) }
    }
    return nil
  }
}
