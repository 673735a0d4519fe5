internal import RunbookModel

/// Walks through the file's characters, because libyaml counts characters and slices count bytes.
///
/// Marks come almost in order, so the whole walk is linear in the file.
struct Cursor {
  /// The place in bytes and in characters from the start of the text.
  private(set) var byte: Int
  private(set) var index = 0
  /// From 0.
  private(set) var line = 0
  /// The character at which the line begins.
  private(set) var lineStart = 0
  private let firstByte: Int

  init(firstByte: Int) {
    byte = firstByte
    self.firstByte = firstByte
  }

  var column: Int { index - lineStart }

  mutating func move(to target: Int, in bytes: UnsafeBufferPointer<UInt8>) {
    if target < index { moveBack(to: target, in: bytes) }
    while index < target, byte < bytes.count {
      let first = bytes[byte]
      byte += 1
      index += 1
      if first < 0x80 {
        let isBreak =
          first == 0x0A || (first == 0x0D && (byte == bytes.count || bytes[byte] != 0x0A))
        if isBreak {
          line += 1
          lineStart = index
        }
      } else {
        while byte < bytes.count, bytes[byte] & 0xC0 == 0x80 { byte += 1 }
      }
    }
  }

  private mutating func moveBack(to target: Int, in bytes: UnsafeBufferPointer<UInt8>) {
    while index > max(target, 0), byte > firstByte {
      byte -= 1
      index -= 1
      while byte > firstByte, bytes[byte] & 0xC0 == 0x80 { byte -= 1 }
      if bytes[byte] == 0x0A || (bytes[byte] == 0x0D && bytes[byte + 1] != 0x0A) {
        line -= 1
        lineStart = index - charactersSinceBreak(in: bytes)
      }
    }
  }

  private func charactersSinceBreak(in bytes: UnsafeBufferPointer<UInt8>) -> Int {
    var count = 0
    var byte = byte
    while byte > firstByte, bytes[byte - 1] != 0x0A, bytes[byte - 1] != 0x0D {
      byte -= 1
      if bytes[byte] & 0xC0 != 0x80 { count += 1 }
    }
    return count
  }

  /// Characters from here to the end of the line, as far as byte `end`.
  func lengthOfLine(to end: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Int {
    var count = 0
    var byte = byte
    while byte < min(end, bytes.count), bytes[byte] != 0x0A, bytes[byte] != 0x0D {
      if bytes[byte] & 0xC0 != 0x80 { count += 1 }
      byte += 1
    }
    return count
  }
}
