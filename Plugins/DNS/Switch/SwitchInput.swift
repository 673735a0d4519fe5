import RunbookAction
import RunbookModel

extension DNSSwitch {
  struct Input: ActionInput {
    var server: Server
    var name: String
    var type: String
    var to: [String]
    var ttl: Duration?
    var waitTTL: Bool
    var resolvers: [String]
    var silentAllowed: Int

    struct Server: Decodable, Sendable {
      var address: String
      var zone: String?
      var key: Key?
      var all: [String]?
    }

    struct Key: Decodable, Sendable {
      var name: String
      var algorithm: String?
      var secret: SecretName
    }

    static let fields = dnsSwitchFields

    private enum CodingKeys: String, CodingKey {
      case server, name, type, to, ttl, resolvers
      case waitTTL = "wait_ttl"
      case silentAllowed = "silent_allowed"
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      server = try container.decode(Server.self, forKey: .server)
      name = try container.decode(String.self, forKey: .name)
      type = try container.decode(String.self, forKey: .type)
      to = try container.decode([String].self, forKey: .to)
      ttl = try container.decodeIfPresent(Duration.self, forKey: .ttl)
      waitTTL = try container.decodeIfPresent(Bool.self, forKey: .waitTTL) ?? true
      resolvers = try container.decodeIfPresent([String].self, forKey: .resolvers) ?? []
      silentAllowed = try container.decodeIfPresent(Int.self, forKey: .silentAllowed) ?? 0
    }
  }

  /// The input, read and found possible without looking at any server.
  struct Order: Sendable {
    var primary: ServerAddress
    var servers: [ServerAddress]
    var resolvers: [ServerAddress]
    var zone: DomainName?
    var name: DomainName
    var type: RecordType
    var values: [String]
    var ttl: UInt32?
    var key: DNSChange.KeyReference?
    var waits: Bool
    var silentAllowed: Int

    init(_ input: Input) throws(ActionFailure) {
      primary = try readServers([input.server.address], "server.address")[0]
      servers = try readServers([input.server.address] + (input.server.all ?? []), "server.all")
      resolvers = input.resolvers.isEmpty ? [] : try readServers(input.resolvers, "resolvers")
      if let zone = input.server.zone { self.zone = try readName(zone) }
      name = try readName(input.name)
      type = try readType(input.type)
      values = try readValues(input.to, type)
      ttl = try Self.readTTL(input.ttl)
      if let key = input.server.key { self.key = try Self.readKey(key) }
      waits = input.waitTTL
      silentAllowed = input.silentAllowed
      try refuseTheImpossible()
    }

    private func refuseTheImpossible() throws(ActionFailure) {
      if name.isRoot || zone?.isRoot == true {
        throw .refused(.input, "the root of the DNS is not changed by this action")
      }
      if name.isWildcard {
        throw .refused(
          .input, "\(name) is a wildcard: it stands for names that nobody has listed",
          advice: "switch the names that people use, one step each")
      }
      if let zone, !name.isWithin(zone) {
        throw .refused(.input, "\(name) is not in the zone \(zone)")
      }
      if name == zone, type == .cname {
        throw .refused(.input, "\(name) is the top of its zone, which cannot be an alias (CNAME)")
      }
      if type == .cname, values.count != 1 {
        throw .refused(.input, "an alias (CNAME) has one target, and 'to' names \(values.count)")
      }
      if values.count > 100 {
        throw .refused(.input, "'to' holds \(values.count) values; 100 at most")
      }
      guard (0..<servers.count).contains(silentAllowed) else {
        throw .refused(
          .input,
          "'silent_allowed: \(silentAllowed)' does not fit: \(servers.count) servers are named, "
            + "and the primary at least must answer")
      }
    }

    private static func readTTL(_ ttl: Duration?) throws(ActionFailure) -> UInt32? {
      guard let ttl else { return nil }
      let (seconds, rest) = ttl.components
      guard rest == 0, (0...Int64(Int32.max)).contains(seconds) else {
        throw .refused(
          .input, "a TTL of \(ttl.text) is not possible: it counts whole seconds from 0")
      }
      return UInt32(seconds)
    }

    static func readKey(_ key: Input.Key) throws(ActionFailure) -> DNSChange.KeyReference {
      guard let name = DomainName(key.name) else {
        throw .refused(.input, "'\(key.name)' cannot be the name of a key")
      }
      let word = key.algorithm ?? KeyAlgorithm.sha256.rawValue
      guard let algorithm = KeyAlgorithm(rawValue: word) else {
        let words = KeyAlgorithm.allCases.map(\.rawValue).joined(separator: ", ")
        throw .refused(
          .input, "the key's algorithm '\(word)' is not supported", advice: "it can be \(words)")
      }
      return DNSChange.KeyReference(name: name, algorithm: algorithm, secret: key.secret)
    }
  }
}
