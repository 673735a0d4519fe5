package import RunbookModel

/// The input with the defaults of its fields, at every level, as the driver fills them in before an action sees it.
package func filled(_ input: Value, for fields: [Field]) -> Value {
  filled(input, .object(fields))
}

private func filled(_ value: Value, _ type: FieldType) -> Value {
  switch (type, value) {
  case (.object(let fields), .map(var map)):
    for field in fields {
      if let given = map[field.name] {
        map[field.name] = filled(given, field.type)
      } else if case .defaulted(let standard) = field.need {
        map[field.name] = standard
      }
    }
    return .map(map)
  case (.list(let type), .list(let items)): return .list(items.map { filled($0, type) })
  case (.map(let type), .map(let map)):
    return .map(ValueMap(distinct: map.map { ($0.key, filled($0.value, type)) }))
  case (.either(let types), .map):
    let object = types.first { if case .object = $0 { true } else { false } }
    return object.map { filled(value, $0) } ?? value
  case (.duration, .string(let text)): return Duration(text: text).map(Value.duration) ?? value
  default: return value
  }
}
