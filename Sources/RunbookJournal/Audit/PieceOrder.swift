/// Puts the pieces of a damaged journal into the order of their records, wherever they stand in the
/// file.
///
/// The spine is the longest run of pieces whose numbers rise down the file. Pieces beside it that
/// fit into a gap, and that a neighbour vouches for, were moved. What is left over are strays:
/// added lines, copies, lines that are no records.
struct PieceOrder {
  struct Placed {
    var piece: JournalScan.Piece
    var chain: JournalScan.Chain
    var isMoved: Bool
  }

  /// In the order of their records, without overlaps.
  private(set) var placed: [Placed] = []
  /// In the order of the file.
  private(set) var strays: [JournalScan.Piece] = []

  /// `end` is what a signature says of the last record covered: its number and its leaf hash.
  init(_ pieces: [JournalScan.Piece], end: (last: Int, head: RecordHash)?) {
    let chains = pieces.compactMap { piece in
      piece.chain.map { Placed(piece: piece, chain: $0, isMoved: false) }
    }
    let spine = Self.spine(chains)
    placed = spine.map { chains[$0] }
    let chosen = Set(spine)
    var aside = chains.indices.filter { !chosen.contains($0) }.map { chains[$0] }
    var found = true
    while found {
      found = false
      aside.removeAll { candidate in
        guard let place = place(for: candidate.chain, end: end) else { return false }
        placed.insert(
          Placed(piece: candidate.piece, chain: candidate.chain, isMoved: true), at: place)
        found = true
        return true
      }
    }
    strays = pieces.filter { $0.chain == nil } + aside.map(\.piece)
    strays.sort { $0.offset < $1.offset }
  }

  /// Where a chain fits without overlap and next to one that vouches for it or that it vouches for;
  /// nil when nowhere.
  private func place(for chain: JournalScan.Chain, end: (last: Int, head: RecordHash)?) -> Int? {
    var low = 0
    var high = placed.count
    while low < high {
      let middle = (low + high) / 2
      if placed[middle].chain.first < chain.first { low = middle + 1 } else { high = middle }
    }
    let before = low > 0 ? placed[low - 1].chain : nil
    let after = low < placed.count ? placed[low].chain : nil
    if let before, before.last >= chain.first { return nil }
    if let after, after.first <= chain.last { return nil }
    let followsBefore =
      before.map { $0.last + 1 == chain.first && $0.head == chain.prev }
      ?? (chain.first == 0 && chain.prev == RootHasher.nothing)
    let precedesAfter =
      after.map { $0.first == chain.last + 1 && $0.prev == chain.head }
      ?? (end.map { $0.last == chain.last && $0.head == chain.head } ?? false)
    return followsBefore || precedesAfter ? low : nil
  }

  /// Indices of the pieces that hold the most records with rising numbers; among equals the best
  /// linked ones.
  private static func spine(_ chains: [Placed]) -> [Int] {
    var scores: [Int] = []
    var previous: [Int?] = []
    for (index, placed) in chains.enumerated() {
      var best = 0
      var from: Int?
      for earlier in 0..<index where chains[earlier].chain.last < placed.chain.first {
        let before = chains[earlier].chain
        let isLinked = before.last + 1 == placed.chain.first && before.head == placed.chain.prev
        let score = scores[earlier] + (isLinked ? 1 : 0)
        if score > best { (best, from) = (score, earlier) }
      }
      let startsWell = placed.chain.first == 0 && placed.chain.prev == RootHasher.nothing
      scores.append(
        best + 2 * (placed.chain.last - placed.chain.first + 1)
          + (from == nil && startsWell ? 1 : 0))
      previous.append(from)
    }
    var spine: [Int] = []
    var next = scores.indices.max { scores[$0] < scores[$1] }
    while let index = next {
      spine.append(index)
      next = previous[index]
    }
    return spine.reversed()
  }
}
