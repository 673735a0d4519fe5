import CLDNS
import Glibc
import RunbookModel

/// How the messages of a key are signed.
enum KeyAlgorithm: String, Sendable, Codable, CaseIterable {
  case sha256 = "hmac-sha256"
  case sha512 = "hmac-sha512"
  case sha1 = "hmac-sha1"
}

/// A shared key (RFC 8945) with its secret, held only while a message is signed and its answer
/// checked.
struct SigningKey: Sendable {
  var name: DomainName
  var algorithm: KeyAlgorithm
  var secret: Secret

  /// How far the two clocks may be apart, in seconds: what other tools send.
  static let fudge: UInt16 = 300

  /// Signs the packet and returns the code that its answer must be bound to; nil when the secret is
  /// not base64.
  func sign(_ packet: UnsafeMutablePointer<ldns_pkt>) -> [UInt8]? {
    let status = ldns_pkt_tsig_sign(
      packet, name.text, encodedSecret, Self.fudge, "\(algorithm.rawValue).", nil)
    guard status == LDNS_STATUS_OK, let record = ldns_pkt_tsig(packet),
      let mac = ldns_rr_rdf(record, 3), let bytes = ldns_rdf_data(mac)
    else { return nil }
    return Array(UnsafeBufferPointer(start: bytes, count: ldns_rdf_size(mac)))
  }

  /// Whether the answer was signed with this key, for this request.
  func hasSigned(_ packet: UnsafeMutablePointer<ldns_pkt>, _ wire: [UInt8], for mac: [UInt8])
    -> Bool
  {
    guard let record = ldns_pkt_tsig(packet), let owner = ldns_rr_owner(record),
      DomainName(owner) == name,
      let request = ldns_rdf_new_frm_data(LDNS_RDF_TYPE_INT16_DATA, mac.count, mac)
    else { return false }
    defer { ldns_rdf_deep_free(request) }
    return ldns_pkt_tsig_verify(packet, wire, wire.count, name.text, encodedSecret, request)
  }

  private var encodedSecret: String {
    String(secret.reveal().unicodeScalars.filter { !$0.properties.isWhitespace })
  }
}

/// What a server objects to in a signature.
enum SignatureError: Sendable, Equatable {
  case badSignature
  case badKey
  /// The server's clock, in seconds since 1970, where it says so.
  case badTime(server: Int64?)
  case other(Int)

  init?(_ packet: UnsafePointer<ldns_pkt>) {
    guard let record = ldns_pkt_tsig(packet), let code = ldns_rr_rdf(record, 5) else { return nil }
    switch ldns_rdf2native_int16(code) {
    case 0: return nil
    case 16: self = .badSignature
    case 17: self = .badKey
    case 18: self = .badTime(server: ldns_rr_rdf(record, 6).flatMap { Self.seconds($0) })
    case let number: self = .other(Int(number))
    }
  }

  /// Six bytes of time after two of length.
  private static func seconds(_ rdf: UnsafePointer<ldns_rdf>) -> Int64? {
    guard ldns_rdf_size(rdf) == 8, let bytes = ldns_rdf_data(rdf) else { return nil }
    return (2..<8).reduce(0) { $0 << 8 | Int64(bytes[$1]) }
  }
}

extension Timestamp {
  /// This machine's clock, which signatures carry.
  static var wallSeconds: Int { time(nil) }
}
