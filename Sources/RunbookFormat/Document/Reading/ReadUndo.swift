internal import RunbookModel

/// How a step is taken back.
extension DocumentReader {
  /// `auto` only where the action can: a step that cannot be undone must say so before the disaster, not in it.
  mutating func readUndo(
    _ keys: Slots<StepKey>, _ page: ActionPage?, pointOfNoReturn: Bool
  ) -> UndoChoice {
    guard let id = keys[.undo] else {
      return undoByDefault(keys, page, pointOfNoReturn)
    }
    if let page, page.kind != .change {
      problems.error(
        .contradiction, "'\(page.name)' changes nothing, so there is nothing to undo",
        at: place(keys.keyNode(.undo) ?? id), help: "delete 'undo'")
      return .auto
    }
    if tree[id].kind == .scalar {
      guard word(id, "undo", among: ["auto"]) != nil else { return .auto }
      return undoByDefault(keys, page, false)
    }
    guard let undo = slots(id, UndoKey.self) else { return .auto }
    return writtenUndo(undo, id)
  }

  private mutating func writtenUndo(_ keys: Slots<UndoKey>, _ id: NodeID) -> UndoChoice {
    if keys[.none] != nil, keys[.uses] != nil {
      problems.error(
        .contradiction, "'undo' says both 'none' and 'uses'", at: place(id), help: "keep one")
    }
    if let node = keys[.none] {
      return .none(reason: text(node, "none") ?? "")
    }
    guard let node = keys[.uses] else {
      problems.error(
        .missingKey, "'undo' says neither 'none' nor 'uses'", at: place(id),
        help: "write {none: the reason} or {uses: an action, with: its input}")
      return .auto
    }
    guard let page = page(node, "uses") else { return .auto }
    if page.kind != .change {
      problems.error(
        .wrongType, "'\(page.name)' changes nothing, so it can undo nothing", at: place(node),
        help: "name an action that changes something, or write {none: the reason}")
    }
    return .explicit(
      CheckCall(
        uses: page.name, with: keys[.with].map { input($0) } ?? .map([], place(id)),
        place: place(node)))
  }

  private mutating func undoByDefault(
    _ keys: Slots<StepKey>, _ page: ActionPage?, _ pointOfNoReturn: Bool
  ) -> UndoChoice {
    guard let page else { return .auto }
    switch page.undo {
    case .automatic, .notNeeded: return .auto
    case .impossible(let why):
      if !pointOfNoReturn, !page.traits.contains(.tells) {
        problems.error(
          .undoNeeded, "'\(page.name)' cannot be undone by itself: \(why)",
          at: place(keys[.undo] ?? keys[.uses] ?? keys.map),
          help: "write 'undo: {none: the reason why that is acceptable}', or "
            + "'undo: {uses: another action, with: its input}', or 'point_of_no_return: true'")
      }
      return .none(reason: why)
    }
  }
}
