/// Turns a `Value` into any `Decodable`. Integers become numbers where those are asked for, and texts become durations
/// and timestamps; nothing else is converted.
public struct ValueDecoder: Sendable {
  public init() {}

  public func decode<T: Decodable>(_ type: T.Type, from value: Value) throws -> T {
    try Unboxer(value: value, place: .root).decode(type)
  }
}

/// Where in the whole value something stands. Only a message makes an array of it.
private indirect enum Place {
  case root
  case inside(Place, any CodingKey)

  var path: [any CodingKey] {
    switch self {
    case .root: []
    case .inside(let place, let key): place.path + [key]
    }
  }
}

private struct Unboxer: Decoder {
  let value: Value
  let place: Place
  var codingPath: [any CodingKey] { place.path }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func decode<T: Decodable>(_ type: T.Type) throws -> T {
    // The types are compared, since to cast them costs more than most of what is read; each cast is to the type compared.
    if T.self == String.self { return try text() as! T }
    if T.self == Value.self { return value as! T }
    if T.self == [String].self, let texts { return texts as! T }
    if T.self == Duration.self { return try duration() as! T }
    if T.self == Timestamp.self { return try timestamp() as! T }
    if T.self == ValueMap.self { return try map() as! T }
    if T.self == SecretName.self { return try secret() as! T }
    return try type.init(from: self)
  }

  /// Nil where it is no list, or holds something else: who reads it item by item says what.
  private var texts: [String]? {
    guard case .list(let items) = value else { return nil }
    var texts: [String] = []
    texts.reserveCapacity(items.count)
    for item in items {
      guard case .string(let text) = item else { return nil }
      texts.append(text)
    }
    return texts
  }

  func mismatch(_ wanted: String) -> DecodingError {
    let path = codingPath.map(\.stringValue).joined(separator: ".")
    return .typeMismatch(
      Value.self,
      .init(
        codingPath: codingPath,
        debugDescription: "\(path.isEmpty ? "it" : "'\(path)'") is \(value.kind), not \(wanted)"))
  }

  func text() throws -> String {
    guard case .string(let text) = value else { throw mismatch("a string") }
    return text
  }
  func secret() throws -> SecretName {
    guard case .secret(let name) = value else { throw mismatch("a secret") }
    return name
  }
  func duration() throws -> Duration {
    switch value {
    case .duration(let duration): return duration
    case .string(let text):
      guard let duration = Duration(text: text) else { throw mismatch("a duration") }
      return duration
    default: throw mismatch("a duration")
    }
  }
  func timestamp() throws -> Timestamp {
    switch value {
    case .timestamp(let time): return time
    case .string(let text):
      guard let time = Timestamp(text) else { throw mismatch("a timestamp") }
      return time
    default: throw mismatch("a timestamp")
    }
  }
  func map() throws -> ValueMap {
    guard case .map(let map) = value else { throw mismatch("a map") }
    return map
  }
  func bool() throws -> Bool {
    guard case .bool(let flag) = value else { throw mismatch("a boolean") }
    return flag
  }
  func double() throws -> Double {
    switch value {
    case .double(let number): return number
    case .int(let number): return Double(number)
    default: throw mismatch("a number")
    }
  }
  func integer<T: FixedWidthInteger>(_ type: T.Type) throws -> T {
    guard case .int(let number) = value, let exact = T(exactly: number) else {
      throw mismatch("an integer that fits")
    }
    return exact
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    KeyedDecodingContainer(Keyed<Key>(map: try map(), place: place))
  }
  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    guard case .list(let items) = value else { throw mismatch("a list") }
    return Unkeyed(items: items, place: place)
  }
  func singleValueContainer() -> any SingleValueDecodingContainer { Single(unboxer: self) }
}

