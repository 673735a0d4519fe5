internal import RunbookModel

/// Where a node stands in its tree.
typealias NodeID = Int

/// One YAML value, 32 bytes: where it stands, and where its text is.
struct Node {
  enum Kind: UInt8 {
    case scalar
    case map
    case list
  }

  enum Style: UInt8 {
    /// Its text decides its type.
    case plain
    /// Written in quotes or as a block, or tagged as a string: always a string.
    case text
    /// Something that this version refuses; the problem is reported already.
    case refused
  }

  /// The byte of the file at which it begins.
  var start: UInt32
  /// Lines and columns count from 1, columns in characters.
  var line: UInt32
  var column: UInt32
  /// Characters to underline; ends with the first line.
  var length: UInt32
  /// A scalar's text: a byte of the file, or of `NodeTree.texts` when `Node.inTexts` is set.
  var text: UInt32
  /// A scalar's bytes; a map's pairs; a list's items.
  var count: UInt32
  /// This node and everything inside it.
  var span: UInt32
  var kind: Kind
  var style: Style

  static let inTexts: UInt32 = 1 << 31
}

/// One YAML document as a flat array: a container is followed by what it holds, a map by key, value, key, value.
///
/// Nothing is copied that can be a slice of the file: only texts with escapes, folds or line breaks are kept apart.
struct NodeTree {
  let file: String
  let bytes: [UInt8]
  var texts: [UInt8] = []
  var nodes: [Node] = []
  /// False when reading stopped early; what is missing then is not the author's omission.
  var isComplete = true

  init(file: String, bytes: [UInt8]) {
    self.file = file
    self.bytes = bytes
  }

  subscript(id: NodeID) -> Node { nodes[id] }

  /// The node that follows `id` and all that it holds.
  func after(_ id: NodeID) -> NodeID { id + Int(nodes[id].span) }

  /// The items of a list.
  func items(of list: NodeID) -> Items {
    Items(nodes: nodes, upcoming: list + 1, left: Int(nodes[list].count))
  }

  /// The pairs of a map.
  func pairs(of map: NodeID) -> Pairs {
    Pairs(items: Items(nodes: nodes, upcoming: map + 1, left: Int(nodes[map].count) * 2))
  }

  struct Items: Sequence, IteratorProtocol {
    let nodes: [Node]
    var upcoming: NodeID
    var left: Int

    mutating func next() -> NodeID? {
      guard left > 0, upcoming < nodes.count else { return nil }
      left -= 1
      let id = upcoming
      upcoming += Int(nodes[id].span)
      return id
    }
  }

  struct Pairs: Sequence, IteratorProtocol {
    var items: Items

    mutating func next() -> (key: NodeID, value: NodeID)? {
      guard let key = items.next(), let value = items.next() else { return nil }
      return (key, value)
    }
  }
}
