import RunbookAction
import RunbookModel

extension HTTPCheck {
  struct Input: ActionInput {
    var url: HTTPAddress
    var method: String
    var headers: ValueMap?
    var body: String?
    var expect: Expectation?
    var tries: Int
    var resolve: [String: String]?
    var tls: TLS?
    var followRedirects: Bool

    enum CodingKeys: String, CodingKey {
      case url, method, headers, body, expect, tries, resolve, tls
      case followRedirects = "follow_redirects"
    }

    struct TLS: Decodable, Sendable {
      var caFile: String?

      enum CodingKeys: String, CodingKey {
        case caFile = "ca_file"
      }
    }

    static let fields = [
      Field("url", .url, "What to ask for.", need: .required),
      Field("method", .word(["GET", "HEAD"]), "How to ask.", need: .defaulted("GET")),
      Field(
        "headers", .map(.either([.string, .secret(forChangesOnly: false)])),
        "Headers to send; values may be secrets.", allowsEmpty: true),
      Field("body", .string, "A body to send with the request, for servers that want one."),
      Field(
        "expect",
        .either([
          .word(["unreachable"]),
          .object([
            Field(
              "status", .either([.int, .list(.int)]),
              "The status, or a list of those allowed; any of 200 to 299 where it is not said."),
            Field(
              "body", .either([.string, .map(.any)]),
              "A text that it contains, or a map whose values the JSON body must have."),
            Field(
              "header", .map(.string), "Headers that must be there and contain this text."),
          ]),
        ]),
        "What must come back; a status of 200 to 299 where it is not said. Or `unreachable`: "
          + "nothing may come back."),
      Field(
        "tries", .int,
        "For `unreachable`: how many tries, one after another, must all fail; 1 to 100.",
        need: .defaulted(2)),
      Field(
        "resolve", .map(.string),
        "Addresses to use instead of look-ups, by host name: {shop.example.test: 192.0.2.7}; several "
          + "with commas between."),
      Field(
        "tls",
        .object([
          Field("ca_file", .string, "Trust the authorities in this PEM file, and no others.")
        ]),
        "How to know the server. Its certificate is always verified."),
      Field(
        "follow_redirects", .bool,
        "Follow redirects, at most \(HTTPLimits.redirects); else a redirect is the answer.",
        need: .defaulted(false)),
    ]
  }

  enum Expectation: Decodable, Sendable {
    case unreachable
    case answer(Answer)

    var readsHeaders: Bool {
      switch self {
      case .unreachable: false
      case .answer(let answer): answer.header != nil
      }
    }

    init(from decoder: any Decoder) throws {
      if case .string(let word) = try Value(from: decoder) {
        guard word == "unreachable" else {
          throw DecodingError.dataCorrupted(
            .init(
              codingPath: decoder.codingPath,
              debugDescription: "'expect' is '\(word)', not 'unreachable' or a map"))
        }
        self = .unreachable
      } else {
        self = .answer(try Answer(from: decoder))
      }
    }
  }

  struct Answer: Decodable, Sendable {
    var status: Statuses?
    var body: BodyExpectation?
    var header: [String: String]?

    init() {}

    func accepts(_ seen: Int) -> Bool {
      status.map { $0.allowed.contains(seen) } ?? (200..<300).contains(seen)
    }
    var spokenStatus: String {
      status.map { $0.allowed.map(String.init).joined(separator: " or ") } ?? "200 to 299"
    }
  }

  struct Statuses: Decodable, Sendable {
    var allowed: [Int]

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if case .int = try Value(from: decoder) {
        allowed = [try container.decode(Int.self)]
      } else {
        allowed = try container.decode([Int].self)
      }
    }
  }

  var page: ActionPage {
    ActionPage(
      name: "http.check",
      summary: "A server answers an HTTP request as expected, or does not answer at all",
      details: """
        Sends one request on a fresh connection, without any proxy, and reads at most 1 MiB of the answer. Nothing \
        from the environment (proxy settings, .netrc) takes part. Certificates are always verified; there is no way \
        to turn that off. Without TLS, all addresses of the host are tried at once, and an answer in an unusual form \
        is asked for a second time, to be read by libcurl.

        With a map under `expect`: holds when a whole answer came and status, headers and body are as expected. A body \
        given as a map is compared with the JSON that came: every key must be there with its value, other keys may be \
        there too; lists must be equal in length and order.

        Does not hold when the other side itself did something else: another answer, a refused connection, a connection \
        that it closed before the answer was whole. Cannot tell when nobody was heard: no answer in time, no address \
        for the name, host unreachable, no trusted TLS connection. That may be our own network, and is never taken for \
        a broken server.

        With `expect: unreachable`: holds when each of `tries` tries went without a whole answer: refused, timed out, \
        broken off, host unreachable; the evidence says which. Any answer, whatever its status, is enough for "does \
        not hold". Tries share the step's time and are a quarter of a second apart. Cannot tell when it could not be \
        tried at all (no address, no route, no trusted TLS). A server that does not answer HTTP may still be alive \
        and writing: this is no proof of fencing.
        """,
      kind: .check, fields: Input.fields,
      outputs: [
        Output("reachable", .bool, "Whether an answer came."),
        Output("status", .int, "The status; null when no answer came."),
        Output("latency", .duration, "From the start to the end of the answer; null without one."),
        Output("remote_ip", .string, "The address that answered; null when none did."),
        Output("body", .string, "The first 4 KiB of the body, secrets masked; null without one."),
        Output(
          "site", .string, "Who answered: 'site' of a JSON body; null where it has none."),
        Output("how", .string, "Why there was no answer; null when there was one."),
      ],
      timeout: .seconds(10), expected: .milliseconds(200), undo: .notNeeded,
      byHand: "Run: curl -i -m 10 {url} and compare with what is expected.")
  }
}
