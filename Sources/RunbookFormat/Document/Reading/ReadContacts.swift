internal import RunbookModel

/// Whom to call and to write to, by role; expressions read it as `env.contacts`.
extension DocumentReader {
  mutating func readContacts(_ id: NodeID, into environment: inout RunbookEnvironment) {
    guard tree[id].kind == .map else { return wrongType(id, "'contacts'", "a map of roles") }
    var roles: [Template.Entry] = []
    var standIns: [(role: String, standIn: String, place: SourcePlace)] = []
    for (key, value) in tree.pairs(of: id) {
      guard let role = name(key, "contacts") else { continue }
      var people: [Template] = []
      let isList = tree[value].kind == .list
      for one in isList ? Array(items(value, role)) : [value] {
        guard let person = readContact(one, role, &standIns) else { continue }
        people.append(person)
      }
      if isList, tree[value].count == 0 {
        problems.error(
          .outOfRange, "'\(role)' has no contact, so nobody could be called", at: place(value),
          help: "write {name: ..., mail: ..., phone: ...}, or delete it")
      }
      roles.append(
        .init(
          key: role, keyPlace: place(key),
          value: isList ? .list(people, place(value)) : people.first ?? .map([], place(value))))
    }
    checkStandIns(standIns, roles.map(\.key))
    guard case .map(var values, let valuesPlace) = environment.values else { return }
    guard environment.values["contacts"] == nil else {
      problems.error(
        .contradiction, "contacts stand both here and under 'values'", at: place(id),
        help: "keep them here; expressions read them as env.contacts all the same")
      return
    }
    values.append(.init(key: "contacts", keyPlace: place(id), value: .map(roles, place(id))))
    environment.values = .map(values, valuesPlace)
  }

  private mutating func readContact(
    _ id: NodeID, _ role: String,
    _ standIns: inout [(role: String, standIn: String, place: SourcePlace)]
  ) -> Template? {
    guard let keys = slots(id, ContactKey.self) else { return nil }
    var entries: [Template.Entry] = []
    func add(_ key: ContactKey, _ text: String?) {
      guard let text, let node = keys[key] else { return }
      entries.append(
        .init(key: key.name, keyPlace: place(node), value: .literal(.string(text), place(node))))
    }
    add(.name, text(keys[.name], "name"))
    let mail = text(keys[.mail], "mail")
    if let mail, let node = keys[.mail], !Self.isMail(mail) {
      problems.error(
        .outOfRange, "'\(mail.prefix(60))' is no mail address", at: place(node),
        help: "write it as name@host.example")
    }
    add(.mail, mail)
    add(.phone, text(keys[.phone], "phone"))
    if keys[.mail] == nil, keys[.phone] == nil {
      problems.error(
        .missingKey, "'\(role)' has neither 'mail' nor 'phone', so it reaches nobody",
        at: place(id), help: "write one of them")
    }
    if let node = keys[.standIn], let standIn = name(node, "stand_in") {
      standIns.append((role, standIn, place(node)))
      add(.standIn, standIn)
    }
    return .map(entries, place(id))
  }

  private static func isMail(_ text: String) -> Bool {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    return parts.count == 2 && !parts[0].isEmpty && !parts[1].isEmpty
      && text.utf8.allSatisfy { $0 > 32 && $0 < 127 && !#"()<>,;:\""#.utf8.contains($0) }
  }

  /// Who is called at night must be there, and must not be told to call the first one again.
  private mutating func checkStandIns(
    _ standIns: [(role: String, standIn: String, place: SourcePlace)], _ roles: [String]
  ) {
    for (role, standIn, place) in standIns {
      guard roles.contains(standIn) else {
        problems.error(
          .unknownReference, "there is no contact '\(standIn)' to stand in for '\(role)'",
          at: place,
          help: Nearest.help(for: standIn, among: roles.filter { $0 != role })
            ?? "write it under 'contacts'")
        continue
      }
      var seen: Set<String> = [role]
      var next: String? = standIn
      while let one = next {
        guard seen.insert(one).inserted else {
          if one == role {
            problems.error(
              .contradiction, "'\(role)' would stand in for itself in the end", at: place,
              help: "leave out one 'stand_in' of \(seen.sorted().joined(separator: ", "))")
          }
          break
        }
        next = standIns.first { $0.role == one }?.standIn
      }
    }
  }
}
