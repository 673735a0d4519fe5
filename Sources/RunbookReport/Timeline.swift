import RunbookEngine
package import RunbookModel

/// One moment of a run, in the order in which it was recorded.
package struct TimelineEntry: Sendable, Equatable {
  package enum Kind: String, Sendable, CaseIterable {
    case outage
    case declared
    case runOpened = "run_opened"
    case runResumed = "run_resumed"
    case runInterrupted = "run_interrupted"
    case deadlineReached = "deadline_reached"
    case runEnded = "run_ended"
    case stepBegan = "step_began"
    case stepSettled = "step_settled"
    case attemptEnded = "attempt_ended"
    case asked
    case answered
    case decided
    case orderRefused = "order_refused"
    case observed
    case recovered
  }

  /// The record that says so; nil for what was only stated.
  package var seq: Int?
  package var at: Timestamp
  /// From the run's start; negative for what came before it.
  package var offset: Duration
  package var kind: Kind
  package var step: StepID?
  /// A person's name, or `lifeboat`.
  package var actor: String
  package var text: String
}

enum Timeline {
  static let ourselves = "lifeboat"

  static func entries(_ history: RunHistory, _ clocks: Clocks) -> [TimelineEntry] {
    stated(history) + recorded(history, clocks.recovered, from: 0)
  }

  /// What the records from that one on say.
  fileprivate static func recorded(
    _ history: RunHistory, _ recovered: Clocks.Recovery?, from first: Int
  ) -> [TimelineEntry] {
    var entries: [TimelineEntry] = []
    for (index, record) in history.records.enumerated().dropFirst(first) {
      var builder = TimelineBuilder(history: history, index: index, record: record)
      builder.event()
      if let recovered, recovered.record == index {
        builder.add(
          .recovered, recovered.step,
          recovered.isSeen
            ? history.words.criticalDone : history.words.criticalDoneUnwatched)
      }
      for command in record.commands { builder.command(command) }
      entries += builder.entries
    }
    return entries
  }

  /// What was only said, in the order of the times that were said.
  fileprivate static func stated(_ history: RunHistory) -> [TimelineEntry] {
    guard let opening = history.opening, let start = history.start else { return [] }
    let said: [(Timestamp?, TimelineEntry.Kind, String)] = [
      (opening.outageAt, .outage, history.words.outageStated),
      (opening.declaredAt, .declared, history.words.declaredStated),
    ]
    let entries = said.compactMap { at, kind, text in
      at.map {
        TimelineEntry(
          seq: nil, at: $0, offset: $0 - start, kind: kind, step: nil, actor: opening.by,
          text: text)
      }
    }
    return entries.sorted { $0.at < $1.at }
  }
}

extension RunHistory {
  /// What happened with that record and the later ones; with the first, also what was stated of the time before it.
  package func moments(from record: Int) -> [TimelineEntry] {
    let entries = Timeline.recorded(
      self, isClosed ? Clocks.result(self).recovered : nil, from: record)
    return record == 0 ? Timeline.stated(self) + entries : entries
  }
}

private struct TimelineBuilder {
  let history: RunHistory
  let index: Int
  let record: ReportRecord
  var entries: [TimelineEntry] = []

  private var words: Words { history.words }

  init(history: RunHistory, index: Int, record: ReportRecord) {
    self.history = history
    self.index = index
    self.record = record
  }

  mutating func add(
    _ kind: TimelineEntry.Kind, _ step: StepID?, by actor: String? = nil, _ text: String
  ) {
    entries.append(
      TimelineEntry(
        seq: record.seq, at: record.at.wall, offset: history.time.offsets[index], kind: kind,
        step: step, actor: actor ?? Timeline.ourselves, text: text))
  }

  mutating func event() {
    switch record.event {
    case .runOpened(let opening):
      add(.runOpened, nil, by: opening.by, opened(opening))
    case .runResumed(let said): add(.runResumed, nil, by: said.by, resumed(said))
    case .interrupted(let said):
      add(.runInterrupted, nil, words.interrupted(said.cause))
    case .stepPlanned(let report): planned(report)
    case .stepChecked(let report): checked(report)
    case .stepApplied(let report): ended(report, words.applied, words.applyFailed)
    case .stepVerified(let report):
      let verdict = report.result
      add(
        verdictIsGood(verdict) ? .stepSettled : .attemptEnded, report.step,
        words.verified(verdict) + words.colon + words.ours(verdict.evidence.summary))
    case .stepUndone(let report): ended(report, words.undoneTitle, words.undoFailedTitle)
    case .timerFired(let timer):
      switch timer.purpose {
      case .gate: add(.answered, timer.step, words.noAnswerInTime)
      case .confirm: add(.answered, timer.step, words.notConfirmedInTime)
      case .backoff: break
      }
    case .deadlineReached(let said):
      add(
        .deadlineReached, nil,
        words.deadlineOver(said.ran, said.paused))
    case .personAnswered(let answer):
      add(
        .answered, answer.step, by: answer.who,
        words.answered(answer.decision) + because(answer.reason))
    case .operatorDecided(let decision):
      add(
        .decided, record.event.step, by: decision.who,
        words.say(decision.choice.words, words.decision(decision.choice))
          + because(decision.reason))
    case .observed(let seen): observed(seen)
    case .soakEnded(let report):
      add(
        .observed, nil, by: words.observers,
        words.soaked(report.result == .lasted, report.waited))
    case .orderRefused(let refused):
      add(
        .orderRefused, refused.step, by: refused.named ?? refused.by,
        words.refused(refused.verb.rawValue, refused.message))
    }
  }

