package import CSHA256Lanes
internal import Crypto

/// Hashes many independent messages at once.
package protocol HashLanes: Sendable {
  /// Writes the 32 bytes of each message's SHA-256 to `digests`, one after the other.
  func hash(_ messages: UnsafeBufferPointer<sha256_message>, into digests: UnsafeMutableRawPointer)

  /// Writes the parent of each two nodes of `count` pairs; `digests` may be `pairs`.
  func parents(of pairs: UnsafeRawPointer, count: Int, into digests: UnsafeMutableRawPointer)
}

/// The lanes of this processor's vectors.
package struct ProcessorLanes: HashLanes {
  private let width: Int32

  /// Nil where the processor has no lanes of that number.
  package init?(width: Int) {
    guard let width = Int32(exactly: width), sha256_lanes_can(width) != 0 else { return nil }
    self.width = width
  }

  /// What is quicker than the library here, once it was found to give what the library gives; nil
  /// when nothing is.
  package static let best: ProcessorLanes? = {
    guard let lanes = ProcessorLanes(width: Int(sha256_lanes_best())), lanes.agreesWithLibrary()
    else { return nil }
    return lanes
  }()

  package func hash(
    _ messages: UnsafeBufferPointer<sha256_message>, into digests: UnsafeMutableRawPointer
  ) {
    guard let base = messages.baseAddress else { return }
    sha256_lanes_hash(
      width, base, messages.count, digests.assumingMemoryBound(to: UInt8.self))
  }

  package func parents(
    of pairs: UnsafeRawPointer, count: Int, into digests: UnsafeMutableRawPointer
  ) {
    sha256_lanes_parents(
      width, pairs.assumingMemoryBound(to: UInt8.self), count,
      digests.assumingMemoryBound(to: UInt8.self))
  }
}

extension HashLanes {
  /// One batch with every place that the end of a message can have in a block, and one of pairs.
  package func agreesWithLibrary() -> Bool {
    let text = (0..<200).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ 129) }
    return text.withUnsafeBytes { text in
      guard let base = text.baseAddress else { return false }
      let messages = (0...text.count).map { sha256_message(bytes: base, count: $0) }
      var found = [RecordHash](repeating: RootHasher.nothing, count: messages.count)
      found.withUnsafeMutableBytes { found in
        guard let target = found.baseAddress else { return }
        messages.withUnsafeBufferPointer { hash($0, into: target) }
      }
      let expected = messages.map { RootHasher.leaf(UnsafeRawBufferPointer($0)) }
      guard found == expected else { return false }
      let pairs = expected.count / 2
      expected.withUnsafeBytes { expected in
        found.withUnsafeMutableBytes { found in
          guard let source = expected.baseAddress, let target = found.baseAddress else { return }
          parents(of: source, count: pairs, into: target)
        }
      }
      return (0..<pairs).allSatisfy {
        found[$0] == RootHasher.parent(expected[2 * $0], expected[2 * $0 + 1])
      }
    }
  }
}

extension UnsafeRawBufferPointer {
  init(_ message: sha256_message) { self.init(start: message.bytes, count: message.count) }
}
