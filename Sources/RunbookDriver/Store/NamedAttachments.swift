internal import Glibc

/// The attachments that a journal's records name: searched for in its bytes, without reading the records.
///
/// In a record they stand as `"attachment":"<SHA-256>"`, a step's fact, or `"forecast":"<SHA-256>"`. Inside a text the
/// quotes would be escaped, so no output of a program can look like one.
package struct NamedAttachments {
  package private(set) var hashes: Set<String> = []

  /// What stands before a name, and the place in it of a byte that is rare in records: the h, and the f.
  private struct Mark {
    var bytes: [UInt8]
    var rare: Int

    init(_ key: String, rare: Int) {
      bytes = Array("\"\(key)\":\"".utf8)
      self.rare = rare
    }
  }
  private static let attachment = Mark("attachment", rare: 6)
  /// In the first record alone, near its beginning.
  private static let forecast = Mark("forecast", rare: 1)
  private static let digits = 64
  private static let chunk = 1 << 20

  package init(in file: OpenFile) throws(StoreError) {
    let overlap = Self.attachment.bytes.count + Self.digits + 1
    var buffer = [UInt8](repeating: 0, count: Self.chunk + overlap)
    var offset = 0
    while true {
      let filled = try fill(&buffer, file, at: offset)
      if offset == 0 { find(Self.forecast, in: buffer[..<filled]) }
      find(Self.attachment, in: buffer[..<filled])
      guard filled == buffer.count else { return }
      // What lies across the edge is found whole in the next piece.
      offset += Self.chunk
    }
  }

  private func fill(
    _ buffer: inout [UInt8], _ file: OpenFile, at offset: Int
  ) throws(StoreError) -> Int {
    var filled = 0
    while filled < buffer.count {
      let outcome = buffer.withUnsafeMutableBytes { bytes in
        Result { () throws(StoreError) in
          try file.read(
            at: offset + filled, into: UnsafeMutableRawBufferPointer(rebasing: bytes[filled...]))
        }
      }
      let count = try outcome.get()
      if count == 0 { break }
      filled += count
    }
    return filled
  }

  private mutating func find(_ mark: Mark, in bytes: ArraySlice<UInt8>) {
    var found: [String] = []
    bytes.withUnsafeBytes { bytes in
      Self.places(of: mark, in: bytes) { place in
        let end = place + mark.bytes.count + Self.digits
        guard end < bytes.count, bytes[end] == UInt8(ascii: "\"") else { return }
        let text = String(decoding: bytes[(place + mark.bytes.count)..<end], as: UTF8.self)
        if text.allSatisfy(\.isHexDigit) { found.append(text) }
      }
    }
    hashes.formUnion(found)
  }

  /// Looks for the mark's rare byte, which the C library does at the speed of memory: a journal can be large.
  private static func places(
    of mark: Mark, in bytes: UnsafeRawBufferPointer, _ take: (Int) -> Void
  ) {
    let count = mark.bytes.count
    guard let start = bytes.baseAddress, bytes.count >= count else { return }
    let (rare, following) = (Int32(mark.bytes[mark.rare]), mark.bytes[mark.rare + 1])
    var next = mark.rare
    let last = bytes.count - count + mark.rare
    while next <= last, let hit = memchr(start + next, rare, last - next + 1) {
      let place = UnsafeRawPointer(hit) - start
      next = place + 1
      guard start.load(fromByteOffset: place + 1, as: UInt8.self) == following else { continue }
      let first = place - mark.rare
      if memcmp(start + first, mark.bytes, count) == 0 { take(first) }
    }
  }
}
