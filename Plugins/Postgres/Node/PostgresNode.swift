import RunbookAction
import RunbookModel

/// One PostgreSQL server as a runbook's environment declares it.
struct PostgresNode: Codable, Equatable, Sendable {
  var address: String
  var user: String
  var password: SecretName?
  var database: String?
  var tls: TLSMode?
  var caFile: String?
  var connectTimeout: Duration?
  var systemIdentifier: SystemIdentifier?
  var stop: [String]?
  var start: [String]?
  var dataDirectory: String?
  var waldump: [String]?

  enum CodingKeys: String, CodingKey {
    case address
    case user
    case password
    case database
    case tls
    case caFile = "ca_file"
    case connectTimeout = "connect_timeout"
    case systemIdentifier = "system_identifier"
    case stop
    case start
    case dataDirectory = "data_directory"
    case waldump
  }

  enum TLSMode: String, Codable, CaseIterable {
    case disable
    case prefer
    case require
    case verifyFull = "verify-full"
  }

  static let fields: [Field] = [
    Field(
      "address", .address,
      "host:port of the server itself. A pooler or a proxy in between would hide which server is meant.",
      need: .required),
    Field("user", .string, "the role to log in as", need: .required),
    Field(
      "password", .secret(forChangesOnly: false),
      "its password; without one libpq's own ways hold (trust, certificate, ~/.pgpass)"),
    Field("database", .string, "the database to log in to", need: .defaulted("postgres")),
    Field(
      "tls", .word(TLSMode.allCases.map(\.rawValue)),
      "libpq's sslmode; verify-full needs ca_file", need: .defaulted("prefer")),
    Field(
      "ca_file", .string,
      "the certificate authority to trust, in PEM; a relative path starts at the runbook's folder"),
    Field(
      "connect_timeout", .duration,
      "how long one attempt to connect may take: a dead site costs that much at every look",
      need: .defaulted(.duration(.seconds(3)))),
    Field(
      "system_identifier", .either([.string, .int]),
      "the cluster this server must belong to (select system_identifier from pg_control_system()); "
        + "any other is refused"),
    Field(
      "stop", .list(.string),
      "the command that stops the server and keeps it stopped, as a list of words (no shell), for "
        + "example [ssh, db-a, sudo, systemctl, mask, --now, postgresql@15-main]"),
    Field("start", .list(.string), "the command that starts it again, for the undo of a fence"),
    Field("name", .string, "what people call it, for example its site"),
    Field("data_directory", .string, "PGDATA, for the instructions that people read"),
    Field(
      "waldump", .list(.string),
      "the command that runs pg_waldump on this server's log, also while it is down, as a list of words "
        + "(no shell); the step adds what to read. For example [ssh, db-a, sudo, -u, postgres, env, "
        + "LC_ALL=C, TZ=UTC, pg_waldump, -p, /var/lib/postgresql/15/main/pg_wal]"),
  ]
}

/// The number that one initdb gave to a cluster and that all its copies share.
struct SystemIdentifier: Codable, Equatable, Sendable, CustomStringConvertible {
  var text: String

  init(_ text: String) { self.text = text }
  init(from decoder: any Decoder) throws {
    switch try Value(from: decoder) {
    case .string(let text): self.text = text
    case .int(let number): text = String(number)
    case let other:
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath,
          debugDescription: "a system identifier is a number or a text, not \(other.kind)"))
    }
  }
  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
  var description: String { text }
}
