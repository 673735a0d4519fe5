/// The id of a step, unique in its runbook: `[a-z][a-z0-9_]*`, of a copy of a repeated one `step[key]`; records, journals
/// and reports are keyed by it.
public struct StepID: Hashable, Comparable, Sendable, CodingKeyRepresentable {
  public let text: String
  public init(_ text: String) { self.text = text }
  public static func < (left: StepID, right: StepID) -> Bool { left.text < right.text }
  public var codingKey: any CodingKey { AnyCodingKey(text) }
  public init?(codingKey: some CodingKey) { text = codingKey.stringValue }
}

extension StepID: Codable, CustomStringConvertible, ExpressibleByStringLiteral {
  public init(stringLiteral value: String) { self.init(value) }
  public init(from decoder: any Decoder) throws {
    text = try decoder.singleValueContainer().decode(String.self)
  }
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
  public var description: String { text }
  /// As it is typed into a shell: the brackets of a copy's id would be read as a pattern of file names.
  public var shellText: String { text.contains("[") ? "'\(text)'" : text }
}

/// The id of a run: the UTC time of its start and a random part, so that a list sorts by time: `20261121-013500-k3f9`.
public struct RunID: Hashable, Comparable, Sendable {
  public let text: String
  public init(_ text: String) { self.text = text }
  public static func < (left: RunID, right: RunID) -> Bool { left.text < right.text }
}

extension RunID: Codable, CustomStringConvertible {
  public init(from decoder: any Decoder) throws {
    text = try decoder.singleValueContainer().decode(String.self)
  }
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
  public var description: String { text }
}

/// Why a run is made. It changes no step: a drill is a recovery in another environment.
public enum Purpose: String, Sendable, Codable, CaseIterable {
  case drill
  case recovery
}

/// A coding key of any text.
public struct AnyCodingKey: CodingKey, Hashable, Sendable {
  public let stringValue: String
  public let intValue: Int?
  public init(_ text: String) {
    stringValue = text
    intValue = nil
  }
  public init(stringValue: String) { self.init(stringValue) }
  public init(intValue: Int) {
    stringValue = String(intValue)
    self.intValue = intValue
  }
}
