package import RunbookEngine
package import RunbookModel

/// One time that a run made a data store writable, or may have.
package struct Promotion: Sendable, Equatable {
  package var run: RunID
  package var step: StepID
  /// What was promoted; unknown where the plan could not say.
  package var target: Value
  package var at: Timestamp
  package var by: String
  package var purpose: Purpose
}

extension RunHistory {
  /// Every promotion that this run began and that is not known to have changed nothing, and those that a person said are
  /// done.
  package func promotions(_ isPromotion: (PlannedStep) -> Bool) -> [Promotion] {
    guard let opening else { return [] }
    return plan.steps.indices.flatMap { index -> [Promotion] in
      let step = plan.steps[index]
      guard isPromotion(step) else { return [] }
      var times = steps[index].acts.compactMap { act -> Timestamp? in
        guard act.kind == .apply, act.ending != .failed else { return nil }
        return records[act.ended ?? act.begun].at.wall
      }
      if case .succeeded(let success) = machine.steps[index], case .markedDone = success.way,
        let since = steps[index].succeededAt
      {
        times.append(records[since].at.wall)
      }
      return times.map { time in
        Promotion(
          run: opening.run, step: step.id,
          target: step.promotes ?? .unknown("its plan does not say what it promotes"), at: time,
          by: opening.by, purpose: opening.purpose)
      }
    }
  }
}

/// The guard against promoting one target twice in a short time: two switches after one another make a data store go to
/// and fro, and the second has often the same cause as the first.
package enum CoolDown {
  /// What stands against the plan now, a sentence for each step that promotes. `doubts` are runs of which it is not
  /// known what they promoted.
  package static func findings(
    _ plan: Plan, after promotions: [Promotion], doubts: [String], now: Timestamp
  ) -> [String] {
    guard let coolDown = plan.coolDown else { return [] }
    let own = plan.steps.filter { $0.promotes != nil && !$0.isExcluded }
    guard !own.isEmpty else { return [] }
    let found = own.compactMap { step -> String? in
      let before = promotions.filter { isSame($0.target, step.promotes ?? .null) }
      guard let last = before.max(by: { $0.at < $1.at }) else { return nil }
      let left = coolDown - (now - last.at)
      guard left > .zero else { return nil }
      return sentence(step, last, coolDown, left: left, now: now)
    }
    return found
      + doubts.map {
        "whether a data store was promoted in the last \(coolDown.spoken) cannot be read: \($0)"
      }
  }

  /// What is not known may be the same.
  private static func isSame(_ target: Value, _ other: Value) -> Bool {
    if case .unknown = target { return true }
    if case .unknown = other { return true }
    return target == other
  }

  private static func sentence(
    _ step: PlannedStep, _ last: Promotion, _ coolDown: Duration, left: Duration, now: Timestamp
  ) -> String {
    let target: String
    switch (step.promotes ?? .null, last.target) {
    case (.unknown, _): target = "a target that is not known yet"
    case (.string(let name), .unknown): target = "\(name), perhaps the same"
    case (.string(let name), _): target = name
    case (let other, _): target = JSONText.text(other)
    }
    return "'\(step.id)' promotes \(target), which run \(last.run) promoted "
      + "\(max(now - last.at, .zero).spoken) ago ('\(last.step)' of the \(last.purpose.rawValue) "
      + "by \(last.by), \(last.at)); the cool-down of \(coolDown.spoken) lasts \(left.spoken) more"
  }
}
