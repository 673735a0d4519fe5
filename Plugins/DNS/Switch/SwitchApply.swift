import RunbookAction
import RunbookModel

/// Sends one update and finds out what became of it. Undo is the same with the two sets exchanged.
struct SwitchApplier {
  let change: DNSChange
  let update: Update
  let from: RecordSet?
  let to: RecordSet?
  let context: WriteContext
  let sightings: Sightings

  func run() async throws(ActionFailure) -> Evidence {
    let server = try readServers([change.server], "server")[0]
    let key = try signingKey()
    // What is left after it is for looking at the outcome.
    let reserve = min(context.deadline.remaining / 4, .seconds(3))
    let sending = Deadline(context.deadline.instant.advanced(by: .zero - reserve))

    switch await sight(server, by: sending) {
    case .trouble(let trouble): throw .passing(trouble.kind, trouble.text)
    case .notServing(let reason): throw .passing(.failed, reason)
    case .alias(let target): throw drifted("an alias of \(target)")
    case .set(let set):
      if set == to { return await evidence(server, "was so already; nothing was sent") }
      if set.values != from?.values { throw drifted(set.text) }
    case .absent:
      if to == nil { return await evidence(server, "was so already; nothing was sent") }
      if from != nil { throw drifted("no such record") }
    }
    sightings.forget(change)
    switch try await update.send(to: server, signedBy: key, by: sending) {
    case .accepted: return await evidence(server, "accepted by \(server)")
    case .notSent(let trouble): throw .passing(trouble.kind, trouble.text)
    case .denied(let code, let objection): return try await denied(server, code, objection)
    case .inDoubt(let reason): return try await inDoubt(server, reason)
    }
  }

  private func signingKey() throws(ActionFailure) -> SigningKey? {
    guard let key = change.key else { return nil }
    return SigningKey(
      name: key.name, algorithm: key.algorithm, secret: try context.secret(key.secret))
  }

  private func sight(_ server: ServerAddress, by deadline: Deadline) async -> Sight {
    await look(at: change.name, change.type, on: [server], by: deadline)[0].sight
  }

  private func evidence(_ server: ServerAddress, _ how: String) async -> Evidence {
    let serial = await serialNumber(
      of: change.name, at: server, by: min(context.deadline, .after(answerTime)))
    let caches = from.map {
      "; caches may keep the old answer for \(Duration.seconds(Int64($0.ttl)).spoken)"
    }
    return Evidence(
      "\(change.subject): \(from.text) -> \(to.text), \(how)"
        + (serial.map { " (serial \($0))" } ?? "") + (caches ?? ""),
      facts: change.facts(serial: serial))
  }

  private func drifted(_ now: String) -> ActionFailure {
    .refused(
      .precondition,
      "somebody changed \(change.subject) in the meantime: it is now \(now), and this "
        + "change was to start from \(from.text); nothing was changed",
      advice: "find out who changed it and why; then plan again")
  }

  private func denied(
    _ server: ServerAddress, _ code: ResponseCode, _ objection: SignatureError?
  ) async throws(ActionFailure) -> Evidence {
    if let objection { throw objection.failure(at: server, key: change.key?.name) }
    switch code {
    case .noSuchSet, .setExists, .noSuchName, .nameExists:
      let sight = await sight(server, by: context.deadline)
      if sight.seen == .some(to) {
        return await evidence(server, "was so already when the update arrived")
      }
      if let seen = sight.seen, seen?.values == from?.values {
        throw .refused(
          .precondition,
          "\(server) refused the update (\(code)) although it answers \(sight.text); "
            + "nothing was changed",
          advice:
            "the answer may come from a wildcard, or two clients change the name at the same time")
      }
      throw drifted(sight.text)
    case .notAuthoritative:
      throw .refused(
        .refused, "\(server) answered NOTAUTH: it takes no updates for the zone \(change.zone)",
        advice: "send updates to the zone's primary server; a secondary cannot take them")
    default:
      throw .refused(
        .refused, "\(server) refused the update of \(change.subject): \(code)",
        advice: code == .refused
          ? "allow the key to change this name and type (BIND: update-policy), and compare its "
            + "secret: some servers refuse a wrong key in the same words" : nil)
    }
  }

  /// The server may have made the change, may make it later, or never: only its new state proves
  /// anything.
  private func inDoubt(
    _ server: ServerAddress, _ reason: String
  ) async throws(ActionFailure) -> Evidence {
    let sight = await sight(server, by: context.deadline)
    if sight.seen == .some(to) {
      return await evidence(server, "seen in place at \(server), although \(reason)")
    }
    throw .unknown(
      .timeout, "\(reason) after the update was sent; asked again: \(sight.text)",
      advice:
        "a server that was only slow may still make the change: ask it again before anything else")
  }
}
