import RunbookAction
import RunbookModel

extension MessageSend {
  struct Input: ActionInput {
    var via: Via
    var to: Recipients
    var template: MessageTemplate?
    var next: String?
    var subject: String?
    var body: String?
    var language: MessageLanguage

    /// One of the three; which one is checked when the change is made.
    struct Via: Decodable, Sendable {
      var smtp: Mail?
      var webhook: Hook?
      var file: String?

      struct Mail: Decodable, Sendable {
        var server: String
        var from: String
        var tls: SMTPServer.Security
        var user: String?
        var password: Value?
        var caFile: String?

        enum CodingKeys: String, CodingKey {
          case server, from, tls, user, password
          case caFile = "ca_file"
        }
      }

      struct Hook: Decodable, Sendable {
        var url: Value
        var headers: ValueMap?
        var json: ValueMap?
        var expect: Expected?
        var caFile: String?

        struct Expected: Decodable, Sendable {
          var body: Value
        }

        enum CodingKeys: String, CodingKey {
          case url, headers, json, expect
          case caFile = "ca_file"
        }
      }
    }

    static let fields = [
      Field("via", .object(ways), "How it is sent: one of the three.", need: .required),
      Field(
        "to", .either([.string, .map(.any), .list(.either([.string, .map(.any)]))]),
        "Who gets it: addresses (`ops@shop.example`, `Ops <ops@shop.example>`) or contacts, maps "
          + "with `mail` and `name`; at most \(MessageLimits.recipients). For a webhook or a file "
          + "any name will do.", need: .required),
      Field(
        "template", .word(MessageTemplate.allCases.map(\.rawValue)),
        "A built-in text, filled with the run's figures when it is sent."),
      Field("next", .string, "What comes next, in your words; goes into the built-in text."),
      Field(
        "subject", .string, "One line; needed where there is no `template`, else instead of its."),
      Field(
        "body", .string,
        "The text, lines as written; needed where there is no `template`, else instead of its."),
      Field(
        "language", .word(MessageLanguage.allCases.map(\.rawValue)),
        "The language of what lifeboat itself writes into it.", need: .defaulted("en")),
    ]

    private static let ways = [
      Field(
        "smtp",
        .object([
          Field("server", .address, "The mail server.", need: .required),
          Field("from", .string, "The sender's address.", need: .required),
          Field(
            "tls", .word(SMTPServer.Security.allCases.map(\.rawValue)),
            "`starttls`: the connection is encrypted before anything else is said, or nothing is "
              + "sent; `implicit`: it is from the start (port 465); `none`: it is not.",
            need: .defaulted("starttls")),
          Field("user", .string, "Who logs in; nobody does where it is not said."),
          Field("password", .secret(forChangesOnly: true), "The password of `user`."),
          Field("ca_file", .string, "Trust the authorities in this PEM file, and no others."),
        ]), "By mail."),
      Field(
        "webhook",
        .object([
          Field(
            "url", .either([.url, .secret(forChangesOnly: true)]),
            "Where it is posted to; a secret where the address itself lets one in.",
            need: .required),
          Field(
            "headers", .map(.either([.string, .secret(forChangesOnly: true)])),
            "Headers to send; values may be secrets.", allowsEmpty: true),
          Field(
            "json", .map(.any),
            "The JSON to post instead of ours, as the other side wants it: {text}, {subject}, {body} and "
              + "{message_id} in its texts are filled in."),
          Field(
            "expect",
            .object([
              Field(
                "body", .either([.string, .map(.any)]),
                "A text that it contains, or a map whose values the JSON body must have.",
                need: .required)
            ]),
            "What an answer from 200 to 299 must say to have accepted it: some say there that they did not."
          ),
          Field("ca_file", .string, "Trust the authorities in this PEM file, and no others."),
        ]), "By an HTTP POST of JSON."),
      Field(
        "file", .string,
        "Appended to this file (mbox), which is made where it is not there; a relative path starts "
          + "at the runbook's folder. For drills, and where no network may be used."),
    ]
  }
}

enum MessageLanguage: String, Decodable, Sendable, CaseIterable {
  case english = "en"
  case chinese = "zh-Hans"
}

enum MessageLimits {
  static let recipients = 100
  /// Characters; what is longer is cut.
  static let subject = 200
  /// Bytes; what is longer is cut, and the message says so.
  static let body = 64 << 10
  /// Of a file that messages are appended to.
  static let file = 64 << 20
}

/// `to`: a text, a contact, or a list of them.
struct Recipients: Decodable, Sendable {
  var people: [Recipient]

  init(from decoder: any Decoder) throws {
    let value = try Value(from: decoder)
    func wrong(_ what: String) -> DecodingError {
      .dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: what))
    }
    func read(_ value: Value) throws -> Recipient {
      switch value {
      case .string(let text): return Recipient(text)
      case .map(let contact):
        guard let mail = (contact["mail"] ?? contact["address"])?.string else {
          let name = contact["name"]?.string.map { " '\($0)'" } ?? ""
          throw wrong("the contact\(name) in 'to' has no 'mail'")
        }
        return Recipient(name: contact["name"]?.string, address: mail)
      case .null, .bool, .int, .double, .duration, .timestamp, .list, .secret, .unknown:
        throw wrong("'to' holds \(value.kind), which is no recipient")
      }
    }
    if case .list(let items) = value {
      people = try items.map(read)
    } else {
      people = [try read(value)]
    }
    guard !people.isEmpty else { throw wrong("'to' names nobody") }
  }
}
