/// One piece of data in a runbook, an input, an output or a record: JSON's values, plus the few a recovery needs.
///
/// A value that is not known yet is `unknown` and says what it waits for. It is never false, empty or zero.
/// A secret is present by name only, so that no value ever holds one.
public enum Value: Hashable, Sendable {
  case null
  case bool(Bool)
  case int(Int64)
  case double(Double)
  case string(String)
  case duration(Duration)
  case timestamp(Timestamp)
  case list([Value])
  case map(ValueMap)
  case secret(SecretName)
  /// Not known yet; the text says until when or why, for example "until fence_db has run".
  case unknown(String)
}

/// The name under which an environment keeps a secret. The secret itself is a `Secret`.
public struct SecretName: Hashable, Sendable, Codable, CustomStringConvertible {
  public let name: String

  public init(_ name: String) { self.name = name }
  public init(from decoder: any Decoder) throws {
    name = try decoder.singleValueContainer().decode(String.self)
  }
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(name)
  }
  public var description: String { name }
}

/// Text that must not be seen: it has no description, no encoding and no reflection. Reveal it only where it is used.
public struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  private let text: String

  public init(_ text: String) { self.text = text }
  /// The secret itself, for the one call that needs it.
  public func reveal() -> String { text }
  public var description: String { "•••" }
  public var debugDescription: String { "•••" }
  public var customMirror: Mirror { Mirror(self, children: []) }
}

/// A map that keeps the order of its keys, as the author wrote them.
public struct ValueMap: Sendable, ExpressibleByDictionaryLiteral, Sequence {
  public private(set) var entries: [Entry]

  public struct Entry: Hashable, Sendable {
    public var key: String
    public var value: Value
  }

  public init() { entries = [] }
  public init(dictionaryLiteral elements: (String, Value)...) {
    entries = []
    entries.reserveCapacity(elements.count)
    for (key, value) in elements { self[key] = value }
  }
  public init(_ pairs: some Sequence<(String, Value)>) {
    entries = []
    for (key, value) in pairs { self[key] = value }
  }
  /// Takes the pairs as they are: the caller knows that no key stands twice.
  public init(distinct pairs: some Sequence<(String, Value)>) {
    entries = pairs.map { Entry(key: $0.0, value: $0.1) }
  }

  public subscript(key: String) -> Value? {
    get { entries.first { $0.key == key }?.value }
    set {
      let place = entries.firstIndex { $0.key == key }
      switch (place, newValue) {
      case (let place?, let value?): entries[place].value = value
      case (let place?, nil): entries.remove(at: place)
      case (nil, let value?): entries.append(Entry(key: key, value: value))
      case (nil, nil): break
      }
    }
  }

  public var keys: [String] { entries.map(\.key) }
  public var isEmpty: Bool { entries.isEmpty }
  public var count: Int { entries.count }
  public func makeIterator() -> IndexingIterator<[Entry]> { entries.makeIterator() }
  package mutating func appendDistinct(_ key: String, _ value: Value) {
    entries.append(Entry(key: key, value: value))
  }
}

/// Two maps are equal when they hold the same keys and values; order is for reading only.
extension ValueMap: Hashable {
  public static func == (left: ValueMap, right: ValueMap) -> Bool {
    if left.entries == right.entries { return true }
    guard left.count == right.count else { return false }
    return left.entries.allSatisfy { right[$0.key] == $0.value }
  }
  public func hash(into hasher: inout Hasher) {
    var sum = 0
    for entry in entries { sum ^= entry.hashValue }
    hasher.combine(sum)
  }
}

extension Value {
  /// What kind of value it is, in the words of an error message.
  public var kind: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .int: "an integer"
    case .double: "a number"
    case .string: "a string"
    case .duration: "a duration"
    case .timestamp: "a timestamp"
    case .list: "a list"
    case .map: "a map"
    case .secret: "a secret"
    case .unknown: "not known yet"
    }
  }

  /// The first thing inside that is not known yet, or nil when all of it is known.
  public var firstUnknown: String? {
    switch self {
    case .unknown(let reason): reason
    case .list(let items): items.lazy.compactMap(\.firstUnknown).first
    case .map(let map): map.entries.lazy.compactMap(\.value.firstUnknown).first
    case .null, .bool, .int, .double, .string, .duration, .timestamp, .secret: nil
    }
  }

  /// The value under `key`, when this is a map that has it.
  public subscript(key: String) -> Value? {
    guard case .map(let map) = self else { return nil }
    return map[key]
  }

  public var string: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }
  public var int: Int64? {
    guard case .int(let number) = self else { return nil }
    return number
  }
  public var bool: Bool? {
    guard case .bool(let flag) = self else { return nil }
    return flag
  }
  public var list: [Value]? {
    guard case .list(let items) = self else { return nil }
    return items
  }
  public var map: ValueMap? {
    guard case .map(let map) = self else { return nil }
    return map
  }
  public var duration: Duration? {
    guard case .duration(let duration) = self else { return nil }
    return duration
  }
}

extension Value: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByFloatLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(integerLiteral value: Int64) { self = .int(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(floatLiteral value: Double) { self = .double(value) }
  public init(arrayLiteral elements: Value...) { self = .list(elements) }
  public init(dictionaryLiteral elements: (String, Value)...) {
    self = .map(ValueMap(elements))
  }
}
