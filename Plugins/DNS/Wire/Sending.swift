import CLDNS
import Glibc
import RunbookAction
import RunbookModel

/// How a server answered an update, as far as its answer can be believed.
enum UpdateAnswer: Sendable {
  /// It said so, and with a key that it signs with too.
  case accepted
  /// It said no; nothing was changed.
  case denied(ResponseCode, SignatureError?)
  /// The request never reached it.
  case notSent(Trouble)
  /// The request may have reached it; no answer that can be believed came back.
  case inDoubt(String)
}

extension Update {
  /// Sends it once, over TCP: no repeated packets, and what was not connected was not sent.
  func send(
    to server: ServerAddress, signedBy key: SigningKey?, by deadline: Deadline
  ) async throws(ActionFailure) -> UpdateAnswer {
    guard let packet = makePacket(id: UInt16.random(in: 0...UInt16.max)) else {
      throw .refused(.input, "the update of \(zone) could not be written as a DNS message")
    }
    defer { ldns_pkt_free(packet) }
    var mac: [UInt8] = []
    if let key {
      guard let signature = key.sign(packet) else {
        throw .refused(
          .authentication, "the secret of the key '\(key.name)' is not base64",
          advice: "store it as in the server's key file: the text between the quotes")
      }
      mac = signature
    }
    let id = ldns_pkt_id(packet)
    guard let bytes = wireBytes(of: packet) else {
      throw .refused(.input, "the update of \(zone) could not be written as a DNS message")
    }
    let request = Request(id: id, bytes: bytes, key: key, mac: mac)
    return await blocking { request.send(to: server, by: deadline) }
  }
}

private struct Request: Sendable {
  var id: UInt16
  var bytes: [UInt8]
  var key: SigningKey?
  var mac: [UInt8]

  func send(to server: ServerAddress, by deadline: Deadline) -> UpdateAnswer {
    let connection: Connection
    do throws(Trouble) {
      connection = try firstThatListens(server, by: deadline) { address throws(Trouble) in
        try Connection(to: address, of: server, by: deadline)
      }
    } catch {
      return .notSent(error)
    }
    do throws(Trouble) {
      try connection.send(bytes)
      return read(try connection.receive(), from: server)
    } catch {
      return connection.hasSent ? .inDoubt(error.text) : .notSent(error)
    }
  }

  private func read(_ wire: [UInt8], from server: ServerAddress) -> UpdateAnswer {
    var parsed: UnsafeMutablePointer<ldns_pkt>?
    guard ldns_wire2pkt(&parsed, wire, wire.count) == LDNS_STATUS_OK, let packet = parsed else {
      return .inDoubt("\(server) answered with something that is no DNS message")
    }
    defer { ldns_pkt_free(packet) }
    guard ldns_pkt_qr(packet), ldns_pkt_id(packet) == id,
      ldns_pkt_get_opcode(packet) == LDNS_PACKET_UPDATE
    else { return .inDoubt("\(server) answered with something that is no answer to the update") }
    let code = ResponseCode(Int(ldns_pkt_get_rcode(packet).rawValue))
    let objection = SignatureError(packet)
    guard let key else { return code == .noError ? .accepted : answered(code, objection, server) }
    if key.hasSigned(packet, wire, for: mac) {
      return code == .noError && objection == nil ? .accepted : answered(code, objection, server)
    }
    switch code {
    case .formatError, .notImplemented, .refused, .notAuthoritative, .notInZone:
      // A server that does not accept the key cannot sign its refusal with it.
      return .denied(code, objection)
    default:
      return .inDoubt(
        "\(server) answered \(code) without a valid signature of the key '\(key.name)'")
    }
  }

  private func answered(
    _ code: ResponseCode, _ objection: SignatureError?, _ server: ServerAddress
  ) -> UpdateAnswer {
    code == .serverFailure
      ? .inDoubt("\(server) answered SERVFAIL: it failed while it worked on the update")
      : .denied(code, objection)
  }
}
