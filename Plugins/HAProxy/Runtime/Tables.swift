/// A table of HAProxy's: rows whose cells are found by the name of their column, so that new
/// columns do no harm.
struct Table {
  private var columns: [Substring: Int] = [:]
  private var rows: [[Substring]] = []

  /// `show servers state`: a version, then a header after `#`, then rows; all parted by spaces.
  init?(spaced text: String) {
    self.init(text) { $0.split(separator: " ") }
  }

  /// `show stat`: a header after `#`, then rows; parted by commas, with quotes around cells that
  /// hold some.
  init?(commaSeparated text: String) {
    self.init(text, Self.cells)
  }

  private init?(_ text: String, _ split: (Substring) -> [Substring]) {
    for line in text.split(separator: "\n") {
      if line.hasPrefix("# ") {
        for (place, name) in split(line.dropFirst(2)).enumerated() { columns[name] = place }
      } else if !columns.isEmpty {
        rows.append(split(line))
      }
    }
    if columns.isEmpty { return nil }
  }

  private static func cells(_ line: Substring) -> [Substring] {
    guard line.contains("\"") else {
      return line.split(separator: ",", omittingEmptySubsequences: false)
    }
    var cells: [Substring] = []
    var cell = ""
    var isQuoted = false
    for character in line {
      switch character {
      case "\"": isQuoted.toggle()
      case "," where !isQuoted:
        cells.append(Substring(cell))
        cell = ""
      default: cell.append(character)
      }
    }
    return cells + [Substring(cell)]
  }

  struct Row {
    fileprivate let columns: [Substring: Int]
    fileprivate let cells: [Substring]

    subscript(name: Substring) -> String? {
      guard let place = columns[name], cells.indices.contains(place) else { return nil }
      return String(cells[place])
    }
    func number(_ name: Substring) -> Int? { self[name].flatMap { Int($0) } }
  }

  var all: [Row] { rows.map { Row(columns: columns, cells: $0) } }
}
