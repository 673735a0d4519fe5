/// Reads and writes values as JSON (RFC 8259), bytes in and bytes out.
///
/// What JSON does not have is a tagged object in records (`{"$duration":"30s"}`), so that it comes back as it was, and
/// plain text in output for other programs. Keys that begin with `$` get a second one in records.
public struct JSONText: Sendable {
  public enum Style: Sendable {
    /// Comes back as it was written.
    case record
    /// For other programs: durations and timestamps are strings, unknown is null.
    case plain
  }

  /// A text that is not JSON, and the byte where that shows.
  public struct Malformed: Error, Sendable, Equatable {
    public var offset: Int
    public var message: String
  }

  public static func write(_ value: Value, style: Style = .record, pretty: Bool = false) -> [UInt8]
  {
    var writer = JSONWriter(style: style, pretty: pretty)
    writer.write(value)
    return writer.bytes
  }

  public static func text(_ value: Value, style: Style = .plain, pretty: Bool = false) -> String {
    String(decoding: write(value, style: style, pretty: pretty), as: UTF8.self)
  }

  /// Reads one JSON text; at most `depth` levels, at most one value for each key.
  public static func read(
    _ bytes: some Collection<UInt8>, depth: Int = 512
  ) throws(Malformed) -> Value {
    var reader = JSONReader(Array(bytes), depth: depth)
    return try reader.readAll()
  }
}

struct JSONReader {
  private let bytes: [UInt8]
  private var place = 0
  private var depthLeft: Int

  init(_ bytes: [UInt8], depth: Int) {
    self.bytes = bytes
    depthLeft = depth
  }

  mutating func readAll() throws(JSONText.Malformed) -> Value {
    let value = try readValue()
    skipSpace()
    if place < bytes.count { throw malformed("there is more after the end of the value") }
    return value
  }

  private func malformed(_ message: String) -> JSONText.Malformed {
    JSONText.Malformed(offset: place, message: message)
  }

  private mutating func skipSpace() {
    while place < bytes.count {
      switch bytes[place] {
      case 0x20, 0x09, 0x0A, 0x0D: place += 1
      default: return
      }
    }
  }

  private mutating func readValue() throws(JSONText.Malformed) -> Value {
    skipSpace()
    guard place < bytes.count else { throw malformed("the text ends where a value should be") }
    switch bytes[place] {
    case UInt8(ascii: "{"):
      return try nested { reader throws(JSONText.Malformed) in
        try reader.readMap()
      }
    case UInt8(ascii: "["):
      return try nested { reader throws(JSONText.Malformed) in
        try reader.readList()
      }
    case UInt8(ascii: "\""): return .string(try readString())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case 48...57, UInt8(ascii: "-"): return try readNumber()
    default: throw malformed("this is no JSON value")
    }
  }

  private mutating func nested(
    _ read: (inout JSONReader) throws(JSONText.Malformed) -> Value
  ) throws(JSONText.Malformed) -> Value {
    guard depthLeft > 0 else { throw malformed("it is nested too deeply") }
    depthLeft -= 1
    place += 1
    let value = try read(&self)
    depthLeft += 1
    return value
  }

  private mutating func word(_ word: String, _ value: Value) throws(JSONText.Malformed) -> Value {
    guard bytes[place...].starts(with: word.utf8) else { throw malformed("this is no JSON value") }
    place += word.utf8.count
    return value
  }

  private mutating func readList() throws(JSONText.Malformed) -> Value {
    var items: [Value] = []
    skipSpace()
    if take("]") { return .list([]) }
    while true {
      items.append(try readValue())
      skipSpace()
      if take("]") { return .list(items) }
      guard take(",") else { throw malformed("',' or ']' is missing") }
    }
  }

  private mutating func readMap() throws(JSONText.Malformed) -> Value {
    var map = ValueMap()
    // Few keys are compared one by one, which is quicker than a set.
    var many: Set<String> = []
    skipSpace()
    if take("}") { return .map(map) }
    while true {
      skipSpace()
      var key = try readString()
      let isEscaped = key.hasPrefix("$$")
      if isEscaped { key.removeFirst() }
      if map.count == 16 { many = Set(map.entries.map(\.key)) }
      let isNew =
        map.count < 16 ? !map.entries.contains { $0.key == key } : many.insert(key).inserted
      guard isNew else { throw malformed("the key '\(key)' stands twice") }
      skipSpace()
      guard take(":") else { throw malformed("':' is missing") }
      let value = try readValue()
      skipSpace()
      let ends = take("}")
      if ends, map.isEmpty, !isEscaped, key.utf8.first == UInt8(ascii: "$"),
        let special = tagged(key, value)
      {
        return special
      }
      map.appendDistinct(key, value)
      if ends { return .map(map) }
      guard take(",") else { throw malformed("',' or '}' is missing") }
    }
  }

  private func tagged(_ tag: String, _ value: Value) -> Value? {
    guard case .string(let text) = value else { return nil }
    switch tag {
    case "$duration": return Duration(text: text).map(Value.duration)
    case "$timestamp": return Timestamp(text).map(Value.timestamp)
    case "$secret": return .secret(SecretName(text))
    case "$unknown": return .unknown(text)
    default: return nil
    }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard place < bytes.count, bytes[place] == UInt8(ascii: character) else { return false }
    place += 1
    return true
  }

