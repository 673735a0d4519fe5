import RunbookAction
import RunbookModel

/// Reads what stands in the DNS now and works out the change.
struct SwitchPlanner {
  let order: DNSSwitch.Order
  let deadline: Deadline

  func plan() async throws(ActionFailure) -> Planned<DNSChange> {
    let zone = try await findZone()
    if let given = order.zone, given != zone.name {
      return .impossible(
        .refused(
          .precondition,
          "\(order.name) lies in the zone \(zone.name) at \(order.primary), not in \(given)"))
    }
    if order.type == .cname, order.name == zone.name {
      return .impossible(
        .refused(.input, "\(order.name) is the top of its zone, which cannot be an alias (CNAME)"))
    }
    let sights = await look(
      at: order.name, order.type, on: order.servers, withSerial: true, by: deadline)
    guard let old = try oldSet(sights[0].sight) else {
      return .impossible(
        .refused(
          .precondition,
          "\(order.name) is \(sights[0].sight.text): it cannot have a record of type "
            + "\(order.type.rawValue) as well",
          advice: "switch the alias (type CNAME), or its target"))
    }
    if let conflict = try await conflictOfNewAlias(old) { return .impossible(conflict) }
    guard let ttl = order.ttl ?? old?.ttl else {
      return .impossible(
        .refused(
          .input, "\(order.name) has no \(order.type.rawValue) record whose TTL could be kept",
          advice: "say 'ttl', such as ttl: 30s"))
    }
    let new = RecordSet(values: order.values, ttl: ttl)
    let change = makeChange(zone, from: old, to: new, sights)
    if old == new { return .alreadyInPlace(inPlace(change, sights)) }
    return .change(change, await preview(change, zone, sights))
  }

  private func makeChange(
    _ zone: Zone, from old: RecordSet?, to new: RecordSet, _ sights: [ServerSight]
  ) -> DNSChange {
    // A server that lags may hand out its own, longer, TTL.
    let longest = sights.compactMap { $0.sight.seen ?? nil }.map(\.ttl).max()
    return DNSChange(
      server: order.primary.description, zone: zone.name, name: order.name, type: order.type,
      from: old, to: new, key: order.key, servers: order.servers.map(\.description),
      silentAllowed: order.silentAllowed, resolvers: order.resolvers.map(\.description),
      wait: order.waits ? longest ?? zone.negativeTTL : nil)
  }

  private func inPlace(_ change: DNSChange, _ sights: [ServerSight]) -> Evidence {
    let others = sights.filter { $0.sight.seen != .some(change.to) }.map {
      "; \($0.server): \($0.sight.text)"
    }
    return Evidence(
      "\(change.subject) is \(change.to.text) at \(order.primary) already\(others.joined())",
      facts: change.facts(serial: sights[0].serial))
  }

  /// nil inside: there is no such record. nil outside: the name is an alias.
  private func oldSet(_ sight: Sight) throws(ActionFailure) -> RecordSet?? {
    switch sight {
    case .set(let set): return .some(set)
    case .absent: return .some(nil)
    case .alias: return nil
    case .notServing(let reason): throw .passing(.failed, reason)
    case .trouble(let trouble): throw .passing(trouble.kind, trouble.text)
    }
  }

  /// An alias cannot stand beside other records; the server would ignore it without a word.
  private func conflictOfNewAlias(_ old: RecordSet?) async throws(ActionFailure) -> ActionFailure? {
    guard order.type == .cname, old == nil else { return nil }
    for type in RecordType.allCases where type != .cname {
      let sight = await look(at: order.name, type, on: [order.primary], by: deadline)[0].sight
      if let set = try oldSet(sight) ?? nil {
        return .refused(
          .precondition,
          "\(order.name) has a record of type \(type.rawValue) (\(set.text)), beside which "
            + "an alias (CNAME) cannot stand")
      }
    }
    return nil
  }
}

extension SwitchPlanner {
  /// The zone that holds the name, as the primary says it.
  struct Zone: Sendable {
    var name: DomainName
    var serial: UInt32
    var negativeTTL: UInt32
  }

  private func findZone() async throws(ActionFailure) -> Zone {
    var place: DomainName? = order.name
    while let name = place {
      let answer = try await askPrimary(name, .soa)
      guard answer.code == .noError || answer.code == .noSuchName else {
        let advice = "the server must be a primary of the zone that holds the name"
        let text =
          "\(order.primary) answered \(answer.code) when asked for the zone of \(order.name)"
        throw answer.code == .serverFailure
          ? .passing(.failed, text) : .refused(.precondition, text, advice: advice)
      }
      guard answer.isAuthoritative else {
        throw .refused(
          .precondition, "\(order.primary) answers for \(name), but is no authority for it",
          advice: "name the zone's primary server as server.address, not a resolver")
      }
      // An alias brings along the zone of its target, which may be another.
      if answer.alias(of: name) == nil, let (zone, soa, ttl) = answer.startOfAuthority,
        name.isWithin(zone), !zone.isRoot
      {
        return Zone(name: zone, serial: soa.serial, negativeTTL: min(soa.negativeTTL, ttl))
      }
      place = name.parent
    }
    throw .refused(.precondition, "\(order.primary) names no zone that holds \(order.name)")
  }

