import RunbookEngine
import RunbookModel

extension RunHistory {
  /// Takes one record in: how something ended, then what was begun because of it, then where that leaves the steps.
  mutating func fold(_ record: Int) {
    let event = records[record].event
    var touched: [Int] = []
    switch event {
    case .runOpened(let said): opening = opening ?? said
    case .runResumed(let said):
      resumptions.append(Noted(record: record, said: said))
      if record > 0 { service.lose(from: record - 1, time: time, records[record - 1].at, words) }
      loseOpenActs(record)
    case .interrupted(let said): interruptions.append(Noted(record: record, said: said))
    case .stepPlanned(let report):
      end(.plan, report.step, report.attempt, record) { $0.take(report.result) }
    case .stepChecked(let report):
      end(.check, report.step, report.attempt, record) { $0.take(report.result) }
    case .stepApplied(let report):
      end(.apply, report.step, report.attempt, record) { $0.take(report.result) }
    case .stepVerified(let report):
      end(.verify, report.step, report.attempt, record) { $0.take(report.result) }
    case .stepUndone(let report):
      end(.undo, report.step, report.attempt, record) { $0.take(report.result) }
    case .timerFired(let report): fired(report, record)
    case .personAnswered(let answer): answered(answer, record)
    case .operatorDecided(let decision): decided(decision, record)
    case .observed(let seen): service.take(seen, in: record, time: time, records[record].at)
    case .soakEnded(let report): service.soaked = Noted(record: record, said: report)
    case .deadlineReached, .orderRefused: break
    }
    if let step = event.step, let index = places[step] { touched.append(index) }
    for command in records[record].commands {
      begin(command, record)
      if let step = command.step, let index = places[step] { touched.append(index) }
    }
    replay(record)
    deadline.take(event, records[record].commands, at: records[record].at, machine.state)
    for index in touched { note(index, record) }
  }

  /// Asks the machine where this leaves the run; the first record that it cannot follow ends the replay.
  private mutating func replay(_ record: Int) {
    guard disagreement == nil else { return }
    do throws(EngineError) {
      let commands = try machine.handle(records[record].event)
      if commands != records[record].commands {
        disagreement = Disagreement(
          record: record, text: words.otherCommands)
      }
    } catch {
      disagreement = Disagreement(record: record, text: error.description)
    }
  }

  private mutating func note(_ index: Int, _ record: Int) {
    let state = machine.steps[index]
    guard state.name != stateNames[index] else { return }
    stateNames[index] = state.name
    steps[index].since = record
    switch state {
    case .succeeded: steps[index].succeededAt = record
    case .inDoubt: steps[index].doubtedAt = steps[index].doubtedAt ?? record
    case .failed(let failure):
      if steps[index].acts.last?.kind != .undo { failed(index, failure, record) }
    // A step whose own failure starts the unwinding may be undone with the same record.
    case .undoing(_, _, let before?):
      // It was done, was not confirmed, and takes itself back.
      if before.isUnconfirmed, !before.isOfUndo { return failed(index, before, record) }
      if steps[index].failures.last?.record ?? -1 <= steps[index].succeededAt ?? -1 {
        failed(index, before, record)
      }
    case .undoing(_, _, nil), .pending, .planning, .gated, .applying, .verifying, .backingOff,
      .confirming, .skipped, .undone:
      break
    }
  }

  private mutating func failed(_ index: Int, _ failure: StepFailure, _ record: Int) {
    if failure.effect == .unknown { steps[index].doubtedAt = steps[index].doubtedAt ?? record }
    steps[index].failures.append(
      StepHistory.Failed(
        record: record, text: steps[index].declined ?? words.ours(failure.failure.message),
        advice: failure.failure.advice.map { words.ours($0) }))
  }

  private mutating func begin(_ command: Command, _ record: Int) {
    switch command {
    case .plan(let step, let attempt): begin(.plan, step, attempt, record)
    case .check(let step, let attempt): begin(.check, step, attempt, record)
    case .apply(let step, let attempt, let change):
      begin(.apply, step, attempt, record) { $0.change = change }
    case .verify(let step, let attempt, _): begin(.verify, step, attempt, record)
    case .undo(let step, let attempt, let change):
      begin(.undo, step, attempt, record) { $0.change = change }
    case .ask(let step, let attempt, let request):
      // Asked again after the run was taken over: it is the same question.
      if let index = places[step], steps[index].openQuestion?.attempt == attempt { return }
      begin(.ask, step, attempt, record) { $0.request = request }
    case .startTimer(let step, _, .confirm, let time):
      if let index = places[step] { steps[index].confirmation = .init(record: record, time: time) }
    case .startTimer(_, _, .backoff, _), .startTimer(_, _, .gate, _), .startDeadline, .soak:
      break
    case .close(let outcome):
      self.outcome = outcome
      closedAt = record
    }
  }

