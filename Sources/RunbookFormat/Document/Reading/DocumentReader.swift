internal import RunbookModel

/// Reads nodes as a document's parts and says everything that is wrong with them.
///
/// Every getter reports its own problem and returns nil, so that a caller goes on with the next key.
struct DocumentReader {
  let tree: NodeTree
  let catalogue: ActionCatalogue
  var problems: DiagnosticList

  init(tree: NodeTree, catalogue: ActionCatalogue, problems: DiagnosticList) {
    self.tree = tree
    self.catalogue = catalogue
    self.problems = problems
  }

  func place(_ id: NodeID) -> SourcePlace { tree.place(id) }

  /// Finds the known keys of a map and reports the others.
  mutating func slots<Key: DocumentKey>(_ map: NodeID, _ type: Key.Type) -> Slots<Key>? {
    let section = Key.section
    guard tree[map].kind == .map else {
      wrongType(map, section.noun, "a map of keys")
      return nil
    }
    var slots = Slots<Key>(map: map)
    var next = map + 1
    for _ in 0..<Int(tree[map].count) {
      let key = next
      let value = tree.after(key)
      next = tree.after(value)
      guard tree[key].kind == .scalar else { continue }
      let index = tree.withText(of: key) { text in
        section.names.firstIndex { text.equals($0) }
      }
      if let index {
        slots.set(index, value)
        if !section.rules[index].isServed { notServed(key, section.rules[index]) }
      } else if tree[key].style != .refused {
        unknownKey(key, of: section)
      }
    }
    if tree.isComplete {
      for (index, rule) in section.rules.enumerated()
      where rule.isRequired && !slots.has(index) {
        missing(rule, of: section, map)
      }
    }
    return slots
  }

  private mutating func unknownKey(_ key: NodeID, of section: Section) {
    guard !problems.isFull else { return problems.countError() }
    let name = tree.string(key)
    let known = section.rules.map(\.name)
    let near = Nearest.word(to: name, among: known)
    problems.error(
      .unknownKey, "'\(name)' is not a key of \(section.noun)", at: place(key),
      help: near.map { "did you mean '\($0)'?" }
        ?? "its keys are \(known.joined(separator: ", "))")
  }

  private mutating func notServed(_ key: NodeID, _ rule: KeyRule) {
    problems.error(
      .notServed,
      "'\(rule.name)' is part of the format, but this version of lifeboat does not serve it yet",
      at: place(key), help: "delete it; nothing would act on it")
  }

  private mutating func missing(_ rule: KeyRule, of section: Section, _ map: NodeID) {
    var place = place(map)
    if map == 0 { place = SourcePlace(file: tree.file, line: 1, column: 1) }
    problems.error(
      .missingKey, "\(section.noun) needs '\(rule.name)'", at: place,
      help: "write '\(rule.name):' — \(rule.summary)")
  }

  /// "'timeout' must be a duration, but this is a list".
  mutating func wrongType(
    _ id: NodeID, _ what: String, _ wanted: String, help: String? = nil
  ) {
    guard tree[id].style != .refused else { return }
    problems.error(
      .wrongType, "\(what) must be \(wanted), but this is \(kind(id))", at: place(id), help: help)
  }

  /// What a value is, in the words of a message.
  func kind(_ id: NodeID) -> String {
    switch tree[id].kind {
    case .map: return "a map"
    case .list: return "a list"
    case .scalar:
      guard tree[id].style == .plain else { return "a text" }
      return switch resolve(id) {
      case .null: "empty"
      case .bool: "true or false"
      case .int, .hugeInt: "a whole number"
      case .double: "a number"
      case .string: "a text"
      }
    }
  }

  func resolve(_ id: NodeID) -> CoreSchema.Scalar {
    guard tree[id].style == .plain else { return .string }
    return tree.withText(of: id) { CoreSchema.resolve($0) }
  }
}

/// The values of a map's known keys; keys that are not there, or stand behind nothing, are nil.
struct Slots<Key: DocumentKey> {
  let map: NodeID
  /// A value is never node 0, which is the document itself.
  private var found = InlineArray<32, UInt32>(repeating: 0)

  init(map: NodeID) { self.map = map }

  subscript(key: Key) -> NodeID? {
    let id = found[key.rawValue]
    return id == 0 ? nil : NodeID(id)
  }

  /// The key itself, which stands right before its value.
  func keyNode(_ key: Key) -> NodeID? { self[key].map { $0 - 1 } }

  mutating func set(_ index: Int, _ value: NodeID) { found[index] = UInt32(value) }
  func has(_ index: Int) -> Bool { found[index] != 0 }
}
