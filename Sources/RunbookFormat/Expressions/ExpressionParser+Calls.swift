import RunbookModel

extension ExpressionParser {
  /// `name(...)`; the token is the parenthesis.
  mutating func globalCall(_ name: String, from first: Int) throws(SyntaxProblem) -> Int {
    if name == "has" { return try has(from: first) }
    let end = lastEnd
    try advance()
    guard let function = ExpressionFunction(rawValue: name), function.isGlobal else {
      throw noFunction(name, isMethod: false, start: first, end: end)
    }
    let arguments = try expressions(until: .closeParenthesis)
    return try call(function, arguments, from: first)
  }

  /// `value.name(...)`; the token is the parenthesis.
  mutating func methodCall(
    _ name: String, on target: Int, from first: Int, nameStart: Int
  ) throws(SyntaxProblem) -> Int {
    let end = lastEnd
    try advance()
    if let quantifier = Quantifier(rawValue: name) {
      return try quantified(quantifier, list: target, from: first)
    }
    guard let function = ExpressionFunction(rawValue: name), function.isMethod else {
      throw noFunction(name, isMethod: true, start: nameStart, end: end)
    }
    let arguments = try expressions(until: .closeParenthesis)
    return try call(function, [target] + arguments, from: first)
  }

  private mutating func call(
    _ function: ExpressionFunction, _ arguments: [Int], from first: Int
  ) throws(SyntaxProblem) -> Int {
    guard arguments.count == function.argumentCount else {
      throw SyntaxProblem(
        code: ExpressionCode.function,
        message: "\(function.rawValue)() is called with the wrong number of arguments",
        start: first, end: lastEnd, help: "write \(function.usage)")
    }
    if case .literal(.string(let constant)) = nodes[arguments[arguments.count - 1]].kind {
      let place = nodes[arguments[arguments.count - 1]]
      if function == .matches {
        let pattern: Pattern
        do throws(Pattern.Malformed) {
          pattern = try Pattern(constant)
        } catch {
          throw SyntaxProblem(
            code: ExpressionCode.constant, message: "the pattern cannot be used: \(error.message)",
            start: place.start, end: place.end)
        }
        return try add(.matches(arguments[0], pattern), from: first)
      }
      if let value = try constantCall(function, constant, place) {
        return try add(.literal(value), from: first)
      }
    }
    return try add(.call(function, arguments), from: first)
  }

  /// `duration('30s')` and `timestamp('...')` are computed once, and a misspelt one is found before
  /// a run.
  private func constantCall(
    _ function: ExpressionFunction, _ constant: String, _ place: ExpressionNode
  ) throws(SyntaxProblem) -> Value? {
    let result: Result<Value, ConversionFailure>
    switch function {
    case .duration: result = ExpressionConversion.duration(.string(constant))
    case .timestamp: result = ExpressionConversion.timestamp(.string(constant))
    case .size, .startsWith, .endsWith, .contains, .matches, .string, .int, .double: return nil
    }
    switch result {
    case .success(let value): return value
    case .failure(let failure):
      throw SyntaxProblem(
        code: ExpressionCode.constant, message: failure.message, start: place.start,
        end: place.end)
    }
  }

  private func noFunction(
    _ name: String, isMethod: Bool, start: Int, end: Int
  ) -> SyntaxProblem {
    let known = ExpressionFunction.allCases
    let names = known.map(\.rawValue) + ["has", "exists", "all"]
    var help = Nearest.help(for: name, among: names)
    if let function = ExpressionFunction(rawValue: name) { help = "write \(function.usage)" }
    if name == "has" { help = "write has(params.name)" }
    if Quantifier(rawValue: name) != nil { help = "write list.\(name)(x, x > 0)" }
    let written = isMethod ? ".\(name)()" : "\(name)()"
    return SyntaxProblem(
      code: ExpressionCode.function, message: "there is no function \(written)", start: start,
      end: end, help: help)
  }

  /// `has(value.name)`: whether the map has the name.
  private mutating func has(from first: Int) throws(SyntaxProblem) -> Int {
    try advance()
    let argumentStart = start
    let argument = try expression()
    try expect(.closeParenthesis, "to close has()")
    if let place = referenceNodes.lastIndex(of: argument) { references[place].isTested = true }
    switch nodes[argument].kind {
    case .field(let target, let name): return try add(.has(target, name), from: first)
    case .step(let id): return try add(.hasStep(id), from: first)
    case .literal, .root, .computedStep, .variable, .has, .hasStep, .index, .not, .negate, .and,
      .or, .choice, .binary, .list, .map, .call, .matches, .quantified:
      throw SyntaxProblem(
        message: "has() asks whether a map has a name", start: argumentStart, end: lastEnd,
        help: "write has(params.name)")
    }
  }

  private mutating func quantified(
    _ quantifier: Quantifier, list: Int, from first: Int
  ) throws(SyntaxProblem) -> Int {
    guard case .identifier(let name) = token, !Self.reserved.contains(name) else {
      throw problem(
        "\(quantifier.rawValue)() begins with a name of your own for one entry",
        help: "write list.\(quantifier.rawValue)(x, x > 0)")
    }
    try advance()
    try expect(.comma, "and a condition on '\(name)'")
    variables.append(name)
    let body = try expression()
    let variable = variables.count - 1
    variables.removeLast()
    try expect(.closeParenthesis, "to close \(quantifier.rawValue)()")
    return try add(
      .quantified(quantifier, list: list, variable: variable, body: body), from: first)
  }

  /// Words that no variable may have.
  static let reserved: Set<String> = [
    "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function",
    "if", "import", "let", "loop", "package", "namespace", "return", "var", "void", "while",
  ]
}
