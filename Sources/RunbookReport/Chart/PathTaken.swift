import RunbookEngine
import RunbookModel

/// The chain of steps that decided how long a run took: each began when the one before it on the chain ended.
struct PathTaken {
  /// By their place in the plan, in the order of time.
  let steps: [Int]

  /// Goes back from the step that completed the recovery, or from the one that ended last.
  init(_ history: RunHistory, _ recovered: Clocks.Recovery?) {
    let ends = history.steps.map { Self.end($0) }
    let copies = Self.latestCopies(history, ends)
    let before = Self.latestBefore(history, ends)
    var path: [Int] = []
    var next =
      recovered.flatMap { history.place(of: $0.step) }
      ?? ends.indices.filter { ends[$0] != nil }.max { ends[$0] ?? -1 < ends[$1] ?? -1 }
    while let index = next {
      path.append(index)
      let step = history.plan.steps[index]
      let begun = history.steps[index].startedAt ?? 0
      var candidates = step.needs.filter { $0 < index }
      candidates += (step.needsCopies ?? []).compactMap { copies[$0] }
      if step.stage < before.count, let latest = before[step.stage] { candidates.append(latest) }
      next = candidates.filter { $0 < index && ends[$0].map { $0 <= begun } ?? false }
        .max { ends[$0] ?? -1 < ends[$1] ?? -1 }
    }
    steps = path.reversed()
  }

  /// The record with which what waited for it could go on; nil for a step that never began.
  private static func end(_ step: StepHistory) -> Int? {
    guard step.startedAt != nil else { return nil }
    return step.succeededAt ?? step.failures.first?.record ?? step.acts.compactMap(\.ended).max()
  }

  private static func latestCopies(_ history: RunHistory, _ ends: [Int?]) -> [Int?] {
    (history.plan.repeated ?? []).map { repeated in
      repeated.range.clamped(to: ends.indices).filter { ends[$0] != nil }
        .max { ends[$0] ?? -1 < ends[$1] ?? -1 }
    }
  }

  /// For each stage the step of all earlier stages that ended last.
  private static func latestBefore(_ history: RunHistory, _ ends: [Int?]) -> [Int?] {
    var latest: Int?
    return history.plan.stages.map { stage in
      defer {
        for index in stage.range.clamped(to: ends.indices) {
          if let end = ends[index], end >= latest.flatMap({ ends[$0] }) ?? -1 { latest = index }
        }
      }
      return latest
    }
  }
}
