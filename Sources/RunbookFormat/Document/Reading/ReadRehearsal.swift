internal import RunbookModel

/// What happens in a rehearsal, and what must come out.
extension DocumentReader {
  mutating func readRehearsal() -> Rehearsal? {
    guard let keys = slots(0, RehearsalKey.self) else { return nil }
    checkVersion(keys[.lifeboat], keys.keyNode(.lifeboat))
    var rehearsal = Rehearsal(
      name: text(keys[.rehearsal], "rehearsal") ?? "",
      environment: name(keys[.environment], "environment") ?? "")
    rehearsal.place = keys[.rehearsal].map { place($0) }
    for key in RehearsalKey.allCases {
      if let node = keys[key] { rehearsal.places[key.name] = place(node) }
    }
    rehearsal.description = text(keys[.description], "description")
    rehearsal.variant = name(keys[.variant], "variant")
    rehearsal.purpose = word(keys[.purpose], "purpose", Purpose.self)
    rehearsal.outageAt = duration(keys[.outageAt], "outage_at")
    if let node = keys[.parameters] { readParameterTexts(node, into: &rehearsal) }
    if let node = keys[.given] { readGiven(node, into: &rehearsal) }
    if keys[.orders] != nil { readOrders(keys[.orders], into: &rehearsal) }
    if let node = keys[.expect] { readExpectation(node, into: &rehearsal.expect) }
    return rehearsal
  }

  private mutating func readParameterTexts(_ id: NodeID, into rehearsal: inout Rehearsal) {
    guard tree[id].kind == .map else { return wrongType(id, "'parameters'", "a map of names") }
    for (key, value) in tree.pairs(of: id) {
      guard let name = name(key, "parameters"), tree[value].style != .refused else { continue }
      guard tree[value].kind == .scalar else {
        wrongType(value, "the parameter '\(name)'", "one value")
        continue
      }
      rehearsal.parameters.append(
        .init(name: name, text: tree.string(value), place: place(value)))
    }
  }

  // MARK: - Given

  private mutating func readGiven(_ id: NodeID, into rehearsal: inout Rehearsal) {
    guard tree[id].kind == .map else { return wrongType(id, "'given'", "a map of steps") }
    for (key, value) in tree.pairs(of: id) {
      guard let step = stepID(key, "given"), let keys = slots(value, GivenKey.self) else {
        continue
      }
      var given = Rehearsal.Given(step: step, place: place(key))
      for verb in Rehearsal.Verb.allCases {
        guard let node = keys[GivenKey.key(verb)] else { continue }
        given.acts[verb] = acts(node, verb)
      }
      given.answers = answers(keys)
      if let isTrue = flag(keys[.when], "when") {
        given.isLeftOut = !isTrue
        if isTrue, let node = keys[.when] {
          problems.error(
            .outOfRange, "a 'when' counts as true where nothing is said", at: place(node),
            help: "delete it, or write 'when: false'")
        }
      }
      if tree[value].count == 0 {
        problems.error(
          .missingKey, "nothing is said of '\(step)'", at: place(key),
          help: "delete it: a step that is not named succeeds in its usual time")
      }
      rehearsal.given.append(given)
    }
  }

  private mutating func acts(_ id: NodeID, _ verb: Rehearsal.Verb) -> [Rehearsal.Act] {
    guard tree[id].kind == .list else { return act(id, verb).map { [$0] } ?? [] }
    guard isShort(id, verb.rawValue) else { return [] }
    return tree.items(of: id).compactMap { act($0, verb) }
  }

  private mutating func act(_ id: NodeID, _ verb: Rehearsal.Verb) -> Rehearsal.Act? {
    let words = verb.endings.map(\.rawValue)
    var act = Rehearsal.Act(place: place(id))
    if tree[id].kind == .scalar {
      guard let word = word(id, verb.rawValue, among: words) else { return nil }
      act.ends = Rehearsal.Ending(rawValue: word)
      return act
    }
    guard let keys = slots(id, BehaviourKey.self) else { return nil }
    act.ends = word(keys[.ends], "ends", among: words).flatMap(Rehearsal.Ending.init(rawValue:))
    act.takes = duration(keys[.takes], "takes")
    act.isMade = flag(keys[.made], "made")
    // Of an ending that is none nothing more can be said.
    if keys[.ends] != nil, act.ends == nil { return nil }
    if let node = keys.keyNode(.made) { checkMade(act, verb, node) }
    return act
  }

  private mutating func checkMade(
    _ act: Rehearsal.Act, _ verb: Rehearsal.Verb, _ node: NodeID
  ) {
    if !verb.changes {
      problems.error(
        .contradiction, "'\(verb.rawValue)' only looks: nothing is made by it", at: place(node),
        help: "'made' belongs to 'apply' and 'undo'")
    } else if act.ends == .refused, act.isMade == true {
      problems.error(
        .contradiction, "what is refused changes nothing", at: place(node),
        help: "for a step that says so and has changed something, write 'ends: fails'")
    }
  }

  private mutating func answers(_ keys: Slots<GivenKey>) -> [Rehearsal.Answer] {
    var direct = Slots<AnswerKey>(map: keys.map)
    for (key, place) in [
      (GivenKey.approvedBy, AnswerKey.approvedBy), (.declinedBy, .declinedBy), (.answer, .answer),
      (.after, .after),
    ] {
      if let node = keys[key] { direct.set(place.rawValue, node) }
    }
    let one = answer(direct)
    guard keys[.answers] != nil else { return one.map { [$0] } ?? [] }
    if one != nil, let node = keys.keyNode(.answers) {
      problems.error(
        .contradiction, "its answers are given twice", at: place(node),
        help: "write all of them under 'answers'")
    }
    guard let node = keys[.answers], isShort(node, "answers") else { return [] }
    return items(node, "answers").compactMap { item in
      guard let keys = slots(item, AnswerKey.self) else { return nil }
      return answer(keys)
    }
  }

