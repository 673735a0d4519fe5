import Glibc

/// One direction of one connection: bytes wait here until they are due.
struct RelayPipe {
  private struct Chunk {
    var due: Double
    var bytes: [UInt8]
    var sent = 0
  }

  /// Beyond this much waiting the sender is not read any more: its own buffers fill, as on a real slow link.
  static let mostWaiting = 64 << 20

  private var chunks: [Chunk] = []
  private var first = 0
  private(set) var waiting = 0
  /// The sender has closed its side; passed on when all before it has been.
  var sourceEnded = false
  var endPassedOn = false

  var hasRoom: Bool { !sourceEnded && waiting < Self.mostWaiting }

  mutating func put(_ bytes: [UInt8], due: Double) {
    chunks.append(Chunk(due: due, bytes: bytes))
    waiting += bytes.count
  }

  var nextDue: Double? { first < chunks.count ? chunks[first].due : nil }

  /// Writes what is due; the number of bytes, or nil when the receiver is gone.
  mutating func pass(to descriptor: Int32, now: Double) -> Int? {
    var passed = 0
    while first < chunks.count, chunks[first].due <= now {
      let count = chunks[first].bytes[chunks[first].sent...].withUnsafeBytes {
        send(descriptor, $0.baseAddress, $0.count, noSignal)
      }
      if count < 0 { return errno == EAGAIN ? passed : nil }
      passed += count
      waiting -= count
      chunks[first].sent += count
      if chunks[first].sent == chunks[first].bytes.count { first += 1 }
    }
    if first > 1000 || first == chunks.count {
      chunks.removeFirst(first)
      first = 0
    }
    if sourceEnded, !endPassedOn, chunks.isEmpty {
      shutdown(descriptor, Int32(SHUT_WR))
      endPassedOn = true
    }
    return passed
  }
}
