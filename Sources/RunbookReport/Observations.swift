import RunbookEngine
import RunbookModel

extension Report.Observation {
  /// Sentences made from figures alone; judging them is for people.
  static func all(_ history: RunHistory, _ report: Report) -> [Report.Observation] {
    steps(history, report) + budgets(report) + people(report) + limits(history, report)
  }

  private static func steps(_ history: RunHistory, _ report: Report) -> [Report.Observation] {
    var found: [Report.Observation] = []
    for (index, step) in report.steps.enumerated() {
      if let text = slowness(step) {
        found.append(Report.Observation(kind: .slowStep, step: step.id, text: text))
      }
      if step.attempts > 1 {
        found.append(
          Report.Observation(
            kind: .retries, step: step.id,
            text: "'\(step.id)' took \(step.attempts) attempts; it \(step.status.words)."))
      }
      if step.status == .failedIgnored {
        found.append(
          Report.Observation(
            kind: .ignoredFailure, step: step.id,
            text: "'\(step.id)' failed; the runbook says that this does not fail the run."))
      }
      if case .succeeded(let success) = history.machine.steps[index],
        history.steps[index].doubtedAt != nil
      {
        let how =
          if case .markedDone = success.way {
            "a person then said that it was done"
          } else {
            "it was looked for and found in place"
          }
        found.append(
          Report.Observation(
            kind: .foundAfterDoubt, step: step.id,
            text: "The result of '\(step.id)' was lost for a time; \(how)."))
      }
      if step.droppedBytes > 0 {
        found.append(
          Report.Observation(
            kind: .outputCut, step: step.id,
            text:
              "'\(step.id)' wrote more than is kept: \(ByteCount.spoken(Int64(step.droppedBytes))) "
              + "of its output were counted and dropped."))
      }
    }
    return found
  }

  /// Twice the expected time and at least a second more: less is noise.
  private static func slowness(_ step: Report.StepResult) -> String? {
    guard step.duration != nil, step.expected > .zero, step.worked > step.expected * 2,
      step.worked - step.expected >= .seconds(1)
    else { return nil }
    let tenths = Int(step.worked.inSeconds / step.expected.inSeconds * 10 + 0.5)
    return "'\(step.id)' took \(tenths / 10).\(tenths % 10) times its expected time: "
      + "\(step.worked.spoken), expected \(step.expected.spoken)."
  }

  private static func budgets(_ report: Report) -> [Report.Observation] {
    report.stages.compactMap { stage in
      guard let budget = stage.budget, let duration = stage.duration, duration > budget else {
        return nil
      }
      return Report.Observation(
        kind: .budget,
        text: "Stage '\(stage.name)' took \(duration.spoken), over its budget of \(budget.spoken).")
    }
  }

  private static func people(_ report: Report) -> [Report.Observation] {
    let phases = report.clocks.phases
    var found: [Report.Observation] = []
    if phases.standingForPeople >= .seconds(1) {
      found.append(
        Report.Observation(
          kind: .people,
          text: "The run stood still for people for \(phases.standingForPeople.spoken) of its "
            + "\(phases.run.spoken)."))
    }
    if phases.unattended > .zero {
      found.append(
        Report.Observation(
          kind: .unattended,
          text: "For \(phases.unattended.spoken) of its \(phases.run.spoken) no process was "
            + "running the run."))
    }
    return found
  }

  private static func limits(_ history: RunHistory, _ report: Report) -> [Report.Observation] {
    var found: [Report.Observation] = []
    if let soak = history.plan.objectives.soak, !history.service.watchesService {
      found.append(
        Report.Observation(
          kind: .soak,
          text: "The runbook asks for the service to stay good for \(soak.spoken). Nothing "
            + "watched that: the clock stopped at the last critical step."))
    }
    if report.integrity.signedBy == nil {
      found.append(
        Report.Observation(
          kind: .notSigned,
          text: "No checkpoint of this journal is signed: whoever can write the state folder could "
            + "have written another journal in its place."))
    }
    if case .notVerified(let why) = report.integrity.verification {
      found.append(
        Report.Observation(
          kind: .notVerified, text: "The journal was not verified for this report: \(why.sentence)")
      )
    }
    return found
  }
}
