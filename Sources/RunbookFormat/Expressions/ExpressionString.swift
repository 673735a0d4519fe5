/// String literals: `'…'`, `"…"`, three quotes for several lines, `r` before them for no escapes.
extension ExpressionLexer {
  mutating func readString(isRaw: Bool) throws(SyntaxProblem) -> String {
    let start = place
    let quote = byte()
    let isLong = byte(1) == quote && byte(2) == quote
    place += isLong ? 3 : 1
    var text = [UInt8]()
    while true {
      guard place < bytes.count else {
        throw problem("the string does not end", from: start, help: "close it with a quote")
      }
      let next = bytes[place]
      if next == quote, !isLong || (byte(1) == quote && byte(2) == quote) {
        place += isLong ? 3 : 1
        return String(decoding: text, as: UTF8.self)
      }
      if (next == 0x0A || next == 0x0D) && !isLong {
        throw problem(
          "the string does not end on its line", from: start, help: "close it with a quote")
      }
      place += 1
      if next == UInt8(ascii: "\\"), !isRaw {
        try readEscape(into: &text)
      } else {
        text.append(next)
      }
    }
  }

  private mutating func readEscape(into text: inout [UInt8]) throws(SyntaxProblem) {
    let start = place - 1
    let letter = byte()
    place = min(place + 1, bytes.count)
    switch letter {
    case UInt8(ascii: "a"): text.append(0x07)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "v"): text.append(0x0B)
    case UInt8(ascii: "\\"), UInt8(ascii: "?"), UInt8(ascii: "\""), UInt8(ascii: "'"),
      UInt8(ascii: "`"):
      text.append(letter)
    case UInt8(ascii: "x"), UInt8(ascii: "X"):
      try readCode(digits: 2, radix: 16, from: start, into: &text)
    case UInt8(ascii: "u"): try readCode(digits: 4, radix: 16, from: start, into: &text)
    case UInt8(ascii: "U"): try readCode(digits: 8, radix: 16, from: start, into: &text)
    case UInt8(ascii: "0")...UInt8(ascii: "3"):
      place -= 1
      try readCode(digits: 3, radix: 8, from: start, into: &text)
    default:
      throw problem(
        "this escape does not exist", from: start,
        help: #"write \\ for one backslash, or r'...' for a string without escapes"#)
    }
  }

  private mutating func readCode(
    digits: Int, radix: Int, from start: Int, into text: inout [UInt8]
  ) throws(SyntaxProblem) {
    let end = place + digits
    guard end <= bytes.count, bytes[place..<end].allSatisfy(isWord),
      let code = UInt32(String(decoding: bytes[place..<end], as: UTF8.self), radix: radix),
      let scalar = Unicode.Scalar(code)
    else {
      throw problem(
        "this escape needs \(digits) \(radix == 8 ? "octal" : "hexadecimal") digits that name a"
          + " character", from: start)
    }
    place = end
    text += String(Character(scalar)).utf8
  }
}
