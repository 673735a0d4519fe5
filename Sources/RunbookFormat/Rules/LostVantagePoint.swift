internal import RunbookModel

extension RuleBook {
  static let lostVantagePoint = Rule(
    code: "LB409", title: "A check whose only vantage point is inside the site that is lost",
    explanation: """
      After a failover the old site says nothing, or says what was true before. A check that asks nobody else can \
      only fail, or mislead.

      What is lost is taken from what the steps that fence are given: with 'node: ${{ env.db.primary }}' everything \
      under 'env.db.primary' is. The rule looks at checks after such a step in the variant 'failover', and only where \
      every value that they are given is a plain 'env' path.
      """,
    severity: .warning, check: checkVantagePoints)

  private static func checkVantagePoints(_ context: RuleContext, _ findings: inout RuleFindings) {
    guard let bit = context.runbook.variants.firstIndex(of: "failover") else { return }
    let failover: UInt64 = 1 << bit
    let fences = context.steps(with: .fences).filter {
      context.facts[$0].variants & failover != 0
    }
    guard let first = fences.first else { return }
    var lost: [[Substring]] = []
    for fence in fences {
      context.step(fence).with.forEachExpression { text, _ in
        if let path = text.plainPath, path.first == "env", path.count > 1 { lost.append(path) }
      }
    }
    guard !lost.isEmpty else { return }
    for index in context.facts.indices.dropFirst(first + 1)
    where context.facts[index].variants & failover != 0 && !findings.isFull {
      var inputs = context.verify(index).map(\.with)
      if context.facts[index].kind == .check { inputs.append(context.input(index)) }
      for place in inputs.compactMap({ only(lost, in: $0) }) {
        report(context.step(index).id, index, place, context.step(first), &findings)
      }
    }
  }

  /// The place of the first path, when all that the input reads is inside what is lost.
  private static func only(
    _ lost: [[Substring]], in template: Template
  ) -> SourcePlace? {
    var place: SourcePlace?
    var isOnly = true
    template.forEachExpression { text, _ in
      let isInside = text.plainPath.map { path in lost.contains { path.starts(with: $0) } } ?? false
      if !isInside { isOnly = false }
      place = place ?? text.place
    }
    return isOnly ? place : nil
  }

  private static func report(
    _ id: StepID, _ index: Int, _ place: SourcePlace, _ fence: Step,
    _ findings: inout RuleFindings
  ) {
    findings.add(
      lostVantagePoint, "'\(id)' asks only what is lost in a failover", at: place, step: index,
      help: "ask the new site, or limit the step with 'only:' to the variants in which the old "
        + "site lives",
      related: fence.place.map {
        [.init(message: "'\(fence.id)' takes it out of service", place: $0)]
      } ?? [])
  }
}
