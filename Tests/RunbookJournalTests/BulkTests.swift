import RunbookJournal
import RunbookModel
import Testing

@Suite struct `A journal that is checked in bulk` {
  /// Those that this processor has, and the library.
  private static let all: [(any HashLanes)?] =
    [8, 16].compactMap { ProcessorLanes(width: $0) } + [nil]

  private func verifier(_ lanes: (any HashLanes)?) -> JournalVerifier {
    JournalVerifier(origin: Sealed.origin, keys: [Sealed.key.verifying], lanes: lanes)
  }

  private func audit(
    _ sealed: Sealed, by lanes: (any HashLanes)?, _ bytes: [UInt8]? = nil,
    anchors: [JournalAnchor] = []
  ) -> AuditReport {
    verifier(lanes).verify(
      BytesSource(bytes ?? sealed.bytes), checkpoint: sealed.checkpoint, anchors: anchors)
  }

  @Test(arguments: [1, 2, 3, 4, 5, 15, 16, 17, 255, 511, 512, 513, 1023, 1024, 1025, 1537])
  func `is intact at any size, with the root that the writer's tree has`(count: Int) {
    let sealed = Sealed(count)
    var tree = MerkleTree()
    for line in sealed.lines { tree.append(leaf: MerkleTree.leaf(line)) }
    for lanes in Self.all {
      let report = audit(sealed, by: lanes)
      #expect(report.verdict == .intact, "\(report.messages)")
      #expect(report.root == tree.root)
      #expect(report.recordCount == count)
      #expect(report.lineCount == count)
      #expect(report.provenCount == count)
    }
  }

  @Test func `is compared with every root that was signed on the way`() {
    let sealed = Sealed(1100)
    var tree = MerkleTree()
    var anchors = [JournalAnchor(size: 0, root: tree.root, source: "log")]
    for line in sealed.lines {
      tree.append(leaf: MerkleTree.leaf(line))
      guard tree.size % 50 < 2 || tree.size % 512 < 2 else { continue }
      anchors.append(JournalAnchor(size: tree.size, root: tree.root, source: "log"))
    }
    for lanes in Self.all {
      #expect(audit(sealed, by: lanes, anchors: anchors).verdict == .intact)
    }
    for index in stride(from: 0, to: anchors.count, by: 7) {
      var wrong = anchors
      wrong[index].root = MerkleTree.leaf([7])
      for lanes in Self.all {
        let report = audit(sealed, by: lanes, anchors: wrong)
        #expect(report.kinds == [.rewritten], "\(anchors[index].size): \(report.messages)")
      }
    }
  }

  @Test func `names a changed record wherever it stands`() throws {
    let sealed = Sealed(1100)
    var starts = [0]
    for line in sealed.lines { starts.append(starts[starts.count - 1] + line.count + 1) }
    var generator = Seeded(state: 11)
    let records = [0, 1, 15, 16, 400, 511, 512, 513, 1023, 1024, 1098, 1099]
    for record in records {
      var bytes = sealed.bytes
      let place = Int.random(in: starts[record]..<starts[record + 1] - 1, using: &generator)
      bytes[place] ^= 0x20
      for lanes in Self.all {
        let report = audit(sealed, by: lanes, bytes)
        #expect(report.named == [record], "byte \(place): \(report.messages)")
        #expect(report.provenCount == 1099)
      }
    }
  }

  @Test(arguments: FaultyLanes.Fault.allCases, [1, 3, 16, 64])
  func `gets the same report from lanes that hash wrong`(fault: FaultyLanes.Fault, every: Int) {
    let lanes = FaultyLanes(fault, every: every)
    let sealed = Sealed(1100, covered: 1090)
    let anchor = JournalAnchor(
      size: 1100, root: audit(sealed, by: nil).root!, source: "the log of all runs")
    #expect(audit(sealed, by: lanes) == audit(sealed, by: nil))
    #expect(
      audit(sealed, by: lanes, anchors: [anchor]) == audit(sealed, by: nil, anchors: [anchor]))
    let bytes = BytesSource(sealed.bytes)
    #expect(
      verifier(lanes).verify(bytes, checkpoint: nil)
        == verifier(nil).verify(bytes, checkpoint: nil), "no signature says what the root is")
    var changed = sealed.bytes
    changed[changed.count / 2] ^= 1
    let report = audit(sealed, by: lanes, changed)
    #expect(report.verdict == .damaged)
    #expect(report == audit(sealed, by: nil, changed))
  }

  @Test func `does not take a last record that only wrong lanes vouch for`() {
    // Nothing stands after it that would hold its hash, and no signature covers it.
    let sealed = Sealed(40, covered: 10)
    let report = audit(sealed, by: FaultyLanes(.lastLine, every: 1))
    #expect(report.root == audit(sealed, by: nil).root)
  }

  @Test func `may hold lines of any length up to the limit`() throws {
    let text = { (count: Int) in String(repeating: "é", count: count / 2) }
    let lengths = [1, 16_000, 16_384, 70_000, 1, 300_000, 5, 5, 5, 5, 5, 5]
    let room = Record.maximumLineBytes - 400
    var prev = MerkleTree.emptyRoot
    var lines: [[UInt8]] = []
    var tree = MerkleTree()
    for (seq, length) in (lengths + [room, 1]).enumerated() {
      let line = Record(
        seq: seq, at: Moment(wall: Timestamp(nanoseconds: 0), monotonic: .zero),
        event: ["text": .string(text(length))], commands: [], prev: prev
      ).line
      #expect(line.count <= Record.maximumLineBytes)
      lines.append(line)
      prev = MerkleTree.leaf(line)
      tree.append(leaf: prev)
    }
    let checkpoint = Checkpoint(
      origin: Sealed.origin, size: lines.count, root: tree.root, head: prev)
    let note = try #require(checkpoint.signed(by: Sealed.key))
    for lanes in Self.all {
      let report = verifier(lanes).verify(BytesSource(Sealed.bytes(lines)), checkpoint: note)
      #expect(report.verdict == .intact, "\(report.messages)")
      #expect(report.provenCount == lines.count)
    }
  }
}
