import RunbookEngine
import RunbookModel

/// People, timers, signals: what comes to the loop that no command ends in.
extension SimulatedRun {
  private static let readingTime = RehearsalScript.readingTime

  mutating func ask(_ place: Int, _ attempt: Int, _ request: PersonRequest) {
    let step = model.plan.steps[place]
    let fault = script.fault(at: .question(place: place, nth: count("question", place)))
    var answer = Fault.Answer.approves(by: nil, after: Self.readingTime)
    if case .answers(let other)? = fault { answer = other }
    asking += 1
    switch answer {
    case .approves(let by, let after): say(.approve, step, place, attempt, by, after)
    case .declines(let by, let after): say(.decline, step, place, attempt, by, after)
    case .toAnotherQuestion:
      say(.approve, step, place, attempt + 1, nil, Self.readingTime)
    case .nobody: agenda.add(.unanswered, at: now)
    case .silence: break
    }
  }

  private mutating func say(
    _ decision: PersonAnswer.Decision, _ step: PlannedStep, _ place: Int, _ attempt: Int,
    _ by: String?, _ after: Duration
  ) {
    var others = 0
    if case .gated(_, _, _, let people) = machine.steps[place] { others = people.count }
    let answer = PersonAnswer(
      step: step.id, attempt: attempt, decision: decision,
      by: by ?? model.person(for: step, after: others))
    agenda.add(.answered(answer), at: now + after.nanosecondsClamped)
  }

  mutating func startTimer(_ place: Int, _ report: TimerReport, _ after: Duration) {
    var after = after
    if case .late(let more)? = script.fault(
      at: .timer(place: place, nth: count("timer", place)))
    {
      after += more
    }
    let at = now + after.nanosecondsClamped
    switch report.purpose {
    case .backoff:
      working += 1
      agenda.add(.backoff(report), at: at)
    case .gate, .confirm: agenda.add(.peoplesTimer(report), at: at)
    }
  }

  /// One thing that has happened, as an event for the machine; nil where it is none.
  mutating func take(_ message: Agenda.Message) -> Event? {
    switch message {
    case .ended(let event, let effect):
      working -= 1
      if let effect { happen(effect) }
      return event
    case .backoff(let report):
      working -= 1
      return .timerFired(report)
    case .peoplesTimer(let report): return .timerFired(report)
    case .unanswered:
      asking -= 1
      return nil
    case .answered(let answer):
      asking -= 1
      return .personAnswered(answer)
    case .decided(let decision):
      isDeciding = false
      nobodyDecides = decision == nil
      return decision.map { .operatorDecided($0) }
    case .ordered(let order):
      isDeciding = false
      do throws(SteeringRefusal) {
        return try machine.event(for: order)
      } catch {
        nobodyDecides = true
        tell(.orderRefused(at: now, order, error))
        return nil
      }
    case .deadline:
      guard deadlineAt == now, let left = deadlineLeft, left <= .zero else { return nil }
      return .deadlineReached(deadline.report(at: moment))
    case .interrupted: return .interrupted(Interruption(cause: "SIGTERM"))
    // The loop has seen to it: there is no process that could hear of it.
    case .died: return nil
    }
  }

  var moment: Moment {
    Moment(wall: Timestamp(nanoseconds: now), monotonic: .nanoseconds(now))
  }

  /// As the driver counts it.
  private var deadlineLeft: Duration? {
    guard let limit = model.plan.deadline, !machine.isOverdue else { return nil }
    switch machine.state {
    case .open, .holding: return deadline.left(of: limit, at: moment)
    case .paused, .unwinding, .stopping, .closed: return nil
    }
  }

  mutating func armDeadline() {
    let at = deadlineLeft.map { now + max($0, .zero).nanosecondsClamped }
    if let at, at != deadlineAt { agenda.add(.deadline, at: at) }
    deadlineAt = at
  }

  mutating func happen(_ effect: Agenda.Effect) {
    let finding =
      effect.isUndo ? world.takeBack(effect.place, model) : world.make(effect.place, model)
    if let finding { breach(finding.0, model.plan.steps[effect.place].id, finding.1) }
  }

  // MARK: - Why the run cannot go on by itself

  /// As the driver decides it; nil while something is under way.
  mutating func ending() -> Ending? {
    guard working == 0 else { return nil }
    switch machine.state {
    case .closed(let outcome): return .closed(outcome)
    case .paused(let cause, _):
      // Nobody lets go of a change that is to take itself back.
      return machine.waitsForConfirmation ? nil : .paused(because: cause)
    case .open:
      if machine.waitsForConfirmation { return nil }
      // Somebody sits before an open question and says nothing, and no timer will end it.
      guard asking == 0 || agenda.isEmpty else { return nil }
      let open = steps { if case .gated = $0 { true } else { false } }
      if open.isEmpty { breach(.runEnds, nil, "it waits, and for nobody") }
      return .unanswered(open)
    case .holding:
      guard !isDeciding else { return nil }
      if nobodyDecides { return machine.waitsForConfirmation ? nil : held() }
      isDeciding = true
      holds += 1
      askForDecision()
      return nil
    case .unwinding, .stopping: return nil
    }
  }

  private mutating func held() -> Ending {
    let failed = undecided
    if failed.isEmpty { breach(.runEnds, nil, "it holds, and no failed step says why") }
    return .held(because: failed)
  }

  private var undecided: [StepID] {
    steps { if case .failed(let failure) = $0 { !failure.isPassed } else { false } }
  }

  private func steps(_ isMeant: (StepState) -> Bool) -> [StepID] {
    zip(model.plan.steps, machine.steps).compactMap { isMeant($1) ? $0.id : nil }
  }

  private mutating func askForDecision() {
    let soon = now + Self.readingTime.nanosecondsClamped
    switch script.fault(at: .hold(holds)) {
    case .orders(let verb, let step, let after)?:
      let order = SteeringOrder(verb, step: step, by: "operator", reason: "rehearsed")
      agenda.add(.ordered(order), at: now + after.nanosecondsClamped)
    case .decides(let decision)?: agenda.add(.decided(self.decision(decision)), at: soon)
    case .behaves, .killed, .answers, .late, .dies, .signal, .returns, nil:
      agenda.add(.decided(nil), at: soon)
    }
  }

  private func decision(_ decision: Fault.Decision) -> OperatorDecision {
    let step = undecided.first ?? model.plan.steps[0].id
    let choice: OperatorDecision.Choice =
      switch decision {
      case .retry: .retry(step)
      case .skip: .skip(step)
      case .markDone: .markDone(step)
      case .unwind: .unwind
      case .abort: .abort
      case .nonsense: .continue
      }
    return OperatorDecision(choice, by: "model", reason: "simulated")
  }
}
