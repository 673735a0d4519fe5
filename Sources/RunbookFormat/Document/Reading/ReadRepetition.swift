internal import RunbookModel

/// A step that is made once for each item of a list, and the texts that may differ from copy to copy.
extension DocumentReader {
  mutating func readRepetition(_ keys: Slots<StepKey>, into step: inout Step) {
    step.forEach = expression(keys[.forEach], "for_each").map { Repetition(list: $0) }
    let title = words(keys[.title], "title", isRepeated: keys[.forEach] != nil)
    step.title = title.fixed
    step.forEach?.title = title.template
    let byHand = words(keys[.byHand], "by_hand", isRepeated: keys[.forEach] != nil)
    step.byHand = byHand.fixed
    step.forEach?.byHand = byHand.template
  }

  /// A text for people: fixed, or in a repeated step with expressions inside.
  private mutating func words(
    _ id: NodeID?, _ what: String, isRepeated: Bool
  ) -> (fixed: String?, template: Template?) {
    guard let id, isRepeated, tree[id].kind == .scalar, tree.hasMark(id) else {
      return (text(id, what), nil)
    }
    return (nil, template(id))
  }
}
