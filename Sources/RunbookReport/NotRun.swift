import RunbookEngine
import RunbookModel

extension Report.NotRun {
  /// Every step that was left out, with the cause and not its echo: the step that failed is named, not the one between.
  static func all(_ history: RunHistory) -> [Report.NotRun] {
    let trouble = history.firstTrouble
    // Needs point at earlier steps only, so one pass finds the root of each.
    var roots = [Int?](repeating: nil, count: history.plan.steps.count)
    var rootOfCopies = [Int?](repeating: nil, count: history.plan.repeated?.count ?? 0)
    return history.plan.steps.indices.compactMap { index in
      let step = history.plan.steps[index]
      let status = history.status(of: index)
      for need in step.needs where roots[index] == nil && need < index {
        roots[index] = history.isCause(need) ? need : roots[need]
      }
      for need in step.needsCopies ?? [] where roots[index] == nil {
        roots[index] = rootOfCopies[need]
      }
      if let repeated = step.copyOf, rootOfCopies[repeated] == nil {
        rootOfCopies[repeated] = history.isCause(index) ? index : roots[index]
      }
      switch status {
      case .excluded: return excluded(history, step)
      case .skipped: return skipped(history, index)
      case .notRun: return stopped(history, step, root: roots[index], trouble: trouble)
      case .notStarted, .planning, .checking, .gated, .applying, .verifying, .inDoubt, .backingOff,
        .confirming,
        .succeeded, .failed, .failedIgnored, .undoing, .undone, .undoFailed:
        return nil
      }
    }
  }

  private static func excluded(_ history: RunHistory, _ step: PlannedStep) -> Report.NotRun {
    Report.NotRun(
      step: step.id, kind: .variant, text: history.words.leftOutByVariant(history.plan.variant))
  }

  private static func skipped(_ history: RunHistory, _ index: Int) -> Report.NotRun? {
    guard case .skipped(let skip) = history.machine.steps[index] else { return nil }
    let step = history.plan.steps[index]
    switch skip {
    case .byVariant: return excluded(history, step)
    case .byCondition(let why): return Report.NotRun(step: step.id, kind: .condition, text: why)
    case .byCanary(let canary):
      return Report.NotRun(
        step: step.id, kind: .upstream, cause: canary,
        text: history.words.canaryFailed(canary))
    case .byPerson(let who, let reason):
      return Report.NotRun(
        step: step.id, kind: .person, text: history.words.leftOutBy(who, reason))
    }
  }

  private static func stopped(
    _ history: RunHistory, _ step: PlannedStep, root: Int?, trouble: Int?
  ) -> Report.NotRun {
    if let root {
      let cause = history.plan.steps[root].id
      return Report.NotRun(
        step: step.id, kind: .upstream, cause: cause,
        text: history.words.needs(cause, inDoubt: isInDoubt(history, root)))
    }
    if let trouble {
      let cause = history.plan.steps[trouble].id
      return Report.NotRun(
        step: step.id, kind: .stopped, cause: cause,
        text: history.words.stoppedBecause(cause, inDoubt: isInDoubt(history, trouble)))
    }
    let stop = history.decisions.last {
      $0.said.choice == .abort || $0.said.choice == .unwind
    }
    let text = stop.map { history.words.stoppedBy($0.said.who, $0.said.choice, $0.said.reason) }
    return Report.NotRun(
      step: step.id, kind: .stopped, text: text ?? history.words.endedBefore)
  }

  private static func isInDoubt(_ history: RunHistory, _ index: Int) -> Bool {
    history.status(of: index) == .inDoubt
  }
}
