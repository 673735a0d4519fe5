public import RunbookModel

/// What an action may use to look: nothing in it can change anything.
public struct ReadContext: Sendable {
  /// When this attempt must be over. Every wait of the action ends by then.
  public let deadline: Deadline
  private let shared: Shared
  private let mayRevealChangeSecrets: Bool

  /// What is the same in all contexts of a step: it is large, and contexts are handed on often.
  private final class Shared: Sendable {
    let facts: RunFacts
    let secrets: any SecretSource
    let changeSecrets: Set<SecretName>
    let checks: any NestedChecks

    init(
      _ facts: RunFacts, _ secrets: any SecretSource, _ changeSecrets: Set<SecretName>,
      _ checks: any NestedChecks
    ) {
      self.facts = facts
      self.secrets = secrets
      self.changeSecrets = changeSecrets
      self.checks = checks
    }
  }

  public init(
    facts: RunFacts, deadline: Deadline, secrets: any SecretSource, checks: any NestedChecks,
    changeSecrets: Set<SecretName> = []
  ) {
    self.init(
      Shared(facts, secrets, changeSecrets, checks), deadline, mayRevealChangeSecrets: false)
  }

  private init(_ shared: Shared, _ deadline: Deadline, mayRevealChangeSecrets: Bool) {
    self.shared = shared
    self.deadline = deadline
    self.mayRevealChangeSecrets = mayRevealChangeSecrets
  }

  public var facts: RunFacts { shared.facts }

  /// The same context with names that only changes may reveal.
  package func keeping(_ names: Set<SecretName>) -> ReadContext {
    ReadContext(
      Shared(shared.facts, shared.secrets, names, shared.checks), deadline,
      mayRevealChangeSecrets: mayRevealChangeSecrets)
  }

  /// The same context with an earlier deadline.
  public func until(_ earlier: Deadline) -> ReadContext { again(until: min(earlier, deadline)) }

  /// The same context for another look.
  package func again(until deadline: Deadline) -> ReadContext {
    ReadContext(shared, deadline, mayRevealChangeSecrets: mayRevealChangeSecrets)
  }

  fileprivate var forWriting: ReadContext {
    ReadContext(shared, deadline, mayRevealChangeSecrets: true)
  }

  /// The secret of that name; a secret that is for changes only is refused here and given to a `WriteContext`.
  public func secret(_ name: SecretName) throws(ActionFailure) -> Secret {
    if shared.changeSecrets.contains(name), !mayRevealChangeSecrets {
      throw .refused(
        .authentication, "the secret '\(name)' is for changes only and this is a read-only step")
    }
    return try shared.secrets.secret(name)
  }

  /// The text with every secret of this run replaced by `•••`, also in its base64, URL-encoded and JSON-escaped forms.
  public func masked(_ text: String) -> String { shared.secrets.masked(text) }

  /// Runs another check inside this one (`quorum.check`, `wait.for`), within this deadline.
  public func check(_ call: NestedCall) async -> Verdict {
    await shared.checks.check(call, in: self)
  }
}

/// What an action may use to change something.
public struct WriteContext: Sendable {
  public let reading: ReadContext
  /// The same for every attempt at the same change, so that the other side can tell a repetition from a second order.
  public let key: String

  public init(reading: ReadContext, key: String) {
    self.reading = reading.forWriting
    self.key = key
  }

  public var facts: RunFacts { reading.facts }
  public var deadline: Deadline { reading.deadline }
  public func secret(_ name: SecretName) throws(ActionFailure) -> Secret {
    try reading.secret(name)
  }
  public func masked(_ text: String) -> String { reading.masked(text) }
}

/// What an action may know of the run it works for.
public struct RunFacts: Sendable {
  /// nil in a dry run.
  public var run: RunID?
  public var step: StepID
  public var purpose: Purpose
  public var environment: String
  public var variant: String?
  /// When the outage began, as far as anybody has said or seen.
  public var outageAt: Timestamp?
  public var runbookFolder: String
  /// A guard that a person has overridden for this step, with what was shown to them; nil: all of them stand.
  public var waived: Gate?
  /// Keeps a text that is too long for the record beside it, durably, and gives its SHA-256; nil where nothing is kept.
  public var keep: (@Sendable (String) throws(ActionFailure) -> String)?
  /// What the run has come to, looked up when it is asked for; nil where nobody keeps count.
  public var figures: @Sendable () -> RunFigures? = { nil }

  public init(
    run: RunID?, step: StepID, purpose: Purpose, environment: String, variant: String?,
    outageAt: Timestamp?, runbookFolder: String
  ) {
    self.run = run
    self.step = step
    self.purpose = purpose
    self.environment = environment
    self.variant = variant
    self.outageAt = outageAt
    self.runbookFolder = runbookFolder
  }
}

/// A moment on the monotonic clock by which something must be over.
public struct Deadline: Sendable, Comparable {
  public let instant: ContinuousClock.Instant

  public init(_ instant: ContinuousClock.Instant) { self.instant = instant }
  public static func after(_ duration: Duration) -> Deadline {
    Deadline(ContinuousClock.now.advanced(by: duration))
  }
  public static func < (left: Deadline, right: Deadline) -> Bool { left.instant < right.instant }

  /// What is left; zero when it has passed.
  public var remaining: Duration {
    max(.zero, ContinuousClock.now.duration(to: instant))
  }
  /// What is left in milliseconds, at least 1, for C libraries that take that.
  public var milliseconds: Int {
    Int(max(1, min(remaining.nanosecondsClamped / 1_000_000, Int64(Int32.max))))
  }
  public var hasPassed: Bool { ContinuousClock.now >= instant }
}

/// Gives secrets by name and hides them in text.
public protocol SecretSource: Sendable {
  func secret(_ name: SecretName) throws(ActionFailure) -> Secret
  func masked(_ text: String) -> String
}

/// A check inside a check: the action's name and its input, which may hold values only.
public struct NestedCall: Sendable, Codable, Equatable {
  public var uses: String
  public var with: Value

  public init(uses: String, with: Value) {
    self.uses = uses
    self.with = with
  }
}

/// Runs checks by name; the registry is behind it.
public protocol NestedChecks: Sendable {
  func check(_ call: NestedCall, in context: ReadContext) async -> Verdict
}
