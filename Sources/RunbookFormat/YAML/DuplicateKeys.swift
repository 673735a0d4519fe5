internal import RunbookModel

/// A key may stand once in a map, and must be a text: with two, which one counts would be a guess.
enum DuplicateKeys {
  /// Up to this many keys each is compared with each; above, they are put in a set.
  private static let comparedPairwise = 16

  static func check(_ map: NodeID, in tree: NodeTree, _ problems: inout DiagnosticList) {
    let count = Int(tree[map].count)
    var key = map + 1
    for place in 0..<count {
      if tree[key].kind != .scalar {
        problems.error(
          .keyNotText, "a key must be a text, not a list or map", at: tree.place(key))
      } else if isMergeKey(key, in: tree) {
        problems.error(
          .keyNotText, "'<<' merges maps in YAML 1.1; YAML 1.2 has no such key",
          at: tree.place(key), help: "write out the keys that are meant")
      } else if count <= comparedPairwise {
        compare(key, withFirst: place, of: map, in: tree, &problems)
      }
      key = tree.after(tree.after(key))
    }
    if count > comparedPairwise { byText(map, in: tree, &problems) }
  }

  private static func isMergeKey(_ key: NodeID, in tree: NodeTree) -> Bool {
    tree[key].count == 2 && tree[key].style == .plain
      && tree.withText(of: key) { $0[0] == 0x3C && $0[1] == 0x3C }
  }

  private static func compare(
    _ key: NodeID, withFirst count: Int, of map: NodeID, in tree: NodeTree,
    _ problems: inout DiagnosticList
  ) {
    let length = tree[key].count
    var earlier = map + 1
    for _ in 0..<count {
      if tree[earlier].count == length, tree[earlier].kind == .scalar, tree[key].style != .refused {
        let isSame = tree.withText(of: key) { text in
          tree.withText(of: earlier) { $0.holds(text) }
        }
        if isSame { return report(key, after: earlier, in: tree, &problems) }
      }
      earlier = tree.after(tree.after(earlier))
    }
  }

  private static func byText(
    _ map: NodeID, in tree: NodeTree, _ problems: inout DiagnosticList
  ) {
    var seen: [String: NodeID] = [:]
    for (key, _) in tree.pairs(of: map)
    where tree[key].kind == .scalar && tree[key].style != .refused {
      let text = tree.string(key)
      if let earlier = seen[text] {
        report(key, after: earlier, in: tree, &problems)
      } else {
        seen[text] = key
      }
    }
  }

  private static func report(
    _ key: NodeID, after earlier: NodeID, in tree: NodeTree, _ problems: inout DiagnosticList
  ) {
    problems.error(
      .duplicateKey, "the key '\(tree.string(key))' stands twice in this map", at: tree.place(key),
      help: "keep one of the two",
      related: [.init(message: "it stands here first", place: tree.place(earlier))])
  }
}
