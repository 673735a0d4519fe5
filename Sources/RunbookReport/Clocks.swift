package import RunbookEngine
package import RunbookModel

/// Every clock of a run, computed in one place: `status`, reports and exit codes all read this.
package struct Clocks: Sendable, Equatable {
  /// What starts the recovery clock, and whether that moment is known.
  package var start: ClockStart
  /// The record with which the last critical step succeeded; nil while or when the service is not recovered.
  package var recovered: Recovery?
  package var rto: ObjectiveResult
  package var rpo: ObjectiveResult
  /// The outage itself against the longest that the business can bear.
  package var mtpd: ObjectiveResult
  /// One for each step that promoted a store, in order.
  package var recoveryPoints: [RecoveryPoint]
  package var phases: Phases
  /// The same time by what it went into, from the outage to the end of the soak; empty where no record opened the run.
  package var split: [PhaseSpan]
  /// The time in which, as far as the run itself saw, no store took writes.
  package var withoutWriter: WriterGap?
  /// As seen from outside; nil where nobody watches.
  package var outage: Outage?
  package var writers: WriterClock?
  /// Nil where the runbook sets none.
  package var deadline: DeadlineUse?

  /// The run's own time against its deadline. It is another clock than the RTO's, which no pause stops.
  package struct DeadlineUse: Sendable, Equatable {
    package var limit: Duration
    /// The time that counted, up to the last record.
    package var ran: Duration
    package var paused: Duration
    /// How often it was over.
    package var timesReached: Int

    package var words: String { sentence(.english) }

    package func sentence(_ words: Words) -> String { words.deadlineUse(ran, paused, timesReached) }
  }

  package struct ClockStart: Sendable, Equatable {
    package var clock: Objectives.Clock
    /// When it began, if that is known.
    package var at: Timestamp?
    /// What the time is counted from, in words.
    package var definition: String
    package var isSeen = false
  }

  package struct Recovery: Sendable, Equatable {
    /// By its place in the records.
    package var record: Int
    package var at: Timestamp
    /// Since the run's start.
    package var offset: Duration
    package var step: StepID
    /// Critical steps that count as good on a person's word alone.
    package var onTheirWord: [StepID]
    /// It is the beginning of the time in which observers saw the service good to stay; else the step's own end.
    package var isSeen = false
    /// What stopped the clock, in words.
    package func definition(_ words: Words = .english) -> String {
      isSeen ? words.goodToStay : words.lastCritical + words.brackets(step.text)
    }
  }

  /// The run's time, split; nil where an edge is not known.
  package struct Phases: Sendable, Equatable {
    package var outageToDeclared: Duration?
    package var declaredToStart: Duration?
    package var outageToStart: Duration?
    package var startToFirstChange: Duration?
    package var firstToLastChange: Duration?
    package var lastChangeToRecovered: Duration?
    /// The run itself, first record to last.
    package var run: Duration
    /// At least one person was asked something.
    package var asking: Duration
    /// Nothing else went on meanwhile: the run stood still for a person.
    package var standingForPeople: Duration
    /// No process was running the run.
    package var unattended: Duration
  }

  package struct WriterGap: Sendable, Equatable {
    package var fencedBy: StepID
    package var promotedBy: StepID
    package var duration: Measured
  }

  /// Whether an objective that the runbook sets was missed: the difference between two exit codes.
  package var missesObjective: Bool {
    if let outage, outage.lasting == nil { return true }
    return rto.verdict == .missed || rpo.verdict == .missed
  }

  /// `now` is for a run that has not ended; without it the last record is the latest moment known.
  package static func result(plan: Plan, records: [ReportRecord], now: Moment? = nil) -> Clocks {
    result(RunHistory(plan: plan, records: records), now: now)
  }

  package static func result(_ history: RunHistory, now: Moment? = nil) -> Clocks {
    let outage = Outage(history)
    let start = clockStart(history, outage)
    let recovered = recovery(history, outage)
    let points = RecoveryPoint.all(history)
    let elapsed = Elapsed(history, now: now)
    return Clocks(
      start: start, recovered: recovered,
      rto: rto(history, start, recovered, elapsed),
      rpo: RecoveryPoint.result(points, history),
      mtpd: mtpd(history, recovered, elapsed),
      recoveryPoints: points,
      phases: phases(history, recovered),
      split: PhaseSplit(history, outageStart(history, outage), outage, recovered)?.spans ?? [],
      withoutWriter: withoutWriter(history),
      outage: outage, writers: WriterClock(history),
      deadline: history.plan.deadline.map {
        DeadlineUse(
          limit: $0, ran: history.deadline.ran, paused: history.deadline.paused,
          timesReached: history.deadline.timesReached)
      })
  }
}

