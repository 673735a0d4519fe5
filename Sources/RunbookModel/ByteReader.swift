/// Reads small fixed forms (times, durations, sizes) byte by byte.
struct ByteReader {
  private let bytes: [UInt8]
  private var place = 0

  init(_ text: String) { bytes = Array(text.utf8) }

  var isAtEnd: Bool { place == bytes.count }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard place < bytes.count, bytes[place] == UInt8(ascii: character) else { return false }
    place += 1
    return true
  }

  /// Exactly `count` decimal digits.
  mutating func digits(_ count: Int) -> Int64? {
    guard place + count <= bytes.count else { return nil }
    var number: Int64 = 0
    for byte in bytes[place..<place + count] {
      guard (48...57).contains(byte) else { return nil }
      number = number * 10 + Int64(byte - 48)
    }
    place += count
    return number
  }

  /// One or more decimal digits, at most eighteen.
  mutating func number() -> Int64? {
    let start = place
    var number: Int64 = 0
    while place < bytes.count, (48...57).contains(bytes[place]), place - start < 18 {
      number = number * 10 + Int64(bytes[place] - 48)
      place += 1
    }
    if place < bytes.count, (48...57).contains(bytes[place]) { return nil }
    return place == start ? nil : number
  }

  /// The digits after a decimal point, scaled to `places`; digits beyond that are dropped.
  mutating func fraction(places: Int) -> Int64? {
    let start = place
    var number: Int64 = 0
    var read = 0
    while place < bytes.count, (48...57).contains(bytes[place]) {
      if read < places {
        number = number * 10 + Int64(bytes[place] - 48)
        read += 1
      }
      place += 1
    }
    guard place > start else { return nil }
    for _ in read..<places { number *= 10 }
    return number
  }

  /// A run of ASCII letters.
  mutating func letters() -> String {
    let start = place
    while place < bytes.count, (65...90).contains(bytes[place] & 0xDF) { place += 1 }
    return String(decoding: bytes[start..<place], as: UTF8.self)
  }
}

extension Int64 {
  /// Quotient and remainder with a remainder that is never negative.
  func flooredDivision(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}

extension [UInt8] {
  mutating func appendDecimal(_ number: Int64, width: Int) {
    var divisor: Int64 = 1
    for _ in 1..<Swift.max(width, 1) { divisor *= 10 }
    while divisor > 0 {
      append(UInt8(48 + number / divisor % 10))
      divisor /= 10
    }
  }
}
