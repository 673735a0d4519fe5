internal import CSHA256Lanes

/// Hashes lines and nodes of the tree by the hundred: in lanes where there are any, and by the
/// library.
///
/// Lanes are not believed: the library hashes some of each batch again, the last always. Once they
/// differ, `isRefuted` says so, and nothing that came from lanes may be used.
struct BulkHash {
  private(set) var isRefuted = false
  private let lanes: (any HashLanes)?
  /// Which ones of the next batch are hashed again; over time each lane's.
  private var turn = 0

  /// Of so many hashes one is made again.
  static let sample = 64
  /// A longer message would leave the other lanes empty.
  static let longest = 16 << 10
  /// For fewer the library is as quick.
  static let fewest = 4

  init(_ lanes: (any HashLanes)?) { self.lanes = lanes }

  /// Replaces `hashes` by those of the messages; empties messages that are too long for lanes.
  mutating func hash(_ messages: inout [sha256_message], into hashes: inout [RecordHash]) {
    guard let lanes, messages.count >= Self.fewest else {
      hashes.removeAll(keepingCapacity: true)
      for message in messages { hashes.append(RootHasher.leaf(UnsafeRawBufferPointer(message))) }
      return
    }
    Self.fit(&hashes, messages.count)
    var long: [(index: Int, hash: RecordHash)] = []
    for index in messages.indices where messages[index].count > Self.longest {
      long.append((index, RootHasher.leaf(UnsafeRawBufferPointer(messages[index]))))
      messages[index] = sha256_message(bytes: nil, count: 0)
    }
    hashes.withUnsafeMutableBytes { target in
      guard let target = target.baseAddress else { return }
      messages.withUnsafeBufferPointer { lanes.hash($0, into: target) }
    }
    for index in sampled(of: messages.count)
    where hashes[index] != RootHasher.leaf(UnsafeRawBufferPointer(messages[index])) {
      isRefuted = true
    }
    for (index, hash) in long { hashes[index] = hash }
  }

  /// Replaces nodes of an even number by their parents.
  mutating func combine(_ nodes: inout [RecordHash]) {
    let count = nodes.count / 2
    guard let lanes, count >= Self.fewest else {
      for index in 0..<count {
        nodes[index] = RootHasher.parent(nodes[2 * index], nodes[2 * index + 1])
      }
      nodes.removeLast(count)
      return
    }
    let samples = sampled(of: count).map { index in
      (index, RootHasher.parent(nodes[2 * index], nodes[2 * index + 1]))
    }
    nodes.withUnsafeMutableBytes { nodes in
      guard let base = nodes.baseAddress else { return }
      lanes.parents(of: base, count: count, into: base)
    }
    nodes.removeLast(count)
    for (index, node) in samples where nodes[index] != node { isRefuted = true }
  }

  private mutating func sampled(of count: Int) -> [Int] {
    turn = (turn + 1) % Self.sample
    return Array(stride(from: turn, to: count - 1, by: Self.sample)) + [count - 1]
  }

  private static func fit(_ hashes: inout [RecordHash], _ count: Int) {
    if hashes.count > count { return hashes.removeLast(hashes.count - count) }
    while hashes.count < count { hashes.append(RootHasher.nothing) }
  }
}
