internal import Crypto

/// The verifier's own hash tree: leaves are gathered until they fill a subtree, and of the subtrees
/// there is one slot for each power of two, filled and emptied as a binary counter.
struct RootHasher {
  private(set) var size = 0
  private var slots: [RecordHash] = []
  /// The last leaves, fewer than fill a subtree.
  private var pending: [RecordHash] = []

  /// Leaves of a gathered subtree: enough to fill any number of lanes on most of its levels.
  static let gathered = 512

  static func leaf(_ zeroAndLine: UnsafeRawBufferPointer) -> RecordHash {
    var hasher = SHA256()
    hasher.update(bufferPointer: zeroAndLine)
    return RecordHash(hasher.finalize())
  }

  static let nothing = RecordHash(SHA256().finalize())

  /// Adds a leaf; `bulk` hashes the nodes above it.
  mutating func add(_ leaf: RecordHash, _ bulk: inout BulkHash) {
    pending.append(leaf)
    size += 1
    guard pending.count == Self.gathered else { return }
    while pending.count > 1 { bulk.combine(&pending) }
    carry(pending[0])
    pending.removeAll(keepingCapacity: true)
  }

  /// Adds a leaf and hashes by the library alone.
  mutating func add(_ leaf: RecordHash) {
    var library = BulkHash(nil)
    add(leaf, &library)
  }

  private mutating func carry(_ subtree: RecordHash) {
    // Of the subtrees before this one.
    let count = size / Self.gathered - 1
    var carry = subtree
    var level = 0
    while count >> level & 1 == 1 {
      carry = Self.parent(slots[level], carry)
      level += 1
    }
    if level == slots.count { slots.append(carry) } else { slots[level] = carry }
  }

  /// The nodes that are not complete subtrees are hashed by the library.
  var root: RecordHash {
    var root = Self.root(of: pending)
    let count = size / Self.gathered
    for level in slots.indices where count >> level & 1 == 1 {
      root = root.map { Self.parent(slots[level], $0) } ?? slots[level]
    }
    return root ?? Self.nothing
  }

  /// Level by level; a node without a neighbour moves up as it is.
  private static func root(of leaves: [RecordHash]) -> RecordHash? {
    var nodes = leaves
    while nodes.count > 1 {
      let pairs = nodes.count / 2
      for index in 0..<pairs { nodes[index] = parent(nodes[2 * index], nodes[2 * index + 1]) }
      if nodes.count > 2 * pairs { nodes[pairs] = nodes[2 * pairs] }
      nodes.removeLast(pairs)
    }
    return nodes.first
  }

  static func parent(_ left: RecordHash, _ right: RecordHash) -> RecordHash {
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
