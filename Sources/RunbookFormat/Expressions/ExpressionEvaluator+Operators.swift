import RunbookModel

extension ExpressionEvaluator {
  mutating func binary(
    _ operation: BinaryOperator, _ left: Int, _ right: Int, at index: Int
  ) throws(EvaluationFailure) -> Value {
    let first = try value(of: left)
    let second = try value(of: right)
    try spend(first.weight + second.weight, at: index)
    try refuseSecret(first, at: left)
    // Whether a map has a key says nothing about its values.
    if operation != .isIn || second.map == nil { try refuseSecret(second, at: right) }
    switch operation {
    case .equal, .notEqual:
      let answer = first.isEqual(to: second)
      return operation == .equal ? answer.value : answer.negated.value
    case .isIn: return try isIn(first, second, at: index, list: right)
    case .less, .lessOrEqual, .greater, .greaterOrEqual, .add, .subtract, .multiply, .divide,
      .remainder:
      if case .unknown = first { return first }
      if case .unknown = second { return second }
    }
    switch operation {
    case .less, .lessOrEqual, .greater, .greaterOrEqual:
      guard let order = first.order(to: second) else {
        throw mismatch(operation, first, second, at: index)
      }
      return .bool(order.satisfies(operation))
    case .add: return try add(first, second, at: index)
    case .subtract: return try subtract(first, second, at: index)
    case .multiply, .divide, .remainder:
      return try scale(operation, first, second, at: index)
    case .equal, .notEqual, .isIn: return .null
    }
  }

  func mismatch(
    _ operation: BinaryOperator, _ left: Value, _ right: Value, at index: Int
  ) -> EvaluationFailure {
    var message = "'\(operation.rawValue)' cannot work on \(left.kind) and \(right.kind)"
    switch (left, right) {
    case (.int, .double), (.double, .int):
      message += "; make both numbers with double(), or both integers with int()"
    case (.string, .int), (.string, .double), (.int, .string), (.double, .string):
      message += "; make a string of the number with string()"
    case (.duration, .int), (.int, .duration), (.duration, .double), (.double, .duration):
      message += "; a number needs a unit, for example duration('30s')"
    default: break
    }
    return failure(message, at: index)
  }

  private mutating func isIn(
    _ item: Value, _ holder: Value, at index: Int, list: Int
  ) throws(EvaluationFailure) -> Value {
    if case .unknown = holder { return holder }
    switch holder {
    case .list(let items):
      var answer = Known.no
      for entry in items {
        try spend(1 + item.weight + entry.weight, at: index)
        answer = answer.or(item.isEqual(to: entry))
        if case .yes = answer { break }
      }
      return answer.value
    case .map(let map):
      if case .unknown = item { return item }
      try spend(map.count / 4, at: index)
      return .bool(item.string.map { map[$0] != nil } ?? false)
    case .null, .bool, .int, .double, .string, .duration, .timestamp, .secret, .unknown:
      let help =
        if case .string = holder { "; for text inside text, write text.contains(...)" } else { "" }
      throw failure(
        "'in' needs a list or a map on its right, but '\(written(list))' is \(holder.kind)\(help)",
        at: index)
    }
  }

  private func fits(_ result: (partialValue: Int64, overflow: Bool), at index: Int)
    throws(EvaluationFailure) -> Int64
  {
    if !result.overflow { return result.partialValue }
    throw failure("the result of '\(written(index))' does not fit into 64 bits", at: index)
  }

  private mutating func add(
    _ left: Value, _ right: Value, at index: Int
  ) throws(EvaluationFailure) -> Value {
    switch (left, right) {
    case (.int(let left), .int(let right)):
      return .int(try fits(left.addingReportingOverflow(right), at: index))
    case (.double(let left), .double(let right)): return .double(left + right)
    case (.string(let left), .string(let right)):
      let size = left.utf8.count + right.utf8.count
      guard size <= ExpressionLimits.stringBytes else {
        throw failure(
          "the text would be longer than \(ExpressionLimits.stringBytes) bytes", at: index)
      }
      return .string(left + right)
    case (.list(let left), .list(let right)):
      guard left.count + right.count <= ExpressionLimits.listEntries else {
        throw failure(
          "the list would have more than \(ExpressionLimits.listEntries) entries", at: index)
      }
      return .list(left + right)
    case (.duration(let left), .duration(let right)):
      return try duration(
        left.nanosecondsClamped.addingReportingOverflow(right.nanosecondsClamped), at: index)
    case (.timestamp(let time), .duration(let distance)),
      (.duration(let distance), .timestamp(let time)):
      return try timestamp(
        time.nanoseconds.addingReportingOverflow(distance.nanosecondsClamped), at: index)
    default: throw mismatch(.add, left, right, at: index)
    }
  }

  private func subtract(
    _ left: Value, _ right: Value, at index: Int
  ) throws(EvaluationFailure) -> Value {
    switch (left, right) {
    case (.int(let left), .int(let right)):
      return .int(try fits(left.subtractingReportingOverflow(right), at: index))
    case (.double(let left), .double(let right)): return .double(left - right)
    case (.duration(let left), .duration(let right)):
      return try duration(
        left.nanosecondsClamped.subtractingReportingOverflow(right.nanosecondsClamped), at: index)
    case (.timestamp(let left), .timestamp(let right)):
      return try duration(
        left.nanoseconds.subtractingReportingOverflow(right.nanoseconds), at: index)
    case (.timestamp(let time), .duration(let distance)):
      return try timestamp(
        time.nanoseconds.subtractingReportingOverflow(distance.nanosecondsClamped), at: index)
    default: throw mismatch(.subtract, left, right, at: index)
    }
  }

  private func duration(
    _ result: (partialValue: Int64, overflow: Bool), at index: Int
  ) throws(EvaluationFailure) -> Value {
    if !result.overflow { return .duration(.nanoseconds(result.partialValue)) }
    throw failure("the result is a duration of more than 292 years", at: index)
  }

  private func timestamp(
    _ result: (partialValue: Int64, overflow: Bool), at index: Int
  ) throws(EvaluationFailure) -> Value {
    if !result.overflow { return .timestamp(Timestamp(nanoseconds: result.partialValue)) }
    throw failure("the result is a time beyond the years 1678 to 2261", at: index)
  }

  private func scale(
    _ operation: BinaryOperator, _ left: Value, _ right: Value, at index: Int
  ) throws(EvaluationFailure) -> Value {
    switch (left, right, operation) {
    case (.int(let left), .int(let right), .multiply):
      return .int(try fits(left.multipliedReportingOverflow(by: right), at: index))
    case (.int, .int(0), .divide), (.int, .int(0), .remainder):
      throw failure("'\(written(index))' divides by zero", at: index)
    case (.int(let left), .int(let right), .divide):
      return .int(try fits(left.dividedReportingOverflow(by: right), at: index))
    case (.int(let left), .int(let right), .remainder):
      return .int(try fits(left.remainderReportingOverflow(dividingBy: right), at: index))
    case (.double(let left), .double(let right), .multiply): return .double(left * right)
    case (.double(let left), .double(let right), .divide): return .double(left / right)
    default: throw mismatch(operation, left, right, at: index)
    }
  }
}
