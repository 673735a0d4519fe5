import RunbookAction
import RunbookModel

extension Answer {
  /// The records of exactly this name and type.
  func set(of name: DomainName, _ type: RecordType) -> RecordSet? {
    var values: [String] = []
    var ttl = UInt32.max
    for record in answers where record.name == name {
      guard case .value(type, let value) = record.data else { continue }
      values.append(value)
      ttl = min(ttl, record.ttl)
    }
    return values.isEmpty ? nil : RecordSet(values: values, ttl: ttl)
  }

  /// Where the name points to, when it is an alias.
  func alias(of name: DomainName) -> DomainName? {
    set(of: name, .cname)?.values.first.flatMap { DomainName($0) }
  }

  /// The start of the zone, as its own server gives it in either part of the answer.
  var startOfAuthority: (zone: DomainName, data: StartOfAuthority, ttl: UInt32)? {
    for record in answers + authority {
      if case .soa(let soa) = record.data { return (record.name, soa, record.ttl) }
    }
    return nil
  }
}

/// What one authoritative server says of one name and type.
enum Sight: Sendable {
  case set(RecordSet)
  case absent
  /// Another type was asked for, and the name is an alias.
  case alias(DomainName)
  /// It answered, but it is not one of the zone's servers or could not serve the zone.
  case notServing(String)
  case trouble(Trouble)

  init(_ answer: Answer, of name: DomainName, _ type: RecordType, at server: ServerAddress) {
    guard answer.code == .noError || answer.code == .noSuchName else {
      self = .notServing("\(server) answered \(answer.code)")
      return
    }
    guard answer.isAuthoritative else {
      self = .notServing("\(server) answered, but not as an authority for \(name)")
      return
    }
    if let set = answer.set(of: name, type) {
      self = .set(set)
    } else if let target = answer.alias(of: name) {
      self = .alias(target)
    } else {
      self = .absent
    }
  }

  /// The values seen, for a sentence.
  var text: String {
    switch self {
    case .set(let set): set.text
    case .absent: "no such record"
    case .alias(let target): "an alias of \(target)"
    case .notServing(let reason): reason
    case .trouble(let trouble): trouble.text
    }
  }

  /// The set as far as it was seen; nil when it was not, or when the name is an alias.
  var seen: RecordSet?? {
    switch self {
    case .set(let set): .some(set)
    case .absent: .some(nil)
    case .alias, .notServing, .trouble: nil
    }
  }
}

/// One server's sight, in the order in which the servers were given.
struct ServerSight: Sendable {
  var server: ServerAddress
  var sight: Sight
  var serial: UInt32?
}

/// How long one server may take to answer one question.
let answerTime = Duration.seconds(2)

/// Asks every server at the same time, as an authority: without letting it ask others.
func look(
  at name: DomainName, _ type: RecordType, on servers: [ServerAddress], withSerial: Bool = false,
  by deadline: Deadline
) async -> [ServerSight] {
  await inParallel(servers) { server in
    let deadline = min(deadline, .after(answerTime))
    let question = Question(name: name, kind: .records(type), wantsRecursion: false)
    do throws(Trouble) {
      let answer = try await ask(server, question, by: deadline)
      let sight = Sight(answer, of: name, type, at: server)
      let serial = withSerial ? await serialNumber(of: name, at: server, by: deadline) : nil
      return ServerSight(server: server, sight: sight, serial: serial)
    } catch {
      return ServerSight(server: server, sight: .trouble(error), serial: nil)
    }
  }
}

/// The serial of the zone that holds the name, where the server gives it.
func serialNumber(
  of name: DomainName, at server: ServerAddress, recursion: Bool = false, by deadline: Deadline
) async -> UInt32? {
  let question = Question(name: name, kind: .soa, wantsRecursion: recursion)
  do throws(Trouble) {
    return try await ask(server, question, by: deadline).startOfAuthority?.data.serial
  } catch {
    return nil
  }
}

/// Does the same for every item at once and keeps the order.
func inParallel<Item: Sendable, Result: Sendable>(
  _ items: [Item], _ work: @escaping @Sendable (Item) async -> Result
) async -> [Result] {
  await withTaskGroup(of: (Int, Result).self) { group in
    for (place, item) in items.enumerated() {
      group.addTask { (place, await work(item)) }
    }
    var results: [Int: Result] = [:]
    for await (place, result) in group { results[place] = result }
    return items.indices.compactMap { results[$0] }
  }
}
