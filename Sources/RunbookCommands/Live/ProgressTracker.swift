import RunbookDriver
import RunbookEngine
import RunbookForecast
import RunbookModel
import RunbookReport

/// Where each step of the run stands and since when, kept up with the records as they are written. A record costs what
/// it touches, not the plan: it is called from the driver's loop.
struct ProgressTracker {
  private enum Standing {
    case waiting
    /// `before`: what it worked before people were asked.
    case working(since: Duration, before: Duration)
    case asking(since: Duration, before: Duration)
    case settled
  }

  private let plan: Plan
  private let places: [StepID: Int]
  private var standings: [Standing]
  private var hasBegun = false
  private var goesForward = true
  /// When the RTO's clock began; nil before the run is open.
  private(set) var clock: ClockBeginning?
  private(set) var isClosed = false

  init(_ plan: Plan) {
    self.plan = plan
    places = Dictionary(
      plan.steps.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    standings = Array(repeating: .waiting, count: plan.steps.count)
  }

  mutating func take(_ record: RunRecord, _ machine: RunMachine) {
    let now = record.at.monotonic
    if clock == nil, let opening = machine.opening {
      clock = ClockBeginning(plan.objectives.clock, opening)
    }
    if case .observed(let seen) = record.event { clock?.take(seen, of: plan) }
    switch machine.state {
    case .open, .holding, .paused: goesForward = !machine.isTakingBack
    case .unwinding, .stopping: goesForward = false
    case .closed:
      goesForward = false
      isClosed = true
    }
    if !hasBegun {
      hasBegun = true
      for place in plan.steps.indices { note(place, machine.steps[place], now) }
    }
    if let step = record.event.step, let place = places[step] {
      note(place, machine.steps[place], now)
      // A canary that fails settles the other copies with the same record.
      if case .failed = machine.steps[place], let list = plan.steps[place].copyOf {
        for copy in plan.repeated?[list].range ?? 0..<0 { note(copy, machine.steps[copy], now) }
      }
    }
    for command in record.commands {
      if let step = command.step, let place = places[step] {
        note(place, machine.steps[place], now)
      }
    }
  }

  private mutating func note(_ place: Int, _ state: StepState, _ now: Duration) {
    switch state {
    case .pending, .undone: standings[place] = plan.steps[place].isExcluded ? .settled : .waiting
    case .succeeded, .skipped: standings[place] = .settled
    case .failed(let failure): standings[place] = failure.isPassed ? .settled : .waiting
    case .gated:
      if case .working(let since, let before) = standings[place] {
        standings[place] = .asking(since: now, before: before + now - since)
      } else if case .asking = standings[place] {
      } else {
        standings[place] = .asking(since: now, before: .zero)
      }
    case .planning, .applying, .verifying, .inDoubt, .backingOff, .confirming, .undoing:
      switch standings[place] {
      case .working: break
      case .asking(_, let before): standings[place] = .working(since: now, before: before)
      case .waiting, .settled: standings[place] = .working(since: now, before: .zero)
      }
    }
  }

  /// Nil when the run does not go forward.
  func progress(at now: Duration) -> [StepProgress]? {
    guard goesForward, hasBegun else { return nil }
    return standings.map { standing in
      switch standing {
      case .waiting: .waiting
      case .settled: .settled
      case .working(let since, let before): .working(max(.zero, before + now - since))
      case .asking(let since, _): .asking(max(.zero, now - since))
      }
    }
  }

  /// The steps that work now, longest first, each with how long.
  func working(at now: Duration) -> [(StepID, Duration)] {
    zip(plan.steps, standings).compactMap { step, standing in
      if case .working(let since, let before) = standing {
        (step.id, max(.zero, before + now - since))
      } else {
        nil
      }
    }.sorted { $0.1 > $1.1 }
  }
}
