/// Reads the fixed front of a record's line without a JSON parser; any other form is none.
///
/// Written apart from what writes the lines, so that a mistake there does not hide itself here.
struct LineForm {
  struct Front: Equatable {
    var seq: Int
    var prev: RecordHash
  }

  private let digits: [UInt8]
  private let seq = Shape("{\"seq\":#")
  private let time = Shape(",\"at\":\"####-##-##T##:##:##.#########Z\",\"mono_ns\":")
  private let prev = Shape(",\"prev\":\"")
  private let event = Shape("\",\"event\":")

  init() {
    var table = [UInt8](repeating: 255, count: 256)
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    for (value, character) in alphabet.utf8.enumerated() { table[Int(character)] = UInt8(value) }
    digits = table
  }

  /// Nil unless the line is `{"seq":…,"at":"…","mono_ns":…,"prev":"…","event":…]}` byte for byte.
  func front(of line: UnsafeRawBufferPointer) -> Front? {
    var cursor = Cursor(line)
    guard cursor.take(seq, but: 1), let seq = cursor.count(), cursor.take(time),
      cursor.takeInteger(), cursor.take(prev), let prev = hash(&cursor), cursor.take(event),
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

/// A text in which `#` stands for any decimal digit, compared eight bytes at a time.
private struct Shape {
  let count: Int
  private var words: [Word] = []

  private struct Word {
    var place: Int
    /// A digit is compared with 0.
    var expected: UInt64
    /// For each byte, what lifts the highest difference that is still right to 127.
    var slack: UInt64
  }

  private static let high: UInt64 = 0x8080_8080_8080_8080

  /// At least eight bytes of ASCII.
  init(_ text: StaticString) {
    count = text.utf8CodeUnitCount
    var place = 0
    while place < count {
      place = min(place, count - 8)
      var (expected, slack) = (UInt64(0), UInt64(0))
      for index in 0..<8 {
        let byte = text.utf8Start[place + index]
        let isDigit = byte == UInt8(ascii: "#")
        expected |= UInt64(isDigit ? 48 : byte) << (8 * index)
        slack |= UInt64(isDigit ? 127 - 9 : 127) << (8 * index)
      }
      words.append(Word(place: place, expected: expected, slack: slack))
      place += 8
    }
  }

  /// Whether so many bytes from there are of this shape; they must be there.
  func fits(_ start: UnsafeRawPointer) -> Bool {
    var wrong: UInt64 = 0
    for word in words {
      let found = UInt64(
        littleEndian: start.loadUnaligned(fromByteOffset: word.place, as: UInt64.self))
      // From '0' the digits differ by 0 to 9, all other bytes by more. No byte carries into the next.
      let difference = found ^ word.expected
      wrong |= difference | ((difference & ~Self.high) &+ word.slack)
    }
    return wrong & Self.high == 0
  }
}

/// Walks over one line; every step either takes exactly what it asks for or nothing.
private struct Cursor {
  private let line: UnsafeRawBufferPointer
  private var place = 0

  init(_ line: UnsafeRawBufferPointer) { self.line = line }

  /// Goes on to the end of a shape; what ends it is left to be read when `but` says so.
  mutating func take(_ shape: Shape, but left: Int = 0) -> Bool {
    guard place + shape.count <= line.count, let base = line.baseAddress,
      shape.fits(base + place)
    else { return false }
    place += shape.count - left
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
