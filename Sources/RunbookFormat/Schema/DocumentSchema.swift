package import RunbookModel

/// JSON Schemas (draft 2020-12) of the format's files, for editors that complete and check while one writes.
///
/// They are made from the table of keys that the reader uses and from the fields that actions declare, so they cannot
/// say something else. A schema cannot see order, names or the rules of the trade: `lifeboat validate` does.
package struct DocumentSchema {
  private let catalogue: ActionCatalogue

  package init(catalogue: ActionCatalogue) { self.catalogue = catalogue }

  package var runbook: Value { document("runbook", RunbookKey.section) }
  package var environment: Value { document("environment", EnvironmentKey.section) }
  package var rehearsal: Value { document("rehearsal", RehearsalKey.section) }

  private func document(_ name: String, _ section: Section) -> Value {
    var schema: ValueMap = [
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "$id": .string("https://lifeboat.invalid/schema/1/\(name).json"),
      "title": .string("lifeboat \(name), version \(DocumentLimits.version)"),
    ]
    if case .map(let body) = object(section) {
      for entry in body { schema[entry.key] = entry.value }
    }
    if name == "runbook" { schema["$defs"] = .map(definitions) }
    return .map(schema)
  }

  private func object(_ section: Section) -> Value {
    var properties = ValueMap()
    for rule in section.rules where rule.isServed {
      guard case .map(var schema) = self.schema(rule.shape) else { continue }
      schema["description"] = .string(rule.summary)
      properties[rule.name] = .map(schema)
    }
    let required = section.rules.filter(\.isRequired).map { Value.string($0.name) }
    var schema: ValueMap = ["type": "object", "properties": .map(properties)]
    if !required.isEmpty { schema["required"] = .list(required) }
    schema["additionalProperties"] = false
    if takesAction(section) {
      schema["allOf"] = .list(inputs(checksOnly: section.names == CheckKey.section.names))
    }
    return .map(schema)
  }

  private func takesAction(_ section: Section) -> Bool {
    section.rules.contains { if case .action = $0.shape { true } else { false } }
  }

  /// `with` follows from `uses`: one case for each action.
  private func inputs(checksOnly: Bool) -> [Value] {
    catalogue.names.compactMap { name in
      guard let page = catalogue[name], !checksOnly || page.kind == .check else { return nil }
      var then: ValueMap = ["properties": ["with": ["$ref": reference(input: name)]]]
      if page.fields.contains(where: { $0.need == .required }) { then["required"] = ["with"] }
      return [
        "if": ["properties": ["uses": ["const": .string(name)]], "required": ["uses"]],
        "then": .map(then),
      ]
    }
  }

  private func reference(input name: String) -> Value { .string("#/$defs/input.\(name)") }

  private var definitions: ValueMap {
    var definitions = ValueMap()
    for name in catalogue.names {
      guard let page = catalogue[name], case .map(var schema) = page.fields.jsonSchema else {
        continue
      }
      schema["description"] = .string(page.summary)
      definitions["input.\(name)"] = .map(schema)
    }
    return definitions
  }

  private func schema(_ shape: KeyShape) -> Value {
    switch shape {
    case .version: ["const": .int(DocumentLimits.version)]
    case .text: ["type": "string", "minLength": 1]
    case .name: ["type": "string", "pattern": "^[a-z][a-z0-9_]{0,99}$"]
    case .flag: ["type": "boolean"]
    case .count(let range):
      [
        "type": "integer", "minimum": .int(Int64(range.lowerBound)),
        "maximum": .int(Int64(range.upperBound)),
      ]
    case .number(let range):
      [
        "type": "number", "minimum": .double(range.lowerBound),
        "maximum": .double(range.upperBound),
      ]
    case .duration:
      [
        "type": "string", "examples": ["30s", "15m", "1h30m"],
        "pattern": #"^(([0-9]+(\.[0-9]+)?(d|h|m|s|ms|us|ns))+|[Pp][0-9.WDTHMSt]+)$"#,
      ]
    case .timestamp:
      ["type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}"]
    case .word(let words): ["enum": .list(words.map { .string($0) })]
    case .list(let item): ["type": "array", "items": schema(item)]
    case .named(let item):
      [
        "type": "object", "propertyNames": ["pattern": "^[a-z][a-z0-9_]{0,99}$"],
        "additionalProperties": schema(item),
      ]
    case .either(let shapes): ["anyOf": .list(shapes.map(schema))]
    case .section(let section): object(section)
    case .template, .anything: [:]
    case .anyMap: ["type": "object"]
    case .expression: ["type": "string", "pattern": #"^\s*\$\{\{[\s\S]*\}\}\s*$"#]
    case .action: ["type": "string", "anyOf": .list(actionNames)]
    }
  }

  /// Each action with its summary, for completion.
  private var actionNames: [Value] {
    catalogue.names.map { name in
      ["const": .string(name), "description": .string(catalogue[name]?.summary ?? "")]
    }
  }
}
