/// A guard of an action that a person may override for one step, and what it found when it refused.
///
/// What an override waives is this value and no more: the action compares what it finds then with `measure`.
public struct Gate: Sendable, Equatable, Codable {
  /// As the action's page declares it: `max_data_loss`.
  public var name: String
  /// What could happen and what may: `up to 12 s of commits could be lost, and at most 5 s may be`.
  public var finding: String
  /// The finding's figures, for the action itself.
  public var measure: Value

  public init(name: String, finding: String, measure: Value) {
    self.name = name
    self.finding = finding
    self.measure = measure
  }

  /// Under this key a Change holds what was waived for it.
  package static let waivedKey = "waived"
}

/// A guard that an action declares on its page as one that a person may override, with a reason.
public struct DeclaredGate: Sendable, Equatable {
  /// The field of the input that sets it.
  public var name: String
  public var summary: String

  public init(_ name: String, _ summary: String) {
    self.name = name
    self.summary = summary
  }
}
