/// Turns any `Encodable` into a `Value`; durations, timestamps and values stay what they are.
public struct ValueEncoder: Sendable {
  public init() {}

  public func encode(_ input: some Encodable) throws -> Value { try Box.value(of: input) }

  /// What is a value already. The types are compared before anything is cast: a cast that fails is dear.
  static func plain<Input: Encodable>(_ input: Input) -> Value? {
    if Input.self == String.self { return (input as? String).map(Value.string) }
    if Input.self == Value.self { return input as? Value }
    if Input.self == [String].self {
      return (input as? [String]).map { .list($0.map(Value.string)) }
    }
    if Input.self == [Int].self {
      return (input as? [Int]).map { .list($0.map { .int(Int64($0)) }) }
    }
    if Input.self == Duration.self { return (input as? Duration).map(Value.duration) }
    if Input.self == Timestamp.self { return (input as? Timestamp).map(Value.timestamp) }
    if Input.self == ValueMap.self { return (input as? ValueMap).map(Value.map) }
    if Input.self == SecretName.self { return (input as? SecretName).map(Value.secret) }
    return nil
  }
}

/// Encodable to Value, one level.
private final class Box: Encoder {
  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }
  private var scalar: Value?
  private var isList = false
  private var items: [Slot] = []
  private var entries: [(key: String, slot: Slot)] = []

  /// A finished value, or a container that somebody may still write to.
  enum Slot {
    case done(Value)
    case open(Box)

    var value: Value {
      switch self {
      case .done(let value): value
      case .open(let box): box.value
      }
    }
  }

  var value: Value {
    if let scalar { return scalar }
    if isList { return .list(items.map(\.value)) }
    return .map(ValueMap(distinct: entries.map { ($0.key, $0.slot.value) }))
  }

  static func value<Input: Encodable>(of input: Input) throws -> Value {
    if let value = ValueEncoder.plain(input) { return value }
    let box = Box()
    try input.encode(to: box)
    return box.value
  }

  func encode(_ input: some Encodable) throws {
    if let value = ValueEncoder.plain(input) { scalar = value } else { try input.encode(to: self) }
  }

  func set(_ value: Value) { scalar = value }

  /// The last value for a key counts, at the place of the first.
  func put(_ key: String, _ slot: Slot) {
    if let place = entries.firstIndex(where: { $0.key == key }) {
      entries[place].slot = slot
    } else {
      entries.append((key, slot))
    }
  }

  func child(_ key: String) -> Box {
    let box = Box()
    put(key, .open(box))
    return box
  }

  func append(_ slot: Slot) {
    isList = true
    items.append(slot)
  }

  func appended() -> Box {
    let box = Box()
    append(.open(box))
    return box
  }

  var itemCount: Int { items.count }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    KeyedEncodingContainer(Keyed<Key>(box: self))
  }
  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    isList = true
    return Unkeyed(box: self)
  }
  func singleValueContainer() -> any SingleValueEncodingContainer { Single(box: self) }
}

func integerValue(_ value: some BinaryInteger) throws -> Value {
  guard let number = Int64(exactly: value) else {
    throw EncodingError.invalidValue(
      value, .init(codingPath: [], debugDescription: "\(value) does not fit into 64 bits"))
  }
  return .int(number)
}

private struct Keyed<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let box: Box
  var codingPath: [any CodingKey] { box.codingPath }

  private func put(_ key: Key, _ value: Value) { box.put(key.stringValue, .done(value)) }

  func encodeNil(forKey key: Key) { put(key, .null) }
  func encode(_ value: Bool, forKey key: Key) { put(key, .bool(value)) }
  func encode(_ value: String, forKey key: Key) { put(key, .string(value)) }
  func encode(_ value: Double, forKey key: Key) { put(key, .double(value)) }
  func encode(_ value: Int, forKey key: Key) { put(key, .int(Int64(value))) }
  func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
    put(key, try Box.value(of: value))
  }
  func nestedContainer<NestedKey: CodingKey>(
    keyedBy keyType: NestedKey.Type, forKey key: Key
  ) -> KeyedEncodingContainer<NestedKey> {
    box.child(key.stringValue).container(keyedBy: keyType)
  }
  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    box.child(key.stringValue).unkeyedContainer()
  }
  func superEncoder() -> any Encoder { box.child("super") }
  func superEncoder(forKey key: Key) -> any Encoder { box.child(key.stringValue) }
}

private struct Unkeyed: UnkeyedEncodingContainer {
  let box: Box
  var codingPath: [any CodingKey] { box.codingPath }
  var count: Int { box.itemCount }

  func encodeNil() { box.append(.done(.null)) }
  func encode<T: Encodable>(_ value: T) throws { box.append(.done(try Box.value(of: value))) }
  func nestedContainer<NestedKey: CodingKey>(
    keyedBy keyType: NestedKey.Type
  ) -> KeyedEncodingContainer<NestedKey> { box.appended().container(keyedBy: keyType) }
  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
    box.appended().unkeyedContainer()
  }
  func superEncoder() -> any Encoder { box.appended() }
}

private struct Single: SingleValueEncodingContainer {
  let box: Box
  var codingPath: [any CodingKey] { box.codingPath }

  func encodeNil() { box.set(.null) }
  func encode(_ value: Bool) { box.set(.bool(value)) }
  func encode(_ value: String) { box.set(.string(value)) }
  func encode(_ value: Double) { box.set(.double(value)) }
  func encode(_ value: Float) { box.set(.double(Double(value))) }
  func encode(_ value: Int) { box.set(.int(Int64(value))) }
  func encode(_ value: Int8) { box.set(.int(Int64(value))) }
  func encode(_ value: Int16) { box.set(.int(Int64(value))) }
  func encode(_ value: Int32) { box.set(.int(Int64(value))) }
  func encode(_ value: Int64) { box.set(.int(value)) }
  func encode(_ value: UInt) throws { box.set(try integerValue(value)) }
  func encode(_ value: UInt8) { box.set(.int(Int64(value))) }
  func encode(_ value: UInt16) { box.set(.int(Int64(value))) }
  func encode(_ value: UInt32) { box.set(.int(Int64(value))) }
  func encode(_ value: UInt64) throws { box.set(try integerValue(value)) }
  func encode<T: Encodable>(_ value: T) throws { try box.encode(value) }
}

extension Value: Encodable {
  /// Works inside our own encoders only: others do not know what a secret or an unknown is.
  public func encode(to encoder: any Encoder) throws {
    switch encoder {
    case let box as Box: box.set(self)
    case let place as JSONPlace: place.sink.writer.write(self)
    default:
      throw EncodingError.invalidValue(
        self,
        .init(
          codingPath: encoder.codingPath,
          debugDescription: "encode it with ValueEncoder or JSONText")
      )
    }
  }
}

extension ValueMap: Encodable {
  public func encode(to encoder: any Encoder) throws { try Value.map(self).encode(to: encoder) }
}
