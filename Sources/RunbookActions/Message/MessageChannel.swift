import RunbookAction
import RunbookModel

/// The way a message takes. Secrets stand in it by name.
enum MessageChannel: Codable, Equatable, Sendable {
  case smtp(SMTPServer)
  case webhook(Webhook)
  case file(String)

  init(_ via: MessageSend.Input.Via, in facts: RunFacts) throws(ActionFailure) {
    let given = (via.smtp == nil ? 0 : 1) + (via.webhook == nil ? 0 : 1) + (via.file == nil ? 0 : 1)
    guard given == 1 else {
      throw .refused(
        .input, given == 0 ? "'via' names no way" : "'via' names \(given) ways at once",
        advice: "write one of smtp, webhook or file under 'via'")
    }
    if let smtp = via.smtp {
      self = .smtp(try SMTPServer(smtp))
    } else if let hook = via.webhook {
      self = .webhook(
        Webhook(
          url: hook.url, headers: hook.headers ?? [:], caFile: hook.caFile, json: hook.json,
          expect: hook.expect?.body))
    } else {
      let path = via.file ?? ""
      guard !path.utf8.contains(0) else {
        throw .refused(.input, "the path in 'file' holds a null byte")
      }
      self = .file(path.hasPrefix("/") ? path : "\(facts.runbookFolder)/\(path)")
    }
  }

  /// For a sentence: "mail.shop.example:587".
  var spoken: String {
    switch self {
    case .smtp(let server): server.address
    case .webhook(let hook): hook.spoken
    case .file(let path): path
    }
  }

  var preview: String {
    switch self {
    case .smtp(let server):
      "mail through \(server.address) (\(server.tls.spoken)"
        + (server.user.map { ", as \($0)" } ?? "")
        + (server.password?.secretName.map { " with the secret '\($0)'" } ?? "") + ")"
    case .webhook(let hook): "HTTP POST to \(hook.spoken)\(hook.secretHeaders)"
    case .file(let path): "appending it to \(path)"
    }
  }

  /// What stands behind the @ of a Message-ID.
  var domain: String {
    guard case .smtp(let server) = self,
      let at = server.from.lastIndex(of: "@"),
      case let domain = server.from[server.from.index(after: at)...].filter({ $0 != ">" }),
      !domain.isEmpty, !domain.contains("[")
    else { return "lifeboat.invalid" }
    return domain
  }

  // In a record: one key, as in the runbook.
  private enum Key: String, CodingKey {
    case smtp, webhook, file
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    switch self {
    case .smtp(let server): try container.encode(server, forKey: .smtp)
    case .webhook(let hook): try container.encode(hook, forKey: .webhook)
    case .file(let path): try container.encode(path, forKey: .file)
    }
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    if let server = try container.decodeIfPresent(SMTPServer.self, forKey: .smtp) {
      self = .smtp(server)
    } else if let hook = try container.decodeIfPresent(Webhook.self, forKey: .webhook) {
      self = .webhook(hook)
    } else {
      self = .file(try container.decode(String.self, forKey: .file))
    }
  }
}

struct SMTPServer: Codable, Equatable, Sendable {
  enum Security: String, Codable, Sendable, CaseIterable {
    case starttls
    case implicit
    case none

    var spoken: String {
      switch self {
      case .starttls: "STARTTLS"
      case .implicit: "TLS"
      case .none: "not encrypted"
      }
    }
  }

  var address: String
  var from: String
  var tls: Security
  var user: String?
  /// The name of a secret.
  var password: Value?
  var caFile: String?

  init(_ input: MessageSend.Input.Via.Mail) throws(ActionFailure) {
    address = input.server
    from = input.from
    tls = input.tls
    user = input.user
    password = input.password
    caFile = input.caFile
    guard HostPort(address) != nil else {
      throw .refused(.input, "'\(address)' is no address of a mail server", advice: "host:port")
    }
    let sender = Recipient(from)
    try sender.checkText()
    try sender.checkMail()
    guard (user == nil) == (password == nil) else {
      throw .refused(
        .input, "'user' and 'password' belong together, and one of them is missing")
    }
    if let user, user.utf8.contains(where: { $0 < 32 }) {
      throw .refused(.input, "'user' holds a control character")
    }
    if password != nil, tls == .none, !isOnThisMachine {
      throw .refused(
        .input, "a password would go to \(address) without encryption, for everybody to read",
        advice: "write 'tls: starttls' or 'tls: implicit'")
    }
  }

  var isOnThisMachine: Bool {
    let host = HostPort(address)?.host ?? ""
    return host.hasPrefix("127.") || host == "::1" || host == "localhost"
  }
}

struct Webhook: Codable, Equatable, Sendable {
  /// A text or the name of a secret.
  var url: Value
  var headers: ValueMap
  var caFile: String?
  /// Posted instead of ours.
  var json: ValueMap?
  /// What the body of an answer must hold.
  var expect: Value?

  var spoken: String {
    switch url {
    case .string(let text): text
    case .secret(let name): "the address in the secret '\(name)'"
    default: "?"
    }
  }

  var secretHeaders: String {
    let names = headers.compactMap { entry in
      entry.value.secretName.map { "\(entry.key) from the secret '\($0)'" }
    }
    return names.isEmpty ? "" : " with " + names.joined(separator: ", ")
  }
}

extension Value {
  var secretName: SecretName? {
    if case .secret(let name) = self { name } else { nil }
  }
}
