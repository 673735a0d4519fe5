import RunbookModel

/// What a check demands of a server.
struct Expectation: Decodable, Sendable {
  var role: Role?
  var lagBytesAtMost: Int64?
  var lagSecondsAtMost: Duration?
  var timeline: Int64?
  var systemIdentifier: SystemIdentifier?
  var writable: Bool?
  var accepting: Bool?

  enum Role: String, Decodable, CaseIterable {
    case primary
    case standby
  }

  enum CodingKeys: String, CodingKey {
    case role
    case lagBytesAtMost = "lag_bytes_at_most"
    case lagSecondsAtMost = "lag_seconds_at_most"
    case timeline
    case systemIdentifier = "system_identifier"
    case writable
    case accepting
  }

  static let fields: [Field] = [
    Field("role", .word(Role.allCases.map(\.rawValue)), "what it must be"),
    Field(
      "lag_bytes_at_most", .size,
      "how much of its primary's log it may still have to replay; unknown does not pass"),
    Field(
      "lag_seconds_at_most", .duration,
      "how old its newest data may be; unknown does not pass"),
    Field("timeline", .int, "the timeline it must be on"),
    Field("system_identifier", .either([.string, .int]), "the cluster it must belong to"),
    Field("writable", .bool, "whether new transactions must be able to write"),
    Field(
      "accepting", .bool,
      "whether it must take sessions; a refused connection counts as no, silence as unknown"),
  ]

  var asksMoreThanAccepting: Bool {
    role != nil || lagBytesAtMost != nil || lagSecondsAtMost != nil || timeline != nil
      || systemIdentifier != nil || writable != nil
  }

  /// What is not as demanded, and what could not be seen.
  func findings(_ state: NodeState, _ lag: Lag) -> (misses: [String], unknowns: [String]) {
    var misses: [String] = []
    var unknowns: [String] = []
    if let role, role.rawValue != state.role { misses.append("role \(role.rawValue)") }
    if let timeline, timeline != state.timeline { misses.append("timeline \(timeline)") }
    if let systemIdentifier, systemIdentifier != state.systemIdentifier {
      misses.append("cluster \(systemIdentifier)")
    }
    if let writable, writable != state.isWritable {
      misses.append(writable ? "writable" : "not writable")
    }
    if accepting == false { misses.append("taking no sessions") }
    if let limit = lagBytesAtMost {
      switch lag.bytes {
      case .known(let bytes) where bytes > limit:
        misses.append("at most \(ByteCount.spoken(limit)) behind")
      case .known: break
      case .unknown(let reason): unknowns.append("the lag in bytes: \(reason)")
      }
    }
    if let limit = lagSecondsAtMost {
      switch lag.time {
      case .known(let time) where time > limit:
        misses.append("at most \(limit.spoken) behind")
      case .known: break
      case .unknown(let reason): unknowns.append("the lag in time: \(reason)")
      }
    }
    return (misses, unknowns)
  }
}
