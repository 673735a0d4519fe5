import Glibc

/// One stream of a child: read without waiting, kept up to a limit, counted beyond it.
struct Capture {
  /// -1 when it has ended.
  private(set) var descriptor: Int32
  private(set) var kept = ChildReport.Captured()
  private let limit: Int

  init(_ descriptor: Int32, limit: Int) {
    self.descriptor = descriptor
    self.limit = limit + ChildLimits.slack
  }

  var hasEnded: Bool { descriptor < 0 }

  /// Reads what is there now, at most 1 MiB, so that one that writes without end does not hold up the others.
  mutating func pump() {
    guard descriptor >= 0 else { return }
    withUnsafeTemporaryAllocation(byteCount: 65536, alignment: 16) { buffer in
      for _ in 0..<16 {
        let count = read(descriptor, buffer.baseAddress, buffer.count)
        if count > 0 {
          keep(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        } else if count < 0, errno == EINTR {
          continue
        } else if count < 0, errno == EAGAIN {
          return
        } else {
          shut()
          return
        }
      }
    }
  }

  private mutating func keep(_ bytes: UnsafeRawBufferPointer) {
    let room = max(0, limit - kept.bytes.count)
    kept.bytes.append(contentsOf: bytes.prefix(room))
    kept.dropped += max(0, bytes.count - room)
  }

  mutating func shut() {
    if descriptor >= 0 { close(descriptor) }
    descriptor = -1
  }

  /// Gives the descriptor away to whoever closes it.
  mutating func release() -> Int32? {
    guard descriptor >= 0 else { return nil }
    defer { descriptor = -1 }
    return descriptor
  }
}
