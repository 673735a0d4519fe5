import RunbookEngine
package import RunbookModel

/// What the time from an outage to a lasting recovery went into. Each begins where the one before it ends.
package enum RecoveryPhase: String, Sendable, CaseIterable {
  /// Until somebody, or something that tells people, knew.
  case detect
  /// Until it was decided to recover.
  case declare
  /// Until the run began.
  case mobilise
  /// Until the last change that the recovery had was made; without the time of people.
  case execute
  /// In the run, before the recovery: nothing but a person could move it.
  case waitForPeople = "wait_for_people"
  /// Until the service was recovered; without the time of people.
  case verify
  /// After the recovery: it had to be seen to stay good. No part of the time to recover.
  case soak
}

/// How long one of them was, from what to what, and what says so.
package struct PhaseSpan: Sendable, Equatable {
  package var phase: RecoveryPhase
  /// Nil where there was no such phase: `why` says how that came.
  package var took: Measured?
  package var from: Edge?
  package var to: Edge?
  /// What else there is to say of it: why it is not known, what it holds.
  package var why: String?
  /// The runbook's clock counts it.
  package var isCounted: Bool

  package struct Edge: Sendable, Equatable {
    package var at: Timestamp
    /// The record, sample or statement that says so.
    package var source: String
  }

  package static let shape = Shape<PhaseSpan>([
    .word("phase", "Which, in their order.") { $0.phase },
    .seconds("took", "How long; null where that is not known, or there was none.") {
      $0.took?.duration
    },
    .text("bound", "exactly, at_least, at_most, unknown; none where there was no such phase.") {
      $0.took?.bound ?? "none"
    },
    .time("from_at", "Where it began; null where nothing says it.") { $0.from?.at },
    .maybe("from", "What says so.") { $0.from?.source },
    .time("to_at", "Where it ended; null where nothing says it.") { $0.to?.at },
    .maybe("to", "What says so.") { $0.to?.source },
    .maybe("why", "Why it is not known, or what else there is to say.") { $0.why },
    .flag("counted", "It is a part of the time that the runbook's clock counts.") {
      $0.isCounted
    },
  ])
}

/// Finds the edges of the phases in what was stated, seen and recorded.
struct PhaseSplit {
  typealias Edge = PhaseSpan.Edge

  private let history: RunHistory
  private let words: Words
  private let clock: Objectives.Clock
  private let outageStart: Clocks.ClockStart
  private let outage: Outage?
  private let recovered: Clocks.Recovery?
  private let runStart: Edge

  /// Nil where no record opened the run.
  init?(
    _ history: RunHistory, _ outageStart: Clocks.ClockStart, _ outage: Outage?,
    _ recovered: Clocks.Recovery?
  ) {
    guard history.opening != nil, let first = history.records.first else { return nil }
    self.history = history
    words = history.words
    clock = history.plan.objectives.clock
    self.outageStart = outageStart
    self.outage = outage
    self.recovered = recovered
    runStart = Edge(at: first.at.wall, source: words.edgeRunOpened(first.seq))
  }

  var spans: [PhaseSpan] { before + within + [soak] }

  private func span(
    _ phase: RecoveryPhase, _ took: Measured?, _ from: Edge?, _ to: Edge?, why: String? = nil
  ) -> PhaseSpan {
    let isCounted: Bool =
      switch (clock, phase) {
      case (_, .soak), (.run, .detect), (.run, .declare), (.run, .mobilise),
        (.declaration, .detect), (.declaration, .declare):
        false
      case (.outage, _), (.declaration, _), (.run, _): true
      }
    return PhaseSpan(
      phase: phase, took: took, from: from, to: to, why: why,
      isCounted: isCounted && took != nil)
  }
}

extension PhaseSplit {
  private func unknown(
    _ phase: RecoveryPhase, _ from: Edge?, _ to: Edge?, _ why: String
  ) -> PhaseSpan {
    span(phase, .unknown(why), from, to, why: why)
  }
}

// MARK: - Before the run

extension PhaseSplit {
  /// Where the clock's outage began; nil where that is not known.
  private var outageEdge: Edge? {
    guard let at = outageStart.at else { return nil }
    if history.opening?.outageAt != nil { return Edge(at: at, source: words.edgeOutageStated) }
    return Edge(at: at, source: firstBad)
  }

