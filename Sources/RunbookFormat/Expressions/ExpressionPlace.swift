package import RunbookModel

extension ExpressionText {
  /// The place of the bytes from `start` to `end` inside the file.
  ///
  /// Exact in an expression of one line. In one of several lines YAML's indentation is gone, so
  /// only the first line's columns are known; what stands later is shown by the start of the
  /// expression.
  func place(from start: Int, to end: Int) -> SourcePlace? {
    guard var place else { return nil }
    let bytes = source.utf8
    guard let first = bytes.index(bytes.startIndex, offsetBy: start, limitedBy: bytes.endIndex),
      let last = bytes.index(bytes.startIndex, offsetBy: max(end, start), limitedBy: bytes.endIndex)
    else { return place }
    let before = source[..<first]
    place.length = 1
    guard !before.utf8.contains(0x0A) else { return place }
    place.column += before.unicodeScalars.count
    let inside = source[first..<last].unicodeScalars
    place.length = max(1, inside.prefix { $0 != "\n" }.count)
    return place
  }

  /// The source on one line, cut where it is too long for a message.
  package var shortSource: String {
    let start = source.prefix(400)
    let line = start.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return line.count <= 60 ? line : line.prefix(57) + "..."
  }
}
