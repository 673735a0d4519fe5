package import RunbookModel

/// One parsed `${{ ... }}`: a subset of the Common Expression Language, checked once and evaluated
/// any number of times.
///
/// It has no loops and no side effects, and its work is bounded by `ExpressionLimits`. What the
/// subset holds is listed in `ExpressionFunction` and `BinaryOperator`. Where it is narrower than
/// CEL: no unsigned integers, no bytes, keys of maps are strings, `matches` knows the syntax of
/// `Pattern`.
///
/// Errors and unknowns follow CEL's rules for partial evaluation:
/// - `&&` and `||` first look for the operand that decides (`false`, `true`). Where none decides,
///   an unknown wins over an error, because what it turns into may still decide; only then does the
///   error stand.
/// - Everything else needs all of its operands: an error wins over an unknown, since nothing that
///   becomes known later can take it away, and the first unknown gives the reason.
/// - `a ? b : c` looks at `a` and then at one branch only.
/// - A list or map holds its unknown entries as they are; the rest of it can be used.
package struct Expression: Sendable {
  package let text: ExpressionText
  /// Every statically known path in the order in which it stands, each with its place.
  package let references: [Reference]
  let nodes: [ExpressionNode]
  let root: Int

  /// A path such as `steps.fence_db.receipt` that the expression reads.
  package struct Reference: Sendable, Hashable {
    /// The names from the root on: `["steps", "fence_db", "receipt"]`. What follows a computed
    /// index is not in it.
    package var path: [String]
    package var place: SourcePlace?
    /// It stands in `has()`: its last name may be missing.
    package var isTested: Bool
  }

  /// The names that an expression can begin with.
  package static let rootNames = [
    "params", "env", "secrets", "objectives", "variant", "purpose", "run", "each",
    "recovery_point", "steps", "clock",
  ]

  package init(parsing text: ExpressionText) throws(Diagnostic) {
    var parser = ExpressionParser(text)
    let parsed = try parser.parse()
    self.text = text
    nodes = parsed.nodes
    root = parsed.root
    references = parsed.references
  }

  package func evaluate(in scope: some ExpressionScope) -> Evaluation {
    switch outcome(in: scope) {
    case .success(let value): .value(value)
    case .failure(let failure): .error(failure.message)
    }
  }

  /// The answer to a yes-or-no question, for example a step's `when`. A value that is no boolean is
  /// an error.
  package func condition(in scope: some ExpressionScope) -> Condition {
    switch evaluate(in: scope) {
    case .value(.bool(let flag)): .known(flag)
    case .value(.unknown(let reason)): .unknown(reason)
    case .value(let value):
      .error("'\(text.shortSource)' must be true or false, but it is \(value.kind)")
    case .error(let message): .error(message)
    }
  }

  func outcome(in scope: any ExpressionScope) -> Result<Value, EvaluationFailure> {
    var evaluator = ExpressionEvaluator(nodes: nodes, scope: scope, source: text.source)
    do {
      return .success(try evaluator.value(of: root))
    } catch {
      return .failure(error)
    }
  }

  func place(of failure: EvaluationFailure) -> SourcePlace? {
    text.place(from: nodes[failure.node].start, to: nodes[failure.node].end)
  }
}

/// What an expression evaluates to.
package enum Evaluation: Sendable, Hashable {
  /// A value; it may be `unknown`, and it may be a secret's name.
  case value(Value)
  /// Why there is no value: one sentence with the facts.
  case error(String)
}

/// The answer to a yes-or-no question that may not be answerable yet.
package enum Condition: Sendable, Hashable {
  case known(Bool)
  /// Not decidable yet; the text says until when.
  case unknown(String)
  case error(String)
}

/// What the names in an expression stand for.
package protocol ExpressionScope {
  /// The value of `params`, `env`, `secrets` and the other names except `steps`; nil where the name
  /// has no meaning.
  func root(_ name: String) -> Value?
  /// What `steps.<id>` offers: a map of outputs, or unknown before the step has run; nil where no
  /// such step exists.
  func step(_ id: String) -> Value?
}

/// Why an evaluation has no value, and at which part of the expression.
struct EvaluationFailure: Error, Hashable {
  var message: String
  var node: Int
}
