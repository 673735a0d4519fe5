internal import RunbookModel

/// Turns what steps say in `needs` into places, and everything that cannot be waited for into diagnostics.
extension DocumentReader {
  mutating func resolveNeeds(in draft: inout RunbookDraft) -> StepOrder {
    var order = StepOrder()
    order.reserve(draft.notes.count)
    var forward: [ForwardNeed] = []
    for index in draft.notes.indices {
      let note = draft.notes[index]
      let stage = Int(note.stage)
      var needs: [UInt32] = []
      if note.needs == 0 {
        if note.index > 0 { needs = [UInt32(index - 1)] }
      } else {
        needs = writtenNeeds(NodeID(note.needs), of: index, in: draft, &forward)
      }
      draft.runbook.stages[stage].steps[Int(note.index)].needs = needs.map {
        draft.step(Int($0)).id
      }
      order.append(stage: note.stage, needs: needs)
    }
    if !forward.isEmpty { reportForward(forward, order, draft) }
    return order
  }

  /// A need that points at a step further down in the same stage.
  struct ForwardNeed {
    var step: Int
    var needed: Int
    var place: SourcePlace
  }

  private mutating func writtenNeeds(
    _ list: NodeID, of index: Int, in draft: RunbookDraft, _ forward: inout [ForwardNeed]
  ) -> [UInt32] {
    var needs: [UInt32] = []
    let stage = draft.notes[index].stage
    for item in items(list, "needs") {
      guard let name = name(item, "needs") else { continue }
      guard let needed = draft.ids[name] else {
        unknownNeed(name, item, draft)
        continue
      }
      let other = draft.notes[Int(needed)]
      if Int(needed) == index {
        problems.error(
          .needsItself, "'\(name)' needs itself, so it could never start", at: place(item),
          help: "delete it from 'needs'")
      } else if other.stage > stage {
        problems.error(
          .needsLaterStage,
          "'\(name)' is in a later stage ('\(draft.runbook.stages[Int(other.stage)].name)'), which "
            + "starts when this stage has ended", at: place(item),
          help: "move one of the two steps, or delete it from 'needs'",
          related: related("'\(name)' is here", draft.step(Int(needed)).place))
      } else if Int(needed) > index {
        forward.append(ForwardNeed(step: index, needed: Int(needed), place: place(item)))
      } else if needs.contains(needed) {
        problems.error(
          .duplicateName, "'\(name)' stands twice in 'needs'", at: place(item),
          help: "delete one of the two")
      } else {
        needs.append(needed)
      }
    }
    return needs
  }

  private mutating func unknownNeed(_ name: String, _ item: NodeID, _ draft: RunbookDraft) {
    guard tree.isComplete else { return }
    guard !problems.isFull else { return problems.countError() }
    if draft.runbook.stages.contains(where: { $0.name == name }) {
      problems.error(
        .unknownNeed, "'\(name)' is a stage; a step needs steps", at: place(item),
        help: "earlier stages have ended anyway: delete it")
      return
    }
    problems.error(
      .unknownNeed, "there is no step '\(name)'", at: place(item),
      help: Nearest.word(to: name, among: draft.nearby(item: tree.string(item)))
        .map { "did you mean '\($0)'?" }
        ?? "name a step of this stage or of an earlier one")
  }

  func related(_ message: String, _ place: SourcePlace?) -> [Diagnostic.Related] {
    place.map { [.init(message: message, place: $0)] } ?? []
  }

  /// A need that points down is an error in any case; when the step below waits for this one it is also a cycle.
  private mutating func reportForward(
    _ forward: [ForwardNeed], _ order: StepOrder, _ draft: RunbookDraft
  ) {
    // Does the needed step wait for the one that needs it?
    let questions = forward.map {
      StepOrder.Question(earlier: UInt32($0.step), later: UInt32($0.needed))
    }
    var open = Set<UInt64>()
    for question in order.unmet(questions) {
      open.insert(UInt64(question.earlier) << 32 | UInt64(question.later))
    }
    for need in forward {
      if problems.isFull {
        problems.countError()
        continue
      }
      let step = draft.step(need.step).id
      let needed = draft.step(need.needed)
      let there = related("'\(needed.id)' is here", needed.place)
      if open.contains(UInt64(need.step) << 32 | UInt64(need.needed)) {
        problems.error(
          .needsForward, "'\(step)' needs '\(needed.id)', which stands below it", at: need.place,
          help: "move '\(needed.id)' above '\(step)'", related: there)
      } else {
        let path = path(from: need.needed, to: need.step, order).map { draft.step($0).id.text }
        let circle = ([step.text] + path).joined(separator: " → ")
        problems.error(
          .cycle, "these steps wait for one another: \(circle)", at: need.place,
          help: draft.notes[need.needed].needs == 0
            ? "'\(needed.id)' waits for the step above it; write its 'needs', or move it up"
            : "take one of them out of 'needs'", related: there)
      }
    }
  }

  /// One way from a step back to an earlier one along needs; cut in the middle when it is long.
  private func path(from start: Int, to goal: Int, _ order: StepOrder) -> [Int] {
    var cameFrom: [Int: Int] = [start: start]
    var queue = [start]
    var head = 0
    while head < queue.count, cameFrom[goal] == nil, head < 10_000 {
      let step = queue[head]
      head += 1
      for need in order.needs(of: step) where cameFrom[Int(need)] == nil && need >= goal {
        cameFrom[Int(need)] = step
        queue.append(Int(need))
      }
    }
    guard cameFrom[goal] != nil else { return [start, goal] }
    var path = [goal]
    while let last = path.last, last != start, let before = cameFrom[last] { path.append(before) }
    path.reverse()
    return path.count <= 8 ? path : Array(path.prefix(4) + path.suffix(4))
  }
}
