package import RunbookModel

/// What is known of an expression's type before anything is evaluated.
package enum StaticType: String, Sendable, Hashable {
  /// Nothing is known; everything may work.
  case any
  case null
  case bool
  case int
  case double
  case string
  case duration
  case timestamp
  case list
  case map
  case secret

  /// The type that a value of a field, an output or a parameter arrives in.
  package init(_ type: FieldType) {
    self =
      switch type {
      case .any, .either: .any
      case .string, .address, .url, .word: .string
      case .int, .size: .int
      case .double, .percentage: .double
      case .bool: .bool
      case .duration: .duration
      case .timestamp: .timestamp
      case .list: .list
      case .map, .object, .check: .map
      case .secret: .secret
      }
  }

  init(_ value: Value) {
    self =
      switch value {
      case .null: .null
      case .bool: .bool
      case .int: .int
      case .double: .double
      case .string: .string
      case .duration: .duration
      case .timestamp: .timestamp
      case .list: .list
      case .map: .map
      case .secret: .secret
      case .unknown: .any
      }
  }

  /// In the words of a message.
  package var words: String {
    switch self {
    case .any: "a value"
    case .null: "null"
    case .bool: "a boolean"
    case .int: "an integer"
    case .double: "a number"
    case .string: "a string"
    case .duration: "a duration"
    case .timestamp: "a timestamp"
    case .list: "a list"
    case .map: "a map"
    case .secret: "a secret"
    }
  }

  var isNumber: Bool { self == .int || self == .double }

  /// Whether a field of this type may be given a value of the static type.
  package func fits(_ type: FieldType) -> Bool {
    if self == .any { return true }
    return switch type {
    case .any: self != .secret
    case .string, .address, .url, .word: self == .string
    case .int: self == .int
    case .double: isNumber
    case .bool: self == .bool
    case .duration: self == .duration || self == .string
    case .size: self == .int || self == .string
    case .percentage: isNumber || self == .string
    case .timestamp: self == .timestamp || self == .string
    case .list: self == .list
    case .map, .object, .check: self == .map
    case .secret: self == .secret
    case .either(let types): types.contains { fits($0) }
    }
  }
}

/// What a path such as `["params", "incident"]` is declared to be; nil where nothing is known.
package typealias PathTypes = (_ path: [String]) -> FieldType?

extension Expression {
  /// The type, as far as it shows without evaluating.
  package func staticType(_ types: @escaping PathTypes = { _ in nil }) -> StaticType {
    var problems: [Diagnostic] = []
    return inferred(types, into: &problems)
  }

  /// What is certainly wrong before anything is evaluated: names that cannot begin an expression,
  /// operands that cannot work together, secrets that are looked at, and a condition that is no
  /// boolean.
  package func problems(
    asCondition: Bool = false, _ types: @escaping PathTypes = { _ in nil }
  ) -> [Diagnostic] {
    var problems: [Diagnostic] = []
    let type = inferred(types, into: &problems)
    if asCondition, type != .any, type != .bool {
      problems.append(
        Diagnostic(
          ExpressionCode.type, .error,
          "'\(text.shortSource)' must be true or false, but it is \(type.words)",
          at: text.place(from: nodes[root].start, to: nodes[root].end),
          help: "compare it with something, for example \(text.shortSource) == ..."))
    }
    return problems
  }

  private func inferred(
    _ types: @escaping PathTypes, into problems: inout [Diagnostic]
  ) -> StaticType {
    var inference = StaticInference(expression: self, declared: types)
    let type = inference.type(of: root)
    problems = inference.problems
    return type
  }
}
