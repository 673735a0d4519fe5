import CLDNS
import RunbookAction
import RunbookModel

/// `dns.key`: whether the primary accepts the TSIG key, asked with a signed question that changes
/// nothing (RFC 8945).
struct DNSKeyCheck: CheckAction {
  struct Input: ActionInput {
    var server: DNSSwitch.Input.Server
    var name: String

    static let fields = dnsKeyFields
  }

  var page: ActionPage { dnsKeyPage }

  func check(_ input: Input, in context: ReadContext) async -> Verdict {
    do throws(ActionFailure) {
      let server = try readServers([input.server.address], "server.address")[0]
      let name = try readName(input.server.zone ?? input.name)
      guard let given = input.server.key else {
        return .cannotTell(Evidence("no key is given: there is nothing to be proven"))
      }
      let reference = try DNSSwitch.Order.readKey(given)
      let key = SigningKey(
        name: reference.name, algorithm: reference.algorithm,
        secret: try context.secret(reference.secret))
      let question = try SignedQuestion(name: name, key: key)
      let deadline = min(context.deadline, .after(answerTime))
      return await blocking { question.verdict(of: server, by: deadline) }
    } catch {
      return error.kind == .authentication
        ? .doesNotHold(Evidence(error.message)) : .cannotTell(Evidence(error.message))
    }
  }
}

/// A question for the zone's SOA, signed; the answer must be signed with the same key.
private struct SignedQuestion: Sendable {
  let key: SigningKey
  private let id: UInt16
  private let bytes: [UInt8]
  private let mac: [UInt8]

  init(name: DomainName, key: SigningKey) throws(ActionFailure) {
    self.key = key
    guard let owner = name.makeRData(),
      let packet = ldns_pkt_query_new(owner, LDNS_RR_TYPE_SOA, LDNS_RR_CLASS_IN, 0)
    else { throw .refused(.input, "the question for \(name) could not be written") }
    defer { ldns_pkt_free(packet) }
    id = UInt16.random(in: 0...UInt16.max)
    ldns_pkt_set_id(packet, id)
    guard let mac = key.sign(packet) else {
      throw .refused(.authentication, "the secret of the key '\(key.name)' is not base64")
    }
    guard let bytes = wireBytes(of: packet) else {
      throw .refused(.input, "the question for \(name) could not be written")
    }
    self.mac = mac
    self.bytes = bytes
  }

  func verdict(of server: ServerAddress, by deadline: Deadline) -> Verdict {
    do throws(Trouble) {
      let connection = try firstThatListens(server, by: deadline) { address throws(Trouble) in
        try Connection(to: address, of: server, by: deadline)
      }
      try connection.send(bytes)
      return read(try connection.receive(), from: server)
    } catch {
      return .cannotTell(Evidence(error.text))
    }
  }

  private func read(_ wire: [UInt8], from server: ServerAddress) -> Verdict {
    var parsed: UnsafeMutablePointer<ldns_pkt>?
    guard ldns_wire2pkt(&parsed, wire, wire.count) == LDNS_STATUS_OK, let packet = parsed else {
      return .cannotTell(Evidence("\(server) answered with something that is no DNS message"))
    }
    defer { ldns_pkt_free(packet) }
    guard ldns_pkt_qr(packet), ldns_pkt_id(packet) == id else {
      return .cannotTell(Evidence("\(server) answered with something that is no answer"))
    }
    if let objection = SignatureError(packet) {
      let failure = objection.failure(at: server, key: key.name)
      return .doesNotHold(
        Evidence(failure.message + (failure.advice.map { "; \($0)" } ?? "")))
    }
    guard key.hasSigned(packet, wire, for: mac) else {
      return .doesNotHold(
        Evidence("\(server) answered without a valid signature of the key '\(key.name)'"))
    }
    return .holds(
      Evidence("\(server) accepts the key '\(key.name)' and signs its answers with it"))
  }
}

/// How a TSIG key is written in an input, the same wherever one is.
func keyField(forChangesOnly: Bool, _ summary: String) -> Field {
  Field(
    "key",
    .object([
      Field("name", .string, "The key's name at the server.", need: .required),
      Field(
        "algorithm", .word(KeyAlgorithm.allCases.map(\.rawValue)), "How it signs.",
        need: .defaulted(.string(KeyAlgorithm.sha256.rawValue))),
      Field(
        "secret", .secret(forChangesOnly: forChangesOnly), "The shared secret, in base64.",
        need: .required),
    ]), summary)
}

private let dnsKeyFields = [
  Field(
    "server",
    .object([
      Field("address", .address, "The zone's primary, which takes updates.", need: .required),
      Field("zone", .string, "The zone that is asked for; the name where it is not said."),
      keyField(forChangesOnly: false, "The TSIG key that is to be proven."),
      Field("all", .list(.address), "Not asked here; as in dns.switch."),
    ]), "Where the zone is kept.", need: .required),
  Field("name", .string, "The name that is to be switched later.", need: .required),
]

private let dnsKeyPage = ActionPage(
  name: "dns.key",
  summary: "The primary accepts the TSIG key, before anything rests on it",
  details: """
    Asks the zone's primary one signed question over TCP and checks the signature of its answer. \
    Nothing is changed: this action can write questions only. It finds out, before a failover has \
    begun, what dns.switch would find out in the middle of it: an unknown key (BADKEY), a wrong \
    secret (BADSIG), clocks too far apart (BADTIME).

    It cannot know whether the key is allowed to change the name. No answer means cannot tell.
    """,
  kind: .check, fields: dnsKeyFields, timeout: .seconds(5), expected: .milliseconds(20),
  undo: .notNeeded,
  byHand: "dig @SERVER -p PORT -k KEYFILE ZONE SOA   # must not say 'Couldn't verify signature'")