  private var firstBad: String {
    if let before = history.opening?.observedOutage {
      return words.edgeFirstBadBefore(before.observation)
    }
    let who = history.service.tracks.first { track in
      track.observer.decides == .service
        && track.spans.contains { $0.state != .good && $0.at == outage?.onsetAt }
    }
    return words.edgeFirstBad(who?.observer.name)
  }

  /// The alert where one was stated: an answer that nobody looks at tells nobody.
  private var detected: Edge? {
    if let at = history.opening?.incident?.alertedAt {
      return Edge(at: at, source: words.edgeAlert)
    }
    if let seen = history.opening?.observedOutage {
      return Edge(at: seen.badSince, source: words.edgeFirstBadBefore(seen.observation))
    }
    guard let at = outage?.onsetAt, at <= declared?.at ?? runStart.at else { return nil }
    return Edge(at: at, source: firstBad)
  }

  private var declared: Edge? {
    history.opening?.declaredAt.map { at in
      Edge(at: at, source: words.edgeDeclared(after: history.opening?.predecessor))
    }
  }

  /// It began while the run was under way, or after its declaration: there was nothing to detect before it.
  private var beganInside: Bool {
    guard let at = outageEdge?.at else { return false }
    return at >= runStart.at
  }

  private var before: [PhaseSpan] {
    let hasFailed = outage.map { $0.onset != nil } ?? true
    if beganInside || (!hasFailed && history.opening?.knownOutage == nil) {
      let why = hasFailed ? words.outageBeganInside : words.noOutageSeen
      return [.detect, .declare].map { span($0, nil, nil, nil, why: why) }
        + [isFromDeclaration ? mobilise : span(.mobilise, nil, nil, nil, why: why)]
    }
    return [detect, declare, mobilise]
  }

  private var isFromDeclaration: Bool { clock == .declaration }

  private var detect: PhaseSpan {
    guard let detected else {
      return unknown(.detect, outageEdge, nil, words.nothingSaysDetected)
    }
    guard let outageEdge else {
      return unknown(.detect, nil, detected, words.outageBeginningUnknown)
    }
    if detected.at < outageEdge.at {
      return unknown(.detect, outageEdge, detected, words.detectedBeforeItsBeginning)
    }
    guard detected.at == outageEdge.at, history.opening?.outageAt == nil else {
      return span(.detect, .exactly(detected.at - outageEdge.at), outageEdge, detected)
    }
    // The answer that the clock counts from is the one that detected it: what went before it was not seen.
    let why = words.sameAnswerDetects(unseen)
    return span(
      .detect, unseen.map { .atMost($0) } ?? .unknown(why), outageEdge, detected, why: why)
  }

  /// Between the last good answer and the first bad one.
  private var unseen: Duration? {
    if let seen = history.opening?.observedOutage {
      return seen.lastGood.map { seen.badSince - $0 }
    }
    guard let onset = outage?.onset, let lastGood = outage?.lastGood else { return nil }
    return onset - lastGood
  }

  private var declare: PhaseSpan {
    // What was known before the clock's own beginning counts from there.
    let from = [detected, outageEdge].compactMap { $0 }.max { $0.at < $1.at }
    guard detected != nil, let from else {
      return unknown(.declare, nil, declared, words.nothingSaysDetected)
    }
    guard let declared else {
      return unknown(.declare, from, nil, words.nothingSaysDeclared)
    }
    guard from.at <= declared.at else {
      return unknown(.declare, from, declared, words.declaredBefore)
    }
    return span(.declare, .exactly(declared.at - from.at), from, declared)
  }

  private var mobilise: PhaseSpan {
    guard let declared else {
      return unknown(.mobilise, nil, runStart, words.nothingSaysDeclared)
    }
    // An outage that began after its declaration counts from its own beginning.
    let from =
      clock == .outage ? [declared, outageEdge].compactMap { $0 }.max { $0.at < $1.at } : declared
    guard let from, from.at <= runStart.at else {
      return unknown(.mobilise, declared, runStart, words.declaredAfterStart)
    }
    let why = history.opening?.predecessor.map { words.holdsPredecessor($0) }
    return span(.mobilise, .exactly(runStart.at - from.at), from, runStart, why: why)
  }
}