/// Time since the run's start, up to now or to the last record.
struct Elapsed {
  var sinceStart: Duration
  var startedAt: Timestamp?

  init(_ history: RunHistory, now: Moment?) {
    startedAt = history.start
    sinceStart = history.time.offsets.last ?? .zero
    if !history.isClosed, let now, let last = history.last {
      sinceStart += max(.zero, now.wall - last)
    }
  }

  /// From a moment that may lie before the run's start.
  func since(_ moment: Timestamp, to offset: Duration) -> Duration? {
    startedAt.map { $0 - moment + offset }
  }
}

extension Clocks {
  private static func clockStart(_ history: RunHistory, _ outage: Outage?) -> ClockStart {
    let clock = history.plan.objectives.clock
    let opening = history.opening
    switch clock {
    case .outage:
      return outageStart(history, outage)
    case .declaration:
      let at = opening?.declaredAt
      return ClockStart(
        clock: clock, at: at,
        definition: history.words.fromDeclaration(at))
    case .run:
      return ClockStart(clock: clock, at: history.start, definition: history.words.fromRun)
    }
  }

  /// What a person has said counts; else what was seen from outside, before the run or during it.
  private static func outageStart(_ history: RunHistory, _ outage: Outage?) -> ClockStart {
    let before = history.opening?.observedOutage
    let seenAt = before?.badSince ?? outage?.onsetAt
    let isWhole = before.map { $0.lastGood != nil } ?? (outage?.lastGood != nil)
    let words = history.words
    let seen = seenAt.map { before == nil ? words.seenDuring($0) : words.seenBefore($0) }
    let alert = history.opening?.incident.flatMap { facts in
      facts.alertedAt.map { words.alerted($0, facts.alert) }
    }
    let others = [seen, alert].compactMap(\.self)
    if let at = history.opening?.outageAt {
      return ClockStart(clock: .outage, at: at, definition: words.fromStated(at, others))
    }
    guard let seenAt, let seen else {
      return ClockStart(
        clock: .outage, at: nil, definition: words.fromUnsaid(noLater: alert))
    }
    guard isWhole else {
      return ClockStart(
        clock: .outage, at: nil,
        definition: words.fromEarlier([seen, alert].compactMap(\.self)))
    }
    return ClockStart(
      clock: .outage, at: seenAt, definition: words.fromSeen(others), isSeen: true)
  }

  /// The service counts as recovered when every critical step has succeeded, or was rightly left out.
  private static func recovery(_ history: RunHistory, _ outage: Outage?) -> Recovery? {
    if let outcome = history.outcome, outcome != .succeeded { return nil }
    guard history.disagreement == nil else { return nil }
    var last: (record: Int, index: Int)?
    var onTheirWord: [StepID] = []
    for (index, step) in history.plan.steps.enumerated() where step.isCritical {
      switch history.machine.steps[index] {
      case .succeeded(let success):
        guard let record = history.steps[index].succeededAt else { return nil }
        if record >= last?.record ?? -1 { last = (record, index) }
        if case .markedDone = success.way { onTheirWord.append(step.id) }
      case .skipped(.byPerson): onTheirWord.append(step.id)
      case .skipped(.byVariant), .skipped(.byCondition), .skipped(.byCanary): break
      case .pending where step.isExcluded: break
      case .pending, .planning, .gated, .applying, .verifying, .inDoubt, .backingOff, .confirming,
        .failed, .undoing, .undone:
        return nil
      }
    }
    guard let last else { return nil }
    var recovery = Recovery(
      record: last.record, at: history.records[last.record].at.wall,
      offset: history.time.offsets[last.record], step: history.plan.steps[last.index].id,
      onTheirWord: onTheirWord)
    guard let outage else { return recovery }
    // Where somebody looks from outside the steps' own word is not enough.
    guard let lasting = outage.lasting, let at = outage.lastingAt else { return nil }
    // A service that never failed was not recovered by what was seen, but by what was done.
    let hasFailed = outage.onset != nil || history.opening?.observedOutage != nil
    guard hasFailed else { return recovery }
    (recovery.offset, recovery.at, recovery.isSeen) = (max(lasting, .zero), at, true)
    return recovery
  }

