internal import RunbookModel

/// The values that stand behind keys. `what` is the key's name, for the message.
extension DocumentReader {
  mutating func text(_ id: NodeID?, _ what: String, allowsEmpty: Bool = false) -> String? {
    guard let id, tree[id].style != .refused else { return nil }
    guard tree[id].kind == .scalar, case .string = resolve(id) else {
      let isScalar = tree[id].kind == .scalar && tree[id].count > 0
      wrongType(
        id, "'\(what)'", "a text",
        help: isScalar ? "put it in quotes: '\(tree.string(id))'" : "write a text")
      return nil
    }
    let text = tree.string(id)
    if !allowsEmpty, text.utf8.first ?? 0 <= 0x20, text.isBlank {
      problems.error(.outOfRange, "'\(what)' is blank", at: place(id), help: "write a text")
      return nil
    }
    if tree.hasMark(id) {
      problems.error(
        .wrongType, "'\(what)' is fixed text; an expression is not evaluated here", at: place(id),
        help: "expressions may stand in 'with', 'when' and an environment's 'values'")
      return nil
    }
    return text
  }

  /// An id: `[a-z][a-z0-9_]*`, at most 100 characters.
  mutating func name(_ id: NodeID?, _ what: String) -> String? {
    guard let id, tree[id].style != .refused else { return nil }
    guard tree[id].kind == .scalar else {
      wrongType(id, "'\(what)'", "an id")
      return nil
    }
    let isGood = tree.withText(of: id) { text in
      guard let first = text.first, (0x61...0x7A).contains(first), text.count <= 100 else {
        return false
      }
      return text.allSatisfy {
        $0 == 0x5F || (0x61...0x7A).contains($0) || (0x30...0x39).contains($0)
      }
    }
    guard isGood else {
      let text = tree.string(id)
      problems.error(
        .badName, "'\(text.prefix(120))' cannot be used as an id", at: place(id),
        help: idHelp(text))
      return nil
    }
    return tree.string(id)
  }

  private func idHelp(_ text: String) -> String {
    let rule = "an id is a small letter, then small letters, digits and '_', at most 100"
    let mended = String(
      text.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    guard let first = mended.first, first.isLetter, mended.utf8.count <= 100 else { return rule }
    return "\(rule): '\(mended)'"
  }

  mutating func flag(_ id: NodeID?, _ what: String) -> Bool? {
    guard let id, tree[id].style != .refused else { return nil }
    if tree[id].kind == .scalar, case .bool(let flag) = resolve(id) { return flag }
    let words = [
      "yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false",
    ]
    let meant = words[tree.string(id).lowercased()]
    wrongType(
      id, "'\(what)'", "true or false",
      help: meant.map { "write '\($0)'; in YAML 1.2 '\(tree.string(id))' is a text" }
        ?? "write 'true' or 'false'")
    return nil
  }

  mutating func count(_ id: NodeID?, _ what: String, _ range: ClosedRange<Int>) -> Int? {
    guard let id, tree[id].style != .refused else { return nil }
    guard tree[id].kind == .scalar else {
      wrongType(id, "'\(what)'", "a whole number")
      return nil
    }
    switch resolve(id) {
    case .int(let number) where range.contains(Int(number)): return Int(number)
    case .int, .hugeInt:
      problems.error(
        .outOfRange,
        "'\(what)' is \(tree.string(id)); it can be \(range.lowerBound) to \(range.upperBound)",
        at: place(id))
    case .null, .bool, .double, .string: wrongType(id, "'\(what)'", "a whole number")
    }
    return nil
  }

  mutating func number(_ id: NodeID?, _ what: String, _ range: ClosedRange<Double>) -> Double? {
    guard let id, tree[id].style != .refused else { return nil }
    var number: Double?
    if tree[id].kind == .scalar {
      switch resolve(id) {
      case .int(let whole): number = Double(whole)
      case .double(let read): number = read
      case .null, .bool, .hugeInt, .string: break
      }
    }
    guard let number else {
      wrongType(id, "'\(what)'", "a number")
      return nil
    }
    guard range.contains(number) else {
      problems.error(
        .outOfRange,
        "'\(what)' is \(tree.string(id)); it can be \(range.lowerBound) to \(range.upperBound)",
        at: place(id))
      return nil
    }
    return number
  }

  mutating func duration(_ id: NodeID?, _ what: String, isPositive: Bool = true) -> Duration? {
    guard let id, tree[id].style != .refused else { return nil }
    guard tree[id].kind == .scalar else {
      wrongType(id, "'\(what)'", "a duration", help: "write one like 250ms, 30s, 15m or 1h30m")
      return nil
    }
    let text = tree.string(id)
    if let duration = Duration(text: text) {
      if duration == .zero, isPositive {
        problems.error(
          .outOfRange, "'\(what)' is no time at all", at: place(id),
          help: "write a duration above zero, or delete the key")
        return nil
      }
      return duration
    }
    if case .int = resolve(id) {
      problems.error(
        .badDuration, "'\(what)' is a number without a unit", at: place(id),
        help: "write the unit: '\(text)s' or '\(text)m'")
    } else {
      problems.error(
        .badDuration, "'\(text.prefix(60))' is not a duration", at: place(id),
        help: "write one like 250ms, 30s, 15m, 1h30m, 2d or PT15M")
    }
    return nil
  }

  mutating func timestamp(_ id: NodeID?, _ what: String) -> Timestamp? {
    guard let id, tree[id].style != .refused else { return nil }
    if tree[id].kind == .scalar, let time = Timestamp(tree.string(id)) { return time }
    wrongType(
      id, "'\(what)'", "a time with its zone", help: "write one like '2026-12-24T00:00Z'")
    return nil
  }

  /// One of an enum's words.
  mutating func word<Word: RawRepresentable & CaseIterable>(
    _ id: NodeID?, _ what: String, _ type: Word.Type
  ) -> Word? where Word.RawValue == String {
    word(id, what, among: Word.allCases.map(\.rawValue)).flatMap(Word.init(rawValue:))
  }

  mutating func word(_ id: NodeID?, _ what: String, among words: [String]) -> String? {
    guard let id, tree[id].style != .refused else { return nil }
    guard tree[id].kind == .scalar else {
      wrongType(id, "'\(what)'", words.joined(separator: " or "))
      return nil
    }
    let text = tree.string(id)
    if let found = words.first(where: { $0 == text }) { return found }
    problems.error(
      .notOneOf, "'\(what)' cannot be '\(text.prefix(60))'", at: place(id),
      help: Nearest.word(to: text, among: words).map { "did you mean '\($0)'?" }
        ?? "write one of: \(words.joined(separator: ", "))")
    return nil
  }

  /// The items of a list; an empty list where there is none or where it is something else.
  mutating func items(_ id: NodeID?, _ what: String) -> NodeTree.Items {
    guard let id, tree[id].style != .refused else { return tree.noItems }
    guard tree[id].kind == .list else {
      let help =
        tree[id].kind == .scalar && tree[id].count > 0 ? "write '[\(tree.string(id))]'" : nil
      wrongType(id, "'\(what)'", "a list", help: help)
      return tree.noItems
    }
    return tree.items(of: id)
  }

  mutating func texts(_ id: NodeID?, _ what: String) -> [String] {
    guard id != nil else { return [] }
    var texts: [String] = []
    for item in items(id, what) {
      if let text = text(item, what) { texts.append(text) }
    }
    return texts
  }
}

extension NodeTree {
  var noItems: Items { Items(nodes: nodes, upcoming: 0, left: 0) }
}
