import RunbookAction
import RunbookModel

/// `dns.check`: what name servers or resolvers answer, each asked by itself.
struct DNSCheck: CheckAction {
  struct Input: ActionInput {
    var name: String
    var type: String
    var servers: [String]
    var recursion: Bool
    var expect: Expectation
    var agree: Agreement
    var answerWithin: Duration

    static let fields = dnsCheckFields

    private enum CodingKeys: String, CodingKey {
      case name, type, servers, recursion, expect, agree
      case answerWithin = "answer_within"
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      name = try container.decode(String.self, forKey: .name)
      type = try container.decode(String.self, forKey: .type)
      servers = try container.decode([String].self, forKey: .servers)
      recursion = try container.decodeIfPresent(Bool.self, forKey: .recursion) ?? true
      expect = try container.decodeIfPresent(Expectation.self, forKey: .expect) ?? .any
      agree = try container.decodeIfPresent(Agreement.self, forKey: .agree) ?? .all
      answerWithin =
        try container.decodeIfPresent(Duration.self, forKey: .answerWithin) ?? answerTime
    }
  }

  var page: ActionPage { dnsCheckPage }

  func check(_ input: Input, in context: ReadContext) async -> Verdict {
    do throws(ActionFailure) {
      let asked = try Asked(input)
      let deadline = min(context.deadline, .after(input.answerWithin))
      let seen = await inParallel(asked.servers) { await asked.look(at: $0, by: deadline) }
      return asked.verdict(on: seen)
    } catch {
      return .cannotTell(Evidence(error.message))
    }
  }
}

/// What every asked server should say.
enum Expectation: Decodable, Sendable {
  case values([String])
  case absent
  case any

  init(from decoder: any Decoder) throws {
    switch try Value(from: decoder) {
    case .string("absent"): self = .absent
    case .string("any"): self = .any
    default: self = .values(try Listed(from: decoder).values)
    }
  }

  private struct Listed: Decodable {
    var values: [String]
  }
}

/// How many of the asked servers must say it.
enum Agreement: Decodable, Sendable {
  case all
  case atLeast(Int)

  init(from decoder: any Decoder) throws {
    self = try Value(from: decoder) == "all" ? .all : .atLeast(try Least(from: decoder).count)
  }

  private struct Least: Decodable {
    var count: Int
    private enum CodingKeys: String, CodingKey {
      case count = "at_least"
    }
  }
}

/// The input, read and found possible.
private struct Asked: Sendable {
  var name: DomainName
  var type: RecordType
  var servers: [ServerAddress]
  var recursion: Bool
  var expectation: Expectation
  var needed: Int

  init(_ input: DNSCheck.Input) throws(ActionFailure) {
    name = try readName(input.name)
    type = try readType(input.type)
    servers = try readServers(input.servers, "servers")
    recursion = input.recursion
    switch input.expect {
    case .values(let values): expectation = .values(try readValues(values, type))
    case .absent: expectation = .absent
    case .any: expectation = .any
    }
    switch input.agree {
    case .all: needed = servers.count
    case .atLeast(let count):
      guard (1...servers.count).contains(count) else {
        throw .refused(
          .input, "'at_least: \(count)' cannot come true: \(servers.count) servers are asked")
      }
      needed = count
    }
  }

  func look(at server: ServerAddress, by deadline: Deadline) async -> Seen {
    let question = Question(name: name, kind: .records(type), wantsRecursion: recursion)
    do throws(Trouble) {
      let answer = try await ask(server, question, by: deadline)
      let serial = await serialNumber(of: name, at: server, recursion: recursion, by: deadline)
      return judge(answer, server, serial)
    } catch {
      return Seen(server: server, state: .cannotTell, says: error.text)
    }
  }

  private func judge(_ answer: Answer, _ server: ServerAddress, _ serial: UInt32?) -> Seen {
    var seen = Seen(server: server, state: .cannotTell, says: "")
    seen.serial = serial
    seen.isAuthoritative = answer.isAuthoritative
    seen.code = answer.code
    guard answer.code == .noError || answer.code == .noSuchName else {
      seen.says = "\(server) answered \(answer.code)"
      return seen
    }
    let (end, set) = follow(answer)
    seen.set = set
    switch (expectation, set) {
    case (.values(let wanted), let set?): seen.state = set.values == wanted ? .holds : .doesNot
    case (.any, _?), (.absent, nil): seen.state = .holds
    case (.values, nil), (.any, nil), (.absent, _?): seen.state = .doesNot
    }
    if let set {
      seen.says = "\(server) answers \(set.text)"
    } else if end == name {
      seen.says = "\(server) has no such record (\(answer.code))"
    } else {
      // The alias is there; what stands behind it is another server's to say.
      seen.says = "\(server) has an alias of \(end) and does not say what that is"
      if case .absent = expectation { seen.state = .doesNot } else { seen.state = .cannotTell }
    }
    return seen
  }

  /// Goes along the aliases of the answer to the records asked for.
  private func follow(_ answer: Answer) -> (end: DomainName, set: RecordSet?) {
    var end = name
    for _ in 0..<16 {
      if let set = answer.set(of: end, type) { return (end, set) }
      guard let next = answer.alias(of: end) else { break }
      end = next
    }
    return (end, nil)
  }

  func verdict(on seen: [Seen]) -> Verdict {
    let holding = seen.filter { $0.state == .holds }
    let open = seen.filter { $0.state == .cannotTell }
    let others = seen.filter { $0.state != .holds }
    let subject = "\(name) \(type.rawValue)"
    let count = "\(holding.count) of \(seen.count) servers"
    let facts: ValueMap = [
      "values": .list((holding.first ?? seen[0]).set.map { $0.values.map(Value.string) } ?? []),
      "agreeing": .int(Int64(holding.count)),
      "servers": .list(seen.map { .map($0.facts) }),
    ]
    let story = others.map(\.says).joined(separator: "; ")
    if holding.count >= needed {
      let rest = story.isEmpty ? "" : " (\(story))"
      return .holds(Evidence("\(subject) is \(expected) at \(count)\(rest)", facts: facts))
    }
    let evidence = Evidence(
      "\(subject) should be \(expected) at \(needed) of \(seen.count) servers and is at "
        + "\(holding.count): \(story)", facts: facts)
    return holding.count + open.count >= needed ? .cannotTell(evidence) : .doesNotHold(evidence)
  }

  private var expected: String {
    switch expectation {
    case .values(let values): values.joined(separator: ", ")
    case .absent: "absent"
    case .any: "present"
    }
  }
}

/// What one server said.
private struct Seen: Sendable {
  enum State { case holds, doesNot, cannotTell }

  var server: ServerAddress
  var state: State
  var says: String
  var set: RecordSet?
  var serial: UInt32?
  var isAuthoritative = false
  var code: ResponseCode?

  init(server: ServerAddress, state: State, says: String) {
    self.server = server
    self.state = state
    self.says = says
  }

  var facts: ValueMap {
    var facts: ValueMap = ["server": .string(server.description)]
    guard let code else {
      facts["trouble"] = .string(says)
      return facts
    }
    facts["code"] = .string(code.description)
    facts["authoritative"] = .bool(isAuthoritative)
    facts["values"] = .list((set?.values ?? []).map(Value.string))
    if let set { facts["ttl"] = .duration(.seconds(Int64(set.ttl))) }
    if let serial { facts["serial"] = .int(Int64(serial)) }
    return facts
  }
}
