import RunbookFormat
import RunbookModel

/// The catalogue of actions as people and programs read it.
enum ActionText {
  static func list(_ catalogue: ActionCatalogue, _ console: Console) -> String {
    var table = TextTable(["action", "kind", "what it is for"])
    for name in catalogue.names {
      guard let page = catalogue[name] else { continue }
      table.add([page.name, page.kind.rawValue, page.summary])
    }
    return table.text + "\n\nOne action's page: lifeboat actions NAME"
  }

  static func page(_ page: ActionPage, _ console: Console) -> String {
    var lines = [
      console.styled(page.name, .strong) + " - " + page.summary, "",
      wrapped(page.details, width: 100, indent: ""), "", console.styled("Input", .strong),
    ]
    lines += fields(page.fields, indent: "  ")
    if !page.outputs.isEmpty {
      lines += ["", console.styled("Outputs", .strong) + " (steps.<id>.<name>)"]
      var table = TextTable(["name", "type", "what it is"])
      for output in page.outputs { table.add([output.name, output.type.words, output.summary]) }
      lines += table.lines.map { "  " + $0 }
    }
    lines += ["", console.styled("Behaviour", .strong)]
    lines.append("  kind      \(page.kind.rawValue)")
    lines.append("  timeout   \(page.timeout.spoken) for one attempt")
    if page.settle > .zero {
      lines.append("  settle    verification may keep asking for \(page.settle.spoken)")
    }
    lines.append("  expected  \(page.expected.spoken)")
    if page.kind == .change {
      lines.append(
        "  repeat    "
          + (page.isRepeatable
            ? "applying it twice has one effect"
            : page.traits.contains(.tells)
              ? "never sent again by itself; in doubt, the step's 'on_failure' decides"
              : "not repeatable: in doubt, a person is asked"))
    }
    switch page.undo {
    case .automatic(let text): lines.append(wrapped("undo      \(text)", width: 100, indent: "  "))
    case .impossible(let text):
      lines.append(wrapped("undo      not possible: \(text)", width: 100, indent: "  "))
    case .notNeeded: break
    }
    for gate in page.gates {
      lines.append(wrapped("override  \(gate.name): \(gate.summary)", width: 100, indent: "  "))
    }
    lines += [
      "", console.styled("By hand", .strong), wrapped(page.byHand, width: 100, indent: "  "),
    ]
    return lines.joined(separator: "\n")
  }

  private static func fields(_ fields: [Field], indent: String) -> [String] {
    fields.flatMap { field -> [String] in
      let need =
        switch field.need {
        case .required: "required"
        case .optional: "optional"
        case .defaulted(let value): "default \(JSONText.text(value))"
        }
      var lines = [
        "\(indent)\(field.name)  (\(field.type.words), \(need))",
        wrapped(field.summary, width: 100, indent: indent + "    "),
      ]
      if case .object(let inner) = field.type {
        lines += Self.fields(inner, indent: indent + "    ")
      }
      return lines
    }
  }

  static func value(_ page: ActionPage) -> Value {
    [
      "name": .string(page.name), "summary": .string(page.summary),
      "details": .string(page.details), "kind": .string(page.kind.rawValue),
      "input": FieldType.object(page.fields).jsonSchema,
      "outputs": .list(
        page.outputs.map {
          [
            "name": .string($0.name), "type": .string($0.type.words),
            "summary": .string($0.summary),
          ]
        }),
      "timeout": .duration(page.timeout), "settle": .duration(page.settle),
      "expected": .duration(page.expected), "repeatable": .bool(page.isRepeatable),
      "gates": .list(
        page.gates.map { ["name": .string($0.name), "summary": .string($0.summary)] }),
      "by_hand": .string(page.byHand),
    ]
  }
}
