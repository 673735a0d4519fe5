internal import CSHA256Lanes

/// The first reading of a journal, for one that is in order: line after line the next record, each
/// vouching for the one before.
///
/// It ends at the first line that is not, and says nothing of damage: then `JournalScan` reads from
/// the beginning, by the library alone. So a wrong hash from a lane costs time and no verdict.
struct StraightReading {
  /// Records, which are lines too.
  private(set) var count = 0
  private(set) var tornBytes = 0
  /// Roots at the sizes asked for, as far as there are so many records.
  private(set) var roots: [Int: RecordHash] = [:]
  /// Leaf hash of the last record covered.
  private(set) var coverHead: RecordHash?
  private var tree = RootHasher()

  private let cover: Int
  private var sizes: ArraySlice<Int>
  private var bulk: BulkHash
  private let form = LineForm()
  private var head = RootHasher.nothing
  // Of one batch of lines; kept, so that no record costs an allocation.
  private var messages: [sha256_message] = []
  private var prevs: [RecordHash] = []
  private var hashes: [RecordHash] = []

  /// Lines are hashed so many at a time, or what the reader holds.
  static let batch = 1024

  init(cover: Int?, sizes: some Sequence<Int>, lanes: (any HashLanes)?) {
    self.cover = cover ?? -1
    self.sizes = Set(sizes).sorted()[...]
    bulk = BulkHash(lanes)
    takeRoots()
  }

  var root: RecordHash { tree.root }

  /// False when not every line is the next record, or when lanes have hashed otherwise than the
  /// library.
  mutating func read<Source: JournalSource>(_ source: Source) throws(Source.Failure) -> Bool {
    var lines = LineReader()
    while let first = try lines.next(source) {
      messages.removeAll(keepingCapacity: true)
      prevs.removeAll(keepingCapacity: true)
      guard note(first) else { return false }
      while messages.count < Self.batch, let line = lines.nextHeld() {
        guard note(line) else { return false }
      }
      guard takeBatch() else { return false }
    }
    tornBytes = lines.tornBytes
    return true
  }

  /// False when the line is not a record with the next number.
  private mutating func note(_ line: LineReader.Line) -> Bool {
    guard let bytes = line.bytes,
      let front = form.front(of: UnsafeRawBufferPointer(rebasing: bytes[1...])),
      front.seq == count + messages.count
    else { return false }
    messages.append(sha256_message(bytes: bytes.baseAddress, count: bytes.count))
    prevs.append(front.prev)
    return true
  }

  /// False when a record does not vouch for the one before.
  private mutating func takeBatch() -> Bool {
    bulk.hash(&messages, into: &hashes)
    for (prev, hash) in zip(prevs, hashes) {
      guard prev == head else { return false }
      head = hash
      tree.add(hash, &bulk)
      count += 1
      if count == cover { coverHead = hash }
      if let size = sizes.first, size <= count { takeRoots() }
    }
    return !bulk.isRefuted
  }

  private mutating func takeRoots() {
    while let size = sizes.first, size <= count {
      if size == count { roots[size] = tree.root }
      sizes.removeFirst()
    }
  }
}
