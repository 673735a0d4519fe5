/// Finds every byte of a journal that is not as it was written, and names the record.
///
/// Shares no code with what writes journals. Reads once when nothing is wrong, up to four times when
/// something is; memory does not grow with the journal. What a report says:
/// - with a checkpoint, of everything up to it: any changed, missing, moved or added byte;
/// - beyond the checkpoint, or without one: what the chain shows, which is any change but one of
///   the last record or of everything from some record on.
package struct JournalVerifier: Sendable {
  /// More findings are counted, not listed.
  package static let findingLimit = 100

  private let origin: String
  private let keys: [VerifyingKey]
  private let lanes: (any HashLanes)?

  /// `origin` is what the checkpoint must name; `keys` those whose signature counts; `lanes` hash a
  /// journal that is in order, nil for the library alone.
  package init(
    origin: String, keys: [VerifyingKey], lanes: (any HashLanes)? = ProcessorLanes.best
  ) {
    self.origin = origin
    self.keys = keys
    self.lanes = lanes
  }

  /// `note` is the checkpoint as it was before the journal is read, so that a live journal is never
  /// behind it.
  package func verify<Source: JournalSource>(
    _ source: Source, checkpoint note: [UInt8]?, anchors: [JournalAnchor] = []
  ) throws(Source.Failure) -> AuditReport {
    try verify(source, read(note), anchors: anchors)
  }

  /// What a checkpoint's note turned out to be.
  package struct Reading: Sendable {
    fileprivate var status: AuditReport.CheckpointStatus
    fileprivate var signed: Checkpoint?
    fileprivate var problem: AuditFinding?
  }

  /// The same with a note that was read before.
  package func verify<Source: JournalSource>(
    _ source: Source, _ reading: Reading, anchors: [JournalAnchor] = []
  ) throws(Source.Failure) -> AuditReport {
    let cover = self.cover(reading.signed, anchors)
    let sizes = anchors.map(\.size) + [cover?.size ?? 0]
    var straight = StraightReading(cover: cover?.size, sizes: sizes, lanes: lanes)
    if try straight.read(source), fits(straight, cover),
      compare(straight.roots, with: anchors, but: cover).isEmpty
    {
      return report(straight, reading, cover)
    }
    var scan = JournalScan(cover: cover?.size, sizes: sizes)
    try scan.read(source)
    return try report(scan, reading, cover, anchors, source)
  }

  private func report(
    _ straight: StraightReading, _ reading: Reading, _ cover: SignedCover?
  ) -> AuditReport {
    var findings = reading.problem.map { [$0] } ?? []
    if straight.tornBytes > 0 {
      findings.append(.torn(straight.tornBytes, after: straight.count - 1))
    }
    findings += uncovered(last: straight.count - 1, cover, reading)
    return AuditReport(
      recordCount: straight.count, lineCount: straight.count, root: straight.root,
      checkpoint: reading.status, provenCount: cover?.size ?? 0, findings: findings)
  }

  private func report<Source: JournalSource>(
    _ scan: JournalScan, _ reading: Reading, _ cover: SignedCover?, _ anchors: [JournalAnchor],
    _ source: Source
  ) throws(Source.Failure) -> AuditReport {
    var findings = reading.problem.map { [$0] } ?? []
    var proven = 0
    if scan.isShredded {
      findings.append(shredded(scan))
    } else if scan.isUnbroken, fits(scan, cover) {
      proven = cover?.size ?? 0
      if scan.tornBytes > 0 { findings.append(.torn(scan.tornBytes, after: scan.recordCount - 1)) }
    } else {
      let damage = try DamageReport(scan, cover: cover, source: source)
      proven = damage.provenCount
      findings += damage.findings
    }
    if scan.isUnbroken { findings += compare(scan.roots, with: anchors, but: cover) }
    let last = scan.pieces.compactMap { $0.chain?.last }.max() ?? -1
    findings += uncovered(last: last, cover, reading)
    return AuditReport(
      recordCount: scan.recordCount, lineCount: scan.lineCount,
      root: scan.isUnbroken ? scan.tree.root : nil, checkpoint: reading.status, provenCount: proven,
      findings: limited(findings))
  }

  /// Checks a note's form, origin and signature.
  package func read(_ note: [UInt8]?) -> Reading {
    guard let note else {
      let problem = AuditFinding(.checkpoint, "there is no signed checkpoint")
      return Reading(status: .missing, signed: nil, problem: problem)
    }
    do throws(Checkpoint.Problem) {
      let (checkpoint, key) = try Checkpoint.read(note, origin: origin, keys: keys)
      let status = AuditReport.CheckpointStatus.valid(
        size: checkpoint.size, root: checkpoint.root, signedBy: key.description)
      return Reading(status: status, signed: checkpoint, problem: nil)
    } catch {
      let problem = AuditFinding(.checkpoint, "the checkpoint \(error.text)")
      return Reading(status: .unusable(error), signed: nil, problem: problem)
    }
  }

  /// What covers most; the checkpoint when several cover the same.
  private func cover(_ checkpoint: Checkpoint?, _ anchors: [JournalAnchor]) -> SignedCover? {
    let signed = checkpoint.map {
      SignedCover(size: $0.size, root: $0.root, head: $0.head, source: "its signed checkpoint")
    }
    guard let largest = anchors.max(by: { $0.size < $1.size }),
      largest.size > signed?.size ?? -1
    else { return signed }
    return SignedCover(
      size: largest.size, root: largest.root, head: nil, source: largest.source)
  }

  private func fits(_ straight: StraightReading, _ cover: SignedCover?) -> Bool {
    guard let cover else { return true }
    guard straight.roots[cover.size] == cover.root else { return false }
    guard cover.size > 0, let head = cover.head else { return true }
    return straight.coverHead == head
  }

  private func fits(_ scan: JournalScan, _ cover: SignedCover?) -> Bool {
    guard let cover else { return true }
    guard scan.roots[cover.size] == cover.root else { return false }
    guard cover.size > 0, let head = cover.head else { return true }
    let last = scan.pieces.first { $0.chain?.last == cover.size - 1 }
    return last?.chain?.head == head
  }

  /// Roots that were signed at other moments.
  private func compare(
    _ roots: [Int: RecordHash], with anchors: [JournalAnchor], but cover: SignedCover?
  ) -> [AuditFinding] {
    anchors.compactMap { anchor in
      if anchor.size == cover?.size, anchor.root == cover?.root { return nil }
      guard let root = roots[anchor.size], root != anchor.root else { return nil }
      return AuditFinding(
        .rewritten, records: anchor.size > 0 ? 0...(anchor.size - 1) : nil,
        "the first \(anchor.size) records are not those of which \(anchor.source) holds the hash")
    }
  }

  private func uncovered(
    last: Int, _ cover: SignedCover?, _ reading: Reading
  ) -> [AuditFinding] {
    let covered = cover?.size ?? 0
    guard last >= covered else { return [] }
    let which = Words.records(covered...last)
    let place = reading.signed != nil && covered > 0 ? ", after the last signed checkpoint," : ""
    return [
      AuditFinding(
        .uncovered, records: covered...last,
        "\(which)\(place) \(last == covered ? "is" : "are") not covered by a signature")
    ]
  }

  private func shredded(_ scan: JournalScan) -> AuditFinding {
    let first = scan.pieces.first?.chain?.last
    return AuditFinding(
      .changed,
      "the journal is broken in more than \(JournalScan.pieceLimit) places"
        + (first.map { ", first after record \($0)" } ?? "")
        + ": most of it is not what was written"
    )
  }

  private func limited(_ findings: [AuditFinding]) -> [AuditFinding] {
    guard findings.count > Self.findingLimit else { return findings }
    let rest = findings.count - Self.findingLimit
    let isDamage = findings.suffix(rest).contains { $0.isDamage }
    return findings.prefix(Self.findingLimit)
      + [
        AuditFinding(isDamage ? .changed : .uncovered, "\(rest) more findings of the same journal")
      ]
  }
}
