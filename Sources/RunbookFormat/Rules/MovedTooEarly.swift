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
      var early = unordered(inStage, stages[stage] ?? [], context)
      for move in inStage where early[move] == nil {
        guard (later[stage] ?? 0) & context.facts[move].variants != 0 else { continue }
        early[move] = promotions.first {
          context.order.stages[$0] > stage
            && context.facts[$0].variants & context.facts[move].variants != 0
        }
        if early.count > 2 * DiagnosticList.limit { break }
      }
      for move in inStage where !findings.isFull {
        if let promotion = early[move] { report(move, promotion, context, &findings) }
      }
    }
  }

  /// The moves of one stage that do not wait for some promotion of that stage, each with the first such.
  private static func unordered(
    _ moves: [Int], _ promotions: [Int], _ context: RuleContext
  ) -> [Int: Int] {
    var found: [Int: Int] = [:]
    var first = 0
    while first < promotions.count, found.count < moves.count {
      let batch = promotions[first..<min(first + 64, promotions.count)].map { UInt32($0) }
      first += batch.count
      let reach = context.order.reach(of: batch)
      for move in moves where found[move] == nil {
        let reached = reach.mask(at: move)
        guard reached != .max else { continue }
        let missing = batch.indices.first { bit in
          reached & (1 << bit) == 0
            && context.facts[Int(batch[bit])].variants & context.facts[move].variants != 0
        }
        if let missing { found[move] = Int(batch[missing]) }
      }
    }
    return found
  }

  private static func report(
    _ move: Int, _ promotion: Int, _ context: RuleContext, _ findings: inout RuleFindings
  ) {
    let step = context.step(move)
    let isHere = context.order.stages[promotion] == context.order.stages[move]
    let promotion = context.step(promotion)
    let what = context.facts[move].traits.contains(.movesNames) ? "names" : "traffic"
    findings.add(
      movedTooEarly,
      "'\(step.id)' moves \(what) without waiting for '\(promotion.id)', which makes the data "
        + "writable", at: step.place, step: move,
      help: isHere
        ? "add '\(promotion.id)' to its 'needs', or put it in a later stage"
        : "put it in a later stage than '\(promotion.id)'",
      related: promotion.place.map {
        [.init(message: "the data becomes writable here", place: $0)]
      } ?? [])
  }
}
