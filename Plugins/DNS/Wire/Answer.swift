import CLDNS
import Glibc

/// A server's answer, read out of its message.
struct Answer: Sendable {
  var id: UInt16
  var isResponse: Bool
  var isAuthoritative: Bool
  var isTruncated: Bool
  var code: ResponseCode
  /// The question as the server repeats it; an error answer may leave it out.
  var question: (name: DomainName, type: ldns_rr_type)?
  var answers: [Record]
  var authority: [Record]

  /// nil for what is not a DNS message.
  init?(_ bytes: [UInt8]) {
    var packet: UnsafeMutablePointer<ldns_pkt>?
    guard ldns_wire2pkt(&packet, bytes, bytes.count) == LDNS_STATUS_OK, let packet else {
      return nil
    }
    defer { ldns_pkt_free(packet) }
    self.init(packet)
  }

  init?(_ packet: UnsafePointer<ldns_pkt>) {
    id = ldns_pkt_id(packet)
    isResponse = ldns_pkt_qr(packet)
    isAuthoritative = ldns_pkt_aa(packet)
    isTruncated = ldns_pkt_tc(packet)
    code = ResponseCode(Int(ldns_pkt_get_rcode(packet).rawValue))
    if let asked = ldns_rr_list_rr(ldns_pkt_question(packet), 0),
      let name = ldns_rr_owner(asked).flatMap({ DomainName($0) })
    {
      question = (name, ldns_rr_get_type(asked))
    }
    guard let answers = Record.list(ldns_pkt_answer(packet)),
      let authority = Record.list(ldns_pkt_authority(packet))
    else { return nil }
    self.answers = answers
    self.authority = authority
  }

  /// Whether it answers this question and no other.
  func answers(_ asked: Question, id: UInt16) -> Bool {
    guard isResponse, self.id == id else { return false }
    guard let question else { return code != .noError }
    return question.name == asked.name && question.type == asked.kind.wire
  }
}

/// What a server says of a request as a whole.
struct ResponseCode: Sendable, Equatable, CustomStringConvertible {
  let number: Int
  init(_ number: Int) { self.number = number }

  static let noError = ResponseCode(0)
  static let formatError = ResponseCode(1)
  static let serverFailure = ResponseCode(2)
  static let noSuchName = ResponseCode(3)
  static let notImplemented = ResponseCode(4)
  static let refused = ResponseCode(5)
  static let nameExists = ResponseCode(6)
  static let setExists = ResponseCode(7)
  static let noSuchSet = ResponseCode(8)
  static let notAuthoritative = ResponseCode(9)
  static let notInZone = ResponseCode(10)

  private static let words = [
    "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET",
    "NXRRSET", "NOTAUTH", "NOTZONE",
  ]
  var description: String {
    Self.words.indices.contains(number) ? Self.words[number] : "RCODE \(number)"
  }
}

/// One record of an answer.
struct Record: Sendable {
  enum Data: Sendable, Equatable {
    case value(RecordType, String)
    case soa(StartOfAuthority)
    case nameServer(DomainName)
    /// A type that these actions do not read.
    case other
  }
  var name: DomainName
  var ttl: UInt32
  var data: Data

  /// nil when one of them is malformed.
  static func list(_ list: UnsafePointer<ldns_rr_list>?) -> [Record]? {
    guard let list else { return [] }
    var records: [Record] = []
    for place in 0..<ldns_rr_list_rr_count(list) {
      guard let rr = ldns_rr_list_rr(list, place), let record = Record(rr) else { return nil }
      records.append(record)
    }
    return records
  }

  private init?(_ rr: UnsafePointer<ldns_rr>) {
    guard let owner = ldns_rr_owner(rr), let name = DomainName(owner) else { return nil }
    self.name = name
    ttl = ldns_rr_ttl(rr)
    let parts = (0..<ldns_rr_rd_count(rr)).compactMap { ldns_rr_rdf(rr, $0) }
      .map { UnsafePointer($0) }
    switch ldns_rr_get_type(rr) {
    case LDNS_RR_TYPE_SOA:
      guard let soa = StartOfAuthority(parts) else { return nil }
      data = .soa(soa)
    case LDNS_RR_TYPE_NS:
      guard let server = parts.first.flatMap({ DomainName($0) }) else { return nil }
      data = .nameServer(server)
    case let wire:
      guard let type = RecordType.allCases.first(where: { $0.wire == wire }) else {
        data = .other
        return
      }
      guard let value = type.written(parts) else { return nil }
      data = .value(type, value)
    }
  }
}

/// What a zone says of itself.
struct StartOfAuthority: Sendable, Equatable {
  var primary: DomainName
  var serial: UInt32
  /// How long resolvers keep "there is no such record".
  var negativeTTL: UInt32

  init?(_ parts: [UnsafePointer<ldns_rdf>]) {
    guard parts.count == 7, let primary = DomainName(parts[0]) else { return nil }
    self.primary = primary
    serial = ldns_rdf2native_int32(parts[2])
    negativeTTL = ldns_rdf2native_int32(parts[6])
  }
}
