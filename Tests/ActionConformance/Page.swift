package import RunbookModel

/// What is missing or wrong on an action's page; a stranger has nothing else to go by.
package func pageBreaches(_ page: ActionPage) -> [String] {
  var found: [String] = []
  let parts = page.name.split(separator: ".", omittingEmptySubsequences: false)
  if parts.count != 2 || parts.contains(where: { $0.isEmpty }) {
    found.append("the name '\(page.name)' is not product.verb")
  }
  if page.summary.isEmpty || page.summary.utf8.count > 100 || page.summary.contains("\n") {
    found.append("its summary is not one line of at most 100 characters")
  }
  if page.details.utf8.count < 80 { found.append("its details explain nothing") }
  if page.byHand.isEmpty { found.append("it does not say what a person does by hand") }
  if page.timeout <= .zero { found.append("its timeout is not above zero") }
  found += fieldBreaches(page.fields, in: "")
  let names = page.outputs.map(\.name)
  if Set(names).count != names.count { found.append("an output stands twice") }
  for output in page.outputs where output.summary.isEmpty {
    found.append("the output '\(output.name)' is not explained")
  }
  let fields = Set(page.fields.map(\.name))
  for name in placeholders(in: page.byHand) where !fields.contains(name) {
    found.append("'by hand' speaks of {\(name)}, which is no field")
  }
  if page.traits.contains(.promotes), page.promotes == nil {
    found.append("it promotes, and does not say which field names what")
  }
  if let field = page.promotes, !fields.contains(field) {
    found.append("it says that it promotes '\(field)', which is no field")
  }
  for gate in page.gates where !fields.contains(gate.name) || gate.summary.isEmpty {
    found.append("the gate '\(gate.name)' is no field, or is not explained")
  }
  if !page.gates.isEmpty, page.kind != .change {
    found.append("it changes nothing and has a gate that could be overridden")
  }
  switch (page.kind, page.undo) {
  case (.change, .notNeeded): found.append("it changes something but says that no undo is needed")
  case (.check, .automatic), (.person, .automatic): found.append("it has an undo but no change")
  default: break
  }
  return found
}

private func fieldBreaches(_ fields: [Field], in path: String) -> [String] {
  var found: [String] = []
  var seen = Set<String>()
  for field in fields {
    let name = path + field.name
    if !seen.insert(field.name).inserted { found.append("the field '\(name)' stands twice") }
    if field.summary.isEmpty { found.append("the field '\(name)' is not explained") }
    found += fieldBreaches(inside: field.type, "\(name).")
  }
  return found
}

private func fieldBreaches(inside type: FieldType, _ path: String) -> [String] {
  switch type {
  case .object(let fields): fieldBreaches(fields, in: path)
  case .list(let type), .map(let type): fieldBreaches(inside: type, path)
  case .either(let types): types.flatMap { fieldBreaches(inside: $0, path) }
  case .any, .string, .int, .double, .bool, .duration, .size, .percentage, .timestamp, .address,
    .url, .word, .secret, .check:
    []
  }
}

/// Names in braces: `{address}`; a path (`{node.address}`) counts by its first part.
private func placeholders(in text: String) -> [String] {
  text.split(separator: "{").dropFirst().compactMap { part in
    guard let end = part.firstIndex(of: "}"),
      let name = part[..<end].split(separator: ".").first
    else { return nil }
    let letters = "abcdefghijklmnopqrstuvwxyz0123456789_"
    return name.allSatisfy(letters.contains) ? String(name) : nil
  }
}
