internal import RunbookModel

extension RuleBook {
  static let ttlBeyondObjective = Rule(
    code: "LB404", title: "A DNS TTL larger than what is left of the RTO",
    explanation: """
      Until the TTL has run out, resolvers may go on sending callers to the site that is lost. A TTL that is longer \
      than what is left of the RTO when the name has been switched means that the RTO is missed, however quick the \
      run is.

      For each step whose action moves names, the rule adds up what the steps before it usually take and compares the \
      rest of the RTO with the field 'ttl', where that is a fixed value or one of the environment's.
      """,
    severity: .error, check: checkTTL)

  private static func checkTTL(_ context: RuleContext, _ findings: inout RuleFindings) {
    guard let rto = context.runbook.objectives.rto else { return }
    let moves = context.steps(with: .movesNames)
    guard !moves.isEmpty else { return }
    let path = LongestPath(context.order, context.facts.map(\.expected))
    for move in moves where !findings.isFull {
      let step = context.step(move)
      guard let template = step.with["ttl"] else { continue }
      for value in context.constants(template) {
        guard case .string(let text) = value.value, let ttl = Duration(text: text) else { continue }
        let left = rto - .nanoseconds(path.end(of: move))
        guard ttl > left else { continue }
        let rest = left > .zero ? "\(left.spoken) are left" : "nothing is left"
        findings.add(
          ttlBeyondObjective,
          "callers may keep the old address for \(ttl.text)\(value.source), when \(rest) of the RTO "
            + "(\(rto.text))", at: template.place, step: move,
          help: left > .seconds(1)
            ? "write a smaller 'ttl', and lower the TTL in the zone long before any disaster"
            : "move names earlier, or make the RTO larger")
      }
    }
  }
}
