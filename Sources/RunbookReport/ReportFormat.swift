/// The forms in which a report is written.
package enum ReportFormat: String, Sendable, CaseIterable {
  case markdown
  case html
  case json
  /// The timeline alone.
  case csv
  case junit

  /// The usual end of the file's name.
  package var fileExtension: String {
    switch self {
    case .markdown: "md"
    case .html: "html"
    case .json: "json"
    case .csv: "csv"
    case .junit: "xml"
    }
  }
}

extension Report {
  package func text(as format: ReportFormat) -> String {
    switch format {
    case .markdown: markdown
    case .html: html
    case .json: jsonText
    case .csv: csv
    case .junit: junit
    }
  }
}
