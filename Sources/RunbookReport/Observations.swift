import RunbookEngine
import RunbookModel

extension Report.Observation {
  /// Sentences made from figures alone; judging them is for people.
  static func all(_ history: RunHistory, _ report: Report) -> [Report.Observation] {
    steps(history, report) + budgets(report, history.words) + people(report, history.words)
      + limits(history, report)
  }

  private static func steps(_ history: RunHistory, _ report: Report) -> [Report.Observation] {
    var found: [Report.Observation] = []
    for (index, step) in report.steps.enumerated() {
      if let text = slowness(step, history.words) {
        found.append(Report.Observation(kind: .slowStep, step: step.id, text: text))
      }
      if step.attempts > 1 {
        found.append(
          Report.Observation(
            kind: .retries, step: step.id,
            text: history.words.tookAttempts(step.id, step.attempts, step.status)))
      }
      if step.status == .failedIgnored {
        found.append(
          Report.Observation(
            kind: .ignoredFailure, step: step.id,
            text: history.words.ignoredFailure(step.id)))
      }
      if case .succeeded(let success) = history.machine.steps[index],
        history.steps[index].doubtedAt != nil
      {
        let byWord = if case .markedDone = success.way { true } else { false }
        found.append(
          Report.Observation(
            kind: .foundAfterDoubt, step: step.id,
            text: history.words.lostForATime(step.id, byWord: byWord)))
      }
      if step.droppedBytes > 0 {
        found.append(
          Report.Observation(
            kind: .outputCut, step: step.id,
            text: history.words.outputCut(
              step.id, ByteCount.spoken(Int64(step.droppedBytes)))))
      }
    }
    return found
  }

  /// Twice the expected time and at least a second more: less is noise.
  private static func slowness(
    _ step: Report.StepResult, _ words: Words
  ) -> String? {
    guard step.duration != nil, step.expected > .zero, step.worked > step.expected * 2,
      step.worked - step.expected >= .seconds(1)
    else { return nil }
    let tenths = Int(step.worked.inSeconds / step.expected.inSeconds * 10 + 0.5)
    return words.slow(step.id, "\(tenths / 10).\(tenths % 10)", step.worked, step.expected)
  }

  private static func budgets(_ report: Report, _ words: Words) -> [Report.Observation] {
    report.stages.compactMap { stage in
      guard let budget = stage.budget, let duration = stage.duration, duration > budget else {
        return nil
      }
      return Report.Observation(
        kind: .budget,
        text: words.overBudget(stage.name, duration, budget))
    }
  }

  private static func people(_ report: Report, _ words: Words) -> [Report.Observation] {
    let phases = report.clocks.phases
    var found: [Report.Observation] = []
    if phases.standingForPeople >= .seconds(1) {
      found.append(
        Report.Observation(
          kind: .people,
          text: words.stoodStill(phases.standingForPeople, of: phases.run)))
    }
    if phases.unattended > .zero {
      found.append(
        Report.Observation(
          kind: .unattended,
          text: words.wasUnattended(phases.unattended, of: phases.run)))
    }
    return found
  }

  private static func limits(_ history: RunHistory, _ report: Report) -> [Report.Observation] {
    var found: [Report.Observation] = []
    if let soak = history.plan.objectives.soak, !history.service.watchesService {
      found.append(
        Report.Observation(
          kind: .soak,
          text: history.words.notSoaked(soak)))
    }
    if report.integrity.signedBy == nil {
      found.append(
        Report.Observation(
          kind: .notSigned,
          text: history.words.notSignedText))
    }
    if case .notVerified(let why) = report.integrity.verification {
      found.append(
        Report.Observation(
          kind: .notVerified, text: history.words.notVerifiedText(why))
      )
    }
    return found
  }
}
