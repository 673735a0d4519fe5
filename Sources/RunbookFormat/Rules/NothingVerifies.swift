internal import RunbookModel

extension RuleBook {
  static let nothingVerifies = Rule(
    code: "LB403", title: "A change that nothing verifies afterwards",
    explanation: """
      A command that ends with 0 has said that it ended, not that the world is as it should be. Actions that know \
      their product look for themselves; an action that does whatever its author writes (a command) cannot.

      For each step with such an action the rule wants a 'check' in its 'with', 'verify:' with a check, or a check step \
      that needs it.
      """,
    severity: .warning, check: checkVerified)

  private static func checkVerified(_ context: RuleContext, _ findings: inout RuleFindings) {
    let changes = context.facts.indices.filter { index in
      let facts = context.facts[index]
      return facts.kind == .change && facts.traits.contains(.arbitrary)
        && !facts.traits.contains(.hasVerify) && context.step(index).with["check"] == nil
    }
    guard !changes.isEmpty else { return }
    var checked = Set<UInt32>()
    for (index, facts) in context.facts.enumerated() where facts.kind == .check {
      checked.formUnion(context.order.needs(of: index))
    }
    for change in changes where !checked.contains(UInt32(change)) && !findings.isFull {
      let step = context.step(change)
      findings.add(
        nothingVerifies, "nothing looks whether '\(step.id)' did what it should", at: step.place,
        step: change,
        help:
          "give its 'with' a 'check', write 'verify: [{uses: a check, with: its input}]', or a check step after it"
      )
    }
  }
}
