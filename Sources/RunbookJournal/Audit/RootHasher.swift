internal import Crypto

/// The verifier's own hash tree: one slot for each power of two, filled and emptied as a binary
/// counter.
struct RootHasher {
  private(set) var size = 0
  private var slots: [RecordHash] = []

  static func leaf(_ zeroAndLine: UnsafeRawBufferPointer) -> RecordHash {
    var hasher = SHA256()
    hasher.update(bufferPointer: zeroAndLine)
    return RecordHash(hasher.finalize())
  }

  static let nothing = RecordHash(SHA256().finalize())

  mutating func add(_ leaf: RecordHash) {
    var carry = leaf
    var level = 0
    while size >> level & 1 == 1 {
      carry = Self.parent(slots[level], carry)
      level += 1
    }
    if level == slots.count { slots.append(carry) } else { slots[level] = carry }
    size += 1
  }

  var root: RecordHash {
    var root: RecordHash?
    for level in slots.indices where size >> level & 1 == 1 {
      root = root.map { Self.parent(slots[level], $0) } ?? slots[level]
    }
    return root ?? Self.nothing
  }

  private static func parent(_ left: RecordHash, _ right: RecordHash) -> RecordHash {
    withUnsafeTemporaryAllocation(byteCount: 65, alignment: 8) { input in
      input[0] = 1
      left.withBytes { UnsafeMutableRawBufferPointer(rebasing: input[1..<33]).copyMemory(from: $0) }
      right.withBytes {
        UnsafeMutableRawBufferPointer(rebasing: input[33..<65]).copyMemory(from: $0)
      }
      return leaf(UnsafeRawBufferPointer(input))
    }
  }
}
