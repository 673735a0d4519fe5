internal import RunbookModel

/// Where a runbook runs.
extension DocumentReader {
  struct EnvironmentDraft {
    var environment: RunbookEnvironment
    var namePlace: SourcePlace?
    var silences = Silences()
  }

  mutating func readEnvironment() -> EnvironmentDraft? {
    guard let keys = slots(0, EnvironmentKey.self) else { return nil }
    checkVersion(keys[.lifeboat], keys.keyNode(.lifeboat))
    var draft = EnvironmentDraft(
      environment: RunbookEnvironment(
        name: name(keys[.environment], "environment") ?? "",
        allows: purposes(keys[.allows], "allows")))
    draft.namePlace = keys[.environment].map { place($0) }
    _ = text(keys[.description], "description")
    if let node = keys[.allows], draft.environment.allows.isEmpty, tree[node].kind == .list,
      tree[node].count == 0
    {
      problems.error(
        .outOfRange, "'allows' is empty, so nothing could ever run here", at: place(node),
        help: "write [drill], [recovery] or [drill, recovery]")
    }
    if let guards = keys[.guards] { readGuards(guards, into: &draft.environment) }
    if let roles = keys[.roles] { readRoles(roles, into: &draft.environment) }
    if let values = keys[.values] {
      if tree[values].kind == .map {
        draft.environment.values = template(values)
      } else if tree[values].count > 0 || tree[values].kind == .list {
        wrongType(values, "'values'", "a map")
      }
    }
    if let contacts = keys[.contacts] { readContacts(contacts, into: &draft.environment) }
    if let secrets = keys[.secrets] { readSecrets(secrets, into: &draft.environment) }
    if let node = keys[.signingKey], let signing = slots(node, SigningKey.self) {
      draft.environment.signingKeyFile = text(signing[.file], "file")
    }
    readSilences(keys[.silence], into: &draft.silences.everywhere)
    return draft
  }

  private mutating func purposes(_ id: NodeID?, _ what: String) -> [Purpose] {
    var purposes: [Purpose] = []
    guard id != nil else { return purposes }
    for item in items(id, what) {
      guard let purpose = word(item, what, Purpose.self) else { continue }
      if !purposes.contains(purpose) { purposes.append(purpose) }
    }
    return purposes
  }

  private mutating func readGuards(_ id: NodeID, into environment: inout RunbookEnvironment) {
    guard let keys = slots(id, GuardsKey.self) else { return }
    environment.coolDown = duration(keys[.coolDown], "cool_down")
    guard keys[.blackout] != nil else { return }
    for item in items(keys[.blackout], "blackout") {
      guard let times = slots(item, BlackoutKey.self) else { continue }
      let from = timestamp(times[.from], "from")
      let to = timestamp(times[.to], "to")
      let listed = purposes(times[.purposes], "purposes")
      guard let from, let to else { continue }
      if from >= to, let node = times[.to] {
        problems.error(
          .contradiction, "this blackout ends before it begins", at: place(node),
          help: "'to' must be later than 'from'")
      }
      environment.blackouts.append(
        .init(from: from, to: to, purposes: listed.isEmpty ? Purpose.allCases : listed))
    }
  }

  private mutating func readRoles(_ id: NodeID, into environment: inout RunbookEnvironment) {
    guard tree[id].kind == .map else { return wrongType(id, "'roles'", "a map of roles") }
    for (key, value) in tree.pairs(of: id) {
      guard let name = name(key, "roles") else { continue }
      let people = texts(value, name)
      if people.isEmpty, tree[value].kind == .list, tree[value].count == 0 {
        problems.error(
          .outOfRange, "the role '\(name)' has nobody, so nobody could say yes", at: place(value),
          help: "name at least one person")
      }
      environment.roles.append(.init(name: name, people: people))
    }
  }

  private mutating func readSecrets(_ id: NodeID, into environment: inout RunbookEnvironment) {
    guard tree[id].kind == .map else { return wrongType(id, "'secrets'", "a map of names") }
    for (key, value) in tree.pairs(of: id) {
      guard let name = name(key, "secrets"), tree[value].style != .refused else { continue }
      guard tree[value].kind == .map else {
        // The value is not in the message: it may be the secret.
        problems.error(
          .literalSecret, "the secret '\(name)' stands here itself", at: place(value),
          help: "write where it is to be read from: '{file: /run/secrets/\(name)}', and change the "
            + "secret, which others can read by now")
        continue
      }
      guard let keys = slots(value, SecretKey.self),
        let source = secretSource(keys, at: value, name)
      else { continue }
      var reference = SecretReference(name: SecretName(name), source: source, place: place(key))
      reference.timeout = secretTimeout(keys, source, name)
      environment.secrets.append(reference)
    }
  }

  private mutating func secretTimeout(
    _ keys: Slots<SecretKey>, _ source: SecretReference.Source, _ name: String
  ) -> Duration? {
    guard let node = keys[.timeout] else { return nil }
    guard case .command = source else {
      problems.error(
        .contradiction, "the secret '\(name)' is not read by a command, so 'timeout' means nothing",
        at: place(node), help: "leave it out")
      return nil
    }
    guard let timeout = duration(node, "timeout") else { return nil }
    guard timeout <= .seconds(300) else {
      problems.error(
        .outOfRange, "'timeout' of a secret is at most 5m", at: place(node))
      return nil
    }
    return timeout
  }

  private mutating func secretSource(
    _ keys: Slots<SecretKey>, at id: NodeID, _ name: String
  ) -> SecretReference.Source? {
    let given = [SecretKey.file, .env, .command].filter { keys[$0] != nil }
    guard given.count == 1 else {
      problems.error(
        given.isEmpty ? .missingKey : .contradiction,
        given.isEmpty
          ? "the secret '\(name)' does not say where it is"
          : "the secret '\(name)' says more than one place", at: place(id),
        help: "write one of {file: path}, {env: NAME} or {command: [program, argument]}")
      return nil
    }
    switch given[0] {
    case .file: return text(keys[.file], "file").map { .file($0) }
    case .env: return text(keys[.env], "env").map { .environmentVariable($0) }
    case .command:
      let argv = texts(keys[.command], "command")
      if let node = keys[.command], tree[node].kind == .list, tree[node].count == 0 {
        problems.error(.outOfRange, "'command' names no program", at: place(node))
      }
      return argv.isEmpty ? nil : .command(argv)
    case .timeout: return nil
    }
  }
}
