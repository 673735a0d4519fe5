internal import CLibYAML
internal import RunbookModel

/// What stopped libyaml, in words for somebody who does not know how YAML is parsed.
struct YAMLProblem {
  /// Characters from the start of the file.
  let index: Int
  let contextIndex: Int?
  private let problem: String
  private let context: String

  init(_ parser: yaml_parser_t) {
    problem = parser.problem.map { String(cString: $0) } ?? "it cannot be read"
    context = parser.context.map { String(cString: $0) } ?? ""
    index = parser.problem_mark.index
    contextIndex = context.isEmpty ? nil : parser.context_mark.index
  }

  func diagnostic(at place: SourcePlace, byte: UInt8?, context begin: SourcePlace?) -> Diagnostic {
    if byte == 0x09 { return tab(place) }
    var related: [Diagnostic.Related] = []
    if let begin, begin.line != place.line || begin.column != place.column {
      related = [.init(message: "what is being read begins here", place: begin)]
    }
    let (message, help) = words(byte)
    return Diagnostic(
      DiagnosticCode.syntax.rawValue, .error, message, at: place, help: help, related: related)
  }

  private func tab(_ place: SourcePlace) -> Diagnostic {
    Diagnostic(
      DiagnosticCode.tab.rawValue, .error, "a tab is used for indentation", at: place,
      help: "indent with spaces; replace every tab in the file")
  }

  private func words(_ byte: UInt8?) -> (String, String?) {
    switch problem {
    case "mapping values are not allowed in this context":
      (
        "a ':' stands where no key can stand",
        "put a text that holds ': ' in quotes, or check the indentation of this line"
      )
    case "could not find expected ':'":
      ("this line is not 'key: value'", "write a ':' and a blank after the key")
    case "found character that cannot start any token":
      (
        "the character '\(byte.map { String(UnicodeScalar($0)) } ?? "")' cannot begin a value",
        "put the value in quotes"
      )
    case "found unexpected end of stream":
      ("the file ends inside a quoted text", "close the quote that was opened")
    case "did not find expected ',' or ']'":
      ("this list in '[ ]' is not continued or closed here", "write ',' or ']'")
    case "did not find expected ',' or '}'":
      ("this map in '{ }' is not continued or closed here", "write ',' or '}'")
    case "did not find expected key":
      (
        "this line does not belong to the map above it",
        "give it the same indentation as the keys of its map"
      )
    case "did not find expected '-' indicator":
      (
        "this line does not belong to the list above it",
        "begin it with '- ' at the list's indentation, or indent it as a part of the item"
      )
    case "block sequence entries are not allowed in this context":
      ("a list cannot begin on this line", "write '- ' on a line of its own")
    case "found unknown escape character":
      ("'\\' is followed by no known escape", "use single quotes, which know no escapes")
    case "did not find expected <document start>":
      ("there is more after the end of the document", "check the indentation of this line")
    case "found unexpected document indicator":
      ("a document ends inside a quoted text", "close the quote that was opened")
    case "found duplicate %YAML directive", "found incompatible YAML document":
      ("this file asks for another YAML: \(problem)", "delete the '%YAML' line")
    default: ("this is not YAML: \(context.isEmpty ? "" : context + ", ")\(problem)", nil)
    }
  }
}
