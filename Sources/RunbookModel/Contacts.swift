/// Whom to call, by role, as the environment says it under `contacts`.
package struct Contacts: Sendable, Equatable {
  package struct Person: Sendable, Equatable {
    package var name: String
    package var mail: String?
    package var phone: String?
    package var standIn: String?

    /// `Alice Li, +49 30 1234, alice@shop.example`
    package var words: String {
      ([name] + [phone, mail].compactMap { $0 }).joined(separator: ", ")
    }
  }

  package var roles: [(name: String, people: [Person])]

  /// From `env`, where they stand under `contacts`; none where there are none.
  package init(_ environment: Value) {
    guard case .map(let map)? = environment["contacts"] else {
      roles = []
      return
    }
    roles = map.map { entry in
      let items: [Value] = if case .list(let items) = entry.value { items } else { [entry.value] }
      return (
        entry.key,
        items.compactMap { item in
          item["name"]?.string.map {
            Person(
              name: $0, mail: item["mail"]?.string, phone: item["phone"]?.string,
              standIn: item["stand_in"]?.string)
          }
        }
      )
    }
  }

  package static func == (left: Contacts, right: Contacts) -> Bool {
    left.roles.elementsEqual(right.roles) { $0.name == $1.name && $0.people == $1.people }
  }

  package func people(_ role: String) -> [Person] {
    roles.first { $0.name == role }?.people ?? []
  }

  /// Whom to call in this role, one line for each, stand-ins after those whom they stand in for.
  package func toCall(_ role: String) -> [String] {
    var lines: [String] = []
    var seen: Set<String> = []
    var next = [role]
    while let one = next.first {
      next.removeFirst()
      guard seen.insert(one).inserted else { continue }
      for person in people(one) {
        lines.append((lines.isEmpty ? "" : "else ") + "\(person.words) (\(one))")
        if let standIn = person.standIn { next.append(standIn) }
      }
    }
    return lines
  }
}
