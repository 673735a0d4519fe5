/// How many columns of a terminal a character takes: two for those of East Asian scripts and for emoji, none for marks.
enum DisplayWidth {
  static func of(_ text: some StringProtocol) -> Int { text.reduce(0) { $0 + of($1) } }

  static func of(_ character: Character) -> Int {
    var width = 0
    for scalar in character.unicodeScalars {
      // Asks for the coloured form, which is wide.
      if scalar.value == 0xFE0F { return 2 }
      width = max(width, of(scalar))
    }
    return width
  }

  private static func of(_ scalar: Unicode.Scalar) -> Int {
    if scalar.isASCII { return scalar.value < 0x20 || scalar.value == 0x7F ? 0 : 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: return 0
    default: return wide.contains { $0.contains(scalar.value) } ? 2 : 1
    }
  }

  /// Wide and fullwidth, after Unicode's EastAsianWidth, in ranges that take in what is not assigned.
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x231A...0x231B, 0x23E9...0x23EC, 0x2614...0x2615, 0x26A1...0x26A1,
    0x2705...0x2705, 0x274C...0x274C, 0x2753...0x2755, 0x2757...0x2757, 0x2E80...0x303E,
    0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF, 0xA960...0xA97F,
    0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
    0x16FE0...0x18AFF, 0x1B000...0x1B2FF, 0x1F300...0x1F64F, 0x1F680...0x1F6FF,
    0x1F900...0x1F9FF, 0x1FA70...0x1FAFF, 0x20000...0x3FFFD,
  ]
}

extension StringProtocol {
  /// One line for a terminal: what steers it (escapes, line ends) becomes a space, so that what a server wrote cannot.
  var plainLine: String {
    String(
      map { character in
        character.unicodeScalars.allSatisfy {
          $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) && $0.value != 0x2028
            && $0.value != 0x2029
        } ? character : " "
      })
  }

  /// At most so many columns; what was cut is marked by `…`.
  func fitted(to width: Int) -> String {
    // Every character is at least a byte long, and at most a column wide for each: most lines end here.
    if utf8.count <= width { return String(self) }
    if DisplayWidth.of(self) <= width { return String(self) }
    var text = ""
    var left = Swift.max(0, width - 1)
    for character in self {
      let columns = DisplayWidth.of(character)
      guard columns <= left else { break }
      text.append(character)
      left -= columns
    }
    return width > 0 ? text + "…" : ""
  }
}
