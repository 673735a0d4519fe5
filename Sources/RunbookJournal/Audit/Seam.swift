/// The place between two pieces in the order of their records, or an end of the journal: here
/// damage shows.
struct Seam {
  var before: PieceOrder.Placed?
  var after: PieceOrder.Placed?
  /// Lines here that belong to no place, in the order of the file.
  var strays: [JournalScan.Piece] = []
  /// The front of a record that stands joined to the last line before, its line end being gone.
  var joined: LineForm.Front?
  var joinedHead: RecordHash?
  private let cover: SignedCover?

  init(before: PieceOrder.Placed?, after: PieceOrder.Placed?, cover: SignedCover?) {
    self.before = before
    self.after = after
    self.cover = cover
  }

  /// The last record before it; -1 at the front.
  var last: Int { before?.chain.last ?? -1 }
  /// The leaf hash of that record as it stands in the file.
  var head: RecordHash { before?.chain.head ?? RootHasher.nothing }
  /// The first record after it; at the end, the first that is not covered by the signature.
  var next: Int { after?.chain.first ?? max(last + 1, cover?.size ?? 0) }
  /// Records between that have no line of their own.
  var gap: Range<Int> { (last + 1)..<next }

  /// What is said of the record before by the signature or by the next record.
  var claim: RecordHash? {
    if !gap.isEmpty { return nil }
    return signedHead(of: last) ?? after?.chain.prev
  }

  /// The signature itself vouches for the record before.
  var isSigned: Bool { gap.isEmpty && signedHead(of: last) != nil }

  /// Something vouches for another record than the one that stands before.
  var isBroken: Bool { claim.map { $0 != head } ?? false }

  /// The signature vouches for the record before, and the next one for another.
  var breaksAfterCover: Bool {
    guard gap.isEmpty, let signed = signedHead(of: last), let after else { return false }
    return signed == head && after.chain.prev != head
  }

  /// The leaf hash of the one record that is missing here and covered; nil when there is none or
  /// more than one.
  var missingLeaf: RecordHash? {
    guard coveredGap.count == 1, let record = coveredGap.first else { return nil }
    return signedHead(of: record) ?? (gap.count == 1 ? after?.chain.prev : nil)
  }

  var coveredGap: Range<Int> { gap.clamped(to: 0..<max(0, cover?.size ?? 0)) }

  private func signedHead(of record: Int) -> RecordHash? {
    guard let cover, record == cover.size - 1 else { return nil }
    return cover.head
  }
}

/// What is known from outside of the journal's first records: a signed checkpoint, or a root in the
/// log of all runs.
struct SignedCover {
  var size: Int
  var root: RecordHash
  /// Leaf hash of record `size - 1`.
  var head: RecordHash?
  var source: String
}