  mutating func command(_ command: Command) {
    switch command {
    case .plan(let step, let attempt), .check(let step, let attempt):
      add(.stepBegan, step, words.began(attempt))
    case .apply(let step, let attempt, _):
      add(.stepBegan, step, words.applying(attempt))
    case .undo(let step, let attempt, _):
      add(.stepBegan, step, words.takingBack(attempt))
    case .ask(let step, _, let request): add(.asked, step, words.asked(request.text))
    case .startTimer(let step, _, .backoff, let delay):
      add(.attemptEnded, step, words.waitsToRetry(delay))
    case .startTimer(let step, _, .confirm, let time):
      add(.asked, step, words.takenBackUnlessConfirmed(time))
    case .close(let outcome): add(.runEnded, nil, words.runEnded(outcome))
    case .soak(let time):
      add(
        .observed, nil,
        words.watching(time)
      )
    case .verify, .startTimer(_, _, .gate, _), .startDeadline: break
    }
  }

  private mutating func observed(_ seen: Observation) {
    for report in seen.observers {
      for change in report.changes {
        entries.append(
          TimelineEntry(
            seq: record.seq, at: change.at.wall,
            offset: history.time.offsets[index] - (record.at.monotonic - change.at.monotonic),
            kind: .observed, step: nil, actor: report.observer,
            text: words.observerSaw(report.observer, change)))
      }
    }
  }

  private func opened(_ opening: RunOpening) -> String {
    words.opened(opening.purpose, opening.host) + because(opening.reason)
  }

  private func resumed(_ said: RunResumption) -> String {
    words.takenOver(
      said.host, said.interrupted.map(\.text).joined(separator: words.comma), said.cutBytes)
  }

  private func verdictIsGood(_ verdict: Verdict) -> Bool {
    switch verdict {
    case .holds: true
    case .doesNotHold, .cannotTell: false
    }
  }

  private mutating func planned(_ report: StepReport<PlanResult>) {
    switch report.result {
    case .change(_, let preview):
      let does = preview.does.joined(separator: "; ")
      add(.attemptEnded, report.step, words.willDo(does))
    case .alreadyInPlace(let evidence):
      add(.stepSettled, report.step, words.inPlace(evidence.summary))
    case .skipped(let why): add(.stepSettled, report.step, words.skipped(why))
    case .ask: break
    case .failed(let failure):
      add(.attemptEnded, report.step, words.failedWith(words.ours(failure.message)))
    }
  }

  private mutating func checked(_ report: StepReport<CheckResult>) {
    switch report.result {
    case .verdict(let verdict):
      add(
        verdictIsGood(verdict) ? .stepSettled : .attemptEnded, report.step,
        words.checked(verdict) + words.colon + verdict.evidence.summary)
    case .skipped(let why): add(.stepSettled, report.step, words.skipped(why))
    case .failed(let failure):
      add(.attemptEnded, report.step, words.failedWith(words.ours(failure.message)))
    }
  }

  private mutating func ended(
    _ report: StepReport<ApplyResult>, _ good: String, _ bad: String
  ) {
    switch report.result {
    case .done(let evidence):
      add(.attemptEnded, report.step, good + words.colon + words.ours(evidence.summary))
    case .failed(let failure):
      let effect = words.brackets(words.effect(isUnknown: failure.effect == .unknown))
      add(.attemptEnded, report.step, bad + effect + words.colon + words.ours(failure.message))
    }
  }
}

extension OperatorDecision.Choice {
  /// What the person decided, without the step.
  var words: String {
    switch self {
    case .pause: "decided to pause"
    case .continue: "decided to go on"
    case .retry: "decided to retry"
    case .skip: "decided to leave it out"
    case .markDone: "said that it is done"
    case .override(_, let gate): "waived \(gate.name) for no more than was found (\(gate.finding))"
    case .unwind: "decided to undo what was done"
    case .abort: "decided to end the run here"
    case .switchVariant(let variant, let successor):
      "decided to end the run here and to go on as '\(variant)' with run \(successor)"
    }
  }
}

extension Outcome {
  var words: String {
    switch self {
    case .succeeded: "succeeded"
    case .failedUnchanged: "failed, nothing was changed"
    case .failedUndone: "failed, what was changed was undone"
    case .failedPartly: "FAILED, and changes are left in place or in doubt"
    }
  }
}
