import RunbookModel

enum ExpressionToken: Equatable {
  case end
  case identifier(String)
  /// A name in backquotes; only after a dot.
  case quotedName(String)
  case int(UInt64)
  case double(Double)
  case string(String)
  case symbol(ExpressionSymbol)
}

enum ExpressionSymbol: String {
  case openParenthesis = "("
  case closeParenthesis = ")"
  case openBracket = "["
  case closeBracket = "]"
  case openBrace = "{"
  case closeBrace = "}"
  case dot = "."
  case comma = ","
  case colon = ":"
  case question = "?"
  case not = "!"
  case minus = "-"
  case plus = "+"
  case star = "*"
  case slash = "/"
  case percent = "%"
  case less = "<"
  case greater = ">"
  case equal = "=="
  case notEqual = "!="
  case lessOrEqual = "<="
  case greaterOrEqual = ">="
  case and = "&&"
  case or = "||"
}

/// A problem in the source, by its bytes.
struct SyntaxProblem: Error {
  var code = ExpressionCode.syntax
  var message: String
  var start: Int
  var end: Int
  var help: String?
}

/// Cuts the source into tokens, one at a time.
struct ExpressionLexer {
  let bytes: [UInt8]
  var place = 0

  init(_ source: String) { bytes = Array(source.utf8) }

  func byte(_ ahead: Int = 0) -> UInt8 {
    place + ahead < bytes.count ? bytes[place + ahead] : 0
  }

  func problem(_ message: String, from start: Int, help: String? = nil) -> SyntaxProblem {
    SyntaxProblem(message: message, start: start, end: max(place, start + 1), help: help)
  }

