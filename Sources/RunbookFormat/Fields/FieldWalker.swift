import RunbookModel

/// One walk over an input and its declared type, side by side.
struct FieldWalker {
  let catalogue: ActionCatalogue
  /// The input is what the author wrote, not what it turned out to be.
  let isWritten: Bool
  let types: PathTypes
  var findings: [FieldFinding] = []

  /// What stands at a place, whether it was written there or computed.
  private enum Shape {
    case scalar(Value)
    case list([Template])
    case map([Template.Entry])
    case expression(ExpressionText)
    case text
  }

  private func shape(of template: Template) -> Shape {
    switch template {
    case .literal(.list(let items), let place): .list(items.map { .literal($0, place) })
    case .literal(.map(let map), let place):
      .map(map.map { .init(key: $0.key, keyPlace: place, value: .literal($0.value, place)) })
    case .literal(let value, _): .scalar(value)
    case .expression(let text): .expression(text)
    case .text: .text
    case .list(let items, _): .list(items)
    case .map(let entries, _): .map(entries)
    }
  }

  mutating func value(
    _ template: Template, _ type: FieldType, _ path: FieldPath, allowsEmpty: Bool
  ) -> Value {
    let shape = shape(of: template)
    switch shape {
    case .expression(let text):
      checkExpression(text, type, path)
      return .unknown("until it is evaluated")
    case .scalar(.unknown(let reason)): return .unknown(reason)
    case .scalar, .list, .map, .text: break
    }
    if isBlank(shape) {
      guard allowsEmpty else {
        report(FieldCode.blank, "\(path.words) is blank", template.place, blankHelp(shape))
        return .null
      }
    }
    switch type {
    case .either(let choices): return either(template, choices, path, allowsEmpty: allowsEmpty)
    case .object(let fields):
      guard case .map(let entries) = shape else { break }
      return .map(object(entries, fields, template.place, path))
    case .check:
      guard case .map(let entries) = shape else { break }
      return check(entries, template.place, path)
    case .list(let type):
      guard case .list(let items) = shape else { break }
      var values: [Value] = []
      for (index, item) in items.enumerated() {
        values.append(
          value(item, type, path[index], allowsEmpty: allowsEmpty || type == .any))
      }
      return .list(values)
    case .map(let type):
      guard case .map(let entries) = shape else { break }
      var map = ValueMap()
      for entry in entries {
        if entry.key.isBlank {
          report(FieldCode.blank, "a key of \(path.words) is blank", entry.keyPlace)
        }
        let value = value(
          entry.value, type, path[entry.key], allowsEmpty: allowsEmpty || type == .any)
        map.appendDistinct(entry.key, value)
      }
      return .map(map)
    case .any:
      let plain = plain(template)
      if let name = plain.firstSecret { refuseSecret(name, path, template.place) }
      return plain
    case .string, .int, .double, .bool, .duration, .size, .percentage, .timestamp, .address, .url,
      .word, .secret:
      return leaf(template, shape, type, path)
    }
    reportType(shape, type, template.place, path)
    return .null
  }

  mutating func report(
    _ code: String, _ message: String, _ place: SourcePlace?, _ help: String? = nil
  ) {
    findings.append(FieldFinding(code: code, message: message, place: place, help: help))
  }

  // MARK: Leaves

  private mutating func leaf(
    _ template: Template, _ shape: Shape, _ type: FieldType, _ path: FieldPath
  ) -> Value {
    switch shape {
    case .scalar(.secret(let name)):
      if case .secret = type { return .secret(name) }
      refuseSecret(name, path, template.place)
      return .null
    case .scalar(let value):
      switch FieldForm.normal(value, as: type, isWritten: isWritten) {
      case .fits(let normal): return normal
      case .wrongType: reportType(shape, type, template.place, path)
      case .wrongForm(let message, let help):
        report(FieldCode.form, "\(path.words) \(message)", template.place, help)
      }
    case .text:
      if StaticType.string.fits(type) { return .unknown("until it is evaluated") }
      reportType(shape, type, template.place, path)
    case .list, .map, .expression: reportType(shape, type, template.place, path)
    }
    return .null
  }

  private mutating func refuseSecret(
    _ name: SecretName, _ path: FieldPath, _ place: SourcePlace?
  ) {
    report(
      FieldCode.secret,
      "\(path.words) would be given the secret '\(name)', but is not made for one",
      place, "secrets go only into fields of type secret; everything else may be shown and recorded"
    )
  }

  private mutating func checkExpression(
    _ text: ExpressionText, _ type: FieldType, _ path: FieldPath
  ) {
    // What is wrong inside the expression is reported where expressions are checked.
    guard let expression = try? Expression(parsing: text) else { return }
    let known = expression.staticType(types)
    guard !known.fits(type) else { return }
    let code = known == .secret ? FieldCode.secret : FieldCode.type
    report(
      code, "\(path.words) must be \(type.words), but '\(text.shortSource)' is \(known.words)",
      text.place)
  }

  private mutating func reportType(
    _ shape: Shape, _ type: FieldType, _ place: SourcePlace?, _ path: FieldPath
  ) {
    let found: String
    var help: String?
    switch shape {
    case .scalar(let value):
      // What stands where a secret should be is likely the secret itself.
      let shown = if case .secret = type { String?.none } else { FieldForm.shown(value) }
      found = value.kind + (shown.map { ", \($0)" } ?? "")
      help = FieldForm.help(for: value, as: type)
      if case .list(let entry) = type, StaticType(value).fits(entry) || entry == .any {
        help = "write a list: [\(FieldForm.shown(value) ?? "...")]"
      }
    case .list: found = "a list"
    case .map: found = "a map"
    case .text:
      found = "text with an expression in it"
      help = "write the expression alone, without text around it; then it keeps its type"
    case .expression: found = "an expression"
    }
    let code = if case .secret = type { FieldCode.secret } else { FieldCode.type }
    report(code, "\(path.words) must be \(type.words), but it is \(found)", place, help)
  }

  // MARK: Blank

  private func isBlank(_ shape: Shape) -> Bool {
    switch shape {
    case .scalar(.null): true
    case .scalar(.string(let text)): text.isBlank
    case .list(let items): items.isEmpty
    case .map(let entries): entries.isEmpty
    case .scalar, .expression, .text: false
    }
  }

  private func blankHelp(_ shape: Shape) -> String {
    switch shape {
    case .scalar(.null): "give it a value, or leave the key out"
    case .scalar, .list, .map, .expression, .text:
      "a blank value would reach its target as 'everything' or 'nothing'; give it a value"
    }
  }

  /// The value of what has no declared type; expressions inside become unknown.
  private func plain(_ template: Template) -> Value {
    switch template {
    case .literal(let value, _): value
    case .expression, .text: .unknown("until it is evaluated")
    case .list(let items, _): .list(items.map(plain))
    case .map(let entries, _):
      .map(ValueMap(distinct: entries.map { ($0.key, plain($0.value)) }))
    }
  }
}

extension String {
  /// No character in it can be seen.
  var isBlank: Bool { unicodeScalars.allSatisfy(\.properties.isWhitespace) }
}
