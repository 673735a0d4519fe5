/// Turns any `Encodable` into a `Value`; durations, timestamps and values stay what they are.
public struct ValueEncoder: Sendable {
  public init() {}

  public func encode(_ input: some Encodable) throws -> Value {
    let box = Box()
    try box.encode(input)
    return box.value
  }
}

/// Encodable to Value, one level.
private final class Box: Encoder {
  var codingPath: [any CodingKey] = []
  var userInfo: [CodingUserInfoKey: Any] { [:] }
  private var scalar: Value?
  private var items: [Box]?
  private var entries: [(String, Box)]?

  var value: Value {
    if let scalar { return scalar }
    if let items { return .list(items.map(\.value)) }
    if let entries { return .map(ValueMap(distinct: entries.map { ($0.0, $0.1.value) })) }
    return .map([:])
  }

  func encode(_ input: some Encodable) throws {
    switch input {
    case let value as Value: scalar = value
    case let text as String: scalar = .string(text)
    case let duration as Duration: scalar = .duration(duration)
    case let time as Timestamp: scalar = .timestamp(time)
    case let map as ValueMap: scalar = .map(map)
    case let name as SecretName: scalar = .secret(name)
    default: try input.encode(to: self)
    }
  }

  func set(_ value: Value) { scalar = value }

  func child(_ key: String) -> Box {
    let box = Box()
    if let place = entries?.firstIndex(where: { $0.0 == key }) {
      entries?[place].1 = box
    } else {
      entries = (entries ?? []) + [(key, box)]
    }
    return box
  }

  func appended() -> Box {
    let box = Box()
    if items == nil { items = [box] } else { items?.append(box) }
    return box
  }

  var itemCount: Int { items?.count ?? 0 }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    if entries == nil { entries = [] }
    return KeyedEncodingContainer(Keyed<Key>(box: self))
  }
  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    if items == nil { items = [] }
    return Unkeyed(box: self)
  }
  func singleValueContainer() -> any SingleValueEncodingContainer { Single(box: self) }
}

private func number(_ value: some BinaryInteger, _ path: [any CodingKey]) throws -> Value {
  guard let number = Int64(exactly: value) else {
    throw EncodingError.invalidValue(
      value, .init(codingPath: path, debugDescription: "\(value) does not fit into 64 bits"))
  }
  return .int(number)
}

private struct Keyed<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let box: Box
  var codingPath: [any CodingKey] { box.codingPath }

  func encodeNil(forKey key: Key) { box.child(key.stringValue).set(.null) }
  func encode(_ value: Bool, forKey key: Key) { box.child(key.stringValue).set(.bool(value)) }
  func encode(_ value: String, forKey key: Key) { box.child(key.stringValue).set(.string(value)) }
  func encode(_ value: Double, forKey key: Key) { box.child(key.stringValue).set(.double(value)) }
  func encode(_ value: Int, forKey key: Key) {
    box.child(key.stringValue).set(.int(Int64(value)))
  }
  func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
    try box.child(key.stringValue).encode(value)
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

  func encodeNil() { box.appended().set(.null) }
  func encode<T: Encodable>(_ value: T) throws { try box.appended().encode(value) }
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
  func encode(_ value: UInt) throws { box.set(try number(value, codingPath)) }
  func encode(_ value: UInt8) { box.set(.int(Int64(value))) }
  func encode(_ value: UInt16) { box.set(.int(Int64(value))) }
  func encode(_ value: UInt32) { box.set(.int(Int64(value))) }
  func encode(_ value: UInt64) throws { box.set(try number(value, codingPath)) }
  func encode<T: Encodable>(_ value: T) throws { try box.encode(value) }
}

extension Value: Encodable {
  /// Works inside a `ValueEncoder` only: other encoders do not know what a secret or an unknown is.
  public func encode(to encoder: any Encoder) throws {
    guard let box = encoder as? Box else {
      throw EncodingError.invalidValue(
        self,
        .init(codingPath: encoder.codingPath, debugDescription: "encode it with ValueEncoder"))
    }
    box.set(self)
  }
}

extension ValueMap: Encodable {
  public func encode(to encoder: any Encoder) throws { try Value.map(self).encode(to: encoder) }
}
