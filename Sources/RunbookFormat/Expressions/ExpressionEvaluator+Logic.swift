import RunbookModel

extension ExpressionEvaluator {
  /// `&&` (decided by false) and `||` (decided by true). See `Expression` for the order of errors
  /// and unknowns.
  mutating func logical(
    _ left: Int, _ right: Int, decides: Bool
  ) throws(EvaluationFailure) -> Value {
    let first = try operand(left)
    if first == .known(decides) { return .bool(decides) }
    let second = try operand(right)
    switch (first, second) {
    case (_, .known(decides)): return .bool(decides)
    case (.known, .known): return .bool(!decides)
    case (.unknown(let reason), _), (_, .unknown(let reason)): return .unknown(reason)
    case (.failed(let failure), _), (_, .failed(let failure)): throw failure
    }
  }

  private enum Operand: Equatable {
    case known(Bool)
    case unknown(String)
    case failed(EvaluationFailure)
  }

  private mutating func operand(_ index: Int) throws(EvaluationFailure) -> Operand {
    let result: Value
    do {
      result = try value(of: index)
    } catch {
      // Its message was work too, and a quantifier may make one for each entry.
      stepsLeft -= 100 + source.utf8.count
      // The limit on work is no error of the operand: it must not be absorbed.
      if stepsLeft < 0 { throw error }
      return .failed(error)
    }
    switch result {
    case .bool(let flag): return .known(flag)
    case .unknown(let reason): return .unknown(reason)
    default: return .failed(notBoolean(result, at: index))
    }
  }

  private func notBoolean(_ value: Value, at index: Int) -> EvaluationFailure {
    do {
      try refuseSecret(value, at: index)
    } catch {
      return error
    }
    return failure(
      "'\(written(index))' must be true or false, but it is \(value.kind)", at: index)
  }

  mutating func choice(
    _ condition: Int, _ yes: Int, _ no: Int
  ) throws(EvaluationFailure) -> Value {
    let decision = try value(of: condition)
    switch decision {
    case .bool(let flag): return try value(of: flag ? yes : no)
    case .unknown: return decision
    default: throw notBoolean(decision, at: condition)
    }
  }

  mutating func unary(at index: Int) throws(EvaluationFailure) -> Value {
    switch nodes[index].kind {
    case .not(let child):
      let operand = try value(of: child)
      switch operand {
      case .bool(let flag): return .bool(!flag)
      case .unknown: return operand
      default: throw notBoolean(operand, at: child)
      }
    case .negate(let child):
      let operand = try value(of: child)
      switch operand {
      case .unknown: return operand
      case .int(let number):
        guard number != .min else {
          throw failure("-(\(number)) does not fit into 64 bits", at: index)
        }
        return .int(-number)
      case .double(let number): return .double(-number)
      case .null, .bool, .string, .duration, .timestamp, .list, .map, .secret:
        try refuseSecret(operand, at: child)
        throw failure("'-' needs a number, but '\(written(child))' is \(operand.kind)", at: index)
      }
    default: return .null
    }
  }

  mutating func quantified(
    _ quantifier: Quantifier, _ list: Int, _ body: Int, at index: Int
  ) throws(EvaluationFailure) -> Value {
    let range = try value(of: list)
    let entries: [Value]
    switch range {
    case .unknown: return range
    case .list(let items): entries = items
    case .map(let map):
      try spend(map.count, at: index)
      entries = map.keys.map { .string($0) }
    case .null, .bool, .int, .double, .string, .duration, .timestamp, .secret:
      try refuseSecret(range, at: list)
      throw failure(
        "\(quantifier.rawValue)() needs a list or a map, but '\(written(list))' is \(range.kind)",
        at: index)
    }
    let decides = quantifier == .exists
    var unknown: String?
    var failed: EvaluationFailure?
    variables.append(.null)
    defer { variables.removeLast() }
    for entry in entries {
      variables[variables.count - 1] = entry
      switch try operand(body) {
      case .known(decides): return .bool(decides)
      case .known: break
      case .unknown(let reason): unknown = unknown ?? reason
      case .failed(let failure): failed = failed ?? failure
      }
    }
    if let unknown { return .unknown(unknown) }
    if let failed { throw failed }
    return .bool(!decides)
  }

  /// A secret may be passed on and nothing else: whoever could compare it could find it out.
  func refuseSecret(_ value: Value, at index: Int) throws(EvaluationFailure) {
    guard let name = value.firstSecret else { return }
    throw failure(
      "the secret '\(name)' can only be passed on alone, as ${{ secrets.\(name) }}; it cannot be"
        + " compared, put into text or computed with", at: index)
  }
}

extension Value {
  /// The name of the first secret inside, or nil.
  var firstSecret: SecretName? {
    switch self {
    case .secret(let name): name
    case .list(let items): items.lazy.compactMap(\.firstSecret).first
    case .map(let map): map.entries.lazy.compactMap(\.value.firstSecret).first
    case .null, .bool, .int, .double, .string, .duration, .timestamp, .unknown: nil
    }
  }
}
