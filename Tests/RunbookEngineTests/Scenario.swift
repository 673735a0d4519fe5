import RunbookEngine
import RunbookModel
import Testing

/// A plan and a machine, driven by hand: events go in as one line, what comes out is compared as text.
struct Scenario {
  var machine: RunMachine

  init(_ machine: RunMachine) { self.machine = machine }

  init(
    _ steps: [PlannedStep], concurrency: Int = 16, repeated: [RepeatedStep]? = nil,
    deadline: Duration? = nil, adjust: (inout Plan) -> Void = { _ in }
  ) {
    var plan = Plan(
      id: "p-1", runbook: .init(name: "test", path: "runbook.yaml", sha256: ""),
      environment: .init(name: "lab", path: "lab.yaml", sha256: ""), title: "Test",
      service: "test", purpose: .drill, objectives: Objectives(rto: nil, rpo: nil, clock: .run),
      stages: [], steps: steps, madeAt: Timestamp(nanoseconds: 0), madeBy: "me",
      toolVersion: "0")
    let last = steps.map(\.stage).max() ?? 0
    plan.stages = (0...last).map { number in
      let first = steps.firstIndex { $0.stage == number } ?? steps.count
      let count = steps.count { $0.stage == number }
      return PlannedStage(
        name: "s\(number)", title: nil, budget: nil, first: first, count: count)
    }
    plan.concurrency = concurrency
    plan.repeated = repeated
    plan.deadline = deadline
    adjust(&plan)
    machine = RunMachine(plan: plan)
  }

  /// What the machine commands, in short: `plan a#1`, `apply a#1`, `close succeeded`.
  @discardableResult
  mutating func take(_ event: Event) throws -> [String] {
    try machine.handle(event).map(\.short)
  }

  mutating func open() throws -> [String] {
    try take(
      .runOpened(
        RunOpening(
          run: RunID("r"), plan: "p-1", planHash: "", purpose: .drill, runbook: "test",
          service: "test", environment: "lab", variant: nil, by: "alice", host: "h", reason: nil,
          outageAt: nil, declaredAt: nil, toolVersion: "0", seed: 1)))
  }

  func state(_ id: StepID) -> String { machine.state(of: id)?.name ?? "none" }
}

extension Command {
  var short: String {
    switch self {
    case .plan(let step, let attempt): "plan \(step)#\(attempt)"
    case .check(let step, let attempt): "check \(step)#\(attempt)"
    case .apply(let step, let attempt, _): "apply \(step)#\(attempt)"
    case .verify(let step, let attempt, _): "verify \(step)#\(attempt)"
    case .undo(let step, let attempt, _): "undo \(step)#\(attempt)"
    case .ask(let step, let attempt, _): "ask \(step)#\(attempt)"
    case .startTimer(let step, let attempt, let purpose, let after):
      "\(purpose.rawValue) \(step)#\(attempt) \(after.text)"
    case .startDeadline(let after): "deadline \(after.text)"
    case .soak(let time): "soak \(time.text)"
    case .close(let outcome): "close \(outcome.rawValue)"
    }
  }
}

func step(
  _ id: StepID, _ kind: ActionKind = .change, needs: [Int] = [], stage: Int = 0,
  _ adjust: (inout PlannedStep) -> Void = { _ in }
) -> PlannedStep {
  var step = PlannedStep(
    id: id, stage: stage, uses: "test.\(kind.rawValue)", kind: kind, with: .map([], nil),
    timeout: .seconds(10), settle: .zero, expected: .seconds(1),
    forecast: StepForecast(.decidedDuringRun, ""))
  step.needs = needs
  adjust(&step)
  return step
}

let change: Value = ["to": "b"]
let preview = Preview(saw: [], does: ["a -> b"], fidelity: .observed)
let passing = ActionFailure.passing(.unreachable, "no answer")
let refused = ActionFailure.refused(.refused, "no")
let lost = ActionFailure.unknown(.timeout, "no answer came")

func planned(_ step: StepID, _ attempt: Int = 1, _ value: Value = change) -> Event {
  .stepPlanned(StepReport(step, attempt: attempt, .change(value, preview)))
}
func planFailed(_ step: StepID, _ attempt: Int = 1, _ failure: ActionFailure = refused) -> Event {
  .stepPlanned(StepReport(step, attempt: attempt, .failed(failure)))
}
func applied(_ step: StepID, _ attempt: Int = 1) -> Event {
  .stepApplied(StepReport(step, attempt: attempt, .done(Evidence("done"))))
}
func foundSo(_ step: StepID, _ attempt: Int = 1) -> Event {
  var evidence = Evidence("it was so")
  evidence.changedNothing = true
  return .stepApplied(StepReport(step, attempt: attempt, .done(evidence)))
}
func applyFailed(_ step: StepID, _ attempt: Int = 1, _ failure: ActionFailure) -> Event {
  .stepApplied(StepReport(step, attempt: attempt, .failed(failure)))
}
func holds(_ step: StepID, _ attempt: Int = 1) -> Event {
  .stepVerified(StepReport(step, attempt: attempt, .holds(Evidence("it is so"))))
}
func doesNotHold(_ step: StepID, _ attempt: Int = 1) -> Event {
  .stepVerified(StepReport(step, attempt: attempt, .doesNotHold(Evidence("it is not"))))
}
func cannotTell(_ step: StepID, _ attempt: Int = 1) -> Event {
  .stepVerified(StepReport(step, attempt: attempt, .cannotTell(Evidence("silence"))))
}
func checked(_ step: StepID, _ attempt: Int = 1) -> Event {
  .stepChecked(StepReport(step, attempt: attempt, .verdict(.holds(Evidence("fine")))))
}
func undone(_ step: StepID, _ attempt: Int = 1) -> Event {
  .stepUndone(StepReport(step, attempt: attempt, .done(Evidence("as before"))))
}
func order(_ choice: OperatorDecision.Choice) -> Event {
  .operatorDecided(OperatorDecision(choice, by: "alice", reason: "because"))
}
let resumed = Event.runResumed(
  RunResumption(by: "alice", host: "h", interrupted: [], cutBytes: 0))

/// Plans, applies and verifies a step.
extension Scenario {
  @discardableResult
  mutating func complete(_ id: StepID) throws -> [String] {
    try take(planned(id))
    try take(applied(id))
    return try take(holds(id))
  }
}
