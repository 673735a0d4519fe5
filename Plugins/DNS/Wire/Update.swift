import CLDNS
import Glibc

/// One RFC 2136 message: the server makes all of its edits when every condition is true, and none
/// otherwise.
struct Update: Sendable, Equatable {
  enum Condition: Sendable, Equatable {
    /// The set has exactly these values; its TTL does not matter.
    case has(DomainName, RecordType, [String])
    case hasNo(DomainName, RecordType)
    /// The name has no record of any type.
    case isUnused(DomainName)
  }

  enum Edit: Sendable, Equatable {
    case delete(DomainName, RecordType)
    case add(DomainName, RecordType, ttl: UInt32, String)
  }

  var zone: DomainName
  var conditions: [Condition]
  var edits: [Edit]

  /// The same as input for `nsupdate`, to be shown and to be done by hand.
  var lines: [String] {
    var lines = ["zone \(zone)"]
    for condition in conditions {
      switch condition {
      case .has(let name, let type, let values):
        lines += values.map { "prereq yxrrset \(name) \(type.rawValue) \($0)" }
      case .hasNo(let name, let type): lines.append("prereq nxrrset \(name) \(type.rawValue)")
      case .isUnused(let name): lines.append("prereq nxdomain \(name)")
      }
    }
    for edit in edits {
      switch edit {
      case .delete(let name, let type): lines.append("update delete \(name) \(type.rawValue)")
      case .add(let name, let type, let ttl, let value):
        lines.append("update add \(name) \(ttl) \(type.rawValue) \(value)")
      }
    }
    return lines + ["send"]
  }

  /// The unsigned packet; the caller frees it. nil when a value is not one of its type.
  func makePacket(id: UInt16) -> UnsafeMutablePointer<ldns_pkt>? {
    guard let packet = ldns_pkt_new() else { return nil }
    ldns_pkt_set_id(packet, id)
    ldns_pkt_set_opcode(packet, LDNS_PACKET_UPDATE)
    guard push(to: packet) else {
      ldns_pkt_free(packet)
      return nil
    }
    return packet
  }

  private func push(to packet: UnsafeMutablePointer<ldns_pkt>) -> Bool {
    func add(_ section: ldns_pkt_section, _ record: UnsafeMutablePointer<ldns_rr>?) -> Bool {
      guard let record else { return false }
      return ldns_pkt_push_rr(packet, section, record)
    }
    guard let asked = makeRecord(zone, LDNS_RR_TYPE_SOA, LDNS_RR_CLASS_IN) else { return false }
    ldns_rr_set_question(asked, true)
    guard add(LDNS_SECTION_QUESTION, asked) else { return false }
    for condition in conditions {
      switch condition {
      case .has(let name, let type, let values):
        for value in values {
          let record = makeRecord(name, type.wire, LDNS_RR_CLASS_IN, type: type, value: value)
          guard add(LDNS_SECTION_ANSWER, record) else { return false }
        }
      case .hasNo(let name, let type):
        let record = makeRecord(name, type.wire, LDNS_RR_CLASS_NONE)
        guard add(LDNS_SECTION_ANSWER, record) else { return false }
      case .isUnused(let name):
        let record = makeRecord(name, LDNS_RR_TYPE_ANY, LDNS_RR_CLASS_NONE)
        guard add(LDNS_SECTION_ANSWER, record) else { return false }
      }
    }
    for edit in edits {
      switch edit {
      case .delete(let name, let type):
        let record = makeRecord(name, type.wire, LDNS_RR_CLASS_ANY)
        guard add(LDNS_SECTION_AUTHORITY, record) else { return false }
      case .add(let name, let type, let ttl, let value):
        let record = makeRecord(
          name, type.wire, LDNS_RR_CLASS_IN, ttl: ttl, type: type, value: value)
        guard add(LDNS_SECTION_AUTHORITY, record) else { return false }
      }
    }
    return true
  }

  /// A record; the packet that it is pushed to frees it.
  private func makeRecord(
    _ name: DomainName, _ wire: ldns_rr_type, _ wireClass: ldns_rr_class, ttl: UInt32 = 0,
    type: RecordType? = nil, value: String = ""
  ) -> UnsafeMutablePointer<ldns_rr>? {
    guard let owner = name.makeRData() else { return nil }
    guard let record = ldns_rr_new() else {
      ldns_rdf_deep_free(owner)
      return nil
    }
    ldns_rr_set_owner(record, owner)
    ldns_rr_set_type(record, wire)
    ldns_rr_set_class(record, wireClass)
    ldns_rr_set_ttl(record, ttl)
    guard let type else { return record }
    guard let parts = type.makeRData(value) else {
      ldns_rr_free(record)
      return nil
    }
    for part in parts { _ = ldns_rr_push_rdf(record, part) }
    return record
  }
}
