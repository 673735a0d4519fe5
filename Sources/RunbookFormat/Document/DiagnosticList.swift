package import RunbookModel

/// The problems found so far, bounded: a file of a million mistakes must not fill the memory of a recovery host.
package struct DiagnosticList: Sendable {
  /// Errors, and warnings, that are kept; more are counted.
  package static let limit = 1000

  package private(set) var items: [Diagnostic] = []
  package private(set) var errors = 0
  package private(set) var warnings = 0

  package init() {}

  package var hasErrors: Bool { errors > 0 }

  /// Another error would only be counted: what is costly to find out about it need not be.
  var isFull: Bool { errors >= Self.limit }

  mutating func countError() { errors += 1 }

  package mutating func add(_ diagnostic: Diagnostic) {
    switch diagnostic.severity {
    case .error:
      errors += 1
      if errors <= Self.limit { items.append(diagnostic) }
    case .warning:
      warnings += 1
      if warnings <= Self.limit { items.append(diagnostic) }
    }
  }

  package mutating func add(contentsOf diagnostics: [Diagnostic]) {
    for diagnostic in diagnostics { add(diagnostic) }
  }

  mutating func error(
    _ code: DiagnosticCode, _ message: String, at place: SourcePlace?, help: String? = nil,
    related: [Diagnostic.Related] = []
  ) {
    add(Diagnostic(code.rawValue, .error, message, at: place, help: help, related: related))
  }

  mutating func warning(
    _ code: DiagnosticCode, _ message: String, at place: SourcePlace?, help: String? = nil,
    related: [Diagnostic.Related] = []
  ) {
    add(Diagnostic(code.rawValue, .warning, message, at: place, help: help, related: related))
  }

  /// How many are not among `items`.
  package var left: Int {
    max(0, errors - Self.limit) + max(0, warnings - Self.limit)
  }

  /// In file order, each file's own together in the order of `files`, with a last word on what is left out.
  package func sorted(files: [String]) -> [Diagnostic] {
    let rank = Dictionary(
      files.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    func key(_ diagnostic: Diagnostic) -> (Int, Int, Int) {
      guard let place = diagnostic.place else { return (-1, 0, 0) }
      return (rank[place.file] ?? files.count, place.line, place.column)
    }
    var sorted = items.enumerated()
      .map { (key: key($1), order: $0, item: $1) }
      .sorted { ($0.key, $0.order) < ($1.key, $1.order) }
      .map(\.item)
    if left > 0 {
      let severity: Diagnostic.Severity = errors > Self.limit ? .error : .warning
      sorted.append(
        Diagnostic(
          DiagnosticCode.moreProblems.rawValue, severity,
          "\(left) more problems were found and are not shown", at: nil,
          help: "mend these first, then validate again"))
    }
    return sorted
  }
}

private func < (
  left: ((Int, Int, Int), Int), right: ((Int, Int, Int), Int)
) -> Bool {
  left.0 == right.0 ? left.1 < right.1 : left.0 < right.0
}
