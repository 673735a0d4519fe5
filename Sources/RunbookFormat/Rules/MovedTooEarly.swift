internal import RunbookModel

extension RuleBook {
  static let movedTooEarly = Rule(
    code: "LB402", title: "Traffic or names moved before the data is writable there",
    explanation: """
      Callers that arrive before the data store is writable get errors, and their retries can keep the new site from \
      ever coming up.

      For each step whose action moves traffic or names, every step of the same variant whose action promotes a data \
      store must have ended before: it stands in an earlier stage, or the moving step needs it, directly or through \
      others. A runbook without promotions is not looked at. A step that only takes traffic away is a good reason to \
      silence the rule.
      """,
    severity: .error, check: checkMoves)

  private static func checkMoves(_ context: RuleContext, _ findings: inout RuleFindings) {
    let promotions = context.steps(with: .promotes)
    guard !promotions.isEmpty else { return }
    var moves: [Int] = []
    for (index, facts) in context.facts.enumerated()
    where !facts.traits.isDisjoint(with: [.movesNames, .movesTraffic]) { moves.append(index) }
    guard !moves.isEmpty else { return }
    let stages = Dictionary(grouping: promotions) { context.order.stages[$0] }
    // The variants in which something is promoted in this stage or a later one, by stage from the last.
    var later: [UInt32: UInt64] = [:]
    var mask: UInt64 = 0
    for stage in (0..<UInt32(context.runbook.stages.count)).reversed() {
      later[stage] = mask
      for promotion in stages[stage] ?? [] { mask |= context.facts[promotion].variants }
    }
    for (stage, inStage) in Dictionary(grouping: moves, by: { context.order.stages[$0] })
      .sorted(by: { $0.key < $1.key }) where !findings.isFull
    {
      let early = Set(
        unordered(inStage, stages[stage] ?? [], context)
          + inStage.filter { (later[stage] ?? 0) & context.facts[$0].variants != 0 })
      for move in inStage where early.contains(move) && !findings.isFull {
        report(move, promotions, context, &findings)
      }
    }
  }

  /// The moves of one stage that do not wait for some promotion of that stage.
  private static func unordered(
    _ moves: [Int], _ promotions: [Int], _ context: RuleContext
  ) -> [Int] {
    var found: [Int] = []
    var first = 0
    while first < promotions.count {
      let batch = promotions[first..<min(first + 64, promotions.count)].map { UInt32($0) }
      first += batch.count
      let reach = context.order.reach(of: batch)
      for move in moves {
        let reached = reach.mask(at: move)
        let isMissing = batch.indices.contains { bit in
          reached & (1 << bit) == 0
            && context.facts[Int(batch[bit])].variants & context.facts[move].variants != 0
        }
        if isMissing { found.append(move) }
      }
    }
    return found
  }

  private static func report(
    _ move: Int, _ promotions: [Int], _ context: RuleContext, _ findings: inout RuleFindings
  ) {
    let questions = promotions.filter {
      context.facts[$0].variants & context.facts[move].variants != 0
    }.map { StepOrder.Question(earlier: UInt32($0), later: UInt32(move)) }
    guard let first = context.order.unmet(questions).first else { return }
    let step = context.step(move)
    let promotion = context.step(Int(first.earlier))
    let what = context.facts[move].traits.contains(.movesNames) ? "names" : "traffic"
    findings.add(
      movedTooEarly,
      "'\(step.id)' moves \(what) without waiting for '\(promotion.id)', which makes the data "
        + "writable", at: step.place, step: move,
      help: context.order.stages[Int(first.earlier)] == context.order.stages[move]
        ? "add '\(promotion.id)' to its 'needs', or put it in a later stage"
        : "put it in a later stage than '\(promotion.id)'",
      related: promotion.place.map {
        [.init(message: "the data becomes writable here", place: $0)]
      } ?? [])
  }
}
