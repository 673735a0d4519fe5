/// The clock in figures that can be read from across the room.
enum BigDigits {
  static func lines(_ text: String, style: Console.Style) -> [ScreenLine] {
    (0..<5).map { row in
      ScreenLine("  ").adding(
        text.map { shapes[$0].map { String($0[row]) } ?? "" }.joined(separator: " "), style)
    }
  }

  private static let shapes: [Character: [String]] = [
    "0": ["█████", "█   █", "█   █", "█   █", "█████"],
    "1": ["   █ ", "   █ ", "   █ ", "   █ ", "   █ "],
    "2": ["█████", "    █", "█████", "█    ", "█████"],
    "3": ["█████", "    █", " ████", "    █", "█████"],
    "4": ["█   █", "█   █", "█████", "    █", "    █"],
    "5": ["█████", "█    ", "█████", "    █", "█████"],
    "6": ["█████", "█    ", "█████", "█   █", "█████"],
    "7": ["█████", "    █", "    █", "    █", "    █"],
    "8": ["█████", "█   █", "█████", "█   █", "█████"],
    "9": ["█████", "█   █", "█████", "    █", "█████"],
    "-": ["     ", "     ", "█████", "     ", "     "],
    ":": ["   ", " █ ", "   ", " █ ", "   "],
  ]
}