// MARK: - In the run

extension PhaseSplit {
  private var within: [PhaseSpan] {
    let (from, begin) = begin
    let standing = PeopleSpans(history).standing.map { history.time.range($0) }
    func waited(_ from: Duration, _ to: Duration) -> Duration {
      standing.reduce(.zero) { sum, span in
        sum + max(.zero, min(span.upperBound, to) - max(span.lowerBound, from))
      }
    }
    guard let recovered else {
      let last = history.time.offsets.last ?? .zero
      let end = history.records.last.map {
        Edge(at: $0.at.wall, source: words.edgeNoRecovery($0.seq, isClosed: history.isClosed))
      }
      let people = waited(begin, last)
      let why = words.notRecovered(isClosed: history.isClosed)
      return [
        span(.execute, .atLeast(max(.zero, last - begin - people)), from, end, why: why),
        span(.waitForPeople, .atLeast(people), from, end, why: why),
        unknown(.verify, nil, nil, why),
      ]
    }
    let until = Edge(at: recovered.at, source: recovery(recovered))
    let end = max(begin, recovered.offset)
    let change = lastChange(before: recovered)
    let executed = min(max(begin, change.offset), end)
    let before = waited(begin, executed)
    let after = waited(executed, end)
    return [
      span(
        .execute, .exactly(executed - begin - before), from, change.edge ?? until, why: change.why),
      span(
        .waitForPeople, .exactly(before + after), from, until, why: words.peopleTimeIsApart),
      span(.verify, .exactly(end - executed - after), change.edge ?? until, until),
    ]
  }

  /// Where the run's own part of the clock begins: with the run, or with an outage that began in it.
  private var begin: (Edge, Duration) {
    guard clock == .outage, let edge = outageEdge, edge.at > runStart.at else {
      return (runStart, .zero)
    }
    let seen = history.opening?.outageAt == nil ? outage?.onset : nil
    return (edge, seen ?? edge.at - runStart.at)
  }

  private func recovery(_ recovered: Clocks.Recovery) -> String {
    recovered.isSeen
      ? words.edgeLasting
      : words.edgeLastCritical(history.records[recovered.record].seq, recovered.step)
  }

  /// The end of the last change that was begun before the recovery; with no edge where it is the recovery itself.
  private func lastChange(
    before recovered: Clocks.Recovery
  ) -> (edge: Edge?, offset: Duration, why: String?) {
    let offsets = history.time.offsets
    var last: (record: Int, step: StepID)?
    for step in history.steps where history.plan.steps[step.index].onlyTells != true {
      let id = history.plan.steps[step.index].id
      for act in step.acts where act.kind == .apply && offsets[act.begun] < recovered.offset {
        guard let ended = act.ended, offsets[ended] <= recovered.offset else {
          return (nil, recovered.offset, words.recoveredDuring(id))
        }
        if ended > last?.record ?? -1 { last = (ended, id) }
      }
    }
    guard let last else { return (nil, recovered.offset, words.recoveredUnchanged) }
    let record = history.records[last.record]
    return (
      Edge(at: record.at.wall, source: words.edgeLastChange(record.seq, last.step)),
      offsets[last.record], nil
    )
  }

  private var soak: PhaseSpan {
    guard let recovered else {
      return unknown(.soak, nil, nil, words.notRecovered(isClosed: history.isClosed))
    }
    let from = Edge(at: recovered.at, source: recovery(recovered))
    guard history.service.watchesService else {
      let asked = history.plan.objectives.soak
      let why = words.notWatched(asked)
      return span(.soak, asked.map { _ in .unknown(why) }, from, nil, why: why)
    }
    guard let soaked = history.service.soaked, soaked.said.result == .lasted else {
      return unknown(.soak, from, nil, words.soakNotEnded)
    }
    let record = history.records[soaked.record]
    return span(
      .soak, .exactly(max(.zero, history.time.offsets[soaked.record] - recovered.offset)), from,
      Edge(at: record.at.wall, source: words.edgeSoakEnded(record.seq)))
  }
}

extension RunTime {
  fileprivate func range(_ records: Range<Int>) -> Range<Duration> {
    offsets[records.lowerBound]..<offsets[records.upperBound]
  }
}
