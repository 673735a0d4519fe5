import RunbookJournal
import Testing

@Suite struct `What a signature does not cover is said` {
  @Test func `records after the checkpoint are named as not covered`() {
    let report = Sealed(20, covered: 17).audit()
    #expect(report.verdict == .unproven)
    #expect(
      report.messages
        == ["records 17 to 19, after the last signed checkpoint, are not covered by a signature"])
    #expect(report.provenCount == 17)
  }

  @Test func `one record after the checkpoint is named alone`() {
    let report = Sealed(5, covered: 4).audit()
    #expect(
      report.messages
        == ["record 4, after the last signed checkpoint, is not covered by a signature"])
  }

  @Test func `without a checkpoint nothing is proven`() {
    let report = Sealed(5).audit(checkpoint: nil)
    #expect(report.checkpoint == .missing)
    #expect(report.verdict == .unproven)
    #expect(report.provenCount == 0)
    #expect(
      report.messages == [
        "there is no signed checkpoint", "records 0 to 4 are not covered by a signature",
      ])
  }

  @Test func `a change in records that no signature covers shows in the chain`() {
    let sealed = Sealed(12, covered: 3)
    var lines = sealed.lines
    lines[6][150] ^= 1
    let report = sealed.audit(lines: lines)
    #expect(report.verdict == .damaged)
    #expect(report.named == [6])
    #expect(report.provenCount == 3)
  }

  @Test func `where a signature is missing, a doubt between two records is said`() {
    let sealed = Sealed(12, covered: 3)
    var lines = sealed.lines
    lines[6][90] ^= 1
    let middle = sealed.audit(lines: lines)
    #expect(
      middle.messages.first
        == "record 6 was changed (line 7); whether record 5 was, too, cannot be told")
    lines = sealed.lines
    lines[11][90] ^= 1
    let last = sealed.audit(lines: lines)
    #expect(
      last.messages.first == "record 10 or record 11 was changed: which of them cannot be told")
  }

  @Test func `a line end missing after the last covered record is a broken-off write`() {
    let sealed = Sealed(6, covered: 5)
    for length in 1..<sealed.lines[5].count {
      let report = sealed.audit(Array(sealed.bytes.dropLast(length + 1)))
      #expect(report.kinds == [.torn])
      #expect(report.provenCount == 5)
    }
  }

  @Test func `a cut tail is missing though the rest is in order`() {
    let sealed = Sealed(12)
    let report = sealed.audit(lines: Array(sealed.lines.prefix(7)))
    #expect(report.messages.first == "records 7 to 11 are missing")
    #expect(report.kinds == [.missing, .unreachable])
    #expect(report.provenCount == 0, "nothing that is left leads up to the signed last record")
  }

  @Test func `an emptied journal is missing all of its records`() {
    let report = Sealed(12).audit([])
    #expect(report.messages == ["records 0 to 11 are missing"])
  }

  @Test func `a journal without records and its checkpoint are intact`() {
    #expect(Sealed(0).audit().verdict == .intact)
  }

  @Test func `a checkpoint of another run proves nothing`() {
    let sealed = Sealed(4)
    let other = JournalVerifier(origin: "lifeboat/run/other", keys: [Sealed.key.verifying])
    let report = other.verify(BytesSource(sealed.bytes), checkpoint: sealed.checkpoint)
    #expect(report.checkpoint == .unusable(.otherOrigin(Sealed.origin)))
    #expect(report.provenCount == 0)
  }

  @Test func `a checkpoint signed by a key that is not known proves nothing`() {
    let sealed = Sealed(4)
    let report = JournalVerifier(origin: Sealed.origin, keys: []).verify(
      BytesSource(sealed.bytes), checkpoint: sealed.checkpoint)
    #expect(report.checkpoint == .unusable(.unknownKeys([Sealed.key.verifying.description])))
    #expect(report.verdict == .unproven)
  }

  @Test func `an older checkpoint and a cut tail do not hide what the log of runs knows`() {
    let long = Sealed(12)
    let short = Sealed(5)
    let anchor = JournalAnchor(size: 12, root: long.audit().root!, source: "the log of all runs")
    let report = long.audit(short.bytes, checkpoint: short.checkpoint, anchors: [anchor])
    #expect(report.verdict == .damaged)
    #expect(report.messages.first == "records 5 to 11 are missing")
  }

  @Test func `a rewritten journal with a right signature differs from the log of runs`() {
    let sealed = Sealed(12)
    let forged = Sealed.lines(12, salt: "!")
    var tree = MerkleTree()
    for line in forged.prefix(8) { tree.append(leaf: MerkleTree.leaf(line)) }
    let anchor = JournalAnchor(size: 8, root: tree.root, source: "the log of all runs")
    let report = sealed.audit(anchors: [anchor])
    #expect(report.kinds == [.rewritten])
    #expect(
      report.messages == [
        "the first 8 records are not those of which the log of all runs holds the hash"
      ])
  }

  @Test func `a journal in shreds is called damaged in bounded time and memory`() {
    let record = Sealed.lines(1)[0] + [0x0A]
    let noise: [UInt8] = (0..<3000).flatMap { index -> [UInt8] in Array("\(index)\n".utf8) + record
    }
    let report = Sealed(3).audit(noise)
    #expect(report.verdict == .damaged)
    #expect(report.findings.count <= JournalVerifier.findingLimit + 1)
  }

  @Test func `a line longer than any record is read without keeping it`() {
    let sealed = Sealed(3)
    let long = [UInt8](repeating: UInt8(ascii: "a"), count: Record.maximumLineBytes + 300_000)
    let report = sealed.audit(lines: [sealed.lines[0], long] + sealed.lines[1...])
    #expect(report.kinds == [.added])
    #expect(report.findings.first?.lines == 2...2)
    #expect(report.provenCount == 3)
  }
}
