import RunbookModel

extension Report {
  /// The timeline for spreadsheets: RFC 4180, a row for each moment, times in UTC.
  package var csv: String {
    var table = CSVText()
    table.row([
      "time_utc", "offset_seconds", "kind", "step", "actor", "text", "record", "run",
    ])
    for entry in timeline {
      table.row([
        CSVText.Cell(own: entry.at.text(decimals: 6)), CSVText.Cell(seconds: entry.offset),
        CSVText.Cell(own: entry.kind.rawValue), CSVText.Cell(entry.step?.text ?? ""),
        CSVText.Cell(entry.actor), CSVText.Cell(entry.text),
        CSVText.Cell(own: entry.seq.map { "\($0)" } ?? ""), CSVText.Cell(identity.run.text),
      ])
    }
    return table.text
  }
}

/// A table as RFC 4180 has it: CRLF at line ends, a cell with anything special in quotes.
struct CSVText {
  private(set) var text = ""

  struct Cell: ExpressibleByStringLiteral {
    fileprivate let text: String

    /// Text from outside. What a spreadsheet would take for a formula gets an apostrophe before it, which it shows as
    /// text; control characters and line breaks become harmless.
    init(_ text: String) {
      let shown = Markdown.visible(text)
      let first = shown.first { $0 != " " }
      self.text = first.map(Self.beginsFormula) == true ? "'" + shown : shown
    }

    /// A word or number of ours.
    init(own text: String) { self.text = text }
    init(stringLiteral text: String) { self.text = text }

    /// With six decimals; a negative number is no formula.
    init(seconds duration: Duration) {
      let micros = duration.nanosecondsClamped / 1000
      let size = micros.magnitude
      let rest = String(size % 1_000_000)
      text =
        (micros < 0 ? "-" : "") + "\(size / 1_000_000)."
        + String(repeating: "0", count: 6 - rest.count) + rest
    }

    private static func beginsFormula(_ first: Character) -> Bool {
      switch first {
      case "=", "+", "-", "@", "＝", "＋", "－", "＠", "|", "%": true
      default: false
      }
    }

    fileprivate var field: String {
      guard text.utf8.contains(where: { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D })
      else { return text }
      return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
  }

  mutating func row(_ cells: [Cell]) {
    text += cells.map(\.field).joined(separator: ",") + "\r\n"
  }
}