  /// What the clock shows at an offset from the run's start; a lower bound where its own start is not known.
  private static func reading(
    _ history: RunHistory, _ start: ClockStart, _ elapsed: Elapsed, at offset: Duration
  ) -> Measured {
    guard let startedAt = elapsed.startedAt else { return .unknown(history.words.noRecord) }
    if let at = start.at {
      let shown = startedAt - at + offset
      return shown < .zero
        ? .unknown(history.words.beginsLate(at))
        : .exactly(shown)
    }
    let before = start.clock == .outage ? notAfter(history)?.at : nil
    return .atLeast(max(offset, before.map { startedAt - $0 + offset } ?? offset))
  }

  /// The outage cannot have begun after it was declared, or after an alert told of it: the earliest word of it.
  static func notAfter(_ history: RunHistory) -> (at: Timestamp, isAlert: Bool)? {
    let opening = history.opening
    let words = [
      opening?.declaredAt.map { (at: $0, isAlert: false) },
      opening?.incident?.alertedAt.map { (at: $0, isAlert: true) },
    ]
    return words.compactMap(\.self).min { $0.at < $1.at }
  }

  private static func rto(
    _ history: RunHistory, _ start: ClockStart, _ recovered: Recovery?, _ elapsed: Elapsed
  ) -> ObjectiveResult {
    let target = history.plan.objectives.rto
    let measured = reading(
      history, start, elapsed, at: recovered?.offset ?? elapsed.sinceStart)
    var verdict = ObjectiveResult.verdict(measured, within: target)
    let words = history.words
    let counted = words.counted(words.measured(measured), start.definition)
    guard let recovered else {
      // What has passed so far is a lower bound of what it will be.
      let soFar: Measured = measured.duration.map { .atLeast($0) } ?? measured
      if verdict == .met || verdict == .unknown {
        verdict = history.isClosed ? .notRecovered : .stillCounting
      }
      return ObjectiveResult(
        target: target, measured: soFar, verdict: verdict,
        why: words.soFar(counted, isClosed: history.isClosed))
    }
    var why = words.counted(counted, to: recovered.definition(words))
    switch measured {
    case .atLeast where verdict == .missed:
      why += words.boundIsOver
    case .atLeast:
      why = words.atLeastFromRun(recovered.offset, ofOutage: start.clock == .outage)
      if let duration = measured.duration, duration != recovered.offset {
        why = words.atLeast(duration, fromAlert: notAfter(history)?.isAlert ?? false)
      }
    case .exactly, .atMost: break
    case .unknown(let reason): why = reason
    }
    if !recovered.onTheirWord.isEmpty {
      let steps = recovered.onTheirWord.map(\.text).joined(separator: words.comma)
      why += words.semicolon + words.onTheirWord(steps)
    }
    return ObjectiveResult(target: target, measured: measured, verdict: verdict, why: why)
  }

  private static func mtpd(
    _ history: RunHistory, _ recovered: Recovery?, _ elapsed: Elapsed
  ) -> ObjectiveResult {
    let outage = outageStart(history, Outage(history))
    let measured = reading(
      history, outage, elapsed, at: recovered?.offset ?? elapsed.sinceStart)
    let target = history.plan.objectives.mtpd
    var verdict = ObjectiveResult.verdict(measured, within: target)
    var shown = measured
    if recovered == nil {
      shown = measured.duration.map { .atLeast($0) } ?? measured
      if verdict == .met || verdict == .unknown {
        verdict = history.isClosed ? .notRecovered : .stillCounting
      }
    }
    return ObjectiveResult(
      target: target, measured: shown, verdict: verdict, why: history.words.outageLasted(shown))
  }
}
