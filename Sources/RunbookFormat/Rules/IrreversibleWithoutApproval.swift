internal import RunbookModel

extension RuleBook {
  static let irreversibleWithoutApproval = Rule(
    code: "LB406", title: "An irreversible step without approval",
    explanation: """
      After a step that cannot be undone there is no way back, so a person should have said yes: to this very change, \
      or at a question before it.

      The rule looks at changes with 'point_of_no_return: true' or without an undo. In each variant in which such a \
      step runs it wants 'approval:' on the step itself, or a step before it (in an earlier stage, or among what it \
      needs) that has an approval or asks a person.
      """,
    severity: .warning, check: checkApprovals)

  private static func checkApprovals(_ context: RuleContext, _ findings: inout RuleFindings) {
    var asked = [UInt64](repeating: 0, count: context.facts.count)
    var earlierStages: UInt64 = 0
    var thisStage: UInt64 = 0
    for (index, facts) in context.facts.enumerated() {
      if index > 0, context.order.stages[index] != context.order.stages[index - 1] {
        earlierStages |= thisStage
        thisStage = 0
      }
      var mask = earlierStages
      for need in context.order.needs(of: index) { mask |= asked[Int(need)] }
      if facts.traits.contains(.asksPerson) { mask |= facts.variants }
      asked[index] = mask
      thisStage |= mask
      let open = facts.variants & ~mask & context.allVariants
      guard facts.traits.contains(.isIrreversible), open != 0, !findings.isFull else { continue }
      let step = context.step(index)
      findings.add(
        irreversibleWithoutApproval,
        "'\(step.id)' cannot be undone, and nobody is asked before it\(context.inVariant(open))",
        at: step.place, step: index,
        help: "write 'approval: {role: ..., timeout: 10m}', or a step before it that asks a person")
    }
  }
}
