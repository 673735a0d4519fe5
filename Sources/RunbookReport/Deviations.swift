import RunbookEngine
import RunbookModel

extension Report.Deviation {
  /// Everything that people decided otherwise than planned, and every change that was not the planned one.
  static func all(_ history: RunHistory) -> [Report.Deviation] {
    let all =
      decisions(history) + answers(history) + otherChanges(history)
      + acknowledgements(history)
    return all.sorted { $0.record < $1.record }.map(\.deviation)
  }

  private typealias Placed = (record: Int, deviation: Report.Deviation)

  private static func decisions(_ history: RunHistory) -> [Placed] {
    history.decisions.map { noted in
      let said = noted.said
      let kind = kind(said.choice)
      var effect = history.words.decision(said.choice)
      let index = history.records[noted.record].event.step.flatMap(history.place(of:))
      let failure = index.flatMap { index in
        history.steps[index].failures.last { $0.record < noted.record }
      }
      if case .override = said.choice, let index {
        effect += overridden(index, history)
      } else if let failure {
        effect += history.words.hadFailed(failure.text)
      }
      let deviation = Report.Deviation(
        kind: kind, step: history.records[noted.record].event.step, by: said.who,
        at: history.records[noted.record].at.wall, reason: said.reason, effect: effect)
      return (noted.record, deviation)
    }
  }

  /// What came of a waived guard: the loss that was measured, where one was.
  private static func overridden(_ index: Int, _ history: RunHistory) -> String {
    let step = history.steps[index]
    guard step.succeededAt != nil else { return history.words.neverDone }
    guard let fact = step.fact("recovery_point") else { return "" }
    let point = RecoveryPoint(step: history.plan.steps[index].id, fact: fact, history.words)
    return history.words.lostInTheEnd(point.loss)
  }

  private static func kind(_ choice: OperatorDecision.Choice) -> Report.Deviation.Kind {
    switch choice {
    case .pause: .paused
    case .continue: .continued
    case .retry: .retried
    case .override: .overridden
    case .skip: .skipped
    case .markDone: .markedDone
    case .unwind: .unwound
    case .abort: .aborted
    case .switchVariant: .variantSwitched
    }
  }

  private static func answers(_ history: RunHistory) -> [Placed] {
    var found: [Placed] = []
    for step in history.steps {
      for act in step.acts where act.kind == .ask {
        guard let ended = act.ended else { continue }
        let id = history.plan.steps[step.index].id
        let at = history.records[ended].at.wall
        let isConfirmation = act.request?.kind == .confirmation
        // Its own checks may have confirmed it.
        if isConfirmation, act.ending == .notAnswered, step.succeededAt ?? -1 > ended { continue }
        if act.ending == .notAnswered {
          let policy = history.plan.steps[step.index].approval?.onTimeout ?? .deny
          let effect =
            isConfirmation
            ? history.words.takesItselfBack
            : policy == .deny ? history.words.takenAsNo : history.words.runHolds
          let deviation = Report.Deviation(
            kind: .notAnswered, step: id, by: Timeline.ourselves, at: at, reason: act.text,
            effect: effect)
          found.append((ended, deviation))
        }
        if act.ending == .declined, let last = act.answers.last {
          let said = history.answers[last].said
          let deviation = Report.Deviation(
            kind: .declined, step: id, by: said.who, at: at, reason: said.reason,
            effect: isConfirmation
              ? history.words.toBeTakenBack : history.words.stepNotDone)
          found.append((ended, deviation))
        }
      }
    }
    return found
  }

  private static func acknowledgements(_ history: RunHistory) -> [Placed] {
    (history.opening?.acknowledged ?? []).map { said in
      let deviation = Report.Deviation(
        kind: .guardAcknowledged, step: nil, by: history.opening?.by ?? "",
        at: history.records[0].at.wall, reason: said.reason,
        effect: history.words.againstGuard(said.guard, said.finding))
      return (0, deviation)
    }
  }

  private static func otherChanges(_ history: RunHistory) -> [Placed] {
    history.steps.compactMap { step in
      // The figures of a message move on with the run.
      guard history.plan.steps[step.index].onlyTells != true,
        let planned = history.plan.steps[step.index].forecast.change,
        let act = step.acts.last(where: { $0.kind == .apply }), let made = act.change,
        made != planned
      else { return nil }
      let deviation = Report.Deviation(
        kind: .otherChange, step: history.plan.steps[step.index].id, by: Timeline.ourselves,
        at: history.records[act.begun].at.wall,
        reason: history.words.worldMoved,
        effect: history.words.otherChangeMade)
      return (act.begun, deviation)
    }
  }
}
