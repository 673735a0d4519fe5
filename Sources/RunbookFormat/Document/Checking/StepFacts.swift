internal import RunbookModel

/// What rules want to know of a step, in 48 bytes, so that they need not visit the document again.
struct StepFacts {
  /// The variants in which it runs, a bit for each.
  var variants: UInt64
  /// All attempts, waits and checks at their longest, in nanoseconds; a person's answer included.
  var worst: Int64
  var expected: Int64
  var traits: Traits
  var kind: ActionKind?

  struct Traits: OptionSet {
    let rawValue: UInt16
    static let fences = Traits(rawValue: 1)
    static let promotes = Traits(rawValue: 2)
    static let movesNames = Traits(rawValue: 4)
    static let movesTraffic = Traits(rawValue: 8)
    static let arbitrary = Traits(rawValue: 16)
    /// It has a `when`, so it may be left out.
    static let isConditional = Traits(rawValue: 32)
    /// The run goes on when it fails.
    static let isPassedOver = Traits(rawValue: 64)
    static let asksPerson = Traits(rawValue: 128)
    static let isIrreversible = Traits(rawValue: 256)
    static let hasVerify = Traits(rawValue: 512)
    static let tells = Traits(rawValue: 1024)
  }

  init(
    _ step: borrowing Step, _ note: StepNote, _ page: ActionPage?, _ catalogue: ActionCatalogue
  ) {
    variants = note.variants
    kind = page?.kind
    traits = []
    for trait in page?.traits ?? [] {
      switch trait {
      case .fences: traits.insert(.fences)
      case .promotes: traits.insert(.promotes)
      case .movesNames: traits.insert(.movesNames)
      case .movesTraffic: traits.insert(.movesTraffic)
      case .arbitrary: traits.insert(.arbitrary)
      case .tells: traits.insert(.tells)
      }
    }
    if step.when != nil { traits.insert(.isConditional) }
    if step.onFailure == .continue { traits.insert(.isPassedOver) }
    if step.approval != nil || page?.kind == .person { traits.insert(.asksPerson) }
    if !step.verify.isEmpty { traits.insert(.hasVerify) }
    if page?.kind == .change, !traits.contains(.tells) {
      switch step.undo {
      case .none: traits.insert(.isIrreversible)
      case .auto, .explicit: if step.pointOfNoReturn { traits.insert(.isIrreversible) }
      }
    }
    expected = (step.expected ?? page?.expected ?? .zero).nanosecondsClamped
    worst = Self.worst(step, page, catalogue).nanosecondsClamped
  }

  /// Copies that run one after another take so many times as long.
  mutating func `repeat`(_ times: Int) {
    let (worst, isTooLong) = worst.multipliedReportingOverflow(by: Int64(times))
    self.worst = isTooLong ? .max : worst
    let (expected, isTooMuch) = expected.multipliedReportingOverflow(by: Int64(times))
    self.expected = isTooMuch ? .max : expected
  }

  /// Every attempt runs into its timeout, every wait is whole, every check takes as long as it may.
  private static func worst(
    _ step: borrowing Step, _ page: ActionPage?, _ catalogue: ActionCatalogue
  ) -> Duration {
    // A person has as long as the step gives them, and no attempts.
    if page?.kind == .person { return step.approval?.timeout ?? .zero }
    let timeout = step.timeout ?? page?.timeout ?? .seconds(60)
    var total = timeout * step.retry.attempts
    total += waits(step.retry)
    if page?.kind == .change { total += step.settle ?? page?.settle ?? .zero }
    for check in step.verify { total += catalogue[check.uses]?.timeout ?? .seconds(60) }
    total += step.approval?.timeout ?? .zero
    if let time = step.commitWithin {
      // Its own checks are asked once more when that time is over.
      total += time + (step.verify.isEmpty ? .zero : step.settle ?? page?.settle ?? .zero)
    }
    return total
  }

  /// All waits between attempts, in floating point: a thousand of them are soon added up.
  private static func waits(_ retry: RetryPolicy) -> Duration {
    let longest = retry.maxDelay.inSeconds
    var delay = retry.delay.inSeconds
    var total = 0.0
    for _ in 1..<max(1, retry.attempts) {
      total += min(delay, longest)
      if delay < longest { delay *= retry.backoff }
    }
    return .seconds(min(total, 9e9))
  }
}
