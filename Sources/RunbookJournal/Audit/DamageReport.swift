/// Names what was done to a journal that is not one unbroken chain, or not the one that was signed.
struct DamageReport {
  var findings: [AuditFinding] = []
  var provenCount = 0

  let order: PieceOrder
  let cover: SignedCover?
  var seams: [Seam] = []
  /// Of each broken seam: the record before, and the one after when that may be the changed one
  /// instead.
  var breaks: [(changed: Int, or: Int?)] = []

  init<Source: JournalSource>(
    _ scan: JournalScan, cover: SignedCover?, source: Source
  ) throws(Source.Failure) {
    self.cover = cover
    let end = cover.flatMap { cover in cover.head.map { (last: cover.size - 1, head: $0) } }
    order = PieceOrder(scan.pieces, end: end)
    let placed = order.placed
    for index in 0...placed.count {
      seams.append(
        Seam(
          before: index > 0 ? placed[index - 1] : nil,
          after: index < placed.count ? placed[index] : nil, cover: cover))
    }
    assignStrays()
    try findJoinedLines(source)
    reportMoves()
    for index in seams.indices { report(index, tornBytes: scan.tornBytes) }
    try prove(source)
    findings.sort { $0.place < $1.place }
  }

  // MARK: What stands where

  /// Gives each stray to the gap nearest to where it stands in the file, or else to the seam that
  /// it stands in.
  private mutating func assignStrays() {
    for stray in order.strays {
      let from =
        seams.lastIndex {
          $0.before.map { !$0.isMoved && $0.piece.offset < stray.offset } ?? true
        } ?? 0
      let to = seams[from...].firstIndex { $0.after.map { !$0.isMoved } ?? true } ?? from
      let place = seams[from...to].firstIndex { !$0.gap.isEmpty } ?? from
      seams[place].strays.append(stray)
    }
  }

  /// A record that has no line of its own may stand on the line before, its line end being gone.
  private mutating func findJoinedLines<Source: JournalSource>(
    _ source: Source
  ) throws(Source.Failure) {
    for index in seams.indices where !seams[index].gap.isEmpty && seams[index].strays.isEmpty {
      guard let piece = seams[index].before?.piece else { continue }
      var lines = LineReader(from: piece.lastLineOffset, limit: piece.end)
      guard let line = try lines.next(source), let bytes = line.bytes else { continue }
      let mark = Array("{\"seq\":\(seams[index].last + 1),\"at\":\"".utf8)
      guard let start = Self.place(of: mark, in: bytes, from: 2),
        let front = LineForm().front(of: UnsafeRawBufferPointer(rebasing: bytes[start...]))
      else { continue }
      seams[index].joined = front
      seams[index].joinedHead = ([0] + bytes[start...]).withUnsafeBytes { RootHasher.leaf($0) }
    }
  }

  // MARK: Findings

  private mutating func reportMoves() {
    var done = Set<Int>()
    for placed in order.placed where placed.isMoved && !done.contains(placed.chain.first) {
      let chain = placed.chain
      let lines = placed.piece.lines
      let partner = order.placed.first {
        chain.first == chain.last && $0.chain.first == $0.chain.last
          && $0.piece.firstLine == chain.first + 1 && placed.piece.firstLine == $0.chain.first + 1
      }
      if let partner {
        if partner.chain.first == chain.first { continue }
        let records = Self.span(chain.first, partner.chain.first)
        done.formUnion([records.lowerBound, records.upperBound])
        add(
          .swapped, records, Self.span(lines.lowerBound, partner.piece.firstLine),
          "records \(records.lowerBound) and \(records.upperBound) are swapped"
            + " (lines \(records.lowerBound + 1) and \(records.upperBound + 1))"
        )
      } else {
        let records = chain.first...chain.last
        add(
          .misplaced, records, lines,
          "\(Words.records(records)) \(Words.verb("stand", records)) in the wrong place, on "
            + Words.lines(lines)
        )
      }
    }
  }

  private mutating func report(_ index: Int, tornBytes: Int) {
    let seam = seams[index]
    let isEnd = index == seams.count - 1
    if seam.gap.isEmpty {
      reportStrays(seam)
      if isEnd, tornBytes > 0 { findings.append(.torn(tornBytes, after: seam.last)) }
    } else {
      reportGap(seam, isEnd ? tornBytes : 0)
    }
    if seam.isBroken, !isReplaced(seam) {
      let next = index + 1 < seams.count ? seams[index + 1] : nil
      let isAfterDoubtful =
        !seam.isSigned && seam.after.map { $0.chain.first == $0.chain.last } == true
        && (next.map { $0.isBroken || $0.claim == nil } ?? true)
      // At the front there is nothing before that could have been changed.
      let isFront = seam.before == nil
      breaks.append(
        (isFront ? seam.next : seam.last, isAfterDoubtful && !isFront ? seam.next : nil))
    }
    if seam.breaksAfterCover, let after = seam.after {
      changed(after.chain.first, after.piece.firstLine)
    }
  }

