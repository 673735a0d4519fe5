internal import RunbookModel

extension RuleBook {
  static let worstCase = Rule(
    code: "LB405", title: "A worst case longer than the RTO",
    explanation: """
      When every attempt runs into its timeout, every retry is made, every change takes as long as it may to show and \
      every person answers at the last moment, the run is longer than the RTO. That is not the run to expect, but it \
      is the one that the timeouts allow.

      The rule adds up the longest way through needs and stages, for each variant; it does not know of 'concurrency'.
      """,
    severity: .warning, check: checkWorstCase)

  private static func checkWorstCase(_ context: RuleContext, _ findings: inout RuleFindings) {
    guard let rto = context.runbook.objectives.rto, !context.isEmpty else { return }
    var worst: (path: LongestPath, variant: UInt64)?
    var seen = Set<UInt64>()
    for bit in 0..<max(1, context.runbook.variants.count) {
      let mask: UInt64 = 1 << bit
      // Variants in which the same steps run have the same worst case.
      var signature = Hasher()
      for facts in context.facts { signature.combine(facts.variants & mask != 0) }
      guard seen.insert(UInt64(bitPattern: Int64(signature.finalize()))).inserted else { continue }
      let path = LongestPath(
        context.order, context.facts.map { $0.variants & mask != 0 ? $0.worst : 0 })
      if path.total > worst?.path.total ?? -1 { worst = (path, mask) }
    }
    guard let worst, Duration.nanoseconds(worst.path.total) > rto else { return }
    let longest = worst.path.steps().sorted { $0.weight > $1.weight }.prefix(3)
    let parts = longest.map {
      "'\(context.step($0.step).id)' \(Duration.nanoseconds($0.weight).spoken)"
    }
    findings.add(
      worstCase,
      "at its worst the run takes \(Duration.nanoseconds(worst.path.total).spoken)"
        + "\(context.inVariant(worst.variant)); the RTO is \(rto.text)",
      at: context.draft.rtoPlace, step: nil,
      help: "lower 'timeout', 'settle', 'retry' or the time for answers; the longest: "
        + parts.joined(separator: ", "))
  }
}
