package import RunbookEngine
package import RunbookModel

/// Runs of one runbook side by side, in the order in which they were named.
package struct RunComparison: Sendable, Equatable {
  package static let formatVersion = 1

  package var runbook: String
  package var runs: [Run]
  package var phases: [Row]
  package var steps: [Step]

  package struct Run: Sendable, Equatable {
    package var run: RunID
    package var started: Timestamp
    package var purpose: Purpose
    package var environment: String
    package var variant: String?
    package var outcome: Outcome?
    package var headline: String
    package var rto: ObjectiveResult
    package var rpo: ObjectiveResult
    package var runbookHash: String
    package var deviations: Int
    package var attempts: Int
  }

  /// One figure of each run; nil where it is not known.
  package struct Row: Sendable, Equatable {
    package var name: Phase
    package var values: [Duration?]
    package var difference: Duration? { RunComparison.difference(values) }
  }

  package enum Phase: String, Sendable, CaseIterable {
    case detect, declare, mobilise, execute
    case waitForPeople = "wait_for_people"
    case verify, soak
    case outageToDeclared = "outage_to_declared"
    case declaredToStart = "declared_to_start"
    case outageToStart = "outage_to_start"
    case startToFirstChange = "start_to_first_change"
    case firstToLastChange = "first_to_last_change"
    case lastChangeToRecovered = "last_change_to_recovered"
    case run
    case asking
    case standingForPeople = "standing_for_people"
    case unattended

    /// What another says in the standard's word; it stands in the JSON form only.
    var isOlder: Bool {
      switch self {
      case .outageToDeclared, .declaredToStart, .firstToLastChange, .lastChangeToRecovered: true
      case .detect, .declare, .mobilise, .execute, .waitForPeople, .verify, .soak, .outageToStart,
        .startToFirstChange, .run, .asking, .standingForPeople, .unattended:
        false
      }
    }
  }

  package struct Step: Sendable, Equatable {
    package var id: StepID
    /// Nil where a run's plan has no such step.
    package var cells: [Cell?]
    package var presence: Presence
    /// From the first run to the last, where both know it.
    package var difference: Duration? { RunComparison.difference(cells.map { $0?.duration }) }
  }

  package enum Presence: String, Sendable, CaseIterable {
    case inAll = "in_all"
    /// The last run has it, the first had not.
    case added
    case removed
    case inSome = "in_some"
    /// In all of them, but it does not do the same.
    case changed
  }

  package struct Cell: Sendable, Equatable {
    package var status: StepStatus
    package var duration: Duration?
    package var attempts: Int
  }

  /// `definitions` tell for each run what each step was to do.
  package init(_ reports: [Report], definitions: [[StepID: String]]) {
    runbook = reports.first?.identity.runbook.name ?? ""
    runs = reports.map(Run.init)
    phases = Phase.allCases.map { phase in
      Row(name: phase, values: reports.map { phase.value($0.clocks) })
    }.filter { $0.values.contains { $0 != nil && $0 != .zero } }
    let tables = reports.map { report in
      Dictionary(report.steps.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }
    steps = Self.order(reports).map { id in
      let cells = tables.map { $0[id].map(Cell.init) }
      let texts = Set(definitions.compactMap { $0[id] })
      let isIn = (first: cells.first.flatMap { $0 } != nil, last: cells.last.flatMap { $0 } != nil)
      let presence: Presence =
        if !cells.contains(where: { $0 == nil }) {
          texts.count > 1 ? .changed : .inAll
        } else if isIn.last && !isIn.first {
          .added
        } else if isIn.first && !isIn.last {
          .removed
        } else {
          .inSome
        }
      return Step(id: id, cells: cells, presence: presence)
    }
  }

  /// The last run's order; a step that only others have stands behind the one it stood behind there.
  private static func order(_ reports: [Report]) -> [StepID] {
    var order: [StepID] = reports.last?.steps.map(\.id) ?? []
    var known = Set(order)
    for report in reports.dropLast().reversed() {
      var before: StepID?
      for step in report.steps {
        defer { before = step.id }
        if !known.insert(step.id).inserted { continue }
        let place = before.flatMap { before in order.firstIndex(of: before) }.map { $0 + 1 }
        order.insert(step.id, at: place ?? 0)
      }
    }
    return order
  }

  fileprivate static func difference(_ values: [Duration?]) -> Duration? {
    guard values.count > 1, let first = values.first ?? nil, let last = values.last ?? nil else {
      return nil
    }
    return last - first
  }
}

extension RunComparison.Run {
  init(_ report: Report) {
    run = report.identity.run
    started = report.identity.started
    purpose = report.identity.purpose
    environment = report.identity.environment.name
    variant = report.identity.variant
    outcome = report.summary.outcome
    headline = report.headline
    rto = report.clocks.rto
    rpo = report.clocks.rpo
    runbookHash = report.identity.runbook.sha256
    deviations = report.deviations.count
    attempts = report.counts.attempts
  }
}

extension RunComparison.Cell {
  init(_ step: Report.StepResult) {
    status = step.status
    duration = step.duration
    attempts = step.attempts
  }
}

extension RunComparison.Phase {
  func value(_ clocks: Clocks) -> Duration? {
    let phases = clocks.phases
    return switch self {
    case .detect: clocks.exactly(.detect)
    case .declare: clocks.exactly(.declare)
    case .mobilise: clocks.exactly(.mobilise)
    case .execute: clocks.exactly(.execute)
    case .waitForPeople: clocks.exactly(.waitForPeople)
    case .verify: clocks.exactly(.verify)
    case .soak: clocks.exactly(.soak)
    case .outageToDeclared: phases.outageToDeclared
    case .declaredToStart: phases.declaredToStart
    case .outageToStart: phases.outageToStart
    case .startToFirstChange: phases.startToFirstChange
    case .firstToLastChange: phases.firstToLastChange
    case .lastChangeToRecovered: phases.lastChangeToRecovered
    case .run: phases.run
    case .asking: phases.asking
    case .standingForPeople: phases.standingForPeople
    case .unattended: phases.unattended
    }
  }

  func name(_ words: Words) -> String {
    switch self {
    case .detect: words.phase(.detect)
    case .declare: words.phase(.declare)
    case .mobilise: words.phase(.mobilise)
    case .execute: words.phase(.execute)
    case .waitForPeople: words.phase(.waitForPeople)
    case .verify: words.phase(.verify)
    case .soak: words.phase(.soak)
    case .outageToDeclared: words.outageToDeclared
    case .declaredToStart: words.declaredToStart
    case .outageToStart: words.outageToStart
    case .startToFirstChange: words.startToFirst
    case .firstToLastChange: words.firstToLast
    case .lastChangeToRecovered: words.lastToRecovered
    case .run: words.wholeRun
    case .asking: words.asking
    case .standingForPeople: words.standing
    case .unattended: words.unattended
    }
  }
}

extension Clocks {
  /// Nil where a phase is only bounded: bounds do not compare.
  fileprivate func exactly(_ phase: RecoveryPhase) -> Duration? {
    guard case .exactly(let took)? = split.first(where: { $0.phase == phase })?.took else {
      return nil
    }
    return took
  }
}
