/// Base64 of RFC 4648 with padding, in the one form that each sequence of bytes has.
package enum Base64 {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  package static func encode(_ bytes: [UInt8]) -> [UInt8] {
    var text = [UInt8]()
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    bytes.withUnsafeBytes { append($0, to: &text) }
    return text
  }

  package static func append(_ bytes: UnsafeRawBufferPointer, to text: inout [UInt8]) {
    alphabet.withUnsafeBufferPointer { alphabet in
      var place = 0
      while place + 2 < bytes.count {
        let group =
          UInt32(bytes[place]) << 16 | UInt32(bytes[place + 1]) << 8
          | UInt32(bytes[place + 2])
        text.append(alphabet[Int(group >> 18)])
        text.append(alphabet[Int(group >> 12 & 63)])
        text.append(alphabet[Int(group >> 6 & 63)])
        text.append(alphabet[Int(group & 63)])
        place += 3
      }
      let rest = bytes.count - place
      guard rest > 0 else { return }
      let group = UInt32(bytes[place]) << 16 | (rest == 2 ? UInt32(bytes[place + 1]) << 8 : 0)
      text.append(alphabet[Int(group >> 18)])
      text.append(alphabet[Int(group >> 12 & 63)])
      text.append(rest == 2 ? alphabet[Int(group >> 6 & 63)] : UInt8(ascii: "="))
      text.append(UInt8(ascii: "="))
    }
  }

  /// Nil for anything but the form that `encode` writes: no spaces, right padding, no spare bits.
  package static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
    let text = Array(text)
    guard text.count % 4 == 0 else { return nil }
    var bytes = [UInt8]()
    bytes.reserveCapacity(text.count / 4 * 3)
    for start in stride(from: 0, to: text.count, by: 4) {
      let isLast = start + 4 == text.count
      let pads = isLast ? text[start...].reversed().prefix { $0 == UInt8(ascii: "=") }.count : 0
      guard pads <= 2 else { return nil }
      var group: UInt32 = 0
      for place in start..<start + 4 - pads {
        guard let digit = digit(text[place]) else { return nil }
        group = group << 6 | digit
      }
      group <<= 6 * UInt32(pads)
      let triple = [UInt8(group >> 16 & 255), UInt8(group >> 8 & 255), UInt8(group & 255)]
      guard triple[(3 - pads)...].allSatisfy({ $0 == 0 }) else { return nil }
      bytes += triple[..<(3 - pads)]
    }
    return bytes
  }

  private static func digit(_ character: UInt8) -> UInt32? {
    switch character {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character) - 65
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character) - 97 + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character) - 48 + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
