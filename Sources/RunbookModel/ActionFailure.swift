/// Why an action could not do its work, and whether anything was changed. There is no third answer.
public struct ActionFailure: Error, Sendable, Equatable, Codable {
  public enum Effect: Sendable, Equatable {
    /// Nothing was changed. `retryable`: another attempt may go better.
    case unchanged(retryable: Bool)
    /// The change may or may not have been made.
    case unknown
  }

  public var effect: Effect
  public var kind: FailureKind
  /// One sentence: what happened, with the facts (address, code, the other side's own words).
  public var message: String
  /// One sentence: what the reader can do next.
  public var advice: String?
  /// The guard that refused, where a person may override it; nothing was changed then.
  public var gate: Gate?

  public init(
    _ effect: Effect, _ kind: FailureKind, _ message: String, advice: String? = nil,
    gate: Gate? = nil
  ) {
    self.gate = gate
    self.effect = effect
    self.kind = kind
    self.message = message
    self.advice = advice
  }

  /// Nothing was changed, and trying again would not help.
  public static func refused(
    _ kind: FailureKind, _ message: String, advice: String? = nil
  ) -> ActionFailure {
    ActionFailure(.unchanged(retryable: false), kind, message, advice: advice)
  }

  /// Nothing was changed, and trying again may help.
  public static func passing(
    _ kind: FailureKind, _ message: String, advice: String? = nil
  ) -> ActionFailure {
    ActionFailure(.unchanged(retryable: true), kind, message, advice: advice)
  }

  /// It is not known whether anything was changed.
  public static func unknown(
    _ kind: FailureKind, _ message: String, advice: String? = nil
  ) -> ActionFailure {
    ActionFailure(.unknown, kind, message, advice: advice)
  }
}

/// In a record one word: `unchanged`, `unchanged_retryable` or `unknown`.
extension ActionFailure.Effect: Codable {
  private var word: String {
    switch self {
    case .unchanged(retryable: false): "unchanged"
    case .unchanged(retryable: true): "unchanged_retryable"
    case .unknown: "unknown"
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(word)
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    switch try container.decode(String.self) {
    case "unchanged": self = .unchanged(retryable: false)
    case "unchanged_retryable": self = .unchanged(retryable: true)
    case "unknown": self = .unknown
    case let word:
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "'\(word)' is no effect of a failure")
    }
  }
}
