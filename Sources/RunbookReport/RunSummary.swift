package import RunbookEngine
package import RunbookForecast
package import RunbookModel

/// One run in a line or a screen: what `runs` lists and `status` shows.
package struct RunSummary: Sendable, Equatable {
  package enum State: String, Sendable, CaseIterable {
    /// Commands are under way, as far as the records say. Whether a process is alive only the run's lock can tell.
    case running
    /// Nothing goes on but questions to people.
    case waiting
    /// A step needs a person's decision before anything more is started.
    case holding
    /// A person stopped it; `continue` goes on, or `resume` when no process drives it.
    case paused
    /// A process let go of it; `resume` goes on.
    case interrupted
    case unwinding
    case ended

    package var words: String {
      switch self {
      case .running: "running"
      case .waiting: "waits for a person"
      case .holding: "holds for a decision"
      case .paused: "paused by a person"
      case .interrupted: "interrupted"
      case .unwinding: "undoing"
      case .ended: "ended"
      }
    }
  }

  /// Something that only a person can move.
  package struct Wait: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
      case approval
      case task
      /// A failed step: retry, skip, mark it done, undo, or abort. Or the run's deadline: continue, undo, or abort.
      case decision
      /// A change that is taken back by itself unless it is confirmed: confirm, or decline.
      case confirmation
      /// The run is to be resumed.
      case resume
    }
    package var kind: Kind
    package var step: StepID?
    package var text: String
    package var instructions: [String] = []
    package var since: Timestamp
    /// Who may answer.
    package var role: String?
    /// People who have said yes already, where more than one must.
    package var approvedBy: [String] = []
    package var needed = 1
    /// The moment at which the question expires.
    package var until: Timestamp?
  }

  package struct Current: Sendable, Equatable {
    package var step: StepID
    package var status: StepStatus
    package var attempt: Int
    package var since: Timestamp
  }

  package var run: RunID
  package var runbook: String
  package var title: String
  package var service: String
  package var environment: String
  package var purpose: Purpose
  package var variant: String?
  package var predecessor: RunID?
  package var successor: RunID?
  package var startedBy: String
  package var state: State
  package var outcome: Outcome?
  package var started: Timestamp
  /// When it ended; nil while it has not.
  package var ended: Timestamp?
  /// Up to its end, to `now`, or to the last record.
  package var duration: Duration
  package var clocks: Clocks
  package var stepCount: Int
  package var settledCount: Int
  package var current: [Current]
  package var waits: [Wait]
  /// The first step that stopped it, and why.
  package var trouble: Trouble?
  /// What lies ahead, for whoever asks while it goes on; nil where nothing is foretold.
  package var forecast: TimeForecast?

  package struct Trouble: Sendable, Equatable {
    package var step: StepID
    package var text: String
    package var advice: String?
  }

  /// Nil when no record opened the run.
  package init?(plan: Plan, records: [ReportRecord], now: Moment? = nil) {
    self.init(RunHistory(plan: plan, records: records), now: now)
  }

  package init?(_ history: RunHistory, now: Moment? = nil) {
    guard let opening = history.opening, let start = history.start else { return nil }
    run = opening.run
    runbook = opening.runbook
    title = history.plan.title
    service = opening.service
    environment = opening.environment
    purpose = opening.purpose
    variant = opening.variant
    predecessor = opening.predecessor
    successor = history.successor?.run
    startedBy = opening.by
    outcome = history.outcome
    started = start
    ended = history.closedAt.map { history.records[$0].at.wall }
    duration = Elapsed(history, now: now).sinceStart
    clocks = Clocks.result(history, now: now)
    let statuses = history.plan.steps.indices.map(history.status)
    stepCount = statuses.count { $0 != .excluded }
    settledCount = history.machine.steps.indices.count {
      statuses[$0] != .excluded && history.machine.steps[$0].isSettled
    }
    waits = Self.waits(history, statuses)
    current = statuses.indices.compactMap { index in
      guard !history.isClosed, statuses[index].isUnderWay else { return nil }
      let since = history.steps[index].since ?? 0
      return Current(
        step: history.plan.steps[index].id, status: statuses[index],
        attempt: history.machine.steps[index].attempt, since: history.records[since].at.wall)
    }
    trouble = history.firstTrouble.flatMap { index in
      history.steps[index].openFailure.map {
        Trouble(step: history.plan.steps[index].id, text: $0.text, advice: $0.advice)
      }
    }
    state = .ended
    state = Self.state(history, current)
  }

  private static func state(_ history: RunHistory, _ current: [Current]) -> State {
    if history.isClosed { return .ended }
    if history.pause != nil { return .paused }
    if history.machine.waitsForDeadline || history.machine.waitsForService { return .holding }
    if history.isInterrupted { return .interrupted }
    switch history.machine.state {
    case .holding: return current.allSatisfy(\.isWithPeople) ? .holding : .running
    case .unwinding: return .unwinding
    case .open, .paused, .stopping:
      return !current.isEmpty && current.allSatisfy(\.isWithPeople) ? .waiting : .running
    case .closed: return .ended
    }
  }
}

