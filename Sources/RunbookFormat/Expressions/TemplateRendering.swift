package import RunbookModel

/// What happens to a value that is not known yet inside a text.
package enum UnknownInText: Sendable, Hashable {
  /// The whole text becomes unknown: half a text must never reach a target.
  case spreads
  /// It is written as `unknown (reason)`, and durations as people say them: for texts that only people read.
  case spelled
}

/// Why a template could not be turned into a value: every expression that failed.
package struct RenderingFailure: Error, Sendable, Hashable {
  package var problems: [Diagnostic]

  /// All problems in one line.
  package var message: String { problems.map(\.message).joined(separator: "; ") }
}

extension Template {
  /// The value, with every expression replaced by what it evaluates to.
  ///
  /// An expression alone keeps its type. Inside text it is formatted: durations as they are written
  /// in a runbook, lists and maps as JSON. Null and secrets have no form in text; they are an error
  /// there. All errors are found at once, and an error wins over an unknown.
  package func rendered(
    in scope: some ExpressionScope, unknownInText: UnknownInText = .spreads
  ) -> Result<Value, RenderingFailure> {
    var renderer = TemplateRenderer(scope: scope, unknownInText: unknownInText)
    let value = renderer.value(of: self)
    return renderer.problems.isEmpty
      ? .success(value) : .failure(RenderingFailure(problems: renderer.problems))
  }
}

struct TemplateRenderer {
  let scope: any ExpressionScope
  let unknownInText: UnknownInText
  var problems: [Diagnostic] = []

  mutating func value(of template: Template) -> Value {
    switch template {
    case .literal(let value, _): return value
    case .expression(let text): return value(of: text)?.value ?? .null
    case .text(let parts, let place): return text(of: parts, place)
    case .list(let items, _):
      var values: [Value] = []
      values.reserveCapacity(items.count)
      for item in items { values.append(value(of: item)) }
      return .list(values)
    case .map(let entries, _):
      var map = ValueMap()
      for entry in entries { map.appendDistinct(entry.key, value(of: entry.value)) }
      return .map(map)
    }
  }

  private mutating func value(of text: ExpressionText) -> (value: Value, expression: Expression)? {
    do throws(Diagnostic) {
      let expression = try Expression(parsing: text)
      switch expression.outcome(in: scope) {
      case .success(let value): return (value, expression)
      case .failure(let failure):
        problems.append(
          Diagnostic(
            ExpressionCode.evaluation, .error, failure.message, at: expression.place(of: failure)))
      }
    } catch {
      problems.append(error)
    }
    return nil
  }

  private mutating func text(of parts: [Template.Part], _ place: SourcePlace?) -> Value {
    var text = ""
    var unknown: String?
    for part in parts {
      switch part {
      case .literal(let literal): text += literal
      case .expression(let source):
        guard let (value, _) = value(of: source) else { continue }
        let reason = value.firstUnknown
        if let reason, unknownInText == .spreads { unknown = unknown ?? reason }
        text += self.text(of: value, reason, source)
      }
      guard text.utf8.count <= ExpressionLimits.stringBytes else {
        problems.append(
          Diagnostic(
            ExpressionCode.limit, .error,
            "the text is longer than \(ExpressionLimits.stringBytes) bytes", at: place))
        return .null
      }
    }
    return unknown.map(Value.unknown) ?? .string(text)
  }

  private mutating func text(of value: Value, _ unknown: String?, _ source: ExpressionText)
    -> String
  {
    if let name = value.firstSecret {
      problems.append(
        Diagnostic(
          ExpressionCode.secret, .error, "the secret '\(name)' cannot be put into text",
          at: source.place,
          help: "pass ${{ secrets.\(name) }} alone, in a field made for a secret"))
      return ""
    }
    if let unknown { return "unknown (\(unknown))" }
    switch value {
    // People read "73 ms"; a target gets the exact form.
    case .duration(let duration) where unknownInText == .spelled: return duration.spoken
    case .bool, .int, .double, .string, .duration, .timestamp:
      return ExpressionConversion.scalarText(value)
    case .list, .map:
      // Far more than a text may hold is not written out first.
      guard value.weight <= ExpressionLimits.stringBytes / 4 else {
        problems.append(
          Diagnostic(
            ExpressionCode.limit, .error, "'\(source.shortSource)' is too large for a text",
            at: source.place))
        return ""
      }
      return JSONText.text(value)
    case .null, .secret, .unknown:
      problems.append(
        Diagnostic(
          ExpressionCode.evaluation, .error,
          "'\(source.shortSource)' is null, which cannot be put into text", at: source.place,
          help: "test it before with '? :', or give it a value"))
      return ""
    }
  }
}
