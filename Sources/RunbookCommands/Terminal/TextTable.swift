/// Columns that line up: what people read instead of JSON.
struct TextTable {
  private let headings: [String]
  private var rows: [[String]] = []
  /// Columns to the right whose figures should line up at their end.
  private let rightAligned: Set<Int>

  init(_ headings: [String], rightAligned: Set<Int> = []) {
    self.headings = headings
    self.rightAligned = rightAligned
  }

  mutating func add(_ row: [String]) { rows.append(row) }
  var isEmpty: Bool { rows.isEmpty }

  /// The lines, the headings first; the last column is never padded.
  var lines: [String] {
    let all = [headings.map { $0.uppercased() }] + rows
    var widths = headings.map { _ in 0 }
    for row in all {
      for (column, cell) in row.enumerated() { widths[column] = max(widths[column], cell.count) }
    }
    return all.map { row in
      var line = ""
      for (column, cell) in row.enumerated() {
        let space = String(repeating: " ", count: widths[column] - cell.count)
        if rightAligned.contains(column) {
          line += space + cell
        } else if column < row.count - 1 {
          line += cell + space
        } else {
          line += cell
        }
        if column < row.count - 1 { line += "  " }
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }

  var text: String { lines.joined(separator: "\n") }
}

/// Text broken at spaces so that no line is longer than `width`, each line after `indent`.
func wrapped(_ text: String, width: Int, indent: String) -> String {
  if isShortLine(text, width: width - indent.utf8.count) { return indent + text }
  var lines: [String] = []
  for paragraph in text.split(separator: "\n", omittingEmptySubsequences: false) {
    var line = ""
    for word in paragraph.split(separator: " ") {
      if !line.isEmpty, line.count + 1 + word.count > width - indent.count {
        lines.append(indent + line)
        line = ""
      }
      line += line.isEmpty ? String(word) : " " + word
    }
    lines.append(line.isEmpty ? "" : indent + line)
  }
  return lines.joined(separator: "\n")
}

/// Whether text stands on one line as it is. Most does, and counting characters is dear: bytes are never fewer.
private func isShortLine(_ text: String, width: Int) -> Bool {
  let bytes = text.utf8
  guard !bytes.isEmpty, bytes.count <= width else { return false }
  var before = UInt8(ascii: " ")
  for byte in bytes {
    if byte == 0x0A || byte == UInt8(ascii: " ") && before == byte { return false }
    before = byte
  }
  return before != UInt8(ascii: " ")
}
