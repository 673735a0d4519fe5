internal import RunbookModel

extension RuleBook {
  static let nothingObserves = Rule(
    code: "LB407", title: "No observer decides the service",
    explanation: """
      A run that only asks its own steps can say when it was done, not when customers were served again, nor since \
      when they were not. The RTO counts from the outage or its declaration; somebody must look from outside, like a \
      customer, and keep looking.

      The rule asks for an observer with 'decides: service' where the RTO clock starts at the outage or the \
      declaration. With 'clock: run' the runbook measures itself, and says so.
      """,
    severity: .warning, check: checkObservers)

  private static func checkObservers(_ context: RuleContext, _ findings: inout RuleFindings) {
    let runbook = context.runbook
    guard runbook.objectives.rto != nil, runbook.objectives.clock != .run,
      !runbook.observers.contains(where: { $0.decides == .service })
    else { return }
    findings.add(
      nothingObserves,
      "nothing looks from outside whether the service is good, so the RTO is measured by the run's "
        + "own word", at: context.draft.rtoPlace, step: nil,
      help: "add 'observers:' with one that has 'decides: service'")
  }
}
