internal import Glibc

/// Cuts a source into lines, read in steps of 128 KiB; each line comes with a zero byte in front,
/// ready to be hashed.
///
/// The bytes of a line are valid until the source is read again: `nextHeld` does not.
package struct LineReader: ~Copyable {
  package struct Line {
    /// A zero byte and the line without its end; nil for a line longer than any record.
    package var bytes: UnsafeRawBufferPointer?
    package var offset: Int
    /// After the line end.
    package var end: Int
  }

  /// Where the next line begins in the source.
  package private(set) var lineOffset: Int
  private var buffer: UnsafeMutableRawBufferPointer
  /// Where in the buffer the next line begins, what was searched for its end, and what is filled.
  /// The byte before `start` is free: it is in front of everything or the end of the line before.
  private var start = 1
  private var searched = 1
  private var filled = 1
  private var skipped = 0
  private let limit: Int

  static let step = 128 << 10

  /// Reads from `offset`, where a line must begin, to `limit`.
  package init(from offset: Int = 0, limit: Int = .max) {
    lineOffset = offset
    self.limit = limit
    buffer = .allocate(byteCount: 2 * Self.step, alignment: 16)
  }

  deinit { buffer.deallocate() }

  /// Bytes after the last line end, once there is no next line.
  package var tornBytes: Int { skipped + filled - start }

  package mutating func next<Source: JournalSource>(_ source: Source) throws(Source.Failure)
    -> Line?
  {
    while true {
      if let line = nextHeld() { return line }
      guard try fill(source) else { return nil }
    }
  }

  /// The next line when all of it has been read already.
  package mutating func nextHeld() -> Line? {
    guard searched < filled, let base = buffer.baseAddress,
      let found = memchr(base + searched, 0x0A, filled - searched)
    else {
      searched = filled
      return nil
    }
    return line(endingAt: UnsafeMutableRawPointer(found) - base)
  }

  private mutating func line(endingAt end: Int) -> Line {
    let length = skipped + end - start + 1
    var line = Line(bytes: nil, offset: lineOffset, end: lineOffset + length)
    if skipped == 0 {
      buffer[start - 1] = 0
      line.bytes = UnsafeRawBufferPointer(rebasing: buffer[(start - 1)..<end])
    }
    skipped = 0
    lineOffset += length
    start = end + 1
    searched = start
    return line
  }

  private mutating func fill<Source: JournalSource>(_ source: Source) throws(Source.Failure) -> Bool
  {
    makeRoom()
    let offset = lineOffset + skipped + filled - start
    let wanted = min(Self.step, limit - offset)
    guard wanted > 0 else { return false }
    let target = UnsafeMutableRawBufferPointer(rebasing: buffer[filled..<filled + wanted])
    let count = try source.read(at: offset, into: target)
    filled += count
    return count > 0
  }

  /// Moves the unfinished line to the front; one that is too long is counted, not kept.
  private mutating func makeRoom() {
    let held = filled - start
    if skipped > 0 || held > Record.maximumLineBytes {
      skipped += held
      (start, searched, filled) = (1, 1, 1)
      return
    }
    if start > 1, let base = buffer.baseAddress {
      memmove(base + 1, base + start, held)
      (start, searched, filled) = (1, 1 + held, 1 + held)
    }
    guard buffer.count - filled < Self.step else { return }
    let larger = UnsafeMutableRawBufferPointer.allocate(
      byteCount: 2 * buffer.count + Self.step, alignment: 16)
    larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[..<filled]))
    buffer.deallocate()
    buffer = larger
  }
}
