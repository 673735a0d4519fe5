import RunbookEngine
package import RunbookModel

/// How much data one promotion lost, as the step that promoted measured it.
package struct RecoveryPoint: Sendable, Equatable {
  package var step: StepID
  /// Data age at the moment of loss.
  package var loss: Measured
  /// Data that the old primary had and the new one has not; nil where it is not known.
  package var bytes: Int64?
  /// How it was measured, in the step's own words.
  package var method: String?
  /// The last transaction that the new primary has.
  package var lastCommitAt: Timestamp?

  /// Reads the fact `recovery_point`: `{loss, bound, bytes, method, last_commit_at}`; whatever is missing is unknown.
  /// A loss without a bound is an upper one: that is what can be known of a primary that is gone.
  init(step: StepID, fact: Value, _ words: Words) {
    self.step = step
    bytes = fact["bytes"]?.int
    method = fact["method"]?.string
    if case .timestamp(let time)? = fact["last_commit_at"] {
      lastCommitAt = time
    } else {
      lastCommitAt = fact["last_commit_at"]?.string.flatMap { Timestamp($0) }
    }
    let spoken = fact["loss"].flatMap { $0.duration ?? $0.string.flatMap { Duration(text: $0) } }
    switch (spoken, fact["bound"]?.string, fact["loss"]) {
    case (let loss?, "exactly", _): self.loss = .exactly(loss)
    case (let loss?, "at_least", _): self.loss = .atLeast(loss)
    case (let loss?, _, _): self.loss = loss == .zero ? .exactly(loss) : .atMost(loss)
    case (nil, _, .unknown(let reason)?): loss = .unknown(reason)
    case (nil, _, _): loss = .unknown(words.lossUntold(step))
    }
  }

  /// What changes measured: a check of a standby estimates only what a promotion would lose.
  static func all(_ history: RunHistory) -> [RecoveryPoint] {
    let measured = history.steps.compactMap { step -> (Int, RecoveryPoint)? in
      guard history.plan.steps[step.index].kind == .change,
        let fact = step.fact("recovery_point")
      else { return nil }
      let id = history.plan.steps[step.index].id
      return (step.acts.last?.begun ?? 0, RecoveryPoint(step: id, fact: fact, history.words))
    }
    return measured.sorted { $0.0 < $1.0 }.map(\.1)
  }

  /// The worst of all: one store that lost more than allowed is enough to miss the objective.
  static func result(_ points: [RecoveryPoint], _ history: RunHistory) -> ObjectiveResult {
    let target = history.plan.objectives.rpo
    guard !points.isEmpty else {
      let why = history.words.noRecoveryPoint
      return ObjectiveResult(
        target: target, measured: .unknown(why), verdict: target == nil ? .noTarget : .unknown,
        why: why)
    }
    let worst = points.max { severity($0, target) < severity($1, target) } ?? points[0]
    let verdict = ObjectiveResult.verdict(worst.loss, within: target)
    var why: String
    switch worst.loss {
    case .unknown(let reason): why = reason
    case .exactly, .atLeast, .atMost:
      why = history.words.lossMeasured(worst.loss, worst.step, worst.method)
      if verdict == .unknown, let target {
        why += history.words.boundCannotTell(target)
      }
    }
    if points.count > 1 { why += history.words.worstOf(points.count) }
    return ObjectiveResult(target: target, measured: worst.loss, verdict: verdict, why: why)
  }

  /// Missed is worse than unknown, unknown worse than met; inside each the larger loss is worse.
  private static func severity(
    _ point: RecoveryPoint, _ target: Duration?
  ) -> (Int, Duration) {
    let rank =
      switch ObjectiveResult.verdict(point.loss, within: target) {
      case .missed: 2
      case .unknown, .stillCounting, .notRecovered: 1
      case .met: 0
      case .noTarget: point.loss.duration == nil ? 1 : 0
      }
    return (rank, point.loss.duration ?? .zero)
  }
}
