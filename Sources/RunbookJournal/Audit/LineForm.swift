/// Reads the fixed front of a record's line without a JSON parser; any other form is none.
///
/// Written apart from what writes the lines, so that a mistake there does not hide itself here.
struct LineForm {
  struct Front: Equatable {
    var seq: Int
    var prev: RecordHash
  }

  private let digits: [UInt8]

  init() {
    var table = [UInt8](repeating: 255, count: 256)
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    for (value, character) in alphabet.utf8.enumerated() { table[Int(character)] = UInt8(value) }
    digits = table
  }

  /// Nil unless the line is `{"seq":…,"at":"…","mono_ns":…,"prev":"…","event":…]}` byte for byte.
  func front(of line: UnsafeRawBufferPointer) -> Front? {
    var cursor = Cursor(line)
    guard cursor.take("{\"seq\":"), let seq = cursor.count(), cursor.take(",\"at\":\""),
      cursor.takeTime(), cursor.take("\",\"mono_ns\":"), cursor.takeInteger(),
      cursor.take(",\"prev\":\""), let prev = hash(&cursor), cursor.take("\",\"event\":"),
      cursor.endsWith("]}")
    else { return nil }
    return Front(seq: seq, prev: prev)
  }

  /// 32 bytes in base64: 43 digits, the last of them with two spare bits that must be zero, and one
  /// `=`.
  private func hash(_ cursor: inout Cursor) -> RecordHash? {
    guard let text = cursor.bytes(44), text[43] == UInt8(ascii: "=") else { return nil }
    return withUnsafeTemporaryAllocation(byteCount: 33, alignment: 8) { target in
      digits.withUnsafeBufferPointer { digits in
        var bad: UInt8 = 0
        var place = 0
        for group in stride(from: 0, to: 44, by: 4) {
          let a = digits[Int(text[group])]
          let b = digits[Int(text[group + 1])]
          let c = digits[Int(text[group + 2])]
          let d = group == 40 ? 0 : digits[Int(text[group + 3])]
          bad |= a | b | c | d
          target[place] = a << 2 | b >> 4
          target[place + 1] = b << 4 | c >> 2
          target[place + 2] = c << 6 | d
          place += 3
        }
        guard bad < 64, target[32] == 0, let base = target.baseAddress else { return nil }
        return RecordHash(loading: UnsafeRawPointer(base))
      }
    }
  }
}

/// Walks over one line; every step either takes exactly what it asks for or nothing.
private struct Cursor {
  private let line: UnsafeRawBufferPointer
  private var place = 0

  init(_ line: UnsafeRawBufferPointer) { self.line = line }

  mutating func take(_ text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard place + count <= line.count else { return false }
    for index in 0..<count where line[place + index] != text.utf8Start[index] { return false }
    place += count
    return true
  }

  mutating func bytes(_ count: Int) -> UnsafeRawBufferPointer? {
    guard place + count <= line.count else { return nil }
    defer { place += count }
    return UnsafeRawBufferPointer(rebasing: line[place..<place + count])
  }

  /// Decimal digits without a needless zero in front, at most eighteen.
  mutating func count() -> Int? {
    let start = place
    var number = 0
    while place < line.count, line[place] &- 48 < 10 {
      number = number &* 10 &+ Int(line[place] &- 48)
      place += 1
      if place - start > 18 { return nil }
    }
    guard place > start, line[start] != 48 || place - start == 1 else { return nil }
    return number
  }

  mutating func takeInteger() -> Bool {
    let isNegative = place < line.count && line[place] == UInt8(ascii: "-")
    if isNegative { place += 1 }
    let start = place
    while place < line.count, line[place] &- 48 < 10 { place += 1 }
    guard place > start, place - start <= 19 else { return false }
    return line[start] != 48 || (place - start == 1 && !isNegative)
  }

  /// `dddd-dd-ddTdd:dd:dd.dddddddddZ`.
  mutating func takeTime() -> Bool {
    guard let text = bytes(30) else { return false }
    for index in 0..<30 {
      let isRight =
        switch index {
        case 4, 7: text[index] == UInt8(ascii: "-")
        case 10: text[index] == UInt8(ascii: "T")
        case 13, 16: text[index] == UInt8(ascii: ":")
        case 19: text[index] == UInt8(ascii: ".")
        case 29: text[index] == UInt8(ascii: "Z")
        default: text[index] &- 48 < 10
        }
      guard isRight else { return false }
    }
    return true
  }

  /// The rest must be there and end so.
  func endsWith(_ text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard line.count - place > count else { return false }
    for index in 0..<count where line[line.count - count + index] != text.utf8Start[index] {
      return false
    }
    return true
  }
}
