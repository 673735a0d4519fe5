package import RunbookModel

/// Checks an action's input against its declared fields, and brings every value into the form that
/// the action gets.
///
/// The same rules hold before a run, on what the author wrote, and in a run, on what the
/// expressions turned out to be:
/// - a key that is not declared and a required one that is missing are errors;
/// - a blank value (null, text without a visible character, an empty list or map) is an error
///   unless its field allows it, and so is a blank entry of a list or map, except where entries may
///   be anything;
/// - durations, times and percentages arrive as such, sizes as bytes; addresses, URLs and words
///   stay text;
/// - a field that is left out gets its default;
/// - what is not known yet passes;
/// - a secret goes only where a field is made for one, and nothing but a secret goes there.
package struct FieldCheck: Sendable {
  package let catalogue: ActionCatalogue

  package init(catalogue: ActionCatalogue) { self.catalogue = catalogue }

  /// What is wrong with an input as it was written. Expressions are checked as far as their type
  /// shows.
  package func problems(
    in template: Template, against fields: [Field], of owner: String,
    _ types: @escaping PathTypes = { _ in nil }
  ) -> [Diagnostic] {
    problems(in: template, as: .object(fields), named: "", of: owner, types)
  }

  /// What is wrong with one value as it was written, for example the default of a parameter.
  package func problems(
    in template: Template, as type: FieldType, named name: String, of owner: String = "",
    allowsEmpty: Bool = false, _ types: @escaping PathTypes = { _ in nil }
  ) -> [Diagnostic] {
    var walker = FieldWalker(catalogue: catalogue, isWritten: true, types: types)
    let path = FieldPath(text: name, owner: owner)
    _ = walker.value(template, type, path, allowsEmpty: allowsEmpty || name.isEmpty)
    return walker.findings.map(\.diagnostic)
  }

  /// The input in the form that the action gets, and what is wrong with it, a sentence each.
  package func checked(
    _ value: Value, against fields: [Field]
  ) -> (value: Value, problems: [String]) {
    checked(value, as: .object(fields), named: "", allowsEmpty: true)
  }

  /// One value in its declared form, and what is wrong with it.
  package func checked(
    _ value: Value, as type: FieldType, named name: String, allowsEmpty: Bool = false
  ) -> (value: Value, problems: [String]) {
    let (normal, findings) = findings(in: value, as: type, named: name, allowsEmpty: allowsEmpty)
    return (normal, findings.map(\.sentence))
  }

  func findings(
    in value: Value, as type: FieldType, named name: String, allowsEmpty: Bool
  ) -> (value: Value, findings: [FieldFinding]) {
    var walker = FieldWalker(catalogue: catalogue, isWritten: false, types: { _ in nil })
    let normal = walker.value(
      .literal(value, nil), type, FieldPath(text: name, owner: ""), allowsEmpty: allowsEmpty)
    return (normal, walker.findings)
  }
}

/// The codes of diagnostics about fields.
package enum FieldCode {
  package static let unknownKey = "LB260"
  package static let missing = "LB261"
  package static let type = "LB262"
  package static let blank = "LB263"
  /// The type is right, but the text is not of the form: a URL, an address, a word of a list.
  package static let form = "LB264"
  /// `uses` names no action, or none that only checks.
  package static let check = "LB265"
  /// A secret where none may stand, or plain text where one must.
  package static let secret = "LB266"
}

/// Where a value stands in its input: `to[0].address`.
struct FieldPath {
  var text: String
  /// The action whose input it is.
  var owner: String

  subscript(key: String) -> FieldPath {
    FieldPath(text: text.isEmpty ? key : "\(text).\(key)", owner: owner)
  }
  subscript(index: Int) -> FieldPath { FieldPath(text: "\(text)[\(index)]", owner: owner) }

  /// For the start of a sentence.
  var words: String {
    if !text.isEmpty { return "'\(text)'" }
    return owner.isEmpty ? "it" : "the input of \(owner)"
  }
}

struct FieldFinding {
  var code: String
  var message: String
  var place: SourcePlace?
  var help: String?

  var diagnostic: Diagnostic { Diagnostic(code, .error, message, at: place, help: help) }
  var sentence: String { help.map { "\(message); \($0)" } ?? message }
}
