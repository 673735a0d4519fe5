package import RunbookModel

/// Writes diagnostics for people: where, the line itself with the part underlined, what is wrong, what to write.
///
///     runbook.yaml:12:9: error LB201: 'timout' is not a key of a step
///        12 |         timout: 30s
///           |         ^^^^^^
///     help: did you mean 'timeout'?
package struct DiagnosticRenderer {
  package enum Colour: Sendable {
    case none
    case ansi
  }

  private let sources: [String: SourceLines]
  private let colour: Colour
  /// Columns of the screen; longer lines are cut around what is underlined.
  private let width: Int

  package init(files: [SourceFile], colour: Colour = .none, width: Int = 100) {
    sources = Dictionary(
      files.map { ($0.path, SourceLines($0.bytes)) }, uniquingKeysWith: { first, _ in first })
    self.colour = colour
    self.width = max(40, width)
  }

  /// All of them in the order given, and a line that counts them; nothing for none.
  package func text(_ diagnostics: [Diagnostic]) -> String {
    guard !diagnostics.isEmpty else { return "" }
    let hidden = HiddenSpans(diagnostics)
    var text = ""
    for diagnostic in diagnostics { text += self.text(diagnostic, hidden) + "\n" }
    return text + count(diagnostics) + "\n"
  }

  /// "3 errors, 1 warning".
  package func count(_ diagnostics: [Diagnostic]) -> String {
    let errors = diagnostics.count { $0.severity == .error }
    let warnings = diagnostics.count - errors
    func words(_ count: Int, _ noun: String) -> String? {
      count == 0 ? nil : "\(count) \(noun)\(count == 1 ? "" : "s")"
    }
    return [words(errors, "error"), words(warnings, "warning")].compactMap { $0 }
      .joined(separator: ", ")
  }

  private func text(_ diagnostic: Diagnostic, _ hidden: HiddenSpans) -> String {
    let isError = diagnostic.severity == .error
    let word = paint(
      "\(isError ? "error" : "warning") \(diagnostic.code)", isError ? "1;31" : "1;33")
    let message = paint(Self.printable(diagnostic.message), "1")
    let place =
      diagnostic.place.map { "\(Self.printable($0.file)):\($0.line):\($0.column): " } ?? ""
    var lines = ["\(place)\(word): \(message)"]
    if let place = diagnostic.place { lines += excerpt(place, hidden, isError ? "31" : "33") }
    if let help = diagnostic.help {
      lines.append("\(paint("help", "36")): \(Self.printable(help))")
    }
    for related in diagnostic.related {
      let place = related.place
      lines.append(
        "\(paint("note", "36")): \(Self.printable(place.file)):\(place.line):\(place.column): "
          + Self.printable(related.message))
      lines += excerpt(place, hidden, "36")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func excerpt(_ place: SourcePlace, _ hidden: HiddenSpans, _ code: String) -> [String] {
    guard let line = sources[place.file]?.line(place.line) else { return [] }
    let shown = LineExcerpt(
      line, column: place.column, length: place.length, width: width - 10,
      hidden: hidden.spans(in: place.file, line: place.line))
    let number = String(place.line)
    let gutter = String(repeating: " ", count: max(0, 5 - number.count)) + number
    let blank = String(repeating: " ", count: gutter.count)
    return [
      "\(gutter) | \(shown.text)".trimmedAtEnd,
      "\(blank) | \(shown.blank)\(paint(shown.mark, code))",
    ]
  }

  private func paint(_ text: String, _ code: String) -> String {
    switch colour {
    case .none: text
    case .ansi: "\u{1B}[\(code)m\(text)\u{1B}[0m"
    }
  }

  /// Control characters would let a file write on the reader's terminal.
  static func printable(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
    else { return text }
    return text.unicodeScalars.reduce(into: "") { result, scalar in
      if scalar.properties.generalCategory == .control {
        result += scalar == "\n" ? " " : "\u{FFFD}"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
  }
}

extension String {
  var trimmedAtEnd: String {
    var text = self[...]
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}

/// What must not be printed although a line that holds it is: secrets that were found in plain text.
struct HiddenSpans {
  static let codes: Set<String> = [
    DiagnosticCode.literalSecret.rawValue, RuleBook.plainSecret.code, FieldCode.secret,
  ]
  private var spans: [String: [Int: [ClosedRange<Int>]]] = [:]

  init(_ diagnostics: [Diagnostic]) {
    for diagnostic in diagnostics where Self.codes.contains(diagnostic.code) {
      guard let place = diagnostic.place else { continue }
      spans[place.file, default: [:]][place.line, default: []].append(
        place.column...(place.column + max(1, place.length) - 1))
    }
  }

  func spans(in file: String, line: Int) -> [ClosedRange<Int>] { spans[file]?[line] ?? [] }
}