  private mutating func reportStrays(_ seam: Seam) {
    if isReplaced(seam), let before = seam.before {
      let line = before.piece.firstLine + before.piece.lineCount - 1
      add(
        .added, nil, line...line,
        "line \(line) was added: it calls itself record \(seam.last), "
          + "but the next record vouches for another one"
      )
      return
    }
    for stray in seam.strays {
      let lines = stray.lines
      let subject = Words.lines(lines)
      if let chain = stray.chain {
        let name = Words.records(chain.first...chain.last)
        add(
          .added, nil, lines,
          "\(subject) \(Words.verb("do", lines)) not belong there: "
            + "\(name) \(Words.verb("have", lines)) another line already"
        )
      } else {
        add(
          .added, nil, lines,
          subject + (lines.count == 1 ? " is no record and does" : " are no records and do")
            + " not belong there"
        )
      }
    }
  }

  private mutating func reportGap(_ seam: Seam, _ tornBytes: Int) {
    let gap = seam.gap
    var missing = gap
    if let before = seam.before, seam.joined != nil {
      let line = before.piece.firstLine + before.piece.lineCount - 1
      add(
        .changed, seam.last...seam.last, line...line,
        "record \(seam.last) was changed: the end of its line is gone, "
          + "and record \(gap.lowerBound) stands joined to it (line \(line))"
      )
      missing = (gap.lowerBound + 1)..<gap.upperBound
    } else if let first = seam.strays.first, let last = seam.strays.last {
      let lines = first.firstLine...(last.firstLine + last.lineCount - 1)
      let count = seam.strays.reduce(0) { $0 + $1.lineCount }
      guard count == gap.count else {
        reportUnreadable(gap, lines)
        return
      }
      reportOneByOne(seam)
      return
    }
    if tornBytes > 0, let record = missing.first {
      add(
        .changed, record...record, nil,
        "record \(record) was changed or cut: its line has no end")
      missing.removeFirst()
    }
    guard let first = missing.first, let last = missing.last else { return }
    add(
      .missing, first...last, nil,
      "\(Words.records(first...last)) \(Words.verb("be", first...last)) missing")
  }

  /// As many lines as records are missing: each of them was one.
  private mutating func reportOneByOne(_ seam: Seam) {
    var record = seam.gap.lowerBound
    for stray in seam.strays {
      for line in stray.lines {
        let number = line == stray.firstLine ? stray.wrongNumber ?? stray.chain?.first : nil
        let why = number.map { "it now calls itself record \($0)" } ?? "it is no longer a record"
        add(
          .changed, record...record, line...line,
          "record \(record) was changed: \(why) (line \(line))")
        record += 1
      }
    }
  }

  private mutating func reportUnreadable(_ gap: Range<Int>, _ lines: ClosedRange<Int>) {
    let records = gap.lowerBound...(gap.upperBound - 1)
    let place =
      "\(Words.lines(lines)) \(Words.verb("stand", lines)) in "
      + (records.count == 1 ? "its place" : "their place")
    let what = records.count == 1 ? "was changed" : "are changed or missing"
    add(.changed, records, lines, "\(Words.records(records)) \(what): \(place)")
  }

  // MARK: Words

  mutating func changed(_ record: Int, _ line: Int) {
    let isNamed = findings.contains {
      $0.kind == .changed && $0.records?.upperBound == record
    }
    guard !isNamed else { return }
    add(.changed, record...record, line...line, "record \(record) was changed (line \(line))")
  }

  mutating func add(
    _ kind: AuditFinding.Kind, _ records: ClosedRange<Int>?, _ lines: ClosedRange<Int>?,
    _ message: String
  ) {
    findings.append(AuditFinding(kind, records: records, lines: lines, message))
  }

  /// The record before was put in: another line has its number, and the next record vouches for
  /// that one.
  private func isReplaced(_ seam: Seam) -> Bool {
    guard seam.isBroken, let claim = seam.claim else { return false }
    return seam.strays.contains { stray in
      stray.chain.map { $0.first == seam.last && $0.last == seam.last && $0.head == claim } ?? false
    }
  }

  /// The line on which a record that has its place stands.
  func line(of record: Int) -> Int {
    let placed = order.placed.first { $0.chain.first <= record && record <= $0.chain.last }
    return placed.map { $0.piece.firstLine + record - $0.chain.first } ?? record + 1
  }

  private static func place(
    of mark: [UInt8], in bytes: UnsafeRawBufferPointer, from start: Int
  ) -> Int? {
    guard bytes.count >= start + mark.count else { return nil }
    return (start...(bytes.count - mark.count)).first { place in
      bytes[place] == mark[0] && bytes[place..<(place + mark.count)].elementsEqual(mark)
    }
  }

  static func span(_ one: Int, _ other: Int) -> ClosedRange<Int> {
    min(one, other)...max(one, other)
  }
}
