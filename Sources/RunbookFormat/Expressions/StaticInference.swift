import RunbookModel

/// Walks the tree once, bottom up, and reports what cannot work whatever the values turn out to be.
struct StaticInference {
  let expression: Expression
  let declared: PathTypes
  var problems: [Diagnostic] = []

  mutating func type(of index: Int) -> StaticType {
    switch expression.nodes[index].kind {
    case .literal(let value): return StaticType(value)
    case .root, .step, .field: return name(index)
    case .variable: return .any
    case .computedStep(let key):
      need(key, [.string], "the id of a step")
      return .map
    case .has(let target, _):
      need(target, [.map], "what has() looks into")
      return .bool
    case .hasStep: return .bool
    case .index(let target, let key): return indexed(target, key)
    case .not(let child):
      need(child, [.bool], "what follows '!'")
      return .bool
    case .negate(let child):
      let type = need(child, [.int, .double], "what follows '-'")
      return type
    case .and(let left, let right), .or(let left, let right):
      need(left, [.bool], "what stands left of '&&' or '||'")
      need(right, [.bool], "what stands right of '&&' or '||'")
      return .bool
    case .choice(let condition, let yes, let no):
      need(condition, [.bool], "what stands before '?'")
      let (yes, no) = (type(of: yes), type(of: no))
      return yes == no ? yes : .any
    case .binary(let operation, let left, let right):
      return binary(operation, left, right, at: index)
    case .list(let items):
      for item in items { _ = type(of: item) }
      return .list
    case .map(let pairs):
      for pair in pairs {
        need(pair.key, [.string], "the key of a map")
        _ = type(of: pair.value)
      }
      return .map
    case .call(let function, let arguments): return call(function, arguments)
    case .matches(let target, _):
      need(target, [.string], "what matches() looks at")
      return .bool
    case .quantified(let quantifier, let list, _, let body):
      need(list, [.list, .map], "what \(quantifier.rawValue)() goes through")
      need(body, [.bool], "the condition of \(quantifier.rawValue)()")
      return .bool
    }
  }

  mutating func report(_ code: String, _ message: String, at index: Int, help: String? = nil) {
    let node = expression.nodes[index]
    problems.append(
      Diagnostic(
        code, .error, message, at: expression.text.place(from: node.start, to: node.end), help: help
      ))
  }

  /// The type of a child that must be one of `wanted`.
  @discardableResult
  private mutating func need(
    _ index: Int, _ wanted: [StaticType], _ role: String
  ) -> StaticType {
    let type = type(of: index)
    if refusesSecret(type, at: index) { return .any }
    guard type != .any, !wanted.contains(type) else { return type }
    let names = wanted.map(\.words).joined(separator: " or ")
    report(ExpressionCode.type, "\(role) must be \(names), but it is \(type.words)", at: index)
    return .any
  }

  private mutating func refusesSecret(_ type: StaticType, at index: Int) -> Bool {
    guard type == .secret else { return false }
    report(
      ExpressionCode.secret,
      "a secret can only be passed on alone; it cannot be compared, tested or computed with",
      at: index)
    return true
  }

  // MARK: Names

  /// The names from the root to this node, where all of them are fixed.
  private func path(_ index: Int) -> [String]? {
    switch expression.nodes[index].kind {
    case .root(let name): [name]
    case .step(let id): ["steps", id]
    case .field(let target, let name): path(target).map { $0 + [name] }
    default: nil
    }
  }

  private mutating func name(_ index: Int) -> StaticType {
    if case .field(let target, let name) = expression.nodes[index].kind {
      let holder = type(of: target)
      if holder != .any, holder != .map {
        report(
          ExpressionCode.type, "\(holder.words) has no '\(name)' in it", at: index)
        return .any
      }
    }
    if case .root(let name) = expression.nodes[index].kind,
      !Expression.rootNames.contains(name)
    {
      report(
        ExpressionCode.name, "'\(name)' is no name that an expression knows", at: index,
        help: help(for: name, at: index))
      return .any
    }
    guard let path = path(index) else { return .any }
    if let type = declared(path) { return StaticType(type) }
    switch (path.count, path[0]) {
    case (1, "variant"), (1, "purpose"): return .string
    case (1, _): return .map
    case (2, "secrets"): return .secret
    case (2, "objectives"): return path[1] == "clock" ? .string : .duration
    case (2, "steps"): return .map
    default: return .any
    }
  }

  private func help(for name: String, at index: Int) -> String? {
    let bytes = Array(expression.text.source.utf8)
    let start = expression.nodes[index].start
    if start > 1, bytes[start - 1] == UInt8(ascii: "-"), isWord(bytes[start - 2]) {
      return "'-' subtracts; a name with '-' in it is written in brackets: env['site-b']"
    }
    if Nearest.word(to: name, among: Expression.rootNames) == nil {
      return "a text is written in quotes: '\(name)'; names begin with "
        + Expression.rootNames.joined(separator: ", ")
    }
    return Nearest.help(for: name, among: Expression.rootNames)
  }

