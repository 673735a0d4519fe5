internal import RunbookModel

extension RuleBook {
  static let dependsOnItsOwnChange = Rule(
    code: "LB410", title: "A step that depends on what the run itself changes",
    explanation: """
      A target that is written as a host name is looked up when the step runs. When the run moves that name, the same \
      step reaches one site before and another after, also when it is made again or undone.

      The rule collects the names that steps switch (the field 'name' of an action that moves names) and looks at the \
      targets of every step that changes something: none may be such a name or lie below it. Checks may: they look \
      like a customer does.
      """,
    severity: .error, check: checkTargets)

  /// Fields of an action that moves names which say what is moved and where to, and are not asked.
  private static let notTargets = ["name", "zone", "to"]

  private struct Moved {
    var host: String
    var step: Int
  }

  private static func checkTargets(_ context: RuleContext, _ findings: inout RuleFindings) {
    var moved: [Moved] = []
    for move in context.steps(with: .movesNames) where moved.count < 1000 {
      guard let template = context.step(move).with["name"] else { continue }
      for constant in context.constants(template) {
        guard case .string(let name) = constant.value, let host = TargetText.host(name),
          !moved.contains(where: { $0.host == host })
        else { continue }
        moved.append(Moved(host: host, step: move))
      }
    }
    guard !moved.isEmpty else { return }
    for (index, facts) in context.facts.enumerated() where facts.kind == .change {
      guard !findings.isFull else { return }
      var found: [(WrittenText, Moved)] = []
      let isMove = facts.traits.contains(.movesNames)
      context.forEachText(in: context.input(index)) { written in
        if isMove, notTargets.contains(written.key) { return }
        if let name = match(written.text, moved) { found.append((written, name)) }
      }
      for (written, name) in found {
        report(written, name, context.step(index), index, context, &findings)
      }
    }
  }

  private static func match(_ text: String, _ moved: [Moved]) -> Moved? {
    // Most texts have no dot or are far too long to be a target.
    guard text.utf8.count < 300, text.utf8.contains(0x2E) else { return nil }
    // A mail address is a person's, not a target.
    if text.utf8.contains(0x40), !text.contains("://") { return nil }
    guard let host = TargetText.host(text) else { return nil }
    return moved.first { host == $0.host || host.hasSuffix("." + $0.host) }
  }

  private static func report(
    _ written: WrittenText, _ name: Moved, _ step: Step, _ index: Int, _ context: RuleContext,
    _ findings: inout RuleFindings
  ) {
    let move = context.step(name.step)
    findings.add(
      dependsOnItsOwnChange,
      "'\(step.id)' reaches its target by '\(written.text)'\(written.source), a name that "
        + "'\(move.id)' switches", at: written.place, step: index,
      help: "write an address, or a name that stays with its site",
      related: move.place.map { [.init(message: "the name is switched here", place: $0)] } ?? [])
  }
}