extension RunSummary.Current {
  /// Somebody is asked, and nothing else goes on for it.
  fileprivate var isWithPeople: Bool { status == .gated || status == .confirming }
}

extension RunSummary {
  fileprivate static func waits(_ history: RunHistory, _ statuses: [StepStatus]) -> [Wait] {
    if history.isClosed { return [] }
    var waits: [Wait] = []
    if let pause = history.pause {
      waits.append(
        Wait(
          kind: .resume,
          text: history.words.pausedBy(pause.said.who) + because(pause.said.reason),
          since: history.records[pause.record].at.wall))
    } else if history.machine.waitsForDeadline, let reached = history.deadlineRecord {
      let limit = history.plan.deadline ?? .zero
      waits.append(
        Wait(
          kind: .decision, text: history.words.deadlineIsOver(limit),
          instructions: [history.words.continueGoesOn(limit)],
          since: history.records[reached].at.wall))
    } else if history.machine.waitsForService, let soaked = history.service.soaked {
      waits.append(
        Wait(
          kind: .decision,
          text: history.words.notSeenToStayGood,
          instructions: [history.words.lookAsACustomer],
          since: history.records[soaked.record].at.wall))
    } else if history.isInterrupted, let interruption = history.interruptions.last {
      waits.append(
        Wait(
          kind: .resume, text: history.words.wasInterrupted(interruption.said.cause),
          since: history.records[interruption.record].at.wall))
    }
    for (index, status) in statuses.enumerated() {
      if let wait = question(history, index) ?? confirmation(history, index)
        ?? decision(history, index, status)
      {
        waits.append(wait)
      }
    }
    return waits
  }

  private static func question(_ history: RunHistory, _ index: Int) -> Wait? {
    guard case .gated(_, _, let request, let people) = history.machine.steps[index],
      let question = history.steps[index].openQuestion
    else { return nil }
    let since = history.records[question.begun].at.wall
    let policy = history.plan.steps[index].approval
    return Wait(
      kind: request.kind == .task ? .task : .approval, step: history.plan.steps[index].id,
      text: request.text, instructions: request.instructions, since: since, role: policy?.role,
      approvedBy: people, needed: policy?.count ?? 1,
      until: policy?.timeout.map { since + $0 })
  }

  private static func confirmation(_ history: RunHistory, _ index: Int) -> Wait? {
    guard history.machine.steps[index].waitsToBeConfirmed,
      let until = history.confirmBy(index), let began = history.steps[index].confirmation
    else { return nil }
    let since = history.records[began.record].at.wall
    return Wait(
      kind: .confirmation, step: history.plan.steps[index].id,
      text: history.words.takenBackUnless,
      instructions: [], since: since,
      until: until)
  }

  private static func decision(
    _ history: RunHistory, _ index: Int, _ status: StepStatus
  ) -> Wait? {
    guard case .failed(let failure) = history.machine.steps[index], !failure.isPassed,
      history.machine.state == .holding || history.isInterrupted
    else { return nil }
    let since = history.steps[index].since ?? 0
    return Wait(
      kind: .decision, step: history.plan.steps[index].id,
      text: history.words.ours(failure.failure.message),
      instructions: failure.failure.advice.map { [history.words.ours($0)] } ?? [],
      since: history.records[since].at.wall)
  }
}
