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
      for (column, cell) in row.enumerated() {
        widths[column] = max(widths[column], DisplayWidth.of(cell))
      }
    }
    return all.map { row in
      var line = ""
      for (column, cell) in row.enumerated() {
        let space = String(repeating: " ", count: widths[column] - DisplayWidth.of(cell))
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
    var columns = 0
    // What is written without spaces may be broken anywhere.
    let words = paragraph.split(separator: " ").flatMap { pieces($0, width - indent.count) }
    for word in words {
      let wide = DisplayWidth.of(word)
      if !line.isEmpty, columns + 1 + wide > width - indent.count {
        lines.append(indent + line)
        (line, columns) = ("", 0)
      }
      columns += line.isEmpty ? wide : 1 + wide
      line += line.isEmpty ? String(word) : " " + word
    }
    lines.append(line.isEmpty ? "" : indent + line)
  }
  return lines.joined(separator: "\n")
}

/// A word as it is, or in pieces where it has no place on a line and is not ASCII alone: an address stays whole.
private func pieces(_ word: Substring, _ width: Int) -> [Substring] {
  guard width > 1, word.utf8.count > width, !word.utf8.allSatisfy({ $0 < 0x80 }),
    DisplayWidth.of(word) > width
  else { return [word] }
  var pieces: [Substring] = []
  var start = word.startIndex
  var columns = 0
  for index in word.indices {
    let wide = DisplayWidth.of(word[index])
    if columns + wide > width {
      pieces.append(word[start..<index])
      (start, columns) = (index, 0)
    }
    columns += wide
  }
  return pieces + [word[start...]]
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
