/// Appends values as JSON to its bytes.
struct JSONWriter {
  var bytes: [UInt8] = []
  let style: JSONText.Style
  let pretty: Bool
  private var indent = 0

  /// Goes on where `bytes` end.
  init(style: JSONText.Style, pretty: Bool, bytes: [UInt8] = []) {
    self.style = style
    self.pretty = pretty
    self.bytes = bytes
    if bytes.isEmpty { self.bytes.reserveCapacity(256) }
  }

  mutating func write(_ value: Value) {
    switch value {
    case .null: put("null")
    case .bool(let flag): put(flag ? "true" : "false")
    case .int(let number): put(String(number))
    case .double(let number): write(number)
    case .string(let text): write(text)
    case .duration(let duration): tagged("$duration", duration.text)
    case .timestamp(let time): tagged("$timestamp", time.description)
    case .secret(let name): tagged("$secret", name.name)
    case .unknown(let reason):
      if style == .plain { put("null") } else { tagged("$unknown", reason) }
    case .list(let items): write(items) { $0.write($1) }
    case .map(let map): write(map)
    }
  }

  mutating func write<Item>(_ items: [Item], each: (inout JSONWriter, Item) -> Void) {
    open(list: true)
    for (index, item) in items.enumerated() {
      beginEntry(isFirst: index == 0)
      each(&self, item)
    }
    close(list: true, isEmpty: items.isEmpty)
  }

  private mutating func write(_ map: ValueMap) {
    open(list: false)
    for (index, entry) in map.entries.enumerated() {
      beginEntry(isFirst: index == 0)
      write(key: entry.key)
      write(entry.value)
    }
    close(list: false, isEmpty: map.isEmpty)
  }

  mutating func open(list: Bool) {
    bytes.append(list ? UInt8(ascii: "[") : UInt8(ascii: "{"))
    indent += 1
  }

  mutating func close(list: Bool, isEmpty: Bool) {
    indent -= 1
    if !isEmpty { newLine() }
    bytes.append(list ? UInt8(ascii: "]") : UInt8(ascii: "}"))
  }

  mutating func beginEntry(isFirst: Bool) {
    if !isFirst { bytes.append(UInt8(ascii: ",")) }
    newLine()
  }

  mutating func write(key: String) {
    let escaped = style == .record && key.utf8.first == UInt8(ascii: "$")
    write(escaped ? "$" + key : key)
    bytes.append(UInt8(ascii: ":"))
    if pretty { bytes.append(UInt8(ascii: " ")) }
  }

  /// A key that needs no escape.
  mutating func write(plainKey key: StaticString) {
    bytes.append(UInt8(ascii: "\""))
    bytes.append(
      contentsOf: UnsafeBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount))
    bytes.append(UInt8(ascii: "\""))
    bytes.append(UInt8(ascii: ":"))
    if pretty { bytes.append(UInt8(ascii: " ")) }
  }

  private mutating func newLine() {
    guard pretty else { return }
    bytes.append(UInt8(ascii: "\n"))
    bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * indent))
  }

  private mutating func write(_ number: Double) {
    // JSON has no word for these; a record keeps them as text so that nothing is made up.
    guard number.isFinite else { return write(String(number)) }
    put(String(number))
  }

  private mutating func tagged(_ tag: String, _ text: String) {
    guard style == .record else {
      return write(tag == "$secret" ? "secret \(text)" : text)
    }
    put("{\"")
    put(tag)
    put("\":")
    write(text)
    bytes.append(UInt8(ascii: "}"))
  }

  /// Appends text as it stands.
  private mutating func put(_ text: String) {
    var text = text
    text.withUTF8 { bytes.append(contentsOf: $0) }
  }

  mutating func write(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    var text = text
    text.withUTF8 { utf8 in
      // What needs no escape is taken over in one piece.
      var start = 0
      var place = Self.plainPrefix(utf8)
      while place < utf8.count {
        let byte = utf8[place]
        let isPlain = byte >= 0x20 && byte != 0x7F && byte != 0x22 && byte != 0x5C
        if !isPlain {
          bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[start..<place]))
          start = place + 1
          escape(byte)
        }
        place += 1
      }
      bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[start...]))
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// How many bytes at the beginning need no escape, at least: looked at eight at a time.
  private static func plainPrefix(_ utf8: UnsafeBufferPointer<UInt8>) -> Int {
    let raw = UnsafeRawBufferPointer(utf8)
    let ones: UInt64 = 0x0101_0101_0101_0101
    let tops: UInt64 = 0x8080_8080_8080_8080
    // Its top bits are those of bytes that are 0, once there is one.
    func zeros(_ word: UInt64) -> UInt64 { (word &- ones) & ~word }
    var place = 0
    while place + 8 <= raw.count {
      let word = raw.loadUnaligned(fromByteOffset: place, as: UInt64.self)
      let controls = (word &- ones &* 0x20) & ~word
      let others =
        zeros(word ^ ones &* 0x22) | zeros(word ^ ones &* 0x5C) | zeros(word ^ ones &* 0x7F)
      if (controls | others) & tops != 0 { return place }
      place += 8
    }
    return place
  }

  private mutating func escape(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""): put("\\\"")
    case UInt8(ascii: "\\"): put("\\\\")
    case 0x0A: put("\\n")
    case 0x0D: put("\\r")
    case 0x09: put("\\t")
    default:
      let digits = Array("0123456789abcdef".utf8)
      put("\\u00")
      bytes.append(digits[Int(byte >> 4)])
      bytes.append(digits[Int(byte & 15)])
    }
  }
}