  private mutating func readNumber() throws(JSONText.Malformed) -> Value {
    if let digits = readDigits() { return .int(digits) }
    let start = place
    var isInteger = true
    while place < bytes.count {
      switch bytes[place] {
      case 48...57, UInt8(ascii: "-"): break
      case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"), UInt8(ascii: "+"):
        isInteger = false
      default:
        return try number(String(decoding: bytes[start..<place], as: UTF8.self), isInteger)
      }
      place += 1
    }
    return try number(String(decoding: bytes[start..<place], as: UTF8.self), isInteger)
  }

  /// A whole number of at most 18 digits, as nearly all are; nil for any other, and nothing is read.
  private mutating func readDigits() -> Int64? {
    var end = place
    let isNegative = bytes[end] == UInt8(ascii: "-")
    if isNegative { end += 1 }
    let start = end
    var number: Int64 = 0
    while end < bytes.count, end - start < 19, case let digit = bytes[end] &- 48, digit < 10 {
      number = number &* 10 &+ Int64(digit)
      end += 1
    }
    guard (1...18).contains(end - start) else { return nil }
    if end < bytes.count {
      switch bytes[end] {
      case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"), UInt8(ascii: "+"),
        UInt8(ascii: "-"):
        return nil
      default: break
      }
    }
    place = end
    return isNegative ? -number : number
  }

  private func number(_ text: String, _ isInteger: Bool) throws(JSONText.Malformed) -> Value {
    if isInteger, let number = Int64(text) { return .int(number) }
    guard let number = Double(text), number.isFinite else {
      throw malformed("this is no JSON value")
    }
    return .double(number)
  }

  private mutating func readString() throws(JSONText.Malformed) -> String {
    guard take("\"") else { throw malformed("a string is missing") }
    let start = place
    let isASCII = skipPlain()
    guard place < bytes.count else { throw malformed("the string does not end") }
    if take("\"") {
      // Most strings hold no escape and are taken as they stand; ASCII needs no look at its form.
      let end = place - 1
      let plain = bytes.withUnsafeBufferPointer { bytes in
        let text = UnsafeBufferPointer(rebasing: bytes[start..<end])
        return isASCII
          ? String(decoding: text, as: UTF8.self) : String(validating: text, as: UTF8.self)
      }
      guard let plain else { throw malformed("the string is not UTF-8") }
      return plain
    }
    var text = Array(bytes[start..<place])
    while !take("\"") {
      guard place < bytes.count else { throw malformed("the string does not end") }
      if bytes[place] == 0x5C {
        place += 1
        try readEscape(into: &text)
      } else if bytes[place] < 0x20 {
        throw malformed("a control character stands in the string")
      } else {
        text.append(bytes[place])
        place += 1
      }
    }
    guard let valid = String(validating: text, as: UTF8.self) else {
      throw malformed("the string is not UTF-8")
    }
    return valid
  }

  /// Goes to the next quote, backslash or control character, or to the end; says whether all before it was ASCII. Looks at
  /// eight bytes at a time.
  private mutating func skipPlain() -> Bool {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let tops: UInt64 = 0x8080_8080_8080_8080
    var seen: UInt64 = 0
    place = bytes.withUnsafeBytes { bytes in
      var place = place
      while place + 8 <= bytes.count {
        let word = bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)
        let quotes = word ^ ones &* 0x22
        let slashes = word ^ ones &* 0x5C
        // Top bits, once there is one, are of bytes that are 0, or below 0x20.
        let ends =
          (quotes &- ones) & ~quotes | (slashes &- ones) & ~slashes
          | (word &- ones &* 0x20) & ~word
        if ends & tops != 0 { break }
        seen |= word
        place += 8
      }
      while place < bytes.count {
        let byte = bytes[place]
        if byte == UInt8(ascii: "\"") || byte == 0x5C || byte < 0x20 { break }
        seen |= UInt64(byte)
        place += 1
      }
      return place
    }
    return seen & tops == 0
  }

  private mutating func readEscape(into text: inout [UInt8]) throws(JSONText.Malformed) {
    guard place < bytes.count else { throw malformed("the string does not end") }
    let byte = bytes[place]
    place += 1
    switch byte {
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "u"):
      var code = try hexadecimal()
      if (0xD800..<0xDC00).contains(code), take("\\"), take("u") {
        let low = try hexadecimal()
        guard (0xDC00..<0xE000).contains(low) else { throw malformed("half a character") }
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw malformed("half a character") }
      text += String(Character(scalar)).utf8
    default: throw malformed("this escape does not exist")
    }
  }

  private mutating func hexadecimal() throws(JSONText.Malformed) -> UInt32 {
    guard place + 4 <= bytes.count,
      let code = UInt32(String(decoding: bytes[place..<place + 4], as: UTF8.self), radix: 16)
    else { throw malformed("four hexadecimal digits are missing") }
    place += 4
    return code
  }
}
