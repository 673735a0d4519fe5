package import RunbookModel

extension FieldType {
  /// A fragment of JSON Schema (2020-12) for what an author may write, an expression in any place
  /// included.
  package var jsonSchema: Value {
    switch self {
    case .any: [:]
    case .string: ["type": "string"]
    case .int: Self.orExpression(["type": "integer"])
    case .double: Self.orExpression(["type": "number"])
    case .bool: Self.orExpression(["type": "boolean"])
    case .duration: Self.text(Self.durationPattern, "30s")
    case .size: Self.text(#"^([0-9]+(\.[0-9]+)?([kKMGT]B|[KMGT]iB|B)|0)$"#, "16MiB")
    case .percentage:
      Self.orExpression([
        "anyOf": [
          ["type": "number", "minimum": 0, "maximum": 100],
          ["type": "string", "pattern": #"^[0-9]+(\.[0-9]+)?%$"#],
        ]
      ])
    case .timestamp:
      Self.text(#"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]"#, "2026-12-24T08:00:00Z")
    case .address: Self.text(#"^.+:[0-9]{1,5}$"#, "db1:5432")
    case .url: Self.text("^[Hh][Tt][Tt][Pp][Ss]?://", "https://shop.test/")
    case .word(let words):
      Self.orExpression(["enum": .list(words.map { .string($0) })])
    case .either(let types): ["anyOf": .list(types.map(\.jsonSchema))]
    case .list(let type): Self.orExpression(["type": "array", "items": type.jsonSchema])
    case .map(let type):
      Self.orExpression(["type": "object", "additionalProperties": type.jsonSchema])
    case .object(let fields): Self.orExpression(fields.jsonSchema)
    case .secret: Self.expression
    case .check:
      [
        "type": "object",
        "properties": ["uses": ["type": "string"], "with": ["type": "object"]],
        "required": ["uses"], "additionalProperties": false,
      ]
    }
  }

  private static let durationPattern =
    #"^(([0-9]+(\.[0-9]+)?(d|h|m|s|ms|us|ns))+|[Pp][0-9.WDTHMSt]+)$"#

  private static let expression: Value = ["type": "string", "pattern": #"\$\{\{"#]

  private static func text(_ pattern: String, _ example: String) -> Value {
    orExpression([
      "type": "string", "pattern": .string(pattern), "examples": .list([.string(example)]),
    ])
  }

  private static func orExpression(_ schema: Value) -> Value { ["anyOf": [schema, expression]] }
}

extension [Field] {
  /// The schema of a map with these fields; of `with` for an action, for example.
  package var jsonSchema: Value {
    var properties = ValueMap()
    for field in self {
      guard case .map(var schema) = field.type.jsonSchema else { continue }
      schema["description"] = .string(field.summary)
      if case .defaulted(let value) = field.need { schema["default"] = Self.written(value) }
      properties[field.name] = .map(schema)
    }
    let required = filter { $0.need == .required }.map { Value.string($0.name) }
    var schema: ValueMap = ["type": "object", "properties": .map(properties)]
    if !required.isEmpty { schema["required"] = .list(required) }
    schema["additionalProperties"] = false
    return .map(schema)
  }

  /// A default as an author would write it.
  private static func written(_ value: Value) -> Value {
    switch value {
    case .duration, .timestamp: .string(ExpressionConversion.scalarText(value))
    case .list(let items): .list(items.map(written))
    case .map(let map): .map(ValueMap(distinct: map.map { ($0.key, written($0.value)) }))
    case .null, .bool, .int, .double, .string, .secret, .unknown: value
    }
  }
}
