import RunbookDriver
import RunbookEngine
import RunbookModel

/// Processes come and go: death, replay of what was kept, people who take a run up again.
extension SimulatedRun {
  /// The process is gone. The next one replays what the disk kept; nil when there is nothing to go on with.
  mutating func rise(after death: Fault.Death) -> Event? {
    deaths += 1
    tell(.died(at: now, death))
    let underWay = agenda.forget()
    if death.underWayIsMade { for effect in underWay { happen(effect) } }
    journal.lose(death)
    letGo()
    now += 60_000_000_000
    guard replay() else { return nil }
    guard machine.opening != nil else { return nil }
    if case .closed = machine.state { return nil }
    return resumption
  }

  func endingAfterDeath() -> Ending {
    if !breaches.isEmpty { return .lost }
    if case .closed(let outcome) = machine.state { return .closed(outcome) }
    return .neverBegan
  }

  private var resumption: Event {
    let interrupted = zip(model.plan.steps, machine.steps).compactMap { $1.isActive ? $0.id : nil }
    let toConfirm = RunResumption.timeLeft(machine, now: Timestamp(nanoseconds: now)) { step in
      for record in journal.records.reversed() {
        for case .startTimer(step, _, .confirm, let after) in record.commands {
          return (Timestamp(nanoseconds: record.at), after)
        }
      }
      return nil
    }
    return .runResumed(
      RunResumption(
        by: "model", host: "model", interrupted: interrupted, cutBytes: 0, toConfirm: toConfirm))
  }

  private mutating func letGo() {
    working = 0
    asking = 0
    isDeciding = false
    nobodyDecides = false
    deadlineAt = nil
  }

  /// Somebody takes the run up again, if the script says so, or if people said yes and more of them are needed.
  mutating func comeBack(after ending: Ending) -> Event? {
    departures += 1
    let fault = script.fault(at: .departure(departures))
    var event: Event?
    switch (ending, fault) {
    case (.closed, .returns(.undoes)?):
      event = machine.changes.isEmpty ? nil : order(.unwind)
    case (.held, .returns(.undoes)?), (.unanswered, .returns(.undoes)?),
      (.paused, .returns(.undoes)?):
      event = order(.unwind)
    case (.held, .returns(.resumes)?), (.unanswered, .returns(.resumes)?),
      (.paused, .returns(.resumes)?):
      event = resumption
    case (.unanswered, nil):
      let hasSomeYes = machine.steps.contains {
        if case .gated(_, _, _, let people) = $0 { !people.isEmpty } else { false }
      }
      event = hasSomeYes ? resumption : nil
    case (.closed, _), (.held, _), (.unanswered, _), (.paused, _), (.neverBegan, _), (.lost, _):
      event = nil
    }
    guard event != nil else { return nil }
    // The process that let go had made everything durable.
    journal.sync()
    _ = agenda.forget()
    letGo()
    now += 60_000_000_000
    tell(.cameBack(at: now))
    return event
  }

  private func order(_ choice: OperatorDecision.Choice) -> Event {
    .operatorDecided(OperatorDecision(choice, by: "model", reason: "simulated"))
  }

  // MARK: - Replay

  /// Brings a fresh machine to where the kept records say the run was.
  private mutating func replay() -> Bool {
    var machine = model.fresh
    var watcher = Watcher(model)
    var deadline = DeadlineClock()
    for record in journal.records {
      guard let commands = try? rules.decide(&machine, record.event), commands == record.commands
      else {
        breach(.replayEqual, record.event.step, "a replayed record released other commands")
        return false
      }
      _ = watcher.take(record.event, commands, machine, model, world)
      let at = record.at
      deadline.take(
        record.event, commands,
        at: Moment(wall: Timestamp(nanoseconds: at), monotonic: .nanoseconds(at)), machine.state)
    }
    self.deadline = deadline
    self.machine = machine
    self.watcher = watcher
    return true
  }

  /// What can be seen only when it is over.
  mutating func checkAtEnd(_ ending: Ending) {
    guard breaches.isEmpty else { return }
    let before = machine
    if replay(), machine.state != before.state || machine.steps != before.steps {
      breach(.replayEqual, nil, "the replayed run is in another state")
    }
    machine = before
    // What people were told is no change that a run could leave behind.
    let left = model.plan.steps.indices.first {
      world.isInPlace[$0] && world.isTrusted[$0] && model.plan.steps[$0].onlyTells != true
    }
    switch ending {
    case .closed(.failedUnchanged), .closed(.failedUndone), .neverBegan:
      if let left {
        let id = model.plan.steps[left].id
        breach(.honestOutcome, id, "the change of '\(id)' is in place, and the outcome denies it")
      }
    case .closed(.succeeded), .closed(.failedPartly), .held, .unanswered, .paused, .lost: break
    }
    checkSteps()
    if case .closed = ending, let place = world.stranded(model) {
      let id = model.plan.steps[place].id
      breach(
        .writerBeforeTraffic, id,
        "undoing '\(id)' left customers where nothing is writable: the fence and the promotion "
          + "before it stand")
    }
  }

  /// Of no step does the run say that it is done, or undone, when it is not.
  private mutating func checkSteps() {
    for (place, step) in model.plan.steps.enumerated() where world.isTrusted[place] {
      switch machine.steps[place] {
      case .succeeded(let success):
        guard success.change != nil, !world.isInPlace[place] else { continue }
        breach(
          .honestOutcome, step.id, "'\(step.id)' counts as done, and its change is not in place")
      case .undone:
        guard world.isInPlace[place] else { continue }
        breach(
          .honestOutcome, step.id, "'\(step.id)' counts as undone, and its change is in place")
      case .pending, .planning, .gated, .applying, .verifying, .inDoubt, .backingOff, .confirming,
        .failed, .skipped, .undoing:
        continue
      }
    }
  }
}
