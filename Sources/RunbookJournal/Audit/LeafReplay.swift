/// The second reading of a damaged journal: does it have the signed root if certain records are as
/// others say they were?
///
/// If so, all records but those are exactly as signed, and that is proven, not guessed.
struct LeafReplay {
  enum Part {
    /// A piece as it stands; its last leaf may be another one than found.
    case piece(JournalScan.Piece, records: Int, lastLeaf: RecordHash?)
    case leaf(RecordHash)
  }

  var parts: [Part] = []

  /// The root over the first `size` leaves; nil when the parts have another number of leaves.
  func root<Source: JournalSource>(
    _ source: Source, size: Int
  ) throws(Source.Failure) -> RecordHash? {
    var tree = RootHasher()
    for part in parts {
      switch part {
      case .leaf(let leaf): tree.add(leaf)
      case .piece(let piece, let records, let lastLeaf):
        var lines = LineReader(from: piece.offset, limit: piece.end)
        var left = records
        while left > 0, let line = try lines.next(source), let bytes = line.bytes {
          left -= 1
          if left == 0, let lastLeaf {
            tree.add(lastLeaf)
          } else {
            tree.add(RootHasher.leaf(bytes))
          }
        }
      }
      guard tree.size <= size else { return nil }
    }
    return tree.size == size ? tree.root : nil
  }
}
