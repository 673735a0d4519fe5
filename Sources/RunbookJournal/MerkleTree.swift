internal import Crypto

/// The hash tree of RFC 6962 over a journal's lines, grown one line at a time.
///
/// Keeps one hash for each complete subtree, so its size is the logarithm of the number of lines.
package struct MerkleTree: Sendable, Equatable {
  package private(set) var size = 0
  /// Roots of the complete subtrees, largest first.
  private var peaks: [RecordHash] = []

  package init() {}

  /// The root of a tree without lines, which is what `prev` of record 0 holds.
  package static let emptyRoot = RecordHash(SHA256().finalize())

  package static func leaf(_ line: some Sequence<UInt8>) -> RecordHash {
    RecordHash.of([0] + line)
  }

  /// The leaf hash of a line that stands behind a zero byte.
  package static func leaf(prefixed line: [UInt8]) -> RecordHash {
    RecordHash(SHA256.hash(data: line))
  }

  package static func node(_ left: RecordHash, _ right: RecordHash) -> RecordHash {
    var hasher = SHA256()
    withUnsafeBytes(of: UInt8(1)) { hasher.update(bufferPointer: $0) }
    left.withBytes { hasher.update(bufferPointer: $0) }
    right.withBytes { hasher.update(bufferPointer: $0) }
    return RecordHash(hasher.finalize())
  }

  package mutating func append(leaf: RecordHash) {
    var carried = leaf
    var height = size
    while height & 1 == 1, let left = peaks.popLast() {
      carried = Self.node(left, carried)
      height >>= 1
    }
    peaks.append(carried)
    size += 1
  }

  package var root: RecordHash {
    guard var root = peaks.last else { return Self.emptyRoot }
    for peak in peaks.dropLast().reversed() { root = Self.node(peak, root) }
    return root
  }
}

/// The shortest list of hashes that shows that one line belongs to a tree.
package struct InclusionProof: Sendable, Equatable {
  package var index: Int
  package var treeSize: Int
  /// Nearest the leaf first.
  package var path: [RecordHash]

  /// Nil when there is no such leaf.
  package init?(of index: Int, in leaves: [RecordHash]) {
    guard leaves.indices.contains(index) else { return nil }
    self.index = index
    treeSize = leaves.count
    path = []
    _ = Self.collect(leaves[...], index, into: &path)
  }

  /// The root that the tree must have if `leaf` stands in it at `index`; nil when the proof has the
  /// wrong length.
  package func root(with leaf: RecordHash) -> RecordHash? {
    guard index >= 0, index < treeSize else { return nil }
    var (place, last, hash) = (index, treeSize - 1, leaf)
    for sibling in path {
      guard last > 0 else { return nil }
      if place & 1 == 1 || place == last {
        hash = MerkleTree.node(sibling, hash)
        while place & 1 == 0, place > 0 { (place, last) = (place >> 1, last >> 1) }
      } else {
        hash = MerkleTree.node(hash, sibling)
      }
      (place, last) = (place >> 1, last >> 1)
    }
    return last == 0 ? hash : nil
  }

  /// The root of `leaves`; on the way collects the siblings along the path to `index`.
  private static func collect(
    _ leaves: ArraySlice<RecordHash>, _ index: Int, into path: inout [RecordHash]
  ) -> RecordHash {
    guard leaves.count > 1 else { return leaves.first ?? MerkleTree.emptyRoot }
    var half = 1
    while half * 2 < leaves.count { half *= 2 }
    let middle = leaves.startIndex + half
    if index < middle {
      let left = collect(leaves[..<middle], index, into: &path)
      let right = root(leaves[middle...])
      path.append(right)
      return MerkleTree.node(left, right)
    }
    let right = collect(leaves[middle...], index, into: &path)
    let left = root(leaves[..<middle])
    path.append(left)
    return MerkleTree.node(left, right)
  }

  private static func root(_ leaves: ArraySlice<RecordHash>) -> RecordHash {
    var tree = MerkleTree()
    for leaf in leaves { tree.append(leaf: leaf) }
    return tree.root
  }
}
