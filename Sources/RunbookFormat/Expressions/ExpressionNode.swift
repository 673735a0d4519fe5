import RunbookModel

/// One node of the tree, which lies flat in an array: children are indices, so no depth of tree can
/// exhaust the stack when it is copied or freed.
struct ExpressionNode: Sendable {
  var kind: Kind
  /// Where it stands in the source, in bytes.
  var start: Int
  var end: Int
  /// Levels below and including this one.
  var depth: Int

  enum Kind: Sendable {
    case literal(Value)
    case root(String)
    case step(String)
    case computedStep(Int)
    case variable(Int)
    case field(Int, String)
    case has(Int, String)
    case hasStep(String)
    case index(Int, Int)
    case not(Int)
    case negate(Int)
    case and(Int, Int)
    case or(Int, Int)
    case choice(condition: Int, yes: Int, no: Int)
    case binary(BinaryOperator, Int, Int)
    case list([Int])
    case map([Pair])
    case call(ExpressionFunction, [Int])
    /// `matches` with a constant pattern, compiled when the expression was parsed.
    case matches(Int, Pattern)
    case quantified(Quantifier, list: Int, variable: Int, body: Int)
  }

  struct Pair: Sendable {
    var key: Int
    var value: Int
  }

  func forEachChild(_ visit: (Int) -> Void) {
    switch kind {
    case .literal, .root, .step, .variable, .hasStep: break
    case .computedStep(let one), .field(let one, _), .has(let one, _), .not(let one),
      .negate(let one), .matches(let one, _):
      visit(one)
    case .index(let one, let two), .and(let one, let two), .or(let one, let two),
      .binary(_, let one, let two), .quantified(_, let one, _, let two):
      visit(one)
      visit(two)
    case .choice(let condition, let yes, let no):
      visit(condition)
      visit(yes)
      visit(no)
    case .list(let items), .call(_, let items):
      for item in items { visit(item) }
    case .map(let pairs):
      for pair in pairs {
        visit(pair.key)
        visit(pair.value)
      }
    }
  }
}

/// Operators that need both of their operands.
enum BinaryOperator: String, Sendable, CaseIterable {
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case isIn = "in"
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case remainder = "%"
}

/// `list.exists(x, condition)` and `list.all(x, condition)`.
enum Quantifier: String, Sendable {
  case exists
  case all
}

/// The functions of the subset.
package enum ExpressionFunction: String, Sendable, CaseIterable {
  case size
  case startsWith
  case endsWith
  case contains
  case matches
  case duration
  case timestamp
  case string
  case int
  case double

  /// How a call is written.
  package var usage: String {
    switch self {
    case .size: "size(text, list or map)"
    case .startsWith: "text.startsWith(text)"
    case .endsWith: "text.endsWith(text)"
    case .contains: "text.contains(text)"
    case .matches: "text.matches(pattern)"
    case .duration: "duration('1m30s')"
    case .timestamp: "timestamp('2026-01-31T12:00:00Z')"
    case .string: "string(value)"
    case .int: "int(value)"
    case .double: "double(value)"
    }
  }

  /// Arguments, the text before the dot counted as the first.
  var argumentCount: Int {
    switch self {
    case .size, .duration, .timestamp, .string, .int, .double: 1
    case .startsWith, .endsWith, .contains, .matches: 2
    }
  }

  /// It may be written `value.name(...)`.
  var isMethod: Bool {
    switch self {
    case .size, .startsWith, .endsWith, .contains, .matches: true
    case .duration, .timestamp, .string, .int, .double: false
    }
  }

  /// It may be written `name(...)`.
  var isGlobal: Bool {
    switch self {
    case .size, .matches, .duration, .timestamp, .string, .int, .double: true
    case .startsWith, .endsWith, .contains: false
    }
  }
}
