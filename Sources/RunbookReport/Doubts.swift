import RunbookEngine
import RunbookModel

extension Report.Doubt {
  /// Everything that is not known or not right, the most urgent first.
  static func all(
    _ history: RunHistory, _ clocks: Clocks, _ integrity: IntegrityFacts
  ) -> [Report.Doubt] {
    record(history, integrity) + twoWriters(clocks, history.words) + state(history)
      + figures(history, clocks)
      + limits(history, clocks) + unverified(history)
  }

  private static func record(
    _ history: RunHistory, _ integrity: IntegrityFacts
  ) -> [Report.Doubt] {
    var doubts: [Report.Doubt] = []
    if case .failed(let why) = integrity.verification {
      doubts.append(
        Report.Doubt(
          kind: .record, text: history.words.doesNotVerify(why),
          advice: history.words.trustNothing))
    }
    if let disagreement = history.disagreement {
      let seq = history.records[disagreement.record].seq
      doubts.append(
        Report.Doubt(
          kind: .record,
          text: history.words.doesNotFit(seq, disagreement.text),
          advice: history.words.lookAtTargets))
    }
    if let opening = history.opening, opening.plan != history.plan.id {
      doubts.append(
        Report.Doubt(
          kind: .record,
          text: history.words.otherPlan(opening.plan, history.plan.id)))
    }
    for resumption in history.resumptions where resumption.said.cutBytes > 0 {
      doubts.append(
        Report.Doubt(
          kind: .limit,
          text: history.words.cutBytes(resumption.said.cutBytes)))
    }
    return doubts
  }

  /// The worst that a failover can do.
  private static func twoWriters(_ clocks: Clocks, _ words: Words) -> [Report.Doubt] {
    guard let writers = clocks.writers, let at = writers.severalAt else { return [] }
    return [
      Report.Doubt(
        kind: .state,
        text: words.twoWriters(at, writers.several),
        advice: words.keepBoth)
    ]
  }

  private static func state(_ history: RunHistory) -> [Report.Doubt] {
    history.plan.steps.indices.compactMap { index in
      let id = history.plan.steps[index].id
      let failure = history.failure(of: index)
      switch history.status(of: index) {
      case .inDoubt:
        let why = failure.map { history.words.ours($0.failure.message) } ?? history.words.resultLost
        return Report.Doubt(
          kind: .state, step: id,
          text: history.words.mayHaveChanged(id, why),
          advice: failure?.failure.advice.map { history.words.ours($0) })
      case .undoFailed:
        return Report.Doubt(
          kind: .state, step: id,
          text: history.words.notTakenBack(id, history.words.ours(failure?.failure.message ?? "")),
          advice: failure?.failure.advice.map { history.words.ours($0) })
      case .applying, .undoing:
        return Report.Doubt(
          kind: .state, step: id,
          text: history.words.wasChanging(id))
      case .failed, .failedIgnored:
        guard let failure, failure.effect == .changed else { return nil }
        return Report.Doubt(
          kind: .state, step: id,
          text: history.words.changedWrongly(id, history.words.ours(failure.failure.message)),
          advice: failure.failure.advice.map { history.words.ours($0) })
      case .succeeded: return markedDone(history, index)
      case .skipped: return leftOut(history, index)
      case .notStarted, .notRun, .excluded, .planning, .checking, .gated, .verifying,
        .backingOff, .confirming, .undone:
        return nil
      }
    }
  }

  private static func leftOut(_ history: RunHistory, _ index: Int) -> Report.Doubt? {
    guard case .skipped(.byPerson(let who, let reason)) = history.machine.steps[index] else {
      return nil
    }
    let id = history.plan.steps[index].id
    return Report.Doubt(
      kind: .limit, step: id,
      text: history.words.leftOutBy(id, who, reason))
  }

  private static func markedDone(_ history: RunHistory, _ index: Int) -> Report.Doubt? {
    guard case .succeeded(let success) = history.machine.steps[index],
      case .markedDone(let who, let reason) = success.way
    else { return nil }
    let id = history.plan.steps[index].id
    return Report.Doubt(
      kind: .limit, step: id,
      text: history.words.doneOnWord(id, who, reason))
  }

  /// So many ids are named where something holds for many steps; the table of steps has them all.
  private static let namedSteps = 12

  /// One entry, however many steps it is about: a thousand like lines would hide the one that matters. Messages have one
  /// of their own, since nobody expects them to be verified.
  private static func unverified(_ history: RunHistory) -> [Report.Doubt] {
    let steps = history.plan.steps.indices.filter { index in
      guard case .succeeded(let success) = history.machine.steps[index] else { return false }
      if case .unverified = success.way { return true } else { return false }
    }.map { history.plan.steps[$0] }
    return [
      limit(steps.filter { $0.onlyTells != true }, history.words.unverified),
      limit(steps.filter { $0.onlyTells == true }, history.words.onlySent),
    ].compactMap(\.self)
  }

  private static func limit(
    _ steps: [PlannedStep], _ sentence: (_ count: Int, _ named: [StepID]) -> String
  ) -> Report.Doubt? {
    guard let first = steps.first else { return nil }
    return Report.Doubt(
      kind: .limit, step: steps.count == 1 ? first.id : nil,
      text: sentence(steps.count, steps.prefix(namedSteps).map(\.id)))
  }

  private static func figures(_ history: RunHistory, _ clocks: Clocks) -> [Report.Doubt] {
    var doubts: [Report.Doubt] = []
    if clocks.start.at == nil {
      let flag = clocks.start.clock == .declaration ? "--declared-at" : "--outage-at"
      doubts.append(
        Report.Doubt(
          kind: .figure,
          text: history.words.startNotSaid(ofDeclaration: clocks.start.clock == .declaration),
          advice: history.words.giveIt(flag)))
    }
    if clocks.rpo.measured.duration == nil, clocks.rpo.target != nil {
      doubts.append(
        Report.Doubt(
          kind: .figure, text: history.words.lossNotKnown(clocks.rpo.why)))
    }
    for step in history.time.wallSteps {
      let record = history.records[step.record]
      doubts.append(
        Report.Doubt(
          kind: .figure,
          text: history.words.clockMoved(step.by, record.seq)))
    }
    return doubts
  }

  private static func limits(_ history: RunHistory, _ clocks: Clocks) -> [Report.Doubt] {
    var doubts: [Report.Doubt] = []
    if clocks.recovered != nil, clocks.outage == nil {
      doubts.append(
        Report.Doubt(
          kind: .limit,
          text: history.words.notWatched))
    }
    return doubts
  }
}
