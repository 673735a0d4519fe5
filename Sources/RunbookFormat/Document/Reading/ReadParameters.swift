internal import RunbookModel

/// What whoever starts a run gives.
extension DocumentReader {
  mutating func readParameters(_ id: NodeID?, into draft: inout RunbookDraft) {
    guard let id else { return }
    guard tree[id].kind == .map else {
      return wrongType(id, "'parameters'", "a map of names")
    }
    for (key, value) in tree.pairs(of: id) {
      guard let name = name(key, "parameters"), let keys = slots(value, ParameterKey.self)
      else { continue }
      draft.runbook.parameters.append(parameter(name, keys))
      draft.parameterPlaces.append(place(key))
    }
  }

  private mutating func parameter(_ name: String, _ keys: Slots<ParameterKey>) -> Parameter {
    var type = parameterType(keys)
    if let words = keys[.oneOf] {
      let allowed = texts(words, "one_of")
      if allowed.isEmpty {
        problems.error(.outOfRange, "'one_of' names no text", at: place(words))
      } else {
        type = .word(allowed)
      }
    }
    var parameter = Parameter(
      name: name, type: type, required: flag(keys[.required], "required") ?? false)
    parameter.allowsEmpty = flag(keys[.allowEmpty], "allow_empty") ?? false
    parameter.description = text(keys[.description], "description")
    parameter.pattern = text(keys[.pattern], "pattern")
    if let pattern = parameter.pattern, let node = keys[.pattern] {
      checkPattern(pattern, node)
    }
    if let node = keys[.defaultValue] {
      parameter.defaultValue = defaultValue(node, of: parameter)
      if parameter.required {
        problems.error(
          .contradiction, "'\(name)' is required, so its default is never used", at: place(node),
          help: "delete 'default' or 'required'")
      }
    }
    return parameter
  }

  private mutating func parameterType(_ keys: Slots<ParameterKey>) -> FieldType {
    guard keys[.type] != nil else { return .string }
    switch word(keys[.type], "type", among: ParameterKey.types) {
    case "int": return .int
    case "double": return .double
    case "bool": return .bool
    case "duration": return .duration
    case "size": return .size
    case "percentage": return .percentage
    case "timestamp": return .timestamp
    case "address": return .address
    case "url": return .url
    case .some, nil: return .string
    }
  }

  private mutating func checkPattern(_ pattern: String, _ node: NodeID) {
    do throws(Pattern.Malformed) {
      _ = try Pattern(pattern)
    } catch {
      problems.error(
        .outOfRange, "the pattern cannot be used: \(error.message)", at: place(node))
    }
  }

  private mutating func defaultValue(_ node: NodeID, of parameter: Parameter) -> Value? {
    let template = template(node)
    guard let value = template.constant else {
      problems.error(
        .wrongType, "a default is a fixed value; an expression is not evaluated here",
        at: place(node))
      return nil
    }
    problems.add(
      contentsOf: FieldCheck(catalogue: catalogue).problems(
        in: template, as: parameter.type, named: parameter.name,
        allowsEmpty: true))
    return value
  }
}
