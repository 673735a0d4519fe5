/// Tells apart what was changed and what only stands beside it, by the signature.
extension DamageReport {
  /// Reads the records again, with the changed ones as others vouch for them, and compares with the
  /// signed root.
  mutating func prove<Source: JournalSource>(_ source: Source) throws(Source.Failure) {
    guard let cover else { return nameBreaks(afterIsChanged: nil) }
    var matched: Bool?
    if let parts = parts(afterIsChanged: false) {
      if try LeafReplay(parts: parts).root(source, size: cover.size) == cover.root {
        matched = false
      } else if breaks.contains(where: { $0.or != nil }),
        let parts = self.parts(afterIsChanged: true),
        try LeafReplay(parts: parts).root(source, size: cover.size) == cover.root
      {
        matched = true
      }
      nameBreaks(afterIsChanged: matched)
      if matched == nil { reportRewritten(cover) }
    } else {
      nameBreaks(afterIsChanged: nil)
    }
    guard matched != nil else { return reportUnreachable(cover) }
    let lost = findings.reduce(into: Set<Int>()) { lost, finding in
      guard finding.kind == .changed || finding.kind == .missing else { return }
      lost.formUnion(finding.records ?? 0...0)
    }
    provenCount = cover.size - lost.filter { $0 < cover.size }.count
  }

  /// The leaves as they must have been when they were signed; nil when not all can be known.
  private func parts(afterIsChanged: Bool) -> [LeafReplay.Part]? {
    guard let cover else { return nil }
    var parts: [LeafReplay.Part] = []
    for seam in seams {
      if let before = seam.before, before.chain.first < cover.size {
        let isOther = breaks.contains { $0.changed == seam.last && $0.or != nil } && afterIsChanged
        let lastLeaf = seam.joined?.prev ?? (seam.isBroken && !isOther ? seam.claim : nil)
        let count = before.chain.last - before.chain.first + 1
        parts.append(.piece(before.piece, records: count, lastLeaf: lastLeaf))
      }
      guard !seam.coveredGap.isEmpty else { continue }
      if let leaf = seam.missingLeaf {
        parts.append(.leaf(leaf))
      } else if seam.coveredGap.count == 1, let leaf = seam.joinedHead {
        parts.append(.leaf(leaf))
      } else {
        return nil
      }
    }
    return parts
  }

  private mutating func nameBreaks(afterIsChanged: Bool?) {
    for (record, other) in breaks {
      let isCovered = (other ?? record) < (cover?.size ?? 0)
      switch (other, isCovered ? afterIsChanged : nil) {
      case (let other?, nil):
        let isOtherSure = breaks.contains { $0.changed == other }
        add(
          .changed, record...other, Self.span(line(of: record), line(of: other)),
          isOtherSure
            ? "record \(other) was changed (line \(line(of: other))); "
              + "whether record \(record) was, too, cannot be told"
            : "record \(record) or record \(other) was changed: which of them cannot be told")
      case (let other?, true?): changed(other, line(of: other))
      case (_?, false?), (nil, _): changed(record, line(of: record))
      }
    }
  }

  private mutating func reportRewritten(_ cover: SignedCover) {
    let last = cover.size - 1
    guard last >= 0 else {
      return add(.rewritten, nil, nil, "\(cover.source) has another root for no records")
    }
    add(
      .rewritten, 0...last, nil,
      "\(Words.records(0...last)) are not all as \(cover.source) says, and agree with each other "
        + "otherwise: from some record on they were rewritten, and which cannot be told"
    )
  }

  /// With other damage in the way, only what is linked to the signed last record is proven.
  private mutating func reportUnreachable(_ cover: SignedCover) {
    var first = cover.size
    for seam in seams.reversed() {
      guard let before = seam.before, before.chain.first < cover.size else { continue }
      let isProven =
        before.chain.last == cover.size - 1
        ? before.chain.head == cover.head
        : before.chain.last == first - 1 && !seam.isBroken && first < cover.size
      guard isProven else { break }
      first = before.chain.first
    }
    provenCount = cover.size - first
    let rest = order.placed.filter { $0.chain.first < first }.reduce(0) {
      $0 + min($1.chain.last + 1, first) - $1.chain.first
    }
    guard rest > 0, !findings.contains(where: { $0.kind == .rewritten }) else { return }
    add(
      .unreachable, 0...(first - 1), nil,
      "the other records below \(first) cannot be compared with \(cover.source), since the damage "
        + "stands between; where they follow each other, they agree"
    )
  }
}
