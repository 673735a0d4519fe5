internal import Glibc

/// The first reading of a journal: cuts it into pieces, each an unbroken chain of records or lines
/// that are none.
///
/// An undamaged journal is one piece. Memory does not grow with the journal, only with the number
/// of breaks in it.
struct JournalScan {
  struct Piece {
    /// Nil for lines that are no records.
    var chain: Chain?
    /// The number of a record that the line before vouches for under another number.
    var wrongNumber: Int?
    var firstLine: Int
    var lineCount: Int
    var offset: Int
    var lastLineOffset: Int
    /// After the last line's end.
    var end: Int

    var lines: ClosedRange<Int> { firstLine...(firstLine + lineCount - 1) }
  }

  struct Chain {
    var first: Int
    var last: Int
    /// What its first record says of the record before.
    var prev: RecordHash
    /// Leaf hash of its last record.
    var head: RecordHash
  }

  private(set) var pieces: [Piece] = []
  private(set) var lineCount = 0
  private(set) var recordCount = 0
  private(set) var tornBytes = 0
  /// After the last line end.
  private(set) var end = 0
  /// One chain from record 0 to the last line.
  private(set) var isUnbroken = true
  /// There were more breaks than are kept; the pieces end before the journal does.
  private(set) var isShredded = false
  /// Roots at the sizes asked for, as far as the chain is unbroken.
  private(set) var roots: [Int: RecordHash] = [:]
  private(set) var tree = RootHasher()

  /// A chain is cut here, so that what a signature covers ends with a piece.
  private let cover: Int
  private var sizes: ArraySlice<Int>
  private var current: Piece?
  private var highest = -1
  /// The current chain began with a number that had been there: it ends where new numbers begin, so
  /// that a copy of a stretch and the rest of the journal are two pieces.
  private var isBehind = false
  private let form = LineForm()

  static let pieceLimit = 2000

  init(cover: Int?, sizes: some Sequence<Int>) {
    self.cover = cover ?? -1
    self.sizes = Set(sizes).sorted()[...]
    takeRoots()
  }

  mutating func read<Source: JournalSource>(_ source: Source) throws(Source.Failure) {
    var lines = LineReader()
    while let line = try lines.next(source) { take(line) }
    if let current { keep(current) }
    end = lines.lineOffset
    tornBytes = lines.tornBytes
  }

  private mutating func take(_ line: LineReader.Line) {
    lineCount += 1
    guard let bytes = line.bytes,
      let front = form.front(of: UnsafeRawBufferPointer(rebasing: bytes[1...]))
    else { return takeOther(line) }
    let before = current.map { $0.chain?.head } ?? RootHasher.nothing
    let expected = current.map { ($0.chain?.last ?? -2) + 1 } ?? 0
    if front.prev == before, front.seq != expected { return takeOther(line, front.seq) }
    let hash = RootHasher.leaf(bytes)
    recordCount += 1
    if isUnbroken {
      isUnbroken = front.seq == tree.size && front.prev == before
      if isUnbroken {
        tree.add(hash)
        takeRoots()
      }
    }
    defer { highest = max(highest, front.seq) }
    if var piece = current, let chain = piece.chain, front.seq == chain.last + 1,
      front.prev == chain.head, front.seq != cover, !isBehind || front.seq <= highest
    {
      piece.chain?.last = front.seq
      piece.chain?.head = hash
      extend(&piece, line)
      return
    }
    isBehind = front.seq <= highest
    begin(Chain(first: front.seq, last: front.seq, prev: front.prev, head: hash), line)
  }

  private mutating func takeOther(_ line: LineReader.Line, _ wrongNumber: Int? = nil) {
    isUnbroken = false
    if var piece = current, piece.chain == nil { return extend(&piece, line) }
    begin(nil, line)
    current?.wrongNumber = wrongNumber
  }

  private mutating func extend(_ piece: inout Piece, _ line: LineReader.Line) {
    piece.lineCount += 1
    piece.lastLineOffset = line.offset
    piece.end = line.end
    current = piece
  }

  private mutating func begin(_ chain: Chain?, _ line: LineReader.Line) {
    if let current { keep(current) }
    current = Piece(
      chain: chain, firstLine: lineCount, lineCount: 1, offset: line.offset,
      lastLineOffset: line.offset, end: line.end)
  }

  private mutating func keep(_ piece: Piece) {
    guard pieces.count < Self.pieceLimit else {
      isShredded = true
      return
    }
    pieces.append(piece)
  }

  private mutating func takeRoots() {
    while let size = sizes.first, size <= tree.size {
      if size == tree.size { roots[size] = tree.root }
      sizes.removeFirst()
    }
  }
}
