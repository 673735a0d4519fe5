import RunbookModel

/// One record set exchanged for another on one primary server, and who must show it afterwards.
struct DNSChange: Hashable, Sendable, Codable {
  /// The server that takes the update.
  var server: String
  var zone: DomainName
  var name: DomainName
  var type: RecordType
  /// What stood there when it was planned; nil when there was no such record.
  var from: RecordSet?
  var to: RecordSet
  var key: KeyReference?
  /// Every authoritative server, the primary first.
  var servers: [String]
  /// So many of them may give no answer at all.
  var silentAllowed: Int
  var resolvers: [String]
  /// How long, in seconds, caches may keep the old answer; nil when that is not waited for.
  var wait: UInt32?

  struct KeyReference: Hashable, Sendable, Codable {
    var name: DomainName
    var algorithm: KeyAlgorithm
    var secret: SecretName
  }

  private enum CodingKeys: String, CodingKey {
    case server, zone, name, type, from, to, key, servers, resolvers, wait
    case silentAllowed = "silent_allowed"
  }

  var subject: String { "\(name) \(type.rawValue)" }

  /// Old to new, for one line.
  var text: String { "\(subject): \(from.text) -> \(to.text)" }

  /// The message that makes the change if nothing has happened to the name since the plan.
  var forward: Update { exchange(from, for: to) }

  /// The message that takes it back if nothing has happened to the name since.
  var backward: Update { exchange(to, for: from) }

  private func exchange(_ old: RecordSet?, for new: RecordSet?) -> Update {
    var conditions: [Update.Condition] = []
    var edits: [Update.Edit] = []
    if let old {
      conditions.append(.has(name, type, old.values))
      edits.append(.delete(name, type))
    } else if type == .cname {
      conditions.append(.isUnused(name))
    } else {
      // Beside an alias the server would drop the new record without a word.
      conditions += [.hasNo(name, type), .hasNo(name, .cname)]
    }
    if let new { edits += new.values.map { .add(name, type, ttl: new.ttl, $0) } }
    return Update(zone: zone, conditions: conditions, edits: edits)
  }

  /// The outputs of the step; the serial is what the server said at that moment.
  func facts(serial: UInt32? = nil) -> ValueMap {
    [
      "zone": .string(zone.text),
      "old_values": .list((from?.values ?? []).map(Value.string)),
      "new_values": .list(to.values.map(Value.string)),
      "ttl": .duration(.seconds(Int64(to.ttl))),
      "cached_for": .duration(.seconds(Int64(wait ?? 0))),
      "serial": serial.map { .int(Int64($0)) } ?? .null,
    ]
  }
}
