/// Bytes that can be read from any place, as a file can.
package protocol JournalSource {
  associatedtype Failure: Error
  /// Fills `target` from `offset` on and returns how much it got; 0 at the end.
  func read(
    at offset: Int, into target: UnsafeMutableRawBufferPointer
  ) throws(Failure) -> Int
}

/// A journal in memory.
package struct BytesSource: JournalSource {
  private let bytes: [UInt8]

  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  package func read(at offset: Int, into target: UnsafeMutableRawBufferPointer) -> Int {
    let part = bytes.dropFirst(offset).prefix(target.count)
    target.copyBytes(from: part)
    return part.count
  }
}
