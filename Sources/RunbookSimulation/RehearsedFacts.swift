import RunbookEngine
import RunbookModel

/// What a finished simulated run's records say that its end alone does not: found by replaying them.
struct RehearsedFacts {
  /// Steps that the run waits for; of a run that has ended, those that failed and were not made good.
  private(set) var reasons: [StepID] = []
  /// When each step was begun: a change, when it was first made; all else, when it was first looked at or asked.
  private(set) var begun: [StepID: Duration] = [:]
  /// The how-manieth each was to be begun.
  private(set) var order: [StepID: Int] = [:]
  /// When the run first held.
  private(set) var held: Duration?
  /// When the last critical step had succeeded; nil when not all have.
  private(set) var recovered: Duration?

  private var failed: [StepID] = []
  private var succeededAt: [Duration?]

  init(_ plan: Plan, _ account: SimulatedRun.Account) {
    succeededAt = Array(repeating: nil, count: plan.steps.count)
    var machine = RunMachine(plan: plan)
    for record in account.records {
      guard (try? machine.handle(record.event)) != nil else { break }
      note(record, machine)
    }
    recovered = recovery(plan, machine, account.ending)
    switch account.ending {
    case .held(let steps), .unanswered(let steps): reasons = steps
    case .closed, .paused, .neverBegan, .lost:
      reasons = failed.filter { machine.state(of: $0)?.isMadeGood != true }
    }
  }

  private mutating func note(_ record: SimulatedRecord, _ machine: RunMachine) {
    let at = Duration.nanoseconds(record.at)
    if machine.state == .holding, held == nil { held = at }
    for command in record.commands {
      guard let id = command.step, let place = machine.place(of: id) else { continue }
      let isBeginning =
        switch command {
        case .apply: true
        case .check, .ask: machine.plan.steps[place].kind != .change
        case .plan, .verify, .undo, .startTimer, .startDeadline, .soak, .close: false
        }
      guard isBeginning, begun[id] == nil else { continue }
      begun[id] = at
      order[id] = order.count
    }
    // An event moves its own step, and those that it has commands for.
    for id in record.commands.compactMap(\.step) + [record.event.step].compactMap({ $0 }) {
      guard let place = machine.place(of: id) else { continue }
      if case .succeeded = machine.steps[place] {
        succeededAt[place] = succeededAt[place] ?? at
      } else {
        succeededAt[place] = nil
      }
    }
    guard let id = record.event.step, case .failed = machine.state(of: id), !failed.contains(id)
    else { return }
    failed.append(id)
  }

  /// As a report has it: nil while or when the service is not recovered.
  private func recovery(
    _ plan: Plan, _ machine: RunMachine, _ ending: SimulatedRun.Ending
  ) -> Duration? {
    if case .closed(let outcome) = ending, outcome != .succeeded { return nil }
    var last: Duration?
    for (place, step) in plan.steps.enumerated() where step.isCritical {
      if case .skipped = machine.steps[place] { continue }
      guard let at = succeededAt[place] else { return nil }
      last = max(last ?? at, at)
    }
    return last
  }
}

extension StepState {
  /// It succeeded, or it was left out.
  fileprivate var isMadeGood: Bool {
    switch self {
    case .succeeded, .skipped: true
    case .pending, .planning, .gated, .applying, .verifying, .inDoubt, .backingOff, .confirming,
      .failed, .undoing, .undone:
      false
    }
  }
}
