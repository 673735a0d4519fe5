/// How much one expression may ask for. Each limit is far above any use and far below what could
/// hurt a run.
package enum ExpressionLimits {
  /// Bytes of source.
  package static let sourceBytes = 16_384
  /// Parentheses, brackets, braces, calls and conditionals inside one another.
  package static let nesting = 64
  /// Levels of the tree that evaluation walks; `a + a + a` has one for each operator.
  package static let treeDepth = 256
  /// Nodes visited in one evaluation, entries and characters gone through included.
  package static let steps = 1_000_000
  /// Bytes of a string that an operation or a rendered text may make.
  package static let stringBytes = 1 << 20
  /// Entries of a list that an operation may make.
  package static let listEntries = 100_000
  /// Instructions that a regular expression may compile to.
  package static let patternInstructions = 4_000
  /// Groups inside one another in a regular expression.
  package static let patternNesting = 50
}

/// The codes of diagnostics about expressions and fields.
package enum ExpressionCode {
  /// The text is no expression.
  package static let syntax = "LB150"
  /// The expression is too long or nested too deeply.
  package static let limit = "LB151"
  /// A name that does not exist.
  package static let name = "LB250"
  /// A function that does not exist, or is called with the wrong number of arguments.
  package static let function = "LB251"
  /// A type that cannot work here.
  package static let type = "LB252"
  /// A constant that cannot be read: a pattern, a duration, a time.
  package static let constant = "LB253"
  /// A secret used for anything but being passed on.
  package static let secret = "LB254"
  /// Found out while the value was computed.
  package static let evaluation = "LB255"
}
