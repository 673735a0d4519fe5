/// Markdown under construction: text from outside cannot break out of its place.
struct Markdown {
  private(set) var lines: [String] = []

  /// Longest text in a table's cell; the whole text stands in the step's own section and in the JSON.
  static let cellLimit = 120
  /// Lines of an output that are shown: its end, where the error is.
  static let outputLines = 30
  static let outputBytes = 4000

  var text: String { lines.joined(separator: "\n") + "\n" }

  mutating func line(_ text: String) { lines.append(text) }

  mutating func blank() {
    if lines.last?.isEmpty == false { lines.append("") }
  }

  mutating func heading(_ level: Int, _ text: String) {
    blank()
    lines.append(String(repeating: "#", count: level) + " " + text)
    blank()
  }

  mutating func paragraph(_ text: String) {
    blank()
    lines.append(text)
    blank()
  }

  mutating func bullets(_ items: [String]) {
    blank()
    lines += items.map { "- " + $0 }
    blank()
  }

  /// Columns are padded so that the source can be read as it is. Cells are Markdown already.
  mutating func table(_ titles: [String], _ rows: [[String]]) {
    blank()
    var widths = titles.map { max(3, Self.width($0)) }
    for row in rows {
      for (column, cell) in row.enumerated() {
        widths[column] = max(widths[column], Self.width(cell))
      }
    }
    lines.append(Self.row(titles, widths))
    lines.append(Self.rule(widths))
    lines.reserveCapacity(lines.count + rows.count + 1)
    for row in rows { lines.append(Self.row(row, widths)) }
    blank()
  }

  /// Written into its place at once: a report holds such lines by the thousand.
  private static func row(_ cells: [String], _ widths: [Int]) -> String {
    var count = 1
    for (cell, width) in zip(cells, widths) {
      count += cell.utf8.count + max(0, width - Self.width(cell)) + 3
    }
    return String(unsafeUninitializedCapacity: count) { line in
      var end = 0
      func put(_ byte: UInt8) {
        line[end] = byte
        end += 1
      }
      for (cell, width) in zip(cells, widths) {
        put(UInt8(ascii: "|"))
        put(UInt8(ascii: " "))
        var cell = cell
        cell.withUTF8 { end = line[end...].update(fromContentsOf: $0) }
        for _ in 0..<max(0, width - Self.width(cell)) + 1 { put(UInt8(ascii: " ")) }
      }
      put(UInt8(ascii: "|"))
      return end
    }
  }

  /// The line between a table's head and its rows.
  private static func rule(_ widths: [Int]) -> String {
    let count = widths.reduce(1) { $0 + $1 + 3 }
    return String(unsafeUninitializedCapacity: count) { line in
      line.initialize(repeating: UInt8(ascii: "-"))
      var place = 0
      line[place] = UInt8(ascii: "|")
      for width in widths {
        place += width + 3
        line[place] = UInt8(ascii: "|")
      }
      return count
    }
  }

  /// The end of an output, fenced, with a notice of what is not shown.
  mutating func output(_ text: String, dropped: Int, _ words: Words) {
    var kept = text.split(separator: "\n", omittingEmptySubsequences: false).map {
      Self.visible(String($0))
    }
    while kept.last?.isEmpty == true { kept.removeLast() }
    let count = kept.count
    kept = Array(kept.suffix(Self.outputLines))
    var bytes = kept.reduce(0) { $0 + $1.utf8.count + 1 }
    while bytes > Self.outputBytes, kept.count > 1 { bytes -= kept.removeFirst().utf8.count + 1 }
    if let only = kept.first, kept.count == 1, only.utf8.count > Self.outputBytes {
      kept = [String(only.utf8Prefix(Self.outputBytes)) + " …"]
    }
    var notices: [String] = []
    if kept.count < count { notices.append(words.lastLines(kept.count, count)) }
    if dropped > 0 { notices.append(words.dropped(dropped)) }
    paragraph(words.output(notices) + words.colonAtEnd)
    let fence = Self.fence(around: kept)
    lines.append(fence + "text")
    lines += kept
    lines.append(fence)
    blank()
  }

  private static func fence(around lines: [String]) -> String {
    let longest = lines.map { $0.prefix { $0 == "`" || $0 == " " }.count { $0 == "`" } }.max() ?? 0
    return String(repeating: "`", count: max(3, longest + 1))
  }
}

extension Markdown {
  /// Text from outside, on one line and with nothing in it that Markdown, a terminal or a browser would act on.
  static func plain(_ text: String, limit: Int = .max) -> String {
    if text.utf8.count <= limit, text.hasOnly({ isHarmless($0) }) { return text }
    var escaped = ""
    for character in cut(visible(text), to: limit) {
      switch character {
      case "\\", "`", "*", "<", "|", "[", "]", "&": escaped.append("\\")
      default: break
      }
      escaped.append(character)
    }
    return escaped
  }

  /// Printable ASCII that needs no escape: nearly all of what reports are made of.
  private static func isHarmless(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "\\"), UInt8(ascii: "`"), UInt8(ascii: "*"), UInt8(ascii: "<"),
      UInt8(ascii: "|"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "&"):
      false
    default: byte >= 0x20 && byte < 0x7F
    }
  }

  static func cell(_ text: String) -> String { plain(text, limit: cellLimit) }

  /// A name as code, whatever it holds.
  static func code(_ text: String) -> String {
    let shown = visible(text)
    if shown.utf8.contains(UInt8(ascii: "`")) { return plain(text) }
    guard shown.utf8.contains(UInt8(ascii: "|")) else { return "`\(shown)`" }
    return "`\(shown.replacing("|", with: "\\|"))`"
  }

  private static func cut(_ text: String, to limit: Int) -> String {
    guard text.count > limit else { return text }
    return String(text.prefix(limit - 1)) + "…"
  }

  /// Line breaks become spaces; control characters and marks that turn the direction of writing become `�`.
  static func visible(_ text: String) -> String {
    if text.hasOnly({ $0 >= 0x20 && $0 < 0x7F }) { return text }
    var scalars = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x09, 0x0A, 0x0D, 0x2028, 0x2029: scalars.append(" ")
      case 0..<0x20, 0x7F..<0xA0, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069:
        scalars.append("\u{FFFD}")
      default: scalars.append(scalar)
      }
    }
    return String(scalars)
  }

  /// Columns on a screen: wide East Asian characters take two.
  static func width(_ text: String) -> Int {
    if text.hasOnly({ $0 < 0x80 }) { return text.utf8.count }
    var width = 0
    for character in text {
      let first = character.unicodeScalars.first?.value ?? 0
      switch first {
      case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
        0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
        width += 2
      default: width += 1
      }
    }
    return width
  }
}

extension String {
  /// Looked at in one piece, where it lies in one.
  fileprivate func hasOnly(_ isGood: (UInt8) -> Bool) -> Bool {
    utf8.withContiguousStorageIfAvailable { $0.allSatisfy(isGood) } ?? utf8.allSatisfy(isGood)
  }
}
