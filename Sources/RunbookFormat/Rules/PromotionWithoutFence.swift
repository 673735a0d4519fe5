internal import RunbookModel

extension RuleBook {
  static let promotionWithoutFence = Rule(
    code: "LB401", title: "A promotion without proof of fencing before it on every path",
    explanation: """
      Two writable copies of one database drift apart at once, and what was written to the wrong one is lost or has \
      to be merged by hand. So nothing may be made writable before something has proven that the old writer cannot \
      write any more.

      For each step whose action promotes a data store, and for each variant in which it runs, the rule wants a step \
      whose action fences: it runs in that variant, has no 'when' that could leave it out, is not passed over when it \
      fails ('on_failure: continue'), and its proof is handed over in the promotion's 'with', for example \
      'after: ${{ steps.fence_db.receipt }}'.
      """,
    severity: .error, check: checkPromotions)

  private static func checkPromotions(_ context: RuleContext, _ findings: inout RuleFindings) {
    var fences: [UInt32: [Int]] = [:]
    for proof in context.proofs { fences[proof.later, default: []].append(Int(proof.earlier)) }
    for promotion in context.steps(with: .promotes) where !findings.isFull {
      checkPromotion(promotion, fences[UInt32(promotion)] ?? [], context, &findings)
    }
  }

  private static func checkPromotion(
    _ promotion: Int, _ fences: [Int], _ context: RuleContext, _ findings: inout RuleFindings
  ) {
    let wanted = context.facts[promotion].variants & context.allVariants
    var proven: UInt64 = 0
    var weak: (step: Int, why: String)?
    for fence in fences {
      let facts = context.facts[fence]
      if facts.traits.contains(.isPassedOver) {
        weak = (fence, "it is passed over when it fails")
      } else if facts.traits.contains(.isConditional),
        context.step(fence).when?.source != context.step(promotion).when?.source
      {
        weak = (fence, "its 'when' may leave it out")
      } else {
        proven |= facts.variants
      }
    }
    guard proven & wanted != wanted else { return }
    let step = context.step(promotion)
    let place = step.place
    if let weak, let there = context.step(weak.step).place {
      let fence = context.step(weak.step).id
      return findings.add(
        promotionWithoutFence,
        "'\(step.id)' makes a data store writable, but its fence '\(fence)' may be missing: "
          + weak.why, at: place, step: promotion,
        help: "take away 'on_failure: continue' or 'when' from '\(fence)'",
        related: [.init(message: weak.why, place: there)])
    }
    let missing = context.inVariant(wanted & ~proven)
    let before = context.facts[..<promotion].lastIndex { $0.traits.contains(.fences) }
    let help =
      if fences.isEmpty, let before {
        "hand over the proof of '\(context.step(before).id)': "
          + "'after: ${{ steps.\(context.step(before).id).receipt }}'"
      } else {
        "fence the old writer before it\(missing) and hand over the proof; these actions fence: "
          + context.actions(with: .fences)
      }
    findings.add(
      promotionWithoutFence,
      "'\(step.id)' makes a data store writable\(missing), and nothing proves that the old one "
        + "cannot be written any more", at: place, step: promotion, help: help)
  }
}
