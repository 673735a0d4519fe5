import RunbookAction
import RunbookModel

/// Looks whether everybody answers the new set, and whether caches have had the time to lose the
/// old one.
struct SwitchVerifier {
  let change: DNSChange
  let deadline: Deadline

  func verdict(_ sightings: Sightings) async throws(ActionFailure) -> Verdict {
    let servers = try readServers(change.servers, "servers")
    let resolvers =
      change.resolvers.isEmpty ? [] : try readServers(change.resolvers, "resolvers")
    async let seenByResolvers = lookThrough(resolvers)
    let sights = await look(
      at: change.name, change.type, on: servers, withSerial: true, by: deadline)
    var facts = change.facts(serial: sights[0].serial)
    facts["servers"] = .list(sights.map { .map(Self.facts(of: $0)) })

    let different = sights.filter { $0.sight.isAnswer && $0.sight.seen != .some(change.to) }
    if !different.isEmpty {
      sightings.forget(change)
      let evidence = Evidence(
        "\(change.subject) should be \(change.to.text): \(Self.list(different))", facts: facts)
      // "Does not hold" would mean that there is nothing to undo: only the primary can say that.
      let isAtPrimary = sights[0].sight.seen == .some(change.to)
      return sights[0].sight.isAnswer && !isAtPrimary
        ? .doesNotHold(evidence) : .cannotTell(evidence)
    }
    let silent = sights.filter { !$0.sight.isAnswer }
    if silent.count > change.silentAllowed || !sights[0].sight.isAnswer {
      return .cannotTell(
        Evidence(
          "\(sights.count - silent.count) of \(sights.count) servers answer \(change.to.text) for "
            + "\(change.subject); \(Self.list(silent))", facts: facts))
    }
    return await waiting(sightings, silent, seenByResolvers, facts)
  }

  private func waiting(
    _ sightings: Sightings, _ silent: [ServerSight], _ resolvers: [ResolverSight], _ facts: ValueMap
  ) -> Verdict {
    var facts = facts
    let since = sightings.first(change)
    let left = change.wait.map { Duration.seconds(Int64($0)) - since.duration(to: .now) } ?? .zero
    let place =
      "\(change.subject) is \(change.to.text) at \(change.servers.count - silent.count) of "
      + "\(change.servers.count) servers"
    let exception = silent.isEmpty ? "" : " (allowed to be silent: \(Self.list(silent)))"
    if left > .zero {
      facts["wait_left"] = .duration(left)
      let spoken = Duration.seconds(left.components.seconds + 1).spoken
      return .cannotTell(
        Evidence(
          "\(place)\(exception); caches may keep the old answer for \(spoken) more", facts: facts))
    }
    let late = resolvers.filter { $0.values.map { $0 != change.to.values } ?? false }
    if !late.isEmpty {
      return .cannotTell(
        Evidence("\(place)\(exception); \(late.map(\.says).joined(separator: "; "))", facts: facts))
    }
    let unknown = resolvers.filter { $0.values == nil }
    if !unknown.isEmpty {
      return .cannotTell(
        Evidence(
          "\(place)\(exception); \(unknown.map(\.says).joined(separator: "; "))", facts: facts))
    }
    let agreed = resolvers.count == 1 ? "the resolver agrees" : "\(resolvers.count) resolvers agree"
    let caches =
      switch (change.wait, resolvers.isEmpty) {
      case (_?, true): ", and the old TTL has run out"
      case (_?, false): ", the old TTL has run out, and \(agreed)"
      case (nil, true): "; the old TTL was not waited for"
      case (nil, false): ", and \(agreed); the old TTL was not waited for"
      }
    return .holds(Evidence("\(place)\(exception)\(caches)", facts: facts))
  }

  /// nil values: it gave no answer that counts.
  private struct ResolverSight: Sendable {
    var values: [String]?
    var says: String
  }

  private func lookThrough(_ resolvers: [ServerAddress]) async -> [ResolverSight] {
    let question = Question(name: change.name, kind: .records(change.type), wantsRecursion: true)
    let (name, type, deadline) = (change.name, change.type, min(deadline, .after(answerTime)))
    return await inParallel(resolvers) { resolver in
      do throws(Trouble) {
        let answer = try await ask(resolver, question, by: deadline)
        guard answer.code == .noError || answer.code == .noSuchName else {
          return ResolverSight(says: "the resolver \(resolver) answered \(answer.code)")
        }
        let set = answer.set(of: name, type)
        return ResolverSight(
          values: set?.values ?? [], says: "the resolver \(resolver) still answers \(set.text)")
      } catch {
        return ResolverSight(says: error.text)
      }
    }
  }

  private static func list(_ sights: [ServerSight]) -> String {
    sights.map { sight in
      switch sight.sight {
      case .set, .absent, .alias: "\(sight.server) answers \(sight.sight.text)"
      case .notServing, .trouble: sight.sight.text
      }
    }.joined(separator: "; ")
  }

  private static func facts(of sight: ServerSight) -> ValueMap {
    var facts: ValueMap = [
      "server": .string(sight.server.description), "says": .string(sight.sight.text),
    ]
    if let serial = sight.serial { facts["serial"] = .int(Int64(serial)) }
    return facts
  }
}

extension Sight {
  /// It is the word of an authority, whatever it says.
  var isAnswer: Bool {
    switch self {
    case .set, .absent, .alias: true
    case .notServing, .trouble: false
    }
  }
}
