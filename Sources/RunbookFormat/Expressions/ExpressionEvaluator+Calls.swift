import RunbookModel

extension ExpressionEvaluator {
  mutating func call(
    _ function: ExpressionFunction, _ arguments: [Int], at index: Int
  ) throws(EvaluationFailure) -> Value {
    var values: [Value] = []
    for argument in arguments {
      let value = try value(of: argument)
      if function != .size { try spend(value.weight, at: index) }
      // How many entries a list or map has is no secret, whatever they are.
      if function != .size || value.list == nil && value.map == nil {
        try refuseSecret(value, at: argument)
      }
      values.append(value)
    }
    for value in values {
      if case .unknown = value { return value }
    }
    switch function {
    case .size: return try size(of: values[0], at: index)
    case .startsWith, .endsWith, .contains:
      guard case .string(let text) = values[0], case .string(let part) = values[1] else {
        throw needsText(function, values, arguments, at: index)
      }
      try spend((text.utf8.count + part.utf8.count) / 16, at: index)
      switch function {
      case .startsWith: return .bool(text.utf8.starts(with: part.utf8))
      case .endsWith: return .bool(text.utf8.reversed().starts(with: part.utf8.reversed()))
      default: return .bool(text.utf8.holds(part.utf8))
      }
    case .matches:
      guard case .string(let text) = values[0], case .string(let source) = values[1] else {
        throw needsText(function, values, arguments, at: index)
      }
      try spend(ExpressionLimits.patternInstructions / 4, at: index)
      let pattern: Pattern
      do throws(Pattern.Malformed) {
        pattern = try Pattern(source)
      } catch {
        throw failure("the pattern cannot be used: \(error.message)", at: arguments[1])
      }
      return try search(text, pattern, at: index)
    case .duration: return try converted(ExpressionConversion.duration(values[0]), at: index)
    case .timestamp: return try converted(ExpressionConversion.timestamp(values[0]), at: index)
    case .string: return try converted(ExpressionConversion.string(values[0]), at: index)
    case .int: return try converted(ExpressionConversion.int(values[0]), at: index)
    case .double: return try converted(ExpressionConversion.double(values[0]), at: index)
    }
  }

  mutating func matches(
    _ target: Int, _ pattern: Pattern, at index: Int
  ) throws(EvaluationFailure) -> Value {
    let operand = try value(of: target)
    switch operand {
    case .unknown: return operand
    case .string(let text): return try search(text, pattern, at: index)
    default:
      try refuseSecret(operand, at: target)
      throw needsText(.matches, [operand], [target], at: index)
    }
  }

  private mutating func search(
    _ text: String, _ pattern: Pattern, at index: Int
  ) throws(EvaluationFailure) -> Value {
    guard let answer = pattern.isFound(in: text, steps: &stepsLeft) else {
      stepsLeft = -1
      throw failure("the expression takes more than \(ExpressionLimits.steps) steps", at: index)
    }
    return .bool(answer)
  }

  private func converted(
    _ result: Result<Value, ConversionFailure>, at index: Int
  ) throws(EvaluationFailure) -> Value {
    switch result {
    case .success(let value): return value
    case .failure(let failed): throw failure(failed.message, at: index)
    }
  }

  private func needsText(
    _ function: ExpressionFunction, _ values: [Value], _ arguments: [Int], at index: Int
  ) -> EvaluationFailure {
    for (value, argument) in zip(values, arguments) where value.string == nil {
      return failure(
        "\(function.rawValue)() needs strings, but '\(written(argument))' is \(value.kind)",
        at: argument)
    }
    return failure("\(function.rawValue)() needs strings", at: index)
  }

  private mutating func size(of value: Value, at index: Int) throws(EvaluationFailure) -> Value {
    switch value {
    case .string(let text):
      try spend(text.utf8.count / 16, at: index)
      return .int(Int64(text.unicodeScalars.count))
    case .list(let items): return .int(Int64(items.count))
    case .map(let map): return .int(Int64(map.count))
    case .null, .bool, .int, .double, .duration, .timestamp, .secret, .unknown:
      throw failure("size() needs a string, a list or a map, but this is \(value.kind)", at: index)
    }
  }
}

extension String.UTF8View {
  /// Whether `part` stands anywhere inside, in time that grows with the sum of both lengths (Knuth,
  /// Morris, Pratt).
  fileprivate func holds(_ part: String.UTF8View) -> Bool {
    let wanted = Array(part)
    guard !wanted.isEmpty else { return true }
    var fallback = [Int](repeating: 0, count: wanted.count)
    var matched = 0
    for place in wanted.indices.dropFirst() {
      while matched > 0, wanted[place] != wanted[matched] { matched = fallback[matched - 1] }
      if wanted[place] == wanted[matched] { matched += 1 }
      fallback[place] = matched
    }
    matched = 0
    for byte in self {
      while matched > 0, byte != wanted[matched] { matched = fallback[matched - 1] }
      if byte == wanted[matched] { matched += 1 }
      if matched == wanted.count { return true }
    }
    return false
  }
}
