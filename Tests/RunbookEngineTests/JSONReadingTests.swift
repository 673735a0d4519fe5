import RunbookModel
import Testing

/// What is JSON is read, and what is not is refused.
@Suite struct JSONReadingTests {
  private func read(_ text: String) -> Value? { try? JSONText.read(text.utf8) }

  @Test func `numbers come out as they stand`() {
    let most = 999_999_999_999_999_999
    for number in [0, 1, -1, 7, 10, -42, most, -most, most + 1, Int.max, Int.min] {
      for text in ["\(number)", " \(number) ", "[\(number)]", "{\"a\":\(number)}"] {
        let value = read(text)
        let found = value?["a"] ?? value
        let expected = Value.int(Int64(number))
        #expect(found == expected || found == .list([expected]), "\(text)")
      }
    }
    #expect(read("1.5") == .double(1.5))
    #expect(read("1e3") == .double(1000))
    #expect(read("-2.5E-1") == .double(-0.25))
    #expect(read("9223372036854775808") == .double(9_223_372_036_854_775_808))
    for text in ["-", "1-2", "1e", "--1", "1e999", "0x1", "+1", "1 2", "1a"] {
      #expect(read(text) == nil, "\(text)")
    }
  }

  @Test func `a character that may not stand in a text is refused, wherever it stands`() {
    for place in 0..<20 {
      for byte: UInt8 in [0x00, 0x0A, 0x1F, 0x80, 0xC3, 0xFF] {
        var text = [UInt8](repeating: UInt8(ascii: "x"), count: 20)
        text[place] = byte
        #expect(throws: JSONText.Malformed.self, "\(byte) at \(place)") {
          try JSONText.read([0x22] + text + [0x22])
        }
      }
      let text = String(repeating: "x", count: place) + "ü \u{1F6DF}"
      #expect(read("\"\(text)\"") == .string(text))
      #expect(read("\"\(text)") == nil, "it does not end")
    }
  }

  @Test(arguments: [1, 2, 15, 16, 17, 18, 40])
  func `a key that stands twice is refused, whichever of them it is`(_ count: Int) {
    let keys = (0..<count).map { "\"k\($0)\":\($0)" }
    #expect(read("{\(keys.joined(separator: ","))}")?.entries?.count == count)
    for key in keys {
      #expect(read("{\((keys + [key]).joined(separator: ","))}") == nil, "\(key) of \(count)")
    }
  }

  @Test func `a key with a dollar in front of it is none of ours when it is doubled`() {
    #expect(read(#"{"$duration":"30s"}"#) == .duration(.seconds(30)))
    #expect(read(#"{"$$duration":"30s"}"#) == ["$duration": "30s"])
    #expect(read(#"{"$$a":1,"$a":2}"#) == nil, "they are the same key")
  }
}

extension Value {
  fileprivate var entries: [ValueMap.Entry]? {
    guard case .map(let map) = self else { return nil }
    return map.entries
  }
}
