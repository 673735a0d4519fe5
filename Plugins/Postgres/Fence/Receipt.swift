import RunbookAction
import RunbookModel

/// What a fence has shown of the old primary: a promotion asks for it, so that two can never write.
struct Receipt: Codable, Equatable, Sendable {
  /// `postgres.fence/1`: made by this action, in this form.
  var kind: String
  /// The run that made it. A receipt of another run proves nothing about today.
  var run: String?
  var address: String
  var strength: Strength
  /// nil when nobody could ask the old primary and nothing declared it.
  var systemIdentifier: SystemIdentifier?
  var timeline: Int64?
  /// The end of its log after its last client had gone.
  var lastLSN: String?
  var fencedAt: Timestamp
  var doesNotProve: String

  enum CodingKeys: String, CodingKey {
    case kind
    case run
    case address
    case strength
    case systemIdentifier = "system_identifier"
    case timeline
    case lastLSN = "last_lsn"
    case fencedAt = "fenced_at"
    case doesNotProve = "does_not_prove"
  }

  /// How sure it is that the old primary cannot write.
  enum Strength: String, Codable, CaseIterable {
    /// It was identified, stopped, and its port refuses.
    case stopped
    /// New sessions are read-only and the old ones were ended; a session may still set itself writable.
    case soft
    /// Nothing answers from here; that it is not writing elsewhere rests on the witnesses' word.
    case witnessed
  }

  static let kind = "postgres.fence/1"

  init(
    run: RunID?, address: String, strength: Strength, systemIdentifier: SystemIdentifier?,
    timeline: Int64?, lastPosition: WALPosition?, fencedAt: Timestamp
  ) {
    kind = Self.kind
    self.run = run?.text
    self.address = address
    self.strength = strength
    self.systemIdentifier = systemIdentifier
    self.timeline = timeline
    lastLSN = lastPosition?.description
    self.fencedAt = fencedAt
    doesNotProve = strength.doesNotProve
  }

  var lastPosition: WALPosition? { lastLSN.flatMap { WALPosition($0) } }

  /// What a promotion may take from it about the last commits of the old primary.
  func writer(outageAt: Timestamp?) -> RecoveryPoint.Writer {
    switch strength {
    case .stopped, .soft:
      RecoveryPoint.Writer(
        lastPosition: lastPosition, stoppedWritingAt: fencedAt, outageAt: outageAt)
    case .witnessed:
      RecoveryPoint.Writer(outageAt: outageAt, unreachableAt: fencedAt)
    }
  }

  var value: Value {
    // A receipt is made of texts, numbers and a time: it always encodes.
    (try? ValueEncoder().encode(self)) ?? .null
  }

  static let fields: [Field] = [
    Field("kind", .string, "'\(kind)'", need: .required),
    Field("run", .string, "the run that made it"),
    Field("address", .address, "the old primary", need: .required),
    Field(
      "strength", .word(Strength.allCases.map(\.rawValue)),
      "stopped: its port refuses; soft: read-only by setting; witnessed: silent from here, the rest is "
        + "the witnesses' word", need: .required),
    Field("system_identifier", .either([.string, .int]), "the cluster, where it is known"),
    Field("timeline", .int, "the old primary's timeline, where it is known"),
    Field(
      "last_lsn", .string, "the end of its log after its last client had gone, where it is known"),
    Field("fenced_at", .timestamp, "when the fence stood", need: .required),
    Field("does_not_prove", .string, "what this receipt leaves open"),
  ]
}

extension Receipt.Strength {
  var doesNotProve: String {
    switch self {
    case .stopped:
      "that nobody starts the server again (a unit that is not masked, an operator, a restored "
        + "snapshot), and that the port refuses from anywhere but here"
    case .soft:
      "that no session sets itself writable again: the server is up, and read-only is only its default"
    case .witnessed:
      "that the old primary is dead: it was only silent from here. If the witnesses are wrong, it may "
        + "still be writing where this machine cannot look"
    }
  }
}