  mutating func next() throws(SyntaxProblem) -> (token: ExpressionToken, start: Int) {
    skipSpace()
    let start = place
    guard place < bytes.count else { return (.end, start) }
    switch bytes[place] {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "_"):
      return (try readWord(), start)
    case UInt8(ascii: "0")...UInt8(ascii: "9"): return (try readNumber(), start)
    case UInt8(ascii: ".") where isDigit(byte(1)): return (try readNumber(), start)
    case UInt8(ascii: "'"), UInt8(ascii: "\""):
      return (.string(try readString(isRaw: false)), start)
    case UInt8(ascii: "`"): return (try readQuotedName(), start)
    default: return (try readSymbol(), start)
    }
  }

  private mutating func skipSpace() {
    while place < bytes.count {
      switch bytes[place] {
      case 0x20, 0x09, 0x0A, 0x0C, 0x0D: place += 1
      case UInt8(ascii: "/") where byte(1) == UInt8(ascii: "/"):
        while place < bytes.count, bytes[place] != 0x0A { place += 1 }
      default: return
      }
    }
  }

  private mutating func readWord() throws(SyntaxProblem) -> ExpressionToken {
    let start = place
    while isWord(byte()) { place += 1 }
    let word = String(decoding: bytes[start..<place], as: UTF8.self)
    if byte() == UInt8(ascii: "'") || byte() == UInt8(ascii: "\"") {
      switch word {
      case "r", "R": return .string(try readString(isRaw: true))
      case "b", "B", "br", "bR", "Br", "BR", "rb", "rB", "Rb", "RB":
        throw problem("bytes are not available here", from: start, help: "write a string")
      default: break
      }
    }
    return .identifier(word)
  }

  private mutating func readNumber() throws(SyntaxProblem) -> ExpressionToken {
    let start = place
    if byte() == UInt8(ascii: "0"), byte(1) | 0x20 == UInt8(ascii: "x") {
      place += 2
      while isWord(byte()) { place += 1 }
      let digits = String(decoding: bytes[start + 2..<place], as: UTF8.self)
      guard let number = UInt64(digits, radix: 16) else {
        throw problem("this is no hexadecimal number of at most 64 bits", from: start)
      }
      return .int(number)
    }
    var isDouble = false
    while isDigit(byte()) { place += 1 }
    if byte() == UInt8(ascii: "."), isDigit(byte(1)) {
      isDouble = true
      place += 1
      while isDigit(byte()) { place += 1 }
    }
    if byte() | 0x20 == UInt8(ascii: "e") {
      let signed = byte(1) == UInt8(ascii: "+") || byte(1) == UInt8(ascii: "-")
      if isDigit(byte(signed ? 2 : 1)) {
        isDouble = true
        place += signed ? 2 : 1
        while isDigit(byte()) { place += 1 }
      }
    }
    let text = String(decoding: bytes[start..<place], as: UTF8.self)
    if isWord(byte()) { throw wordAfterNumber(text, from: start) }
    if isDouble, let number = Double(text) { return .double(number) }
    guard let number = UInt64(text) else {
      throw problem("\(text) does not fit into 64 bits", from: start)
    }
    return .int(number)
  }

  private mutating func wordAfterNumber(_ number: String, from start: Int) -> SyntaxProblem {
    let unitStart = place
    while isWord(byte()) { place += 1 }
    let unit = String(decoding: bytes[unitStart..<place], as: UTF8.self)
    if unit == "u" || unit == "U" {
      return problem(
        "unsigned integers are not available here", from: start, help: "write \(number)")
    }
    let isDuration = Duration(text: number + unit) != nil
    return problem(
      "\(number)\(unit) is no number", from: start,
      help: isDuration ? "write duration('\(number)\(unit)')" : nil)
  }

  private mutating func readQuotedName() throws(SyntaxProblem) -> ExpressionToken {
    let start = place
    place += 1
    while place < bytes.count, byte() != UInt8(ascii: "`"), byte() != 0x0A { place += 1 }
    guard byte() == UInt8(ascii: "`") else {
      throw problem("the closing '`' is missing", from: start)
    }
    let name = String(decoding: bytes[start + 1..<place], as: UTF8.self)
    place += 1
    return .quotedName(name)
  }

  private mutating func readSymbol() throws(SyntaxProblem) -> ExpressionToken {
    let start = place
    let first = bytes[place]
    let isDoubled = byte(1) == first
    let isEqualNext = byte(1) == UInt8(ascii: "=")
    place += 1
    switch first {
    case UInt8(ascii: "("): return .symbol(.openParenthesis)
    case UInt8(ascii: ")"): return .symbol(.closeParenthesis)
    case UInt8(ascii: "["): return .symbol(.openBracket)
    case UInt8(ascii: "]"): return .symbol(.closeBracket)
    case UInt8(ascii: "{"): return .symbol(.openBrace)
    case UInt8(ascii: "}"): return .symbol(.closeBrace)
    case UInt8(ascii: "."): return .symbol(.dot)
    case UInt8(ascii: ","): return .symbol(.comma)
    case UInt8(ascii: ":"): return .symbol(.colon)
    case UInt8(ascii: "?"): return .symbol(.question)
    case UInt8(ascii: "-"): return .symbol(.minus)
    case UInt8(ascii: "+"): return .symbol(.plus)
    case UInt8(ascii: "*"): return .symbol(.star)
    case UInt8(ascii: "/"): return .symbol(.slash)
    case UInt8(ascii: "%"): return .symbol(.percent)
    case UInt8(ascii: "=") where isDoubled: return pair(.equal)
    case UInt8(ascii: "&") where isDoubled: return pair(.and)
    case UInt8(ascii: "|") where isDoubled: return pair(.or)
    case UInt8(ascii: "!"): return isEqualNext ? pair(.notEqual) : .symbol(.not)
    case UInt8(ascii: "<"): return isEqualNext ? pair(.lessOrEqual) : .symbol(.less)
    case UInt8(ascii: ">"): return isEqualNext ? pair(.greaterOrEqual) : .symbol(.greater)
    case UInt8(ascii: "="):
      throw problem("'=' is no operator", from: start, help: "to compare, write '=='")
    case UInt8(ascii: "&"):
      throw problem("'&' is no operator", from: start, help: "for 'and', write '&&'")
    case UInt8(ascii: "|"):
      throw problem("'|' is no operator", from: start, help: "for 'or', write '||'")
    case UInt8(ascii: "$"):
      throw problem(
        "'$' has no meaning inside an expression", from: start,
        help: "write the name alone, for example params.incident")
    default: throw unknownCharacter(from: start)
    }
  }

  private mutating func pair(_ symbol: ExpressionSymbol) -> ExpressionToken {
    place += 1
    return .symbol(symbol)
  }

  /// A character that is not ASCII is taken whole, so that the message shows it.
  private mutating func unknownCharacter(from start: Int) -> SyntaxProblem {
    while place < bytes.count, bytes[place] & 0xC0 == 0x80 { place += 1 }
    let character = String(decoding: bytes[start..<place], as: UTF8.self)
    if ["“", "”", "‘", "’"].contains(character) {
      return problem(
        "\(character) is not a quote that is understood", from: start, help: "write '")
    }
    return problem("'\(character)' has no meaning here", from: start)
  }
}

func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

func isWord(_ byte: UInt8) -> Bool {
  isDigit(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 95
}
