import RunbookModel

extension ExpressionParser {
  /// A literal, a name, a call, or what stands in brackets, with everything that follows its dot.
  mutating func primary() throws(SyntaxProblem) -> Int {
    let first = start
    switch token {
    case .int(let size):
      guard let number = Int64(exactly: size) else {
        throw problem("\(size) does not fit into 64 bits")
      }
      return try literal(.int(number))
    case .double(let number): return try literal(.double(number))
    case .string(let text): return try literal(.string(text))
    case .symbol(.openParenthesis):
      try advance()
      let inner = try expression()
      try expect(.closeParenthesis, "to close the parenthesis")
      return try members(of: inner, from: first, path: nil)
    case .symbol(.openBracket):
      try advance()
      let items = try expressions(until: .closeBracket)
      return try members(of: try add(.list(items), from: first), from: first, path: nil)
    case .symbol(.openBrace):
      try advance()
      return try members(of: try map(from: first), from: first, path: nil)
    case .identifier("true"): return try literal(.bool(true))
    case .identifier("false"): return try literal(.bool(false))
    case .identifier("null"): return try literal(.null)
    case .identifier("in"), .identifier("and"), .identifier("or"), .identifier("not"):
      throw unexpected("a value")
    case .identifier(let name):
      try advance()
      return try named(name, from: first)
    case .end, .quotedName, .symbol: throw unexpected("a value")
    }
  }

  private mutating func literal(_ value: Value) throws(SyntaxProblem) -> Int {
    let first = start
    try advance()
    return try members(of: try add(.literal(value), from: first), from: first, path: nil)
  }

  private mutating func named(_ name: String, from first: Int) throws(SyntaxProblem) -> Int {
    if token == .symbol(.openParenthesis) {
      let call = try globalCall(name, from: first)
      return try members(of: call, from: first, path: nil)
    }
    if let variable = variables.lastIndex(of: name) {
      return try members(of: try add(.variable(variable), from: first), from: first, path: nil)
    }
    guard name == "steps" else {
      return try members(of: try add(.root(name), from: first), from: first, path: [name])
    }
    if try take(.dot) {
      let id = try memberName()
      let node = try add(.step(id), from: first)
      return try members(of: node, from: first, path: ["steps", id])
    }
    guard try take(.openBracket) else {
      throw problem(
        "'steps' alone is no value", help: "write steps.<id>.<output>", code: ExpressionCode.name)
    }
    let key = try expression()
    try expect(.closeBracket, "after the id of the step")
    if case .literal(.string(let id)) = nodes[key].kind {
      let node = try add(.step(id), from: first)
      return try members(of: node, from: first, path: ["steps", id])
    }
    addReference(["steps"], node: key, from: first)
    let node = try add(.computedStep(key), from: first)
    return try members(of: node, from: first, path: nil)
  }

  /// Everything that follows a value: `.name`, `.method(...)`, `[index]`. `path` is the static path
  /// so far.
  mutating func members(
    of first: Int, from start: Int, path: [String]?
  ) throws(SyntaxProblem) -> Int {
    var node = first
    var path = path
    while true {
      if try take(.dot) {
        let nameStart = self.start
        let name = try memberName()
        if token == .symbol(.openParenthesis) {
          finish(&path, node: node, from: start)
          node = try methodCall(name, on: node, from: start, nameStart: nameStart)
        } else {
          node = try add(.field(node, name), from: start)
          path?.append(name)
        }
      } else if try take(.openBracket) {
        let key = try expression()
        try expect(.closeBracket, "after the index")
        if case .literal(.string(let name)) = nodes[key].kind, path != nil {
          node = try add(.field(node, name), from: start)
          path?.append(name)
        } else {
          finish(&path, node: node, from: start)
          node = try add(.index(node, key), from: start)
        }
      } else {
        finish(&path, node: node, from: start)
        return node
      }
    }
  }

  private mutating func finish(_ path: inout [String]?, node: Int, from start: Int) {
    if let known = path { addReference(known, node: node, from: start) }
    path = nil
  }

  private mutating func addReference(_ path: [String], node: Int, from start: Int) {
    references.append(
      .init(path: path, place: text.place(from: start, to: lastEnd), isTested: false))
    referenceNodes.append(node)
  }

  private mutating func memberName() throws(SyntaxProblem) -> String {
    switch token {
    case .identifier(let name) where !["true", "false", "null", "in"].contains(name):
      try advance()
      return name
    case .quotedName(let name):
      try advance()
      return name
    case .identifier(let word):
      throw problem("'\(word)' cannot follow a dot", help: "write ['\(word)']")
    case .end, .int, .double, .string, .symbol: throw unexpected("a name after the dot")
    }
  }

  mutating func expressions(until end: ExpressionSymbol) throws(SyntaxProblem) -> [Int] {
    var items: [Int] = []
    while try !take(end) {
      items.append(try expression())
      if try take(end) { return items }
      try expect(.comma, "or '\(end.rawValue)'")
    }
    return items
  }

  private mutating func map(from first: Int) throws(SyntaxProblem) -> Int {
    var pairs: [ExpressionNode.Pair] = []
    while try !take(.closeBrace) {
      let key = try expression()
      try expect(.colon, "after the key")
      pairs.append(.init(key: key, value: try expression()))
      if try take(.closeBrace) { break }
      try expect(.comma, "or '}'")
    }
    return try add(.map(pairs), from: first)
  }
}