  private mutating func begin(
    _ kind: StepAct.Kind, _ step: StepID, _ attempt: Int, _ record: Int,
    _ fill: (inout StepAct) -> Void = { _ in }
  ) {
    guard let index = places[step] else { return }
    withdrawQuestion(index, record)
    var act = StepAct(kind, attempt: attempt, begun: record)
    fill(&act)
    steps[index].acts.append(act)
  }

  /// Ends the open act that the report belongs to; one that nobody saw begin is added as begun and ended at once.
  private mutating func end(
    _ kind: StepAct.Kind, _ step: StepID, _ attempt: Int, _ record: Int,
    _ fill: (inout StepAct) -> Void
  ) {
    guard let index = places[step] else { return }
    let open = steps[index].acts.lastIndex {
      $0.kind == kind && $0.attempt == attempt && $0.ended == nil
    }
    if let open {
      fill(&steps[index].acts[open])
      steps[index].acts[open].ended = record
    } else {
      var act = StepAct(kind, attempt: attempt, begun: record)
      act.ended = record
      fill(&act)
      steps[index].acts.append(act)
    }
  }

  private mutating func withdrawQuestion(_ index: Int, _ record: Int) {
    for act in steps[index].acts.indices
    where steps[index].acts[act].kind == .ask && steps[index].acts[act].ended == nil {
      steps[index].acts[act].ended = record
      steps[index].acts[act].ending = .withdrawn
    }
  }

  /// What had no ending when the process ended is not known; questions to people still stand.
  private mutating func loseOpenActs(_ record: Int) {
    for index in steps.indices {
      for act in steps[index].acts.indices
      where steps[index].acts[act].ended == nil && steps[index].acts[act].kind != .ask {
        steps[index].acts[act].ended = record
        steps[index].acts[act].ending = .interrupted
        let kind = steps[index].acts[act].kind
        if kind == .apply || kind == .undo {
          steps[index].doubtedAt = steps[index].doubtedAt ?? record
        }
      }
    }
  }

  private mutating func fired(_ report: TimerReport, _ record: Int) {
    guard report.purpose != .backoff, let index = places[report.step],
      steps[index].openQuestion?.attempt == report.attempt
    else { return }
    let words = words
    end(.ask, report.step, report.attempt, record) { act in
      act.ending = .notAnswered
      act.text = words.nobodyAnswered
    }
  }

  private mutating func answered(_ answer: PersonAnswer, _ record: Int) {
    var noted = Noted(record: record, said: answer)
    defer { answers.append(noted) }
    guard let index = places[answer.step],
      let act = steps[index].acts.lastIndex(where: { $0.kind == .ask && $0.ended == nil }),
      steps[index].acts[act].attempt == answer.attempt
    else {
      noted.counted = false
      return
    }
    steps[index].acts[act].answers.append(answers.count)
    switch answer.decision {
    case .decline:
      steps[index].acts[act].ended = record
      steps[index].acts[act].ending = .declined
      steps[index].acts[act].text = words.declinedBy(answer.who) + because(answer.reason)
    case .approve:
      let others = steps[index].acts[act].answers.filter { $0 < answers.count }
      let people = Set(others.map { answers[$0].said.who } + [answer.who])
      let isConfirmation = steps[index].acts[act].request?.kind == .confirmation
      let needed = isConfirmation ? 1 : plan.steps[index].approval?.count ?? 1
      guard people.count >= needed else { return }
      steps[index].acts[act].ended = record
      steps[index].acts[act].ending = .approved
      let all = people.sorted().joined(separator: words.comma)
      steps[index].acts[act].text =
        isConfirmation ? words.confirmedBy(all) : words.approvedBy(all)
    }
  }

  private mutating func decided(_ decision: OperatorDecision, _ record: Int) {
    decisions.append(Noted(record: record, said: decision))
    switch decision.choice {
    case .skip(let step), .markDone(let step):
      guard let index = places[step] else { return }
      withdrawQuestion(index, record)
      steps[index].settledBy = decisions.count - 1
    case .retry(let step), .override(let step, _):
      guard let index = places[step] else { return }
      steps[index].settledBy = nil
    case .pause, .continue, .unwind, .abort, .switchVariant: break
    }
  }
}

/// `: the reason`, or nothing.
func because(_ reason: String?) -> String { reason.map { ": \($0)" } ?? "" }
