/// What a verifier saw in one journal, and nothing that it did not see.
package struct AuditReport: Sendable, Equatable {
  package enum Verdict: String, Sendable, Equatable {
    /// Every record is covered by a right signature of a known key.
    case intact
    /// Nothing wrong was seen, but not all of it is covered by a signature.
    case unproven
    /// Something was changed, removed, moved or added.
    case damaged
  }

  package enum CheckpointStatus: Sendable, Equatable {
    case missing
    case unusable(Checkpoint.Problem)
    case valid(size: Int, root: RecordHash, signedBy: String)
  }

  /// Records found, each line in the form of one counted.
  package var recordCount: Int
  package var lineCount: Int
  /// Root of the hash tree over the lines; nil when they are not one unbroken chain from record 0.
  package var root: RecordHash?
  package var checkpoint: CheckpointStatus
  /// Records shown to be exactly as they were when they were signed.
  package var provenCount: Int
  /// In the order of the journal; at most `JournalVerifier.findingLimit`.
  package var findings: [AuditFinding]

  package var verdict: Verdict {
    if findings.contains(where: { $0.isDamage }) { return .damaged }
    return findings.isEmpty ? .intact : .unproven
  }
}

/// One thing that is not as it should be, with the records and the lines where it shows.
package struct AuditFinding: Sendable, Equatable {
  package enum Kind: String, Sendable, Equatable {
    case changed
    case missing
    case swapped
    case misplaced
    case added
    /// A chain that agrees with itself but not with its signature.
    case rewritten
    /// The last line has no end.
    case torn
    /// The checkpoint proves nothing, or not what it should.
    case checkpoint
    /// Not covered by a signature.
    case uncovered
    /// Cannot be compared with the signature because of other damage.
    case unreachable
  }

  package var kind: Kind
  /// Numbers of records, as in their `seq`.
  package var records: ClosedRange<Int>?
  /// Lines of the file, from 1.
  package var lines: ClosedRange<Int>?
  /// One sentence.
  package var message: String

  package init(
    _ kind: Kind, records: ClosedRange<Int>? = nil, lines: ClosedRange<Int>? = nil,
    _ message: String
  ) {
    self.kind = kind
    self.records = records
    self.lines = lines
    self.message = message
  }

  /// Somebody or something altered the journal; the others only limit what can be said.
  package var isDamage: Bool {
    switch kind {
    case .changed, .missing, .swapped, .misplaced, .added, .rewritten: true
    case .torn, .checkpoint, .uncovered, .unreachable: false
    }
  }
}

extension AuditFinding {
  /// For the order in a list: the line, or where the record's line would be; what follows from the
  /// rest comes last.
  var place: Int {
    guard isDamage else { return .max }
    return lines?.lowerBound ?? records.map { $0.lowerBound + 1 } ?? .max
  }

  /// Bytes after the last line end.
  static func torn(_ bytes: Int, after record: Int) -> AuditFinding {
    AuditFinding(
      .torn,
      "after \(record < 0 ? "the beginning" : "record \(record)") stand \(bytes) bytes without a "
        + "line end: a record that was being written when its writer stopped, or bytes that were added"
    )
  }
}

/// A root that was signed elsewhere: the journal's first `size` records must have it.
package struct JournalAnchor: Sendable, Equatable {
  package var size: Int
  package var root: RecordHash
  /// Who says so, as in "the log of all runs".
  package var source: String

  package init(size: Int, root: RecordHash, source: String) {
    self.size = size
    self.root = root
    self.source = source
  }
}
