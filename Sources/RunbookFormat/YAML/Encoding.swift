internal import RunbookModel

/// The first thing in a file that is not text which YAML allows.
struct EncodingProblem {
  var byte: Int
  var message: String
  var help: String
}

/// Looks at every byte once before libyaml does: UTF-8 without forbidden characters.
///
/// libyaml reads ahead, so its own complaint about a bad byte would hide the problems that stand before it.
enum Encoding {
  static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  static func firstProblem(in bytes: UnsafeBufferPointer<UInt8>) -> EncodingProblem? {
    if let problem = otherEncoding(bytes) { return problem }
    var index = bytes.starts(with: byteOrderMark) ? 3 : 0
    while index < bytes.count {
      let byte = bytes[index]
      if byte >= 0x20, byte < 0x7F {
        index += 1
        continue
      }
      if byte < 0x80 {
        guard byte == 0x09 || byte == 0x0A || byte == 0x0D else {
          return control(UInt32(byte), index)
        }
        index += 1
        continue
      }
      guard let (scalar, width) = decode(bytes, at: index) else {
        return EncodingProblem(
          byte: index,
          message: "byte 0x\(String(byte, radix: 16)) is not valid UTF-8 here",
          help: "save the file as UTF-8")
      }
      if !isAllowed(scalar) { return control(scalar, index) }
      index += width
    }
    return nil
  }

  private static func otherEncoding(_ bytes: UnsafeBufferPointer<UInt8>) -> EncodingProblem? {
    guard bytes.count >= 2 else { return nil }
    let isWide =
      bytes[0] == 0xFF && bytes[1] == 0xFE || bytes[0] == 0xFE && bytes[1] == 0xFF
      || bytes[0] == 0 || bytes[1] == 0
    return isWide
      ? EncodingProblem(
        byte: 0, message: "the file is written in UTF-16 or UTF-32, or is not text at all",
        help: "save the file as UTF-8") : nil
  }

  private static func control(_ scalar: UInt32, _ index: Int) -> EncodingProblem {
    let digits = String(scalar, radix: 16, uppercase: true)
    let code = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    return EncodingProblem(
      byte: index, message: "the character U+\(code) is not allowed in YAML",
      help: "delete it, or write it as an escape in double quotes")
  }

  private static func isAllowed(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x85: true
    case 0x80..<0xA0, 0xFEFF, 0xFFFE, 0xFFFF: false
    default: true
    }
  }

  /// One character of two to four bytes; nil when the bytes are not one (overlong forms and surrogates included).
  private static func decode(
    _ bytes: UnsafeBufferPointer<UInt8>, at index: Int
  ) -> (scalar: UInt32, width: Int)? {
    let lead = bytes[index]
    let width: Int
    var scalar: UInt32
    switch lead {
    case 0xC2...0xDF: (width, scalar) = (2, UInt32(lead & 0x1F))
    case 0xE0...0xEF: (width, scalar) = (3, UInt32(lead & 0x0F))
    case 0xF0...0xF4: (width, scalar) = (4, UInt32(lead & 0x07))
    default: return nil
    }
    guard index + width <= bytes.count else { return nil }
    for offset in 1..<width {
      guard bytes[index + offset] & 0xC0 == 0x80 else { return nil }
      scalar = scalar << 6 | UInt32(bytes[index + offset] & 0x3F)
    }
    let least: UInt32 = width == 2 ? 0x80 : width == 3 ? 0x800 : 0x10000
    guard scalar >= least, scalar <= 0x10FFFF, !(0xD800...0xDFFF).contains(scalar) else {
      return nil
    }
    return (scalar, width)
  }
}
