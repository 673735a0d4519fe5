import RunbookModel

/// Source to tree, by precedence: `?:`, `||`, `&&`, comparisons and `in`, `+ -`, `* / %`, `! -`,
/// then `. [] ()`.
struct ExpressionParser {
  let text: ExpressionText
  var lexer: ExpressionLexer
  var token = ExpressionToken.end
  var start = 0
  /// Where the token before this one ended.
  var lastEnd = 0
  var nodes: [ExpressionNode] = []
  var references: [Expression.Reference] = []
  /// The node that each reference's path ends in.
  var referenceNodes: [Int] = []
  /// Names bound by `exists` and `all`, outermost first.
  var variables: [String] = []
  var nesting = 0

  struct Parsed {
    var nodes: [ExpressionNode]
    var root: Int
    var references: [Expression.Reference]
  }

  init(_ text: ExpressionText) {
    self.text = text
    lexer = ExpressionLexer(text.source)
  }

  mutating func parse() throws(Diagnostic) -> Parsed {
    do throws(SyntaxProblem) {
      guard lexer.bytes.count <= ExpressionLimits.sourceBytes else {
        throw SyntaxProblem(
          code: ExpressionCode.limit,
          message: "an expression may have \(ExpressionLimits.sourceBytes) bytes;"
            + " this one has \(lexer.bytes.count)", start: 0, end: 1)
      }
      try advance()
      if token == .end { throw problem("the expression is empty") }
      let root = try expression()
      if token != .end { throw unexpected("an operator or the end of the expression") }
      return Parsed(nodes: nodes, root: root, references: references)
    } catch {
      throw Diagnostic(
        error.code, .error, error.message, at: text.place(from: error.start, to: error.end),
        help: error.help)
    }
  }

  // MARK: Tokens

  mutating func advance() throws(SyntaxProblem) {
    lastEnd = lexer.place
    (token, start) = try lexer.next()
  }

  mutating func take(_ symbol: ExpressionSymbol) throws(SyntaxProblem) -> Bool {
    guard case .symbol(symbol) = token else { return false }
    try advance()
    return true
  }

  mutating func expect(_ symbol: ExpressionSymbol, _ purpose: String) throws(SyntaxProblem) {
    guard try take(symbol) else { throw unexpected("'\(symbol.rawValue)' \(purpose)") }
  }

  func problem(
    _ message: String, help: String? = nil, code: String = ExpressionCode.syntax
  ) -> SyntaxProblem {
    SyntaxProblem(
      code: code, message: message, start: start, end: max(lexer.place, start + 1), help: help)
  }

  func unexpected(_ wanted: String) -> SyntaxProblem {
    switch token {
    case .end: problem("the expression ends where \(wanted) should be")
    case .identifier("and"): problem("'and' is no operator", help: "write '&&'")
    case .identifier("or"): problem("'or' is no operator", help: "write '||'")
    case .identifier("not"): problem("'not' is no operator", help: "write '!'")
    case .identifier(let word): problem("'\(word)' stands where \(wanted) should be")
    case .quotedName: problem("a name in '`' can only follow a dot")
    case .int, .double: problem("a number stands where \(wanted) should be")
    case .string: problem("a string stands where \(wanted) should be")
    case .symbol(let symbol): problem("'\(symbol.rawValue)' stands where \(wanted) should be")
    }
  }

  // MARK: Nodes

  mutating func add(_ kind: ExpressionNode.Kind, from start: Int) throws(SyntaxProblem) -> Int {
    var node = ExpressionNode(kind: kind, start: start, end: lastEnd, depth: 1)
    node.forEachChild { node.depth = max(node.depth, nodes[$0].depth + 1) }
    guard node.depth <= ExpressionLimits.treeDepth else {
      throw problem(
        "the expression has more than \(ExpressionLimits.treeDepth) levels",
        help: "split it into several", code: ExpressionCode.limit)
    }
    nodes.append(node)
    return nodes.count - 1
  }

  // MARK: Grammar

  mutating func expression() throws(SyntaxProblem) -> Int {
    nesting += 1
    defer { nesting -= 1 }
    guard nesting <= ExpressionLimits.nesting else {
      throw problem(
        "more than \(ExpressionLimits.nesting) parentheses, brackets or conditions stand inside"
          + " one another", help: "split the expression", code: ExpressionCode.limit)
    }
    let first = start
    let condition = try binary(0)
    guard try take(.question) else { return condition }
    let yes = try expression()
    try expect(.colon, "and the other value of '? :'")
    let no = try expression()
    return try add(.choice(condition: condition, yes: yes, no: no), from: first)
  }

  private mutating func binary(_ lowest: Int) throws(SyntaxProblem) -> Int {
    let first = start
    var left = try unary()
    while let (operation, level) = infix(), level >= lowest {
      try advance()
      let right = try binary(level + 1)
      switch operation {
      case .or: left = try add(.or(left, right), from: first)
      case .and: left = try add(.and(left, right), from: first)
      case .binary(let operation): left = try add(.binary(operation, left, right), from: first)
      }
    }
    return left
  }

  private enum Infix {
    case or
    case and
    case binary(BinaryOperator)
  }

  /// The operator at this token and how tightly it binds.
  private func infix() -> (Infix, Int)? {
    guard case .symbol(let symbol) = token else {
      return token == .identifier("in") ? (.binary(.isIn), 2) : nil
    }
    return switch symbol {
    case .or: (.or, 0)
    case .and: (.and, 1)
    case .equal: (.binary(.equal), 2)
    case .notEqual: (.binary(.notEqual), 2)
    case .less: (.binary(.less), 2)
    case .lessOrEqual: (.binary(.lessOrEqual), 2)
    case .greater: (.binary(.greater), 2)
    case .greaterOrEqual: (.binary(.greaterOrEqual), 2)
    case .plus: (.binary(.add), 3)
    case .minus: (.binary(.subtract), 3)
    case .star: (.binary(.multiply), 4)
    case .slash: (.binary(.divide), 4)
    case .percent: (.binary(.remainder), 4)
    case .openParenthesis, .closeParenthesis, .openBracket, .closeBracket, .openBrace, .closeBrace,
      .dot, .comma, .colon, .question, .not:
      nil
    }
  }

  private mutating func unary() throws(SyntaxProblem) -> Int {
    var signs: [(isMinus: Bool, start: Int)] = []
    while token == .symbol(.not) || token == .symbol(.minus) {
      signs.append((token == .symbol(.minus), start))
      try advance()
    }
    var operand: Int
    switch (token, signs.last?.isMinus) {
    case (.int(let size), true):
      guard size <= UInt64(Int64.max) + 1 else {
        throw problem("-\(size) does not fit into 64 bits")
      }
      let sign = signs.removeLast()
      try advance()
      let number = size == UInt64(Int64.max) + 1 ? Int64.min : -Int64(size)
      operand = try add(.literal(.int(number)), from: sign.start)
      operand = try members(of: operand, from: sign.start, path: nil)
    case (.double(let number), true):
      let sign = signs.removeLast()
      try advance()
      operand = try add(.literal(.double(-number)), from: sign.start)
      operand = try members(of: operand, from: sign.start, path: nil)
    default: operand = try primary()
    }
    for sign in signs.reversed() {
      operand = try add(sign.isMinus ? .negate(operand) : .not(operand), from: sign.start)
    }
    return operand
  }
}
