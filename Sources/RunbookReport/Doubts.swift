import RunbookEngine
import RunbookModel

extension Report.Doubt {
  /// Everything that is not known or not right, the most urgent first.
  static func all(
    _ history: RunHistory, _ clocks: Clocks, _ integrity: IntegrityFacts
  ) -> [Report.Doubt] {
    record(history, integrity) + twoWriters(clocks) + state(history) + figures(history, clocks)
      + limits(history, clocks) + unverified(history)
  }

  private static func record(
    _ history: RunHistory, _ integrity: IntegrityFacts
  ) -> [Report.Doubt] {
    var doubts: [Report.Doubt] = []
    if case .failed(let why) = integrity.verification {
      doubts.append(
        Report.Doubt(
          kind: .record, text: "The journal does not verify: \(why.sentence)",
          advice: "Trust nothing in this report before that is explained."))
    }
    if let disagreement = history.disagreement {
      let seq = history.records[disagreement.record].seq
      doubts.append(
        Report.Doubt(
          kind: .record,
          text: "Record \(seq) does not fit the rules: \(disagreement.text.sentence) "
            + "Where the steps stand after it is not known.",
          advice: "Look at the targets themselves; the timeline below still lists every record."))
    }
    if let opening = history.opening, opening.plan != history.plan.id {
      doubts.append(
        Report.Doubt(
          kind: .record,
          text: "The run was opened with plan \(opening.plan), but the plan stored beside it is "
            + "\(history.plan.id)."))
    }
    for resumption in history.resumptions where resumption.said.cutBytes > 0 {
      doubts.append(
        Report.Doubt(
          kind: .limit,
          text: "\(resumption.said.cutBytes) bytes of a line that was not written to its end were "
            + "cut from the journal when the run was taken over. Effects wait for their record, so "
            + "none followed from that line; an ending that it held was looked for again."))
    }
    return doubts
  }

  /// The worst that a failover can do.
  private static func twoWriters(_ clocks: Clocks) -> [Report.Doubt] {
    guard let writers = clocks.writers, let at = writers.severalAt else { return [] }
    return [
      Report.Doubt(
        kind: .state,
        text: "MORE THAN ONE store took writes at the same time, from \(at) on, for "
          + "\(writers.several.spoken) in all: what was written on one of them may be lost.",
        advice: "Keep both stores as they are until what each of them has is compared.")
    ]
  }

  private static func state(_ history: RunHistory) -> [Report.Doubt] {
    history.plan.steps.indices.compactMap { index in
      let id = history.plan.steps[index].id
      let failure = history.failure(of: index)
      switch history.status(of: index) {
      case .inDoubt:
        let why = failure?.failure.message ?? "its result was lost, and it is being looked for"
        return Report.Doubt(
          kind: .state, step: id,
          text: "Whether '\(id)' changed anything is not known: \(why.sentence)",
          advice: failure?.failure.advice)
      case .undoFailed:
        return Report.Doubt(
          kind: .state, step: id,
          text: "'\(id)' was not taken back: \((failure?.failure.message ?? "").sentence)",
          advice: failure?.failure.advice)
      case .applying, .undoing:
        return Report.Doubt(
          kind: .state, step: id,
          text: "'\(id)' was changing its target when the records end; its result is not known.")
      case .failed, .failedIgnored:
        guard let failure, failure.effect == .changed else { return nil }
        return Report.Doubt(
          kind: .state, step: id,
          text: "'\(id)' made its change, and the change does not do what it must: "
            + failure.failure.message.sentence,
          advice: failure.failure.advice)
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
      text: "'\(id)' was left out by \(who)\(because(reason)). What it would have done or checked, "
        + "Lifeboat did not see.")
  }

  private static func markedDone(_ history: RunHistory, _ index: Int) -> Report.Doubt? {
    guard case .succeeded(let success) = history.machine.steps[index],
      case .markedDone(let who, let reason) = success.way
    else { return nil }
    let id = history.plan.steps[index].id
    return Report.Doubt(
      kind: .limit, step: id,
      text: "'\(id)' counts as done because \(who) said so\(because(reason)). "
        + "Lifeboat did not see it.")
  }

  /// So many ids are named where something holds for many steps; the table of steps has them all.
  private static let namedSteps = 12

  /// One entry, however many steps it is about: a thousand like lines would hide the one that matters.
  private static func unverified(_ history: RunHistory) -> [Report.Doubt] {
    let ids = history.plan.steps.indices.filter { index in
      guard case .succeeded(let success) = history.machine.steps[index] else { return false }
      if case .unverified = success.way { return true } else { return false }
    }.map { history.plan.steps[$0].id }
    guard let first = ids.first else { return [] }
    guard ids.count > 1 else {
      return [
        Report.Doubt(
          kind: .limit, step: first,
          text: "Nothing verified '\(first)': that it did its work is its own word alone.")
      ]
    }
    let named = ids.prefix(namedSteps).map { "'\($0)'" }.joined(separator: ", ")
    let others = ids.count > namedSteps ? " and \(ids.count - namedSteps) more" : ""
    return [
      Report.Doubt(
        kind: .limit,
        text: "Nothing verified \(ids.count) steps: that they did their work is their own word "
          + "alone. They are \(named)\(others).")
    ]
  }

  private static func figures(_ history: RunHistory, _ clocks: Clocks) -> [Report.Doubt] {
    var doubts: [Report.Doubt] = []
    if clocks.start.at == nil {
      let flag = clocks.start.clock == .declaration ? "--declared-at" : "--outage-at"
      let what =
        clocks.start.clock == .declaration
        ? "When the recovery was declared" : "When the outage began"
      doubts.append(
        Report.Doubt(
          kind: .figure, text: "\(what) was not said, so the time to recover is a lower bound.",
          advice: "Give it with \(flag) when the next run is started."))
    }
    if clocks.rpo.measured.duration == nil, clocks.rpo.target != nil {
      doubts.append(
        Report.Doubt(
          kind: .figure, text: "How much data was lost is not known: \(clocks.rpo.why.sentence)"))
    }
    for step in history.time.wallSteps {
      let record = history.records[step.record]
      let way = step.by < .zero ? "back" : "forward"
      let size = step.by < .zero ? .zero - step.by : step.by
      doubts.append(
        Report.Doubt(
          kind: .figure,
          text: "The machine's wall clock moved \(way) by \(size.spoken) before record "
            + "\(record.seq). Durations come from the monotonic clock; times of day before and "
            + "after do not compare."))
    }
    return doubts
  }

  private static func limits(_ history: RunHistory, _ clocks: Clocks) -> [Report.Doubt] {
    var doubts: [Report.Doubt] = []
    if clocks.recovered != nil, clocks.outage == nil {
      doubts.append(
        Report.Doubt(
          kind: .limit,
          text: "That the service is recovered is the run's own verification. No observer watched "
            + "from outside, as a customer would."))
    }
    return doubts
  }
}
