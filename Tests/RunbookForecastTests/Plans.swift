import RunbookEngine
import RunbookForecast
import RunbookModel

/// A plan of checks: each has one command, so that its time is the step's.
func plan(
  _ steps: [PlannedStep], concurrency: Int = 16, repeated: [RepeatedStep]? = nil,
  rto: Duration? = nil, budgets: [Int: Duration] = [:]
) -> Plan {
  var plan = Plan(
    id: "p-1", runbook: .init(name: "test", path: "runbook.yaml", sha256: ""),
    environment: .init(name: "lab", path: "lab.yaml", sha256: ""), title: "Test",
    service: "shop", purpose: .drill, objectives: Objectives(rto: rto, rpo: nil, clock: .run),
    stages: [], steps: steps, madeAt: Timestamp(nanoseconds: 0), madeBy: "me",
    toolVersion: "0")
  let last = steps.map(\.stage).max() ?? 0
  plan.stages = (0...last).map { number in
    let first = steps.firstIndex { $0.stage == number } ?? steps.count
    let count = steps.count { $0.stage == number }
    return PlannedStage(
      name: "s\(number)", title: nil, budget: budgets[number], first: first, count: count)
  }
  plan.concurrency = concurrency
  plan.repeated = repeated
  return plan
}

func step(
  _ id: StepID, _ kind: ActionKind = .check, needs: [Int] = [], stage: Int = 0,
  expected: Duration = .seconds(10), uses: String = "test.check",
  _ adjust: (inout PlannedStep) -> Void = { _ in }
) -> PlannedStep {
  var step = PlannedStep(
    id: id, stage: stage, uses: uses, kind: kind, with: .map([], nil),
    timeout: .seconds(3600), settle: .zero, expected: expected,
    forecast: StepForecast(.decidedDuringRun, "not looked at"))
  step.needs = needs
  adjust(&step)
  return step
}

/// An estimate without any doubt.
func exactly(_ step: StepID, _ time: Duration) -> StepEstimate {
  StepEstimate(
    step: step, basis: .author, work: Spread(samples: [time.inSeconds], width: 1))
}

extension Plan {
  /// What the plan takes if every step takes exactly what is expected of it.
  func certain(seed: UInt64 = 1) -> TimeForecast {
    Forecaster(self, steps.map { exactly($0.id, $0.expected) }, seed: seed, runs: 1)
      .forecast(passed: .init(.zero))
  }

  func estimates(from runs: [RunTimes] = []) -> [StepEstimate] {
    StepEstimate.all(for: self, from: runs)
  }
}

/// What an earlier run of the plan took, step by step.
func earlier(
  _ plan: Plan, _ times: [StepID: Duration], environment: String = "lab", failed: Set<StepID> = [],
  number: Int = 1
) -> RunTimes {
  RunTimes(
    run: RunID("r\(number)"), service: plan.service, runbook: plan.runbook.name,
    environment: environment,
    steps: plan.steps.compactMap { step in
      guard let time = times[step.id] else { return nil }
      let ending: StepTimes.Ending =
        switch step.kind {
        case .check: .checked
        case .change: .changed
        case .person: .answered
        }
      return StepTimes(
        step: step.id, copyOf: step.copyOf.flatMap { plan.repeated?[$0].step },
        definition: StepDefinition.text(of: step), ending: ending,
        worked: step.kind == .person ? .zero : time,
        answered: step.kind == .person ? time : nil, hasFailed: failed.contains(step.id))
    })
}
