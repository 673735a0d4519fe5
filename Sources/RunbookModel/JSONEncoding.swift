extension JSONText {
  /// Any `Encodable` as the JSON of a record, written as it comes, with no value in between.
  ///
  /// The same bytes as those of the value that `ValueEncoder` makes of it, for what writes each key once and ends a
  /// container before it begins the next: all synthesized code does.
  public static func encode(_ input: some Encodable, pretty: Bool = false) throws -> [UInt8] {
    var bytes: [UInt8] = []
    try encode(input, pretty: pretty, into: &bytes)
    return bytes
  }

  /// Appends to `bytes`; after an error they end anywhere.
  package static func encode(
    _ input: some Encodable, pretty: Bool = false, into bytes: inout [UInt8]
  ) throws {
    let sink = JSONSink(JSONWriter(style: .record, pretty: pretty, bytes: bytes))
    bytes = []
    defer { bytes = sink.writer.bytes }
    try sink.writeItem(input, depth: 0)
  }
}

/// What all containers of one encoding write to, one call at a time: it never leaves the call that made it, so looking
/// at run time whether two write at once would find nothing, and cost a sixth of it all.
final class JSONSink {
  @exclusivity(unchecked) var writer: JSONWriter
  /// The objects and lists that are not closed yet, outermost first.
  @exclusivity(unchecked) private var open: [(isList: Bool, isEmpty: Bool)] = []

  init(_ writer: JSONWriter) { self.writer = writer }

  /// Closes everything inside the container that is open at this depth.
  private func close(to depth: Int) {
    while open.count > depth, let inner = open.popLast() {
      writer.close(list: inner.isList, isEmpty: inner.isEmpty)
    }
  }

  /// Opens a container for the value that stands at this depth, or goes on with the one that was opened for it.
  func openContainer(list: Bool, depth: Int) {
    guard open.count <= depth else { return close(to: depth + 1) }
    open.append((list, true))
    writer.open(list: list)
  }

  func beginEntry(_ key: String?, depth: Int) {
    close(to: depth)
    writer.beginEntry(isFirst: open[depth - 1].isEmpty)
    open[depth - 1].isEmpty = false
    if let key { writer.write(key: key) }
  }

  /// One of many, perhaps: it may know how to write itself.
  func writeItem(_ input: some Encodable, depth: Int) throws {
    guard let quick = input as? any JSONWritable else { return try write(input, depth: depth) }
    openContainer(list: false, depth: depth)
    try quick.write(to: JSONFields(sink: self, depth: depth + 1))
    close(to: depth)
  }

  func write<Input: Encodable>(_ input: Input, depth: Int) throws {
    if Input.self == String.self, let text = input as? String { return writer.write(text) }
    if let value = ValueEncoder.plain(input) { return writer.write(value) }
    let before = writer.bytes.count
    try input.encode(to: JSONPlace(sink: self, depth: depth))
    close(to: depth)
    // What writes nothing is an object without keys.
    if writer.bytes.count == before { writer.write(.map(ValueMap())) }
  }
}

/// The place of one value, so many containers deep.
struct JSONPlace: Encoder {
  let sink: JSONSink
  let depth: Int
  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    sink.openContainer(list: false, depth: depth)
    return KeyedEncodingContainer(JSONObject<Key>(sink: sink, depth: depth + 1))
  }
  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    sink.openContainer(list: true, depth: depth)
    return JSONList(sink: sink, depth: depth + 1)
  }
  func singleValueContainer() -> any SingleValueEncodingContainer { JSONScalar(place: self) }
}

private struct JSONObject<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let sink: JSONSink
  let depth: Int
  var codingPath: [any CodingKey] { [] }

  private func put(_ key: Key, _ value: Value) {
    sink.beginEntry(key.stringValue, depth: depth)
    sink.writer.write(value)
  }

  func encodeNil(forKey key: Key) { put(key, .null) }
  func encode(_ value: Bool, forKey key: Key) { put(key, .bool(value)) }
  func encode(_ value: Double, forKey key: Key) { put(key, .double(value)) }
  func encode(_ value: Int, forKey key: Key) { put(key, .int(Int64(value))) }
  func encode(_ value: String, forKey key: Key) {
    sink.beginEntry(key.stringValue, depth: depth)
    sink.writer.write(value)
  }
  func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
    sink.beginEntry(key.stringValue, depth: depth)
    try sink.write(value, depth: depth)
  }
  func nestedContainer<NestedKey: CodingKey>(
    keyedBy keyType: NestedKey.Type, forKey key: Key
  ) -> KeyedEncodingContainer<NestedKey> { child(key).container(keyedBy: keyType) }
  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    child(key).unkeyedContainer()
  }
  func superEncoder() -> any Encoder {
    sink.beginEntry("super", depth: depth)
    return JSONPlace(sink: sink, depth: depth)
  }
  func superEncoder(forKey key: Key) -> any Encoder { child(key) }

  private func child(_ key: Key) -> JSONPlace {
    sink.beginEntry(key.stringValue, depth: depth)
    return JSONPlace(sink: sink, depth: depth)
  }
}

private struct JSONList: UnkeyedEncodingContainer {
  let sink: JSONSink
  let depth: Int
  var count = 0
  var codingPath: [any CodingKey] { [] }

  private mutating func next() -> JSONPlace {
    sink.beginEntry(nil, depth: depth)
    count += 1
    return JSONPlace(sink: sink, depth: depth)
  }

  mutating func encodeNil() {
    _ = next()
    sink.writer.write(.null)
  }
  mutating func encode<T: Encodable>(_ value: T) throws {
    _ = next()
    try sink.writeItem(value, depth: depth)
  }
  mutating func nestedContainer<NestedKey: CodingKey>(
    keyedBy keyType: NestedKey.Type
  ) -> KeyedEncodingContainer<NestedKey> { next().container(keyedBy: keyType) }
  mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
    next().unkeyedContainer()
  }
  mutating func superEncoder() -> any Encoder { next() }
}

private struct JSONScalar: SingleValueEncodingContainer {
  let place: JSONPlace
  var codingPath: [any CodingKey] { [] }

  private func put(_ value: Value) { place.sink.writer.write(value) }

  func encodeNil() { put(.null) }
  func encode(_ value: Bool) { put(.bool(value)) }
  func encode(_ value: String) { place.sink.writer.write(value) }
  func encode(_ value: Double) { put(.double(value)) }
  func encode(_ value: Float) { put(.double(Double(value))) }
  func encode(_ value: Int) { put(.int(Int64(value))) }
  func encode(_ value: Int8) { put(.int(Int64(value))) }
  func encode(_ value: Int16) { put(.int(Int64(value))) }
  func encode(_ value: Int32) { put(.int(Int64(value))) }
  func encode(_ value: Int64) { put(.int(value)) }
  func encode(_ value: UInt) throws { put(try integerValue(value)) }
  func encode(_ value: UInt8) { put(.int(Int64(value))) }
  func encode(_ value: UInt16) { put(.int(Int64(value))) }
  func encode(_ value: UInt32) { put(.int(Int64(value))) }
  func encode(_ value: UInt64) throws { put(try integerValue(value)) }
  func encode<T: Encodable>(_ value: T) throws {
    try place.sink.write(value, depth: place.depth)
  }
}
