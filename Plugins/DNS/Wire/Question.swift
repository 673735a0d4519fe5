import CLDNS
import Glibc

/// What is asked: a name, a type, and whether the server may ask others for it.
struct Question: Sendable {
  enum Kind: Sendable, Equatable {
    case records(RecordType)
    case soa
    case nameServers

    var wire: ldns_rr_type {
      switch self {
      case .records(let type): type.wire
      case .soa: LDNS_RR_TYPE_SOA
      case .nameServers: LDNS_RR_TYPE_NS
      }
    }
  }

  var name: DomainName
  var kind: Kind
  var wantsRecursion: Bool

  /// The message, with an id of its own; nil when memory is short.
  func encoded() -> (id: UInt16, bytes: [UInt8])? {
    guard let owner = name.makeRData() else { return nil }
    let flags = wantsRecursion ? UInt16(LDNS_RD) : 0
    guard let packet = ldns_pkt_query_new(owner, kind.wire, LDNS_RR_CLASS_IN, flags) else {
      ldns_rdf_deep_free(owner)
      return nil
    }
    defer { ldns_pkt_free(packet) }
    let id = UInt16.random(in: 0...UInt16.max)
    ldns_pkt_set_id(packet, id)
    guard let bytes = wireBytes(of: packet) else { return nil }
    return (id, bytes)
  }
}

/// The packet as it is sent.
func wireBytes(of packet: UnsafePointer<ldns_pkt>) -> [UInt8]? {
  var bytes: UnsafeMutablePointer<UInt8>?
  var count = 0
  guard ldns_pkt2wire(&bytes, packet, &count) == LDNS_STATUS_OK, let bytes else { return nil }
  defer { free(bytes) }
  return Array(UnsafeBufferPointer(start: bytes, count: count))
}
