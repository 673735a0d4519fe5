/// What a run has come to at one moment, for texts that people read: messages, and `clock.*` in expressions.
///
/// Whoever reads a message at night must be able to rely on it: what is not known says so, and is never zero or empty.
public struct RunFigures: Sendable, Equatable {
  /// A duration as far as it is known.
  public enum Known: Sendable, Equatable {
    case exactly(Duration)
    case atLeast(Duration)
    case atMost(Duration)
    /// The text says why.
    case unknown(String)
  }

  /// What lies ahead, from the moment of the figures to the recovery, if nothing fails.
  public struct Ahead: Sendable, Equatable {
    /// Half of the simulated runs take no longer.
    public var half: Duration
    /// 19 of 20 take no longer.
    public var most: Duration
    /// Nobody knows how long people take to answer: that comes on top.
    public var withoutPeople: Bool

    public init(half: Duration, most: Duration, withoutPeople: Bool) {
      self.half = half
      self.most = most
      self.withoutPeople = withoutPeople
    }
  }

  public enum Verdict: String, Sendable, Equatable {
    case met
    case missed
    case unknown
    case stillCounting = "still_counting"
    case notRecovered = "not_recovered"
    case noTarget = "no_target"
  }

  /// The moment that they are of.
  public var at: Timestamp
  /// nil before the run was opened.
  public var run: RunID?
  public var purpose: Purpose
  public var service: String
  /// What the run does, in its runbook's words.
  public var title: String
  public var startedBy: String?
  public var outageAt: Timestamp?
  /// What the recovery clock shows.
  public var elapsed: Known = .unknown("the run has not been started")
  /// From what it is counted: outage, declaration or run.
  public var clock: String
  public var rto: Duration?
  public var rtoVerdict: Verdict = .unknown
  /// nil while the service is not recovered, as far as the run itself has verified.
  public var recoveredAt: Timestamp?
  /// Observers saw it from outside; else the run itself has verified it.
  public var isRecoverySeen = false
  public var dataLoss: Known = .unknown("no step has measured it yet")
  public var rpo: Duration?
  public var rpoVerdict: Verdict = .unknown
  /// How long it will still take; nil where nothing was foretold.
  public var ahead: Ahead?
  /// From the alert to the first response.
  public var responded: Known = .unknown("when the alert came was not said")
  public var timeToRespond: Duration?
  public var responseVerdict: Verdict = .unknown
  /// Every critical step is done, and observers have not yet seen the service good for long enough.
  public var isBeingWatched = false
  public var isClosed = false
  /// Steps in the runbook's order, by their titles.
  public var done: [String] = []
  public var underWay: [String] = []
  /// What waits for people, and for whom.
  public var waiting: [String] = []
  public var next: [String] = []
  /// What is in doubt.
  public var inDoubt: [String] = []
  public var lead: String?
  /// How bad it is, as far as anybody has said.
  public var incident: IncidentFacts?

  public init(
    at: Timestamp, run: RunID?, purpose: Purpose, service: String, title: String, clock: String
  ) {
    self.at = at
    self.run = run
    self.purpose = purpose
    self.service = service
    self.title = title
    self.clock = clock
  }

  /// What is left of the time that the objective allows; nil when that is not known or there is none.
  public var left: Duration? {
    guard let rto else { return nil }
    switch elapsed {
    case .exactly(let duration): return rto - duration
    case .atLeast, .atMost, .unknown: return nil
    }
  }
}

extension RunFigures {
  /// The names of `clock.*`, with their types: what validation knows of them.
  package static let names: [(name: String, type: FieldType)] = [
    ("elapsed", .duration), ("left", .duration), ("recovered_at", .timestamp),
    ("data_loss", .duration), ("forecast", .duration), ("verdict", .string),
  ]

  /// `clock.*` in expressions. A bound is no value: it is unknown, and the reason holds it.
  package var value: Value {
    func value(_ known: Known) -> Value {
      switch known {
      case .exactly(let duration): .duration(duration)
      case .atLeast(let duration): .unknown("at least \(duration.spoken)")
      case .atMost(let duration): .unknown("at most \(duration.spoken)")
      case .unknown(let why): .unknown(why)
      }
    }
    let left: Value =
      self.left.map { .duration(max(.zero, $0)) }
      ?? (rto == nil ? .unknown("the runbook has no rto") : .unknown("when it began is not known"))
    return [
      "elapsed": value(elapsed), "left": left,
      "recovered_at": recoveredAt.map(Value.timestamp)
        ?? .unknown("the service is not recovered yet"),
      "data_loss": value(dataLoss),
      "forecast": ahead.map { .duration($0.most) } ?? .unknown("nothing was foretold"),
      "verdict": .string(rtoVerdict.rawValue),
    ]
  }
}
