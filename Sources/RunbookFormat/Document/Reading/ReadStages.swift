internal import RunbookModel

/// Stages and their steps.
extension DocumentReader {
  mutating func readStages(_ id: NodeID?, into draft: inout RunbookDraft) {
    guard let id else { return }
    let count = tree[id].kind == .list ? Int(tree[id].count) : 0
    if tree[id].kind == .list, count == 0, tree.isComplete {
      problems.error(.missingKey, "there is no stage", at: place(id), help: "write at least one")
    }
    guard count <= DocumentLimits.stages else {
      problems.error(
        .outOfRange, "there are \(count) stages; the limit is \(DocumentLimits.stages)",
        at: place(id))
      return
    }
    var names: [String: NodeID] = [:]
    draft.runbook.stages.reserveCapacity(count)
    for item in items(id, "stages") {
      guard let keys = slots(item, StageKey.self) else { continue }
      var stage = Stage(name: name(keys[.stage], "stage") ?? "")
      stage.place = keys[.stage].map { place($0) } ?? place(item)
      if let node = keys[.stage], !stage.name.isEmpty {
        uniqueStage(stage.name, node, &names)
      }
      stage.title = text(keys[.title], "title")
      stage.description = text(keys[.description], "description")
      stage.budget = duration(keys[.budget], "budget")
      stage.afterSoak = flag(keys[.afterSoak], "after_soak") ?? false
      let inherited =
        word(keys[.onFailure], "on_failure", FailurePolicy.self) ?? draft.runbook.onFailure
      readSteps(keys[.steps], of: &stage, inherited, into: &draft)
      checkAfterSoak(stage, after: draft.runbook.stages.last)
      draft.runbook.stages.append(stage)
      if !draft.isWhole { return }
    }
    checkBudgets(id, draft.runbook)
  }

  private mutating func uniqueStage(
    _ name: String, _ node: NodeID, _ seen: inout [String: NodeID]
  ) {
    guard let earlier = seen[name] else {
      seen[name] = node
      return
    }
    problems.error(
      .duplicateName, "there are two stages with the id '\(name)'", at: place(node),
      help: "give one of them another id",
      related: [.init(message: "the first one is here", place: place(earlier))])
  }

  private mutating func uniqueStep(_ step: Step, in draft: inout RunbookDraft) {
    let id = step.id.text
    guard !id.isEmpty else { return }
    guard let earlier = draft.ids[id] else {
      draft.ids[id] = UInt32(draft.notes.count)
      return
    }
    let first = place(NodeID(draft.notes[Int(earlier)].id))
    problems.error(
      .duplicateName, "there are two steps with the id '\(id)'", at: step.place,
      help: "give one of them another id; ids are unique in the whole runbook",
      related: [.init(message: "the first one is here", place: first)])
  }

  private mutating func readSteps(
    _ id: NodeID?, of stage: inout Stage, _ inherited: FailurePolicy,
    into draft: inout RunbookDraft
  ) {
    guard let id else { return }
    let count = tree[id].kind == .list ? Int(tree[id].count) : 0
    if tree[id].kind == .list, count == 0, tree.isComplete {
      problems.error(
        .missingKey, "this stage has no step", at: place(id), help: "write at least one")
    }
    guard draft.notes.count + count <= DocumentLimits.steps else {
      problems.error(
        .outOfRange, "with this stage there are more than \(DocumentLimits.steps) steps",
        at: place(id))
      draft.isWhole = false
      return
    }
    stage.steps.reserveCapacity(count)
    for item in items(id, "steps") {
      guard let keys = slots(item, StepKey.self) else { continue }
      let step = readStep(keys, inherited, draft.runbook.variants)
      uniqueStep(step, in: &draft)
      draft.notes.append(
        StepNote(
          stage: UInt32(draft.runbook.stages.count), index: UInt32(stage.steps.count),
          id: UInt32(keys[.step] ?? item), needs: UInt32(keys[.needs] ?? 0),
          variants: mask(step.only, draft.runbook.variants)))
      if keys[.silence] != nil {
        readSilences(
          keys[.silence], into: &draft.silences.steps[draft.notes.count - 1, default: []])
      }
      stage.steps.append(step)
    }
  }

  private func mask(_ only: [String], _ variants: [String]) -> UInt64 {
    guard !only.isEmpty, !variants.isEmpty else { return .max }
    var mask: UInt64 = 0
    for (bit, variant) in variants.enumerated() where only.contains(variant) { mask |= 1 << bit }
    return mask
  }

  /// What changes the service must be seen to hold, so it comes before the soak.
  private mutating func checkAfterSoak(_ stage: Stage, after before: Stage?) {
    if before?.afterSoak == true, !stage.afterSoak {
      problems.error(
        .notAfterSoak, "the stage '\(stage.name)' comes behind one with 'after_soak'",
        at: stage.place, help: "move it before that stage, or write 'after_soak: true' here too")
    }
    guard stage.afterSoak else { return }
    for step in stage.steps where !step.uses.isEmpty {
      guard let page = catalogue[step.uses], !page.traits.contains(.tells) else { continue }
      problems.error(
        .notAfterSoak,
        "'\(step.id)' does more than tell people something, and comes after the soak",
        at: step.place, help: "move it to a stage before: what it does must be seen to stay good")
    }
  }

  private mutating func checkBudgets(_ id: NodeID, _ runbook: Runbook) {
    guard let rto = runbook.objectives.rto else { return }
    let sum = runbook.stages.compactMap(\.budget).reduce(Duration.zero, +)
    guard sum > rto else { return }
    problems.error(
      .budget, "the stages' budgets are \(sum.text) together; the RTO is \(rto.text)",
      at: place(id), help: "a budget is a part of the RTO: make some smaller")
  }
}
