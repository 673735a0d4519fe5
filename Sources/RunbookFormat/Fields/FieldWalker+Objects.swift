import RunbookModel

extension FieldWalker {
  /// A map with declared keys: unknown ones are reported, missing ones filled in or reported.
  mutating func object(
    _ entries: [Template.Entry], _ fields: [Field], _ place: SourcePlace?, _ path: FieldPath
  ) -> ValueMap {
    for entry in entries where !fields.contains(where: { $0.name == entry.key }) {
      let owner = path.owner.isEmpty || !path.text.isEmpty ? path.words : path.owner
      report(
        FieldCode.unknownKey, "\(owner) has no field '\(entry.key)'", entry.keyPlace ?? place,
        Nearest.help(for: entry.key, among: fields.map(\.name)) ?? "it takes no fields")
    }
    var map = ValueMap()
    for field in fields {
      if let entry = entries.first(where: { $0.key == field.name }) {
        let value = value(
          entry.value, field.type, path[field.name], allowsEmpty: field.allowsEmpty)
        map.appendDistinct(field.name, value)
        continue
      }
      switch field.need {
      case .required:
        let owner = path.owner.isEmpty ? "" : " from the input of \(path.owner)"
        report(
          FieldCode.missing, "\(path[field.name].words) is missing\(owner)", place,
          "write '\(field.name): ...': \(field.type.words); \(field.summary)")
      case .optional: break
      case .defaulted(let value): map.appendDistinct(field.name, value)
      }
    }
    return map
  }

  /// The first type that fits. Where none does, the one whose shape fits says what is wrong.
  mutating func either(
    _ template: Template, _ choices: [FieldType], _ path: FieldPath, allowsEmpty: Bool
  ) -> Value {
    var near: [FieldWalker] = []
    for choice in choices {
      var trial = FieldWalker(catalogue: catalogue, isWritten: isWritten, types: types)
      let value = trial.value(template, choice, path, allowsEmpty: allowsEmpty)
      if trial.findings.isEmpty { return value }
      let isOutside = trial.findings.contains {
        $0.code == FieldCode.type && $0.message.hasPrefix("\(path.words) must be ")
      }
      if !isOutside { near.append(trial) }
    }
    if near.count == 1 {
      findings += near[0].findings
    } else {
      report(
        FieldCode.type, "\(path.words) must be \(FieldType.either(choices).words)", template.place)
    }
    return .null
  }

  /// `{uses: a check, with: its input}`.
  mutating func check(
    _ entries: [Template.Entry], _ place: SourcePlace?, _ path: FieldPath
  ) -> Value {
    for entry in entries where !["uses", "with"].contains(entry.key) {
      report(
        FieldCode.unknownKey, "\(path.words) has no field '\(entry.key)'",
        entry.keyPlace ?? place, Nearest.help(for: entry.key, among: ["uses", "with"]))
    }
    guard let uses = entries.first(where: { $0.key == "uses" })?.value else {
      report(
        FieldCode.missing, "\(path["uses"].words) is missing", place,
        "write the name of a check, for example 'uses: tcp.check'")
      return .null
    }
    guard case .literal(.string(let name), _) = uses else {
      report(
        FieldCode.check, "\(path["uses"].words) must be the name of a check, written out",
        uses.place)
      return .null
    }
    guard let page = catalogue[name] else {
      report(
        FieldCode.check, "there is no action '\(name)'", uses.place,
        Nearest.help(for: name, among: checks))
      return .null
    }
    guard page.kind == .check else {
      report(
        FieldCode.check,
        "'\(name)' \(page.kind == .person ? "asks a person" : "changes things")"
          + " and cannot be used as a check", uses.place, Nearest.help(for: name, among: checks))
      return .null
    }
    let with = entries.first { $0.key == "with" }?.value ?? .map([], place)
    let inner = FieldPath(text: path["with"].text, owner: name)
    let input = value(with, .object(page.fields), inner, allowsEmpty: true)
    return .map(["uses": .string(name), "with": input])
  }

  private var checks: [String] {
    catalogue.pages.values.filter { $0.kind == .check }.map(\.name).sorted()
  }
}