private struct Keyed<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let map: ValueMap
  let place: Place
  var codingPath: [any CodingKey] { place.path }

  var allKeys: [Key] { map.keys.compactMap(Key.init(stringValue:)) }
  func contains(_ key: Key) -> Bool { map[key.stringValue] != nil }
  private func unboxer(_ key: any CodingKey) throws -> Unboxer {
    guard let value = map[key.stringValue] else {
      throw DecodingError.keyNotFound(
        key, .init(codingPath: codingPath, debugDescription: "'\(key.stringValue)' is missing"))
    }
    return Unboxer(value: value, place: .inside(place, key))
  }

  func decodeNil(forKey key: Key) throws -> Bool { try unboxer(key).value == .null }
  // What is as it should be needs no place: only a message names it.
  func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool {
    if case .bool(let flag)? = map[key.stringValue] { return flag }
    return try unboxer(key).bool()
  }
  func decode(_ type: String.Type, forKey key: Key) throws -> String {
    if case .string(let text)? = map[key.stringValue] { return text }
    return try unboxer(key).text()
  }
  func decode(_ type: Double.Type, forKey key: Key) throws -> Double {
    if case .double(let number)? = map[key.stringValue] { return number }
    return try unboxer(key).double()
  }
  func decode(_ type: Int.Type, forKey key: Key) throws -> Int {
    if case .int(let number)? = map[key.stringValue] { return Int(number) }
    return try unboxer(key).integer(type)
  }
  func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
    try unboxer(key).decode(type)
  }
  // One look for the key where it is missing, and no place is made of it.
  func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? {
    isThere(key) ? try decode(type, forKey: key) : nil
  }
  func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? {
    isThere(key) ? try decode(type, forKey: key) : nil
  }
  func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? {
    isThere(key) ? try decode(type, forKey: key) : nil
  }
  func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? {
    isThere(key) ? try decode(type, forKey: key) : nil
  }
  func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T? {
    isThere(key) ? try decode(type, forKey: key) : nil
  }
  private func isThere(_ key: Key) -> Bool {
    switch map[key.stringValue] {
    case nil, .null?: false
    default: true
    }
  }
  func nestedContainer<NestedKey: CodingKey>(
    keyedBy type: NestedKey.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<NestedKey> { try unboxer(key).container(keyedBy: type) }
  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try unboxer(key).unkeyedContainer()
  }
  func superDecoder() throws -> any Decoder { try unboxer(AnyCodingKey("super")) }
  func superDecoder(forKey key: Key) throws -> any Decoder { try unboxer(key) }
}

private struct Unkeyed: UnkeyedDecodingContainer {
  let items: [Value]
  let place: Place
  var codingPath: [any CodingKey] { place.path }
  var currentIndex = 0

  init(items: [Value], place: Place) {
    self.items = items
    self.place = place
  }

  var count: Int? { items.count }
  var isAtEnd: Bool { currentIndex >= items.count }

  private mutating func next() throws -> Unboxer {
    guard !isAtEnd else {
      throw DecodingError.valueNotFound(
        Value.self, .init(codingPath: codingPath, debugDescription: "the list is too short"))
    }
    defer { currentIndex += 1 }
    return Unboxer(
      value: items[currentIndex], place: .inside(place, AnyCodingKey(intValue: currentIndex)))
  }

  mutating func decodeNil() throws -> Bool {
    guard !isAtEnd, items[currentIndex] == .null else { return false }
    currentIndex += 1
    return true
  }
  mutating func decode<T: Decodable>(_ type: T.Type) throws -> T { try next().decode(type) }
  mutating func nestedContainer<NestedKey: CodingKey>(
    keyedBy type: NestedKey.Type
  ) throws -> KeyedDecodingContainer<NestedKey> { try next().container(keyedBy: type) }
  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    try next().unkeyedContainer()
  }
  mutating func superDecoder() throws -> any Decoder { try next() }
}

private struct Single: SingleValueDecodingContainer {
  let unboxer: Unboxer
  var codingPath: [any CodingKey] { unboxer.codingPath }

  func decodeNil() -> Bool { unboxer.value == .null }
  func decode(_ type: Bool.Type) throws -> Bool { try unboxer.bool() }
  func decode(_ type: String.Type) throws -> String { try unboxer.text() }
  func decode(_ type: Double.Type) throws -> Double { try unboxer.double() }
  func decode(_ type: Float.Type) throws -> Float { Float(try unboxer.double()) }
  func decode(_ type: Int.Type) throws -> Int { try unboxer.integer(type) }
  func decode(_ type: Int8.Type) throws -> Int8 { try unboxer.integer(type) }
  func decode(_ type: Int16.Type) throws -> Int16 { try unboxer.integer(type) }
  func decode(_ type: Int32.Type) throws -> Int32 { try unboxer.integer(type) }
  func decode(_ type: Int64.Type) throws -> Int64 { try unboxer.integer(type) }
  func decode(_ type: UInt.Type) throws -> UInt { try unboxer.integer(type) }
  func decode(_ type: UInt8.Type) throws -> UInt8 { try unboxer.integer(type) }
  func decode(_ type: UInt16.Type) throws -> UInt16 { try unboxer.integer(type) }
  func decode(_ type: UInt32.Type) throws -> UInt32 { try unboxer.integer(type) }
  func decode(_ type: UInt64.Type) throws -> UInt64 { try unboxer.integer(type) }
  func decode<T: Decodable>(_ type: T.Type) throws -> T { try unboxer.decode(type) }
}

extension Value: Decodable {
  /// Works inside a `ValueDecoder` only.
  public init(from decoder: any Decoder) throws {
    guard let unboxer = decoder as? Unboxer else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "decode it with ValueDecoder"))
    }
    self = unboxer.value
  }
}

extension ValueMap: Decodable {
  public init(from decoder: any Decoder) throws {
    guard case .map(let map) = try Value(from: decoder) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "it is not a map"))
    }
    self = map
  }
}
