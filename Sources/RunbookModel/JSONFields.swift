/// What writes itself as the JSON of a record: byte for byte what its `Encodable` form comes to, in a fraction of the time.
///
/// For what plans hold by the thousand; a test holds both forms side by side.
package protocol JSONWritable: Encodable {
  func write(to json: JSONFields) throws
}

/// The fields of one object, written in the order in which they are put.
package struct JSONFields {
  let sink: JSONSink
  let depth: Int

  package func put(_ key: StaticString, _ text: String?) {
    guard let text else { return }
    begin(key)
    sink.writer.write(text)
  }

  package func put(_ key: StaticString, _ number: Int?) {
    if let number { put(key, Value.int(Int64(number))) }
  }

  package func put(_ key: StaticString, _ number: Double) { put(key, Value.double(number)) }

  package func put(_ key: StaticString, _ flag: Bool?) {
    if let flag { put(key, Value.bool(flag)) }
  }

  package func put(_ key: StaticString, _ duration: Duration?) {
    if let duration { put(key, Value.duration(duration)) }
  }

  package func put(_ key: StaticString, _ value: Value?) {
    guard let value else { return }
    begin(key)
    sink.writer.write(value)
  }

  package func put(_ key: StaticString, _ texts: [String]) {
    begin(key)
    sink.writer.write(texts) { writer, text in writer.write(text) }
  }

  package func put(_ key: StaticString, _ numbers: [Int]) {
    begin(key)
    sink.writer.write(numbers) { writer, number in writer.write(.int(Int64(number))) }
  }

  package func object(_ key: StaticString, _ fields: (JSONFields) throws -> Void) rethrows {
    begin(key)
    sink.openContainer(list: false, depth: depth)
    try fields(JSONFields(sink: sink, depth: depth + 1))
  }

  /// Any other, in its `Encodable` form; left out where it is nil.
  package func encode(_ key: StaticString, _ input: (some Encodable)?) throws {
    guard let input else { return }
    begin(key)
    try sink.write(input, depth: depth)
  }

  private func begin(_ key: StaticString) {
    sink.beginEntry(nil, depth: depth)
    sink.writer.write(plainKey: key)
  }
}
