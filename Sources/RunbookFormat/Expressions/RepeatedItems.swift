package import RunbookModel

/// The items of a `for_each`, each with the key by which its copy of the step is known in plans, records and orders.
package enum RepeatedItems {
  /// Why a value cannot be gone through.
  package struct Problem: Error, Sendable, Hashable {
    package var message: String
    package var help: String?
  }

  package static let longestKey = 100

  package static func items(of value: Value) -> Result<[EachItem], Problem> {
    do throws(Problem) {
      return .success(try read(value))
    } catch {
      return .failure(error)
    }
  }

  private static func read(_ value: Value) throws(Problem) -> [EachItem] {
    var items: [EachItem] = []
    switch value {
    case .list(let values):
      for (index, value) in values.enumerated() {
        items.append(EachItem(key: try key(of: value, index), value: value))
      }
    case .map(let entries):
      for entry in entries { items.append(EachItem(key: entry.key, value: entry.value)) }
    case .unknown(let reason):
      throw Problem(
        message: "it is not known when the plan is made: \(reason)",
        help: "take it from 'env', 'params', 'variant' or 'purpose'")
    case .null, .bool, .int, .double, .string, .duration, .timestamp, .secret:
      throw Problem(message: "it must be a list or a map, but it is \(value.kind)", help: nil)
    }
    var seen: [String: Int] = [:]
    for (index, item) in items.enumerated() {
      if let why = unusable(item.key) {
        throw Problem(
          message: "the key of item \(index + 1), '\(item.key.prefix(120))', \(why)",
          help:
            "give the item a 'name' of letters, digits and . _ : / @ + -, or write the list as a "
            + "map of such keys")
      }
      if let earlier = seen.updateValue(index, forKey: item.key) {
        throw Problem(
          message: "items \(earlier + 1) and \(index + 1) have the same key '\(item.key)'",
          help: "name each item once; an item that is a map is known by its 'name' or 'id'")
      }
    }
    return items
  }

  /// A text or a whole number is its own key; a map is known by its name or id; anything else by where it stands.
  private static func key(of value: Value, _ index: Int) throws(Problem) -> String {
    switch value {
    case .string(let text): return text
    case .int(let number): return String(number)
    case .map(let map):
      for name in ["name", "id"] {
        switch map[name] {
        case .string(let text): return text
        case .int(let number): return String(number)
        case nil: continue
        case .some(let other):
          throw Problem(
            message: "the '\(name)' of item \(index + 1) is \(other.kind)",
            help: "it is the item's key, so it must be a text or a whole number")
        }
      }
      return String(index)
    case .secret(let name):
      throw Problem(
        message: "item \(index + 1) is the secret '\(name)', and a key is written everywhere",
        help: "make the item a map with a 'name', and put the secret beside it")
    case .unknown(let reason):
      throw Problem(
        message: "item \(index + 1) is not known when the plan is made: \(reason)", help: nil)
    case .null, .bool, .double, .duration, .timestamp, .list: return String(index)
    }
  }

  /// What is wrong with a key: people type it, and it stands in records and tables.
  private static func unusable(_ key: String) -> String? {
    if key.isEmpty { return "is empty" }
    if key.utf8.count > longestKey { return "is longer than \(longestKey) characters" }
    let others = Set(". _ : / @ + -".utf8).subtracting([0x20])
    let isGood = key.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || others.contains(byte)
    }
    guard isGood else { return "holds other characters than letters, digits and . _ : / @ + -" }
    return key.utf8.first == UInt8(ascii: "-") ? "begins with '-', like an option" : nil
  }
}
