package import RunbookModel

extension FieldType {
  /// A short description for help pages and messages: "a duration such as 30s".
  package var words: String {
    switch self {
    case .any: "any value"
    case .string: "text"
    case .int: "an integer"
    case .double: "a number"
    case .bool: "true or false"
    case .duration: "a duration such as 30s"
    case .size: "an amount of data such as 16MiB"
    case .percentage: "a percentage such as 10%"
    case .timestamp: "a time such as 2026-12-24T08:00:00Z"
    case .address: "an address such as db1:5432"
    case .url: "a URL such as https://shop.test/"
    case .word(let words): words.count == 1 ? "the word \(words[0])" : Self.alternatives(words)
    case .either(let types): Self.alternatives(types.map(\.words))
    case .list(let type): "a list of \(type.plural)"
    case .map(let type): "a map of \(type.plural)"
    case .object(let fields):
      fields.isEmpty ? "a map" : "a map with \(fields.map(\.name).joined(separator: ", "))"
    case .secret: "a secret, as ${{ secrets.NAME }}"
    case .check: "a check: {uses: ..., with: {...}}"
    }
  }

  private static func alternatives(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "nothing" }
    return words.dropLast().joined(separator: ", ") + " or " + last
  }

  /// The same for several.
  private var plural: String {
    switch self {
    case .any: "values"
    case .string: "texts"
    case .int: "integers"
    case .double: "numbers"
    case .bool: "true or false"
    case .duration: "durations such as 30s"
    case .size: "amounts of data such as 16MiB"
    case .percentage: "percentages such as 10%"
    case .timestamp: "times such as 2026-12-24T08:00:00Z"
    case .address: "addresses such as db1:5432"
    case .url: "URLs"
    case .word(let words): "words out of \(words.joined(separator: ", "))"
    case .either(let types): Self.alternatives(types.map(\.plural))
    case .list(let type): "lists of \(type.plural)"
    case .map(let type): "maps of \(type.plural)"
    case .object(let fields): "maps with \(fields.map(\.name).joined(separator: ", "))"
    case .secret: "secrets"
    case .check: "checks: {uses: ..., with: {...}}"
    }
  }
}
