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
    case .list(let items): write(items)
    case .map(let map): write(map)
    }
  }

  private mutating func write(_ items: [Value]) {
    open(list: true)
    for (index, item) in items.enumerated() {
      beginEntry(isFirst: index == 0)
      write(item)
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
      for (place, byte) in utf8.enumerated() {
        let isPlain = byte >= 0x20 && byte != 0x7F && byte != 0x22 && byte != 0x5C
        if isPlain { continue }
        bytes.append(contentsOf: utf8[start..<place])
        start = place + 1
        escape(byte)
      }
      bytes.append(contentsOf: utf8[start...])
    }
    bytes.append(UInt8(ascii: "\""))
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