  private func askPrimary(
    _ name: DomainName, _ kind: Question.Kind
  ) async throws(ActionFailure) -> Answer {
    do throws(Trouble) {
      return try await ask(
        order.primary, Question(name: name, kind: kind, wantsRecursion: false),
        by: min(deadline, .after(answerTime)))
    } catch {
      throw .passing(
        error.kind, error.text,
        advice: "updates go to this server alone; check that it runs and can be reached from here")
    }
  }

  private func preview(
    _ change: DNSChange, _ zone: Zone, _ sights: [ServerSight]
  ) async -> Preview {
    var saw = ["zone \(zone.name), serial \(zone.serial) at \(order.primary)"]
    saw += sights.map { sight in
      "\(sight.server): \(sight.sight.text)\(sight.serial.map { ", serial \($0)" } ?? "")"
    }
    let signed = change.key.map { "signed with key \($0.name) (\($0.algorithm.rawValue))" }
    var does = [change.text, "RFC 2136 update over TCP, \(signed ?? "not signed"):"]
    does += ["  server \(order.primary.host) \(order.primary.port)"]
    does += change.forward.lines.map { "  \($0)" }
    does.append(
      "then asks \(change.servers.joined(separator: ", ")) until each answers the new set")
    if !change.resolvers.isEmpty {
      does.append("then asks the resolvers \(change.resolvers.joined(separator: ", ")) as well")
    }
    if let wait = change.wait {
      let time = Duration.seconds(Int64(wait)).spoken
      does.append("then waits \(time): so long caches may keep the old answer")
    }
    let nameServers = try? await askPrimary(zone.name, .nameServers).answers.compactMap {
      if case .nameServer(let server) = $0.data { server } else { nil }
    }
    return Preview(
      saw: saw, does: does, fidelity: .observed,
      warnings: warnings(change, sights, nameServers: nameServers ?? [])
        + (await wildcardWarning(change, zone)))
  }

  /// A wildcard's answers look like the name's own, but the name itself holds nothing that could be
  /// exchanged.
  private func wildcardWarning(_ change: DNSChange, _ zone: Zone) async -> [String] {
    guard change.from != nil, change.name != zone.name, let parent = change.name.parent,
      let wildcard = DomainName("*.\(parent.text)")
    else { return [] }
    let sight = await look(at: wildcard, change.type, on: [order.primary], by: deadline)[0].sight
    guard case .set(let set) = sight, set.values == change.from?.values else { return [] }
    return [
      "\(wildcard) has the same values: if the answer for \(change.name) comes from it, the server "
        + "will refuse the update and nothing changes; give the name a record of its own first"
    ]
  }

  private func warnings(
    _ change: DNSChange, _ sights: [ServerSight], nameServers: [DomainName]
  ) -> [String] {
    var warnings: [String] = []
    for sight in sights.dropFirst() {
      switch sight.sight {
      case .trouble(let trouble):
        warnings.append(
          "\(trouble.text): the step cannot end before it answers; if it is lost with its site, "
            + "say silent_allowed: 1 (it may then still give the old answer to others)")
      case .notServing(let reason):
        warnings.append("\(reason): the step cannot end before it serves the zone")
      case .set, .absent, .alias:
        guard sight.sight.seen == .some(change.from) else {
          warnings.append(
            "\(sight.server) differs from the primary: \(sight.sight.text); "
              + "does it still follow?")
          continue
        }
        guard let serial = sight.serial, let first = sights[0].serial, serial != first else {
          continue
        }
        warnings.append("\(sight.server) has serial \(serial), the primary \(first)")
      }
    }
    if nameServers.count > change.servers.count {
      warnings.append(
        "the zone names \(nameServers.count) name servers ("
          + nameServers.map(\.text).joined(separator: ", ")
          + ") and \(change.servers.count) will be asked afterwards: list every one in server.all")
    }
    if change.key == nil {
      warnings.append(
        "the update is not signed, and neither is its answer: anybody between can forge both")
    }
    for server in order.servers + order.resolvers where !server.isNumeric {
      warnings.append("\(server) is a name that must itself be looked up: write its IP address")
    }
    if let wait = change.wait, .seconds(Int64(wait)) >= dnsSwitchPage.settle {
      let text = Duration.seconds(Int64(wait) + 60).text
      warnings.append(
        "waiting takes longer than this action's default: give the step settle: \(text), or "
          + "wait_ttl: false")
    }
    if change.to.ttl >= 600, change.to.ttl > change.from?.ttl ?? 0 {
      warnings.append(
        "caches will keep the new answer for \(Duration.seconds(Int64(change.to.ttl)).spoken): "
          + "a way back takes that long")
    }
    if order.silentAllowed > 0 {
      warnings.append("\(order.silentAllowed) of \(change.servers.count) servers may stay silent")
    }
    return warnings
  }
}