  private mutating func answer(_ keys: Slots<AnswerKey>) -> Rehearsal.Answer? {
    let said = [AnswerKey.approvedBy, .declinedBy, .answer].compactMap { keys[$0] }
    guard let first = said.first ?? keys[.after] else { return nil }
    if said.count > 1 {
      problems.error(
        .contradiction, "one answer is yes, no or none", at: place(said[1] - 1),
        help: "several answers stand in a list: 'answers: [{declined_by: a}, {approved_by: b}]'")
      return nil
    }
    let after = duration(keys[.after], "after")
    var kind = Rehearsal.Answer.Kind.approved(by: nil)
    if keys[.approvedBy] != nil {
      guard let who = text(keys[.approvedBy], "approved_by") else { return nil }
      kind = .approved(by: who)
    } else if keys[.declinedBy] != nil {
      guard let who = text(keys[.declinedBy], "declined_by") else { return nil }
      kind = .declined(by: who)
    } else if keys[.answer] != nil {
      guard let word = word(keys[.answer], "answer", among: AnswerKey.words) else { return nil }
      kind = word == "none" ? .none : .unattended
      if let node = keys.keyNode(.after) {
        problems.error(
          .contradiction, "nobody says anything, so it takes no time", at: place(node),
          help: "delete 'after'")
      }
    }
    return Rehearsal.Answer(kind, after: after, place: place(first))
  }

  private mutating func readOrders(_ id: NodeID?, into rehearsal: inout Rehearsal) {
    guard let id, isShort(id, "operator") else { return }
    for item in items(id, "operator") {
      guard let keys = slots(item, OrderKey.self) else { continue }
      let step = stepID(keys[.step], "step")
      let after = duration(keys[.after], "after")
      guard let node = keys[.order],
        let word = word(node, "order", Rehearsal.Order.Word.self)
      else { continue }
      if word.takesStep, keys[.step] == nil {
        problems.error(
          .missingKey, "'\(word.rawValue)' is about a failed step", at: place(node),
          help: "name it: {order: \(word.rawValue), step: ...}")
      }
      if !word.takesStep, let node = keys.keyNode(.step) {
        problems.error(
          .contradiction, "'\(word.rawValue)' is about the whole run", at: place(node),
          help: "delete 'step'")
      }
      rehearsal.orders.append(
        .init(word, step: step, after: after, place: place(node)))
    }
  }

  // MARK: - Expected

  private mutating func readExpectation(
    _ id: NodeID, into expect: inout Rehearsal.Expectation
  ) {
    guard let keys = slots(id, ExpectKey.self) else { return }
    for key in ExpectKey.allCases {
      if let node = keys[key] { expect.places[key.name] = place(node) }
    }
    expect.outcome = word(keys[.outcome], "outcome", Rehearsal.Expectation.Outcome.self)
    if let node = keys[.because] {
      expect.because =
        tree[node].kind == .scalar
        ? stepID(node, "because").map { [$0] } : steps(keys[.because], .because, &expect)
    }
    expect.never = steps(keys[.never], .never, &expect)
    expect.done = steps(keys[.done], .done, &expect)
    expect.undone = steps(keys[.undone], .undone, &expect)
    if keys[.changed] != nil { expect.changed = steps(keys[.changed], .changed, &expect) }
    expect.order = steps(keys[.order], .order, &expect)
    expect.within = duration(keys[.within], "within")
    expect.heldBefore = duration(keys[.heldBefore], "held_before")
    expect.rto = word(keys[.rto], "rto", Rehearsal.Expectation.Objective.self)
  }

  private mutating func steps(
    _ id: NodeID?, _ key: ExpectKey, _ expect: inout Rehearsal.Expectation
  ) -> [StepID] {
    guard let id, isShort(id, key.name, allowsEmpty: key == .changed) else { return [] }
    var steps: [StepID] = []
    for item in items(id, key.name) {
      guard let step = stepID(item, key.name) else { continue }
      expect.places["\(key.name)/\(step)"] = place(item)
      steps.append(step)
    }
    return steps
  }

  /// A step's id, or a copy's, `step[key]`. Whether there is such a one is found later.
  private mutating func stepID(_ id: NodeID?, _ what: String) -> StepID? {
    if let id, tree[id].kind == .scalar {
      let step = StepID(tree.string(id))
      if step.isCopy { return step }
    }
    return name(id, what).map { StepID($0) }
  }

  /// More than this is no rehearsal that anybody could read.
  private static let mostItems = 1000

  private mutating func isShort(
    _ id: NodeID, _ what: String, allowsEmpty: Bool = false
  ) -> Bool {
    guard tree[id].kind == .list else { return true }
    if tree[id].count == 0, !allowsEmpty {
      problems.error(
        .missingKey, "'\(what)' is empty", at: place(id), help: "delete it, or write an entry")
      return false
    }
    guard tree[id].count > Self.mostItems else { return true }
    problems.error(
      .outOfRange, "'\(what)' has \(tree[id].count) entries; the limit is \(Self.mostItems)",
      at: place(id))
    return false
  }
}
