internal import Glibc

/// The attachments that a journal's records name: searched for in its bytes, without reading the records.
///
/// In a record they stand as `"attachment":"<SHA-256>"`, a step's fact, or `"forecast":"<SHA-256>"`. Inside a text the
/// quotes would be escaped, so no output of a program can look like one.
package struct NamedAttachments {
  package private(set) var hashes: Set<String> = []

  private static let marks = ["\"attachment\":\"", "\"forecast\":\""].map { Array($0.utf8) }
  private static let digits = 64
  private static let chunk = 1 << 20

  package init(in file: OpenFile) throws(StoreError) {
    let overlap = (Self.marks.map(\.count).max() ?? 0) + Self.digits + 1
    var buffer = [UInt8](repeating: 0, count: Self.chunk + overlap)
    var offset = 0
    while true {
      let filled = try fill(&buffer, file, at: offset)
      for mark in Self.marks { find(mark, in: buffer[..<filled]) }
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

  private mutating func find(_ mark: [UInt8], in bytes: ArraySlice<UInt8>) {
    var found: [String] = []
    bytes.withUnsafeBytes { bytes in
      Self.places(of: mark, in: bytes) { place in
        let end = place + mark.count + Self.digits
        guard end < bytes.count, bytes[end] == UInt8(ascii: "\"") else { return }
        let text = String(decoding: bytes[(place + mark.count)..<end], as: UTF8.self)
        if text.allSatisfy(\.isHexDigit) { found.append(text) }
      }
    }
    hashes.formUnion(found)
  }

  /// Horspool's search: most bytes are stepped over unread, and a journal can be large.
  private static func places(
    of mark: [UInt8], in bytes: UnsafeRawBufferPointer, _ take: (Int) -> Void
  ) {
    var steps = [Int](repeating: mark.count, count: 256)
    for (place, byte) in mark.dropLast().enumerated() {
      steps[Int(byte)] = mark.count - 1 - place
    }
    var place = 0
    while place + mark.count <= bytes.count {
      let last = bytes[place + mark.count - 1]
      if last == mark[mark.count - 1], mark.indices.allSatisfy({ bytes[place + $0] == mark[$0] }) {
        take(place)
      }
      place += steps[Int(last)]
    }
  }
}
