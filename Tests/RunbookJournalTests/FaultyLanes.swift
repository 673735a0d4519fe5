import CSHA256Lanes
import Crypto
import RunbookJournal

/// Hashes as the library does, but for some messages of each batch.
struct FaultyLanes: HashLanes {
  enum Fault: CaseIterable {
    /// One bit of a line's hash is wrong.
    case line
    /// The last line of a batch has the hash of the one before.
    case lastLine
    /// One bit of a node is wrong.
    case node
    /// Nodes are left as they were.
    case missedNode
  }

  private let fault: Fault
  /// Which of a batch are wrong.
  private let every: Int

  init(_ fault: Fault, every: Int) {
    self.fault = fault
    self.every = every
  }

  func hash(
    _ messages: UnsafeBufferPointer<sha256_message>, into digests: UnsafeMutableRawPointer
  ) {
    for (index, message) in messages.enumerated() {
      let digest = SHA256.hash(
        data: UnsafeRawBufferPointer(start: message.bytes, count: message.count))
      put(digest, digests + 32 * index)
      if fault == .line, index % every == every - 1 { flip(digests + 32 * index) }
    }
    if fault == .lastLine, messages.count > 1 {
      let last = digests + 32 * (messages.count - 1)
      last.copyMemory(from: last - 32, byteCount: 32)
    }
  }

  func parents(of pairs: UnsafeRawPointer, count: Int, into digests: UnsafeMutableRawPointer) {
    for index in 0..<count {
      let isWrong = index % every == every - 1
      if fault == .missedNode, isWrong { continue }
      var hasher = SHA256()
      hasher.update(data: [1])
      hasher.update(
        bufferPointer: UnsafeRawBufferPointer(start: pairs + 64 * index, count: 64))
      put(hasher.finalize(), digests + 32 * index)
      if fault == .node, isWrong { flip(digests + 32 * index) }
    }
  }

  private func put(_ digest: SHA256.Digest, _ target: UnsafeMutableRawPointer) {
    digest.withUnsafeBytes { target.copyMemory(from: $0.baseAddress!, byteCount: 32) }
  }

  private func flip(_ digest: UnsafeMutableRawPointer) {
    digest.storeBytes(
      of: digest.load(fromByteOffset: 9, as: UInt8.self) ^ 4, toByteOffset: 9, as: UInt8.self)
  }
}