  private mutating func indexed(_ target: Int, _ key: Int) -> StaticType {
    switch need(target, [.list, .map], "what is indexed") {
    case .list: need(key, [.int], "the index of a list")
    case .map: need(key, [.string], "the key of a map")
    default: _ = type(of: key)
    }
    return .any
  }

  // MARK: Operators and functions

  private mutating func binary(
    _ operation: BinaryOperator, _ left: Int, _ right: Int, at index: Int
  ) -> StaticType {
    let (first, second) = (type(of: left), type(of: right))
    if refusesSecret(first, at: left) || refusesSecret(second, at: right) {
      return operation.comparesOnly ? .bool : .any
    }
    if case .literal(.int(0)) = expression.nodes[right].kind, first == .int || first == .any,
      operation == .divide || operation == .remainder
    {
      report(ExpressionCode.type, "this divides by zero", at: index)
    }
    if let result = operation.result(first, second) { return result }
    var help: String?
    switch (first, second) {
    case (.duration, .string), (.string, .duration): help = "write duration('30s')"
    case (.duration, _) where second.isNumber: help = "write duration('30s')"
    case (_, .duration) where first.isNumber: help = "write duration('30s')"
    case (.int, .double), (.double, .int): help = "make both numbers with double()"
    case (.string, _) where second.isNumber: help = "make a string of the number with string()"
    case (_, .string) where first.isNumber: help = "make a string of the number with string()"
    case (.timestamp, .string), (.string, .timestamp):
      help = "write timestamp('2026-01-31T12:00:00Z')"
    default: break
    }
    report(
      ExpressionCode.type,
      "'\(operation.rawValue)' cannot work on \(first.words) and \(second.words)", at: index,
      help: help)
    return operation.comparesOnly ? .bool : .any
  }

  private mutating func call(_ function: ExpressionFunction, _ arguments: [Int]) -> StaticType {
    let role = "what \(function.rawValue)() takes"
    switch function {
    case .size:
      need(arguments[0], [.string, .list, .map], role)
      return .int
    case .startsWith, .endsWith, .contains, .matches:
      for argument in arguments { need(argument, [.string], role) }
      return .bool
    case .duration:
      need(arguments[0], [.string, .duration], role)
      return .duration
    case .timestamp:
      need(arguments[0], [.string, .timestamp, .int], role)
      return .timestamp
    case .string:
      need(arguments[0], [.string, .bool, .int, .double, .duration, .timestamp], role)
      return .string
    case .int:
      need(arguments[0], [.int, .double, .string, .timestamp], role)
      return .int
    case .double:
      need(arguments[0], [.int, .double, .string], role)
      return .double
    }
  }
}

extension BinaryOperator {
  var comparesOnly: Bool {
    switch self {
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .isIn: true
    case .add, .subtract, .multiply, .divide, .remainder: false
    }
  }

  /// The type of the result, or nil where the operator certainly fails or a comparison is certainly
  /// meant otherwise.
  func result(_ left: StaticType, _ right: StaticType) -> StaticType? {
    switch self {
    case .equal, .notEqual:
      let canBeEqual =
        left == right || left == .any || right == .any || left == .null || right == .null
        || left.isNumber && right.isNumber
      return canBeEqual ? .bool : nil
    case .less, .lessOrEqual, .greater, .greaterOrEqual:
      let ordered: [StaticType] = [.bool, .int, .double, .string, .duration, .timestamp, .any]
      guard ordered.contains(left), ordered.contains(right) else { return nil }
      let fits =
        left == right || left == .any || right == .any || left.isNumber && right.isNumber
      return fits ? .bool : nil
    case .isIn: return [.list, .map, .any].contains(right) ? .bool : nil
    case .add:
      if let both = either(left, right, of: [.int, .double, .string, .list, .duration]) {
        return both
      }
      return shifted(left, right) ?? shifted(right, left)
    case .subtract:
      if left == .timestamp {
        return right == .timestamp ? .duration : right == .duration ? .timestamp : loose(right)
      }
      if right == .timestamp { return left == .any ? .duration : nil }
      if left == .any, right == .duration { return .any }
      return either(left, right, of: [.int, .double, .duration])
    case .multiply, .divide: return either(left, right, of: [.int, .double])
    case .remainder: return either(left, right, of: [.int])
    }
  }

  private func loose(_ type: StaticType) -> StaticType? { type == .any ? .any : nil }

  /// A time and a duration; an unknown one beside a duration may be either.
  private func shifted(_ left: StaticType, _ right: StaticType) -> StaticType? {
    left == .timestamp && (right == .duration || right == .any) ? .timestamp : nil
  }

  private func either(
    _ left: StaticType, _ right: StaticType, of types: Set<StaticType>
  ) -> StaticType? {
    if left == .any && right == .any { return .any }
    if left == .any { return types.contains(right) ? (right == .duration ? .any : right) : nil }
    if right == .any { return types.contains(left) ? (left == .duration ? .any : left) : nil }
    return left == right && types.contains(left) ? left : nil
  }
}
