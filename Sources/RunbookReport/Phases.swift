import RunbookEngine
import RunbookModel

extension Clocks {
  static func phases(_ history: RunHistory, _ recovered: Recovery?) -> Phases {
    let opening = history.opening
    let applies = history.steps.flatMap(\.acts).filter { $0.kind == .apply }
    let first = applies.map(\.begun).min()
    // What was changed after the recovery, a message perhaps, is no part of the way to it.
    let last = applies.compactMap(\.ended).filter { $0 <= recovered?.record ?? .max }.max()
    let offsets = history.time.offsets
    func between(_ earlier: Int?, _ later: Int?) -> Duration? {
      guard let earlier, let later, earlier <= later else { return nil }
      return offsets[later] - offsets[earlier]
    }
    func span(_ earlier: Timestamp?, _ later: Timestamp?) -> Duration? {
      guard let earlier, let later, earlier <= later else { return nil }
      return later - earlier
    }
    let outageAt = opening?.knownOutage
    let people = peopleTime(history)
    return Phases(
      outageToDeclared: span(outageAt, opening?.declaredAt),
      declaredToStart: span(opening?.declaredAt, history.start),
      outageToStart: span(outageAt, history.start),
      startToFirstChange: between(0, first),
      firstToLastChange: between(first, last),
      lastChangeToRecovered: between(last, recovered?.record),
      run: offsets.last ?? .zero,
      asking: people.asking, standingForPeople: people.standing,
      unattended: history.time.unattendedTime)
  }

  private static func peopleTime(
    _ history: RunHistory
  ) -> (asking: Duration, standing: Duration) {
    let spans = PeopleSpans(history)
    func sum(_ spans: [Range<Int>]) -> Duration {
      spans.reduce(.zero) { $0 + history.time.between($1.lowerBound, $1.upperBound) }
    }
    return (sum(spans.asking), sum(spans.standing))
  }

  /// From the end of the last fence before the first promotion to the end of that promotion; where the promotion's own
  /// ending was lost, to when it was seen, which is later.
  static func withoutWriter(_ history: RunHistory) -> WriterGap? {
    var promoted: (index: Int, record: Int, isSeen: Bool)?
    var fenced: (index: Int, record: Int)?
    for step in history.steps where history.plan.steps[step.index].kind == .change {
      guard step.fact("recovery_point") != nil, step.acts.contains(where: { $0.kind == .apply })
      else { continue }
      let applied = step.lastGood(.apply)?.ended
      guard let ended = applied ?? step.succeededAt, ended < promoted?.record ?? .max else {
        continue
      }
      promoted = (step.index, ended, applied != nil)
    }
    guard let promoted else { return nil }
    for step in history.steps where step.fact("receipt") != nil {
      guard let done = step.succeededAt, done <= promoted.record else { continue }
      if done >= fenced?.record ?? -1 { fenced = (step.index, done) }
    }
    guard let fenced else { return nil }
    let duration = history.time.between(fenced.record, promoted.record)
    return WriterGap(
      fencedBy: history.plan.steps[fenced.index].id,
      promotedBy: history.plan.steps[promoted.index].id,
      duration: promoted.isSeen ? .exactly(duration) : .atMost(duration))
  }
}

extension StepHistory {
  /// The last act of a kind that ended well.
  func lastGood(_ kind: StepAct.Kind) -> StepAct? {
    acts.last { act in
      guard act.kind == kind else { return false }
      switch act.ending {
      case .done, .holds, .alreadyInPlace, .approved: return true
      case .open, .interrupted, .changeFound, .question, .skipped, .doesNotHold, .cannotTell,
        .declined,
        .notAnswered, .withdrawn, .failed, .unknown:
        return false
      }
    }
  }

  /// The latest measured fact of that name, from whatever ended well.
  func fact(_ name: String) -> Value? {
    for act in acts.reversed() where act.kind != .undo {
      switch act.ending {
      case .done, .holds, .alreadyInPlace:
        if let value = act.evidence?.facts[name] { return value }
      case .open, .interrupted, .changeFound, .question, .skipped, .doesNotHold, .cannotTell,
        .approved,
        .declined, .notAnswered, .withdrawn, .failed, .unknown:
        break
      }
    }
    return nil
  }
}
