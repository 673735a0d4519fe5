internal import RunbookModel

/// What a plain scalar means under YAML 1.2's core schema: `no`, `on` and `yes` are strings, `010` is ten.
enum CoreSchema {
  enum Scalar {
    case null
    case bool(Bool)
    case int(Int64)
    /// A whole number that 64 bits cannot hold.
    case hugeInt
    case double(Double)
    case string
  }

  static func resolve(_ text: UnsafeBufferPointer<UInt8>) -> Scalar {
    guard let first = text.first else { return .null }
    switch first {
    case UInt8(ascii: "~"): return text.count == 1 ? .null : .string
    case UInt8(ascii: "n"), UInt8(ascii: "N"):
      return isWord(text, "null") ? .null : .string
    case UInt8(ascii: "t"), UInt8(ascii: "T"):
      return isWord(text, "true") ? .bool(true) : .string
    case UInt8(ascii: "f"), UInt8(ascii: "F"):
      return isWord(text, "false") ? .bool(false) : .string
    case 0x30...0x39, UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
      return number(text)
    default: return .string
    }
  }

  /// `word`, `Word` or `WORD`, and no other mix.
  private static func isWord(_ text: UnsafeBufferPointer<UInt8>, _ word: String) -> Bool {
    guard text.count == word.utf8.count else { return false }
    let matches = zip(text, word.utf8).allSatisfy { $0 | 0x20 == $1 }
    guard matches else { return false }
    let tail = text.dropFirst()
    let isLower = tail.allSatisfy { $0 & 0x20 != 0 }
    let isUpper = text.allSatisfy { $0 & 0x20 == 0 }
    return isLower || isUpper
  }

  private static func number(_ text: UnsafeBufferPointer<UInt8>) -> Scalar {
    if text.count > 2, text[0] == 0x30, text[1] == UInt8(ascii: "x") || text[1] == UInt8(ascii: "o")
    {
      return radix(text, text[1] == UInt8(ascii: "x") ? 16 : 8)
    }
    let signed = text[0] == UInt8(ascii: "+") || text[0] == UInt8(ascii: "-")
    let body = UnsafeBufferPointer(rebasing: text.dropFirst(signed ? 1 : 0))
    guard !body.isEmpty else { return .string }
    if body.allSatisfy({ (0x30...0x39).contains($0) }) {
      return integer(body, isNegative: text[0] == UInt8(ascii: "-"))
    }
    if body[0] == UInt8(ascii: "."), let special = special(body, of: text) { return special }
    guard isFloat(body), let number = Double(String(decoding: text, as: UTF8.self)) else {
      return .string
    }
    return .double(number)
  }

  private static func integer(_ digits: UnsafeBufferPointer<UInt8>, isNegative: Bool) -> Scalar {
    var number: Int64 = 0
    for digit in digits {
      let (product, overflow) = number.multipliedReportingOverflow(by: 10)
      let step = Int64(digit - 0x30)
      let (sum, overflowed) = product.addingReportingOverflow(isNegative ? -step : step)
      if overflow || overflowed { return .hugeInt }
      number = sum
    }
    return .int(number)
  }

  private static func radix(_ text: UnsafeBufferPointer<UInt8>, _ radix: Int64) -> Scalar {
    var number: Int64 = 0
    for byte in text.dropFirst(2) {
      let digit: Int64
      switch byte {
      case 0x30...0x39: digit = Int64(byte - 0x30)
      case 0x41...0x46: digit = Int64(byte - 0x41 + 10)
      case 0x61...0x66: digit = Int64(byte - 0x61 + 10)
      default: return .string
      }
      guard digit < radix else { return .string }
      let (product, overflow) = number.multipliedReportingOverflow(by: radix)
      let (sum, overflowed) = product.addingReportingOverflow(digit)
      if overflow || overflowed { return .hugeInt }
      number = sum
    }
    return .int(number)
  }

  private static func special(
    _ body: UnsafeBufferPointer<UInt8>, of text: UnsafeBufferPointer<UInt8>
  ) -> Scalar? {
    switch String(decoding: body, as: UTF8.self) {
    case ".inf", ".Inf", ".INF":
      return .double(text[0] == UInt8(ascii: "-") ? -Double.infinity : Double.infinity)
    case ".nan", ".NaN", ".NAN": return body.count == text.count ? .double(.nan) : .string
    default: return nil
    }
  }

  /// `[.digits | digits[.digits]] [e[sign]digits]`, with a digit somewhere before the exponent.
  private static func isFloat(_ body: UnsafeBufferPointer<UInt8>) -> Bool {
    var index = 0
    func digits() -> Int {
      let start = index
      while index < body.count, (0x30...0x39).contains(body[index]) { index += 1 }
      return index - start
    }
    var mantissa = digits()
    if index < body.count, body[index] == UInt8(ascii: ".") {
      index += 1
      mantissa += digits()
    }
    guard mantissa > 0 else { return false }
    guard index < body.count else { return true }
    guard body[index] | 0x20 == UInt8(ascii: "e") else { return false }
    index += 1
    if index < body.count, body[index] == UInt8(ascii: "+") || body[index] == UInt8(ascii: "-") {
      index += 1
    }
    return digits() > 0 && index == body.count
  }
}
