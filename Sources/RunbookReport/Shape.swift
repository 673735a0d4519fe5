package import RunbookModel

/// The JSON form of one type, declared once: the output and its JSON Schema are both made from it.
///
/// Every key is always present; what is not known or not there is null.
package struct Shape<Source>: Sendable {
  package let fields: [Field]

  package struct Field: Sendable {
    package let name: String
    /// Its JSON Schema, without the description.
    package let schema: Value
    package let summary: String
    package let read: @Sendable (Source) -> Value
  }

  package init(_ fields: [Field]) { self.fields = fields }

  package func value(_ source: Source) -> Value {
    .map(ValueMap(distinct: fields.map { ($0.name, $0.read(source)) }))
  }

  package var schema: Value {
    let properties = fields.map { field -> (String, Value) in
      var schema = field.schema.map ?? [:]
      schema["description"] = .string(field.summary)
      return (field.name, .map(schema))
    }
    return [
      "type": "object",
      "properties": .map(ValueMap(distinct: properties)),
      "required": .list(fields.map { .string($0.name) }),
    ]
  }
}

extension Shape.Field {
  static func text(
    _ name: String, _ summary: String, _ read: @escaping @Sendable (Source) -> String
  ) -> Self {
    Self(name: name, schema: ["type": "string"], summary: summary) { .string(read($0)) }
  }

  static func maybe(
    _ name: String, _ summary: String, _ read: @escaping @Sendable (Source) -> String?
  ) -> Self {
    Self(name: name, schema: ["type": ["string", "null"]], summary: summary) {
      read($0).map(Value.string) ?? .null
    }
  }

  static func texts(
    _ name: String, _ summary: String, _ read: @escaping @Sendable (Source) -> [String]
  ) -> Self {
    let schema: Value = ["type": "array", "items": ["type": "string"]]
    return Self(name: name, schema: schema, summary: summary) {
      .list(read($0).map(Value.string))
    }
  }

  static func int(
    _ name: String, _ summary: String, _ read: @escaping @Sendable (Source) -> Int
  ) -> Self {
    Self(name: name, schema: ["type": "integer"], summary: summary) { .int(Int64(read($0))) }
  }

  static func maybeInt(
    _ name: String, _ summary: String, _ read: @escaping @Sendable (Source) -> Int?
  ) -> Self {
    Self(name: name, schema: ["type": ["integer", "null"]], summary: summary) {
      read($0).map { .int(Int64($0)) } ?? .null
    }
  }

  static func flag(
    _ name: String, _ summary: String, _ read: @escaping @Sendable (Source) -> Bool
  ) -> Self {
    Self(name: name, schema: ["type": "boolean"], summary: summary) { .bool(read($0)) }
  }

  /// Seconds as a number; the name ends in `_seconds`.
  static func seconds(
    _ name: String, _ summary: String, _ read: @escaping @Sendable (Source) -> Duration?
  ) -> Self {
    Self(name: name + "_seconds", schema: ["type": ["number", "null"]], summary: summary) {
      read($0).map { .double($0.inSeconds) } ?? .null
    }
  }

  /// RFC 3339 in UTC.
  static func time(
    _ name: String, _ summary: String, _ read: @escaping @Sendable (Source) -> Timestamp?
  ) -> Self {
    let schema: Value = ["type": ["string", "null"], "format": "date-time"]
    return Self(name: name, schema: schema, summary: summary) {
      read($0).map { .string($0.description) } ?? .null
    }
  }

  static func word<Word: RawRepresentable<String> & CaseIterable & Sendable>(
    _ name: String, _ summary: String, _ read: @escaping @Sendable (Source) -> Word
  ) -> Self {
    let words = Word.allCases.map { Value.string($0.rawValue) }
    return Self(name: name, schema: ["type": "string", "enum": .list(words)], summary: summary) {
      .string(read($0).rawValue)
    }
  }

  static func maybeWord<Word: RawRepresentable<String> & CaseIterable & Sendable>(
    _ name: String, _ summary: String, _ read: @escaping @Sendable (Source) -> Word?
  ) -> Self {
    let words = Word.allCases.map { Value.string($0.rawValue) } + [.null]
    let schema: Value = ["type": ["string", "null"], "enum": .list(words)]
    return Self(name: name, schema: schema, summary: summary) {
      read($0).map { .string($0.rawValue) } ?? .null
    }
  }

  static func object<Part>(
    _ name: String, _ summary: String, _ shape: Shape<Part>,
    _ read: @escaping @Sendable (Source) -> Part
  ) -> Self {
    Self(name: name, schema: shape.schema, summary: summary) { shape.value(read($0)) }
  }

  static func maybeObject<Part>(
    _ name: String, _ summary: String, _ shape: Shape<Part>,
    _ read: @escaping @Sendable (Source) -> Part?
  ) -> Self {
    let schema: Value = ["anyOf": [shape.schema, ["type": "null"]]]
    return Self(name: name, schema: schema, summary: summary) {
      read($0).map(shape.value) ?? .null
    }
  }

  static func list<Part>(
    _ name: String, _ summary: String, _ shape: Shape<Part>,
    _ read: @escaping @Sendable (Source) -> [Part]
  ) -> Self {
    let schema: Value = ["type": "array", "items": shape.schema]
    return Self(name: name, schema: schema, summary: summary) {
      .list(read($0).map(shape.value))
    }
  }

  /// Whatever the steps or the author put there; secrets appear by name.
  static func map(
    _ name: String, _ summary: String, _ read: @escaping @Sendable (Source) -> ValueMap
  ) -> Self {
    Self(name: name, schema: ["type": "object"], summary: summary) { .map(read($0)) }
  }
}
