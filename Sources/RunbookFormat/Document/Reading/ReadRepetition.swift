internal import RunbookModel

/// A step that is made once for each item of a list, and the texts that may differ from copy to copy.
extension DocumentReader {
  mutating func readRepetition(_ keys: Slots<StepKey>, into step: inout Step) {
    step.forEach = expression(keys[.forEach], "for_each").map { Repetition(list: $0) }
    step.forEach?.maxParallel = count(keys[.maxParallel], "max_parallel", 1...1000)
    step.forEach?.canary = count(keys[.canary], "canary", 1...1000)
    for key in [StepKey.maxParallel, .canary] where keys[.forEach] == nil {
      guard let node = keys.keyNode(key) else { continue }
      problems.error(
        .contradiction, "'\(key.name)' is about the copies of a step, and this step has none",
        at: place(node), help: "write 'for_each: ${{ a list }}' beside it, or delete it")
    }
    checkCanary(keys, step)
    let title = words(keys[.title], "title", isRepeated: keys[.forEach] != nil)
    step.title = title.fixed
    step.forEach?.title = title.template
    let byHand = words(keys[.byHand], "by_hand", isRepeated: keys[.forEach] != nil)
    step.byHand = byHand.fixed
    step.forEach?.byHand = byHand.template
  }

  /// A canary whose success nothing has seen would prove nothing.
  private mutating func checkCanary(_ keys: Slots<StepKey>, _ step: Step) {
    guard let node = keys.keyNode(.canary), let page = catalogue[step.uses],
      page.kind == .change, page.traits.contains(.arbitrary), step.with["check"] == nil,
      step.verify.isEmpty
    else { return }
    problems.error(
      .contradiction,
      "nothing looks whether '\(page.name)' has done its work, so a canary would prove nothing",
      at: place(node),
      help: "give its 'with' a 'check', or the step a 'verify', or delete 'canary'")
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
