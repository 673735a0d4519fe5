import RunbookJournal
import RunbookModel

/// A small journal with its checkpoint, as the writer makes them.
struct Sealed {
  var lines: [[UInt8]]
  var checkpoint: [UInt8]
  private let verifier = JournalVerifier(origin: Sealed.origin, keys: [Sealed.key.verifying])
  /// The checkpoint's signature is checked once, not for each of thousands of damaged journals.
  private let reading: JournalVerifier.Reading
  static let origin = Checkpoint.origin(ofRun: "20261121-013500-test")
  static let key = SigningKey(newNamed: "lifeboat/test")!

  var bytes: [UInt8] { Self.bytes(lines) }

  static func bytes(_ lines: [[UInt8]]) -> [UInt8] {
    lines.reduce(into: []) { bytes, line in
      bytes += line
      bytes.append(0x0A)
    }
  }

  /// `covered` records of `count` are under the signature.
  init(_ count: Int, covered: Int? = nil) {
    lines = Self.lines(count)
    let under = lines.prefix(covered ?? count)
    var tree = MerkleTree()
    for line in under { tree.append(leaf: MerkleTree.leaf(line)) }
    checkpoint =
      Checkpoint(
        origin: Self.origin, size: tree.size, root: tree.root,
        head: under.last.map { MerkleTree.leaf($0) }
      ).signed(by: Self.key)!
    reading = verifier.read(checkpoint)
  }

  static func lines(_ count: Int, from start: Int = 0, salt: String = "") -> [[UInt8]] {
    var prev = MerkleTree.emptyRoot
    return (0..<count).map { seq in
      let record = Record(
        seq: seq,
        at: Moment(
          wall: Timestamp(nanoseconds: 1_795_000_000_000_000_000 + Int64(seq) * 1_234_567),
          monotonic: .nanoseconds(5_000_000 + seq)),
        event: ["stepApplied": ["step": .string("s\(seq)\(salt)"), "done": [true, .null]]],
        commands: seq % 2 == 0 ? [] : [["verify": ["step": .string("s\(seq)")]]], prev: prev)
      prev = MerkleTree.leaf(record.line)
      return record.line
    }
  }

  func audit(_ bytes: [UInt8]? = nil, anchors: [JournalAnchor] = []) -> AuditReport {
    verifier.verify(BytesSource(bytes ?? self.bytes), reading, anchors: anchors)
  }

  func audit(
    _ bytes: [UInt8]? = nil, checkpoint: [UInt8]?, anchors: [JournalAnchor] = []
  ) -> AuditReport {
    verifier.verify(
      BytesSource(bytes ?? self.bytes), checkpoint: checkpoint, anchors: anchors)
  }

  func audit(lines: [[UInt8]]) -> AuditReport { audit(Self.bytes(lines)) }
}

extension AuditReport {
  /// Every record that some finding of damage names.
  var named: Set<Int> {
    findings.filter(\.isDamage).reduce(into: []) { $0.formUnion($1.records.map(Array.init) ?? []) }
  }
  var kinds: [AuditFinding.Kind] { findings.map(\.kind) }
  var messages: [String] { findings.map(\.message) }
}
