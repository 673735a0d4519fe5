import RunbookModel

/// The answer to a comparison of values that may hold something unknown.
enum Known: Equatable {
  case yes
  case no
  case unknown(String)

  init(_ flag: Bool) { self = flag ? .yes : .no }

  var value: Value {
    switch self {
    case .yes: .bool(true)
    case .no: .bool(false)
    case .unknown(let reason): .unknown(reason)
    }
  }

  var negated: Known {
    switch self {
    case .yes: .no
    case .no: .yes
    case .unknown: self
    }
  }

  func or(_ other: Known) -> Known {
    switch (self, other) {
    case (.yes, _), (_, .yes): .yes
    case (.unknown, _): self
    case (.no, _): other
    }
  }

  func and(_ other: Known) -> Known { negated.or(other.negated).negated }
}

/// How two values of one kind lie to each other.
enum ValueOrder {
  case below
  case equal
  case above
  /// Not a number is neither.
  case none

  func satisfies(_ operation: BinaryOperator) -> Bool {
    switch (self, operation) {
    case (.below, .less), (.below, .lessOrEqual), (.equal, .lessOrEqual), (.equal, .greaterOrEqual),
      (.above, .greater), (.above, .greaterOrEqual):
      true
    default: false
    }
  }

  init<T: Comparable>(_ left: T, _ right: T) {
    self = left < right ? .below : left == right ? .equal : left > right ? .above : .none
  }
}

extension Value {
  /// Work that comparing or copying it takes, in steps.
  var weight: Int {
    switch self {
    case .string(let text): text.utf8.count / 16
    case .list(let items): items.reduce(items.count) { $0 + $1.weight }
    case .map(let map):
      map.entries.reduce(map.count * (1 + map.count / 4)) { $0 + $1.value.weight }
    case .null, .bool, .int, .double, .duration, .timestamp, .secret, .unknown: 0
    }
  }

  /// CEL's equality: numbers by their value, texts by their characters' codes, different kinds
  /// never equal. A difference that is certain answers no, even where something else inside is
  /// unknown.
  func isEqual(to other: Value) -> Known {
    switch (self, other) {
    case (.unknown(let reason), _), (_, .unknown(let reason)): return .unknown(reason)
    case (.string(let left), .string(let right)):
      return Known(left.utf8.elementsEqual(right.utf8))
    case (.int, .int), (.int, .double), (.double, .int), (.double, .double), (.bool, .bool),
      (.duration, .duration), (.timestamp, .timestamp):
      guard case .equal? = order(to: other) else { return .no }
      return .yes
    case (.null, .null): return .yes
    case (.list(let left), .list(let right)):
      guard left.count == right.count else { return .no }
      var answer = Known.yes
      for (left, right) in zip(left, right) {
        answer = answer.and(left.isEqual(to: right))
        if answer == .no { return .no }
      }
      return answer
    case (.map(let left), .map(let right)):
      guard left.count == right.count else { return .no }
      var answer = Known.yes
      for entry in left {
        guard let match = right[entry.key] else { return .no }
        answer = answer.and(entry.value.isEqual(to: match))
        if answer == .no { return .no }
      }
      return answer
    default: return .no
    }
  }

  /// The order of two values, or nil where their kinds have none between them.
  func order(to other: Value) -> ValueOrder? {
    switch (self, other) {
    case (.int(let left), .int(let right)): ValueOrder(left, right)
    case (.double(let left), .double(let right)): ValueOrder(left, right)
    case (.int(let left), .double(let right)): Self.order(left, right)
    case (.double(let left), .int(let right)): Self.order(right, left).reversed
    case (.string(let left), .string(let right)):
      left.utf8.elementsEqual(right.utf8)
        ? .equal : left.utf8.lexicographicallyPrecedes(right.utf8) ? .below : .above
    case (.bool(let left), .bool(let right)): ValueOrder(left ? 1 : 0, right ? 1 : 0)
    case (.duration(let left), .duration(let right)): ValueOrder(left, right)
    case (.timestamp(let left), .timestamp(let right)): ValueOrder(left, right)
    default: nil
    }
  }

  /// An integer against a number, exactly: converting the integer would lose digits beyond 2^53.
  private static func order(_ left: Int64, _ right: Double) -> ValueOrder {
    if right.isNaN { return .none }
    if right >= 0x1p63 { return .below }
    if right < -0x1p63 { return .above }
    let whole = Int64(right.rounded(.down))
    if left != whole { return left < whole ? .below : .above }
    return right > right.rounded(.down) ? .below : .equal
  }
}

extension ValueOrder {
  var reversed: ValueOrder {
    switch self {
    case .below: .above
    case .above: .below
    case .equal, .none: self
    }
  }
}
