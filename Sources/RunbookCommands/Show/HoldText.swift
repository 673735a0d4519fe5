import RunbookDriver
import RunbookEngine
import RunbookModel
import RunbookReport

/// What a person must know when a run does not go on by itself: what happened, what was and was not changed, what is
/// not known and how to find out, what the clock says, what can be done now and what each of it would do.
///
/// The one text of its kind: the prompt, `status`, and the last words of an unattended run are all this.
struct HoldText {
  /// How what is possible is written: by where the reader will type it.
  enum Way {
    /// At the run's own prompt.
    case prompt
    /// In another terminal, to the process that drives the run.
    case driven
    /// No process drives the run.
    case undriven
  }

  let machine: RunMachine
  /// What the clocks say; nil when that could not be read.
  let clocks: Clocks?
  let way: Way
  let console: Console
  var words = Words.english
  /// By when changes must be confirmed.
  var deadlines: [StepID: Timestamp] = [:]

  /// Nothing in it waits for a person, and a process goes on with it.
  var isNeeded: Bool {
    switch machine.state {
    case .closed: false
    case .stopping: machine.waitsForConfirmation
    case .holding, .paused: true
    case .open, .unwinding:
      way == .undriven || !machine.questions.isEmpty || machine.waitsForConfirmation
    }
  }

  var text: String {
    var lines = [console.styled(headline, .strong)]
    for (step, failure) in machine.undecided { lines += explain(step, failure) }
    if !machine.undecided.isEmpty { lines += toCall("commander") }
    for question in machine.questions { lines += asked(question) }
    for (step, _) in machine.toConfirm { lines += toConfirm(step) }
    if machine.waitsForService, let outage = clocks?.outage {
      lines += outage.sentences(words).map { wrapped($0, width: 100, indent: "  ") }
    }
    lines += [""] + changed + [notStarted]
    if !unknown.isEmpty { lines += unknown }
    lines +=
      clocks.map { ObjectiveLines(clocks: $0, words: words).lines.map { "  \($0)" } }
      ?? ["  " + words.clocksUnread]
    lines += ["", "  " + words.possibleNow] + possible
    return lines.joined(separator: "\n")
  }

  private var headline: String {
    switch machine.state {
    case .holding: words.holdsForDecision
    case .paused(let cause, _): words.isStopped(cause)
    case .open:
      machine.questions.isEmpty && !machine.waitsForConfirmation
        ? words.stoppedOnItsWay : words.waitsForAnswer
    case .unwinding: words.stoppedWhileUndoing
    case .stopping, .closed: words.runIsOver
    }
  }

  private func explain(_ step: PlannedStep, _ failure: StepFailure) -> [String] {
    var lines = [
      "  " + console.styled(words.hasFailed(step.id), .bad)
        + words.attemptOf(step.uses, failure.attempt)
        + words.colonHere,
      wrapped(words.ours(failure.failure.message), width: 100, indent: "    "),
    ]
    switch failure.effect {
    case .unchanged where failure.isUnconfirmed:
      lines.append("    " + words.changeTakenBack)
    case .unchanged: lines.append("    " + words.changedNothing)
    case .changed: lines.append("    " + words.changeStillThere)
    case .unknown:
      lines.append(
        console.styled("    " + words.changeNotKnown, .warning) + words.lookBeforeDeciding)
    }
    lines += canary(step)
    if let advice = failure.failure.advice {
      lines.append(wrapped(words.nextAdvice(words.ours(advice)), width: 100, indent: "    "))
    }
    return lines
  }

  /// What a decision about a canary means for the other copies.
  private func canary(_ step: PlannedStep) -> [String] {
    guard let place = step.copyOf, let repeated = machine.plan.repeated?[place],
      machine.unprovenCopies(of: place) > 0
    else { return [] }
    let waiting = repeated.range.count { machine.steps[$0] == .pending }
    guard waiting > 0 else { return [] }
    return [wrapped(words.isCanary(waiting, repeated.step), width: 100, indent: "    ")]
  }

  private func asked(
    _ question: (step: PlannedStep, request: PersonRequest, approvedBy: [String])
  ) -> [String] {
    var who = question.step.approval.map { words.aRole($0.role) } ?? ""
    if let needed = question.step.approval?.count, needed > 1 {
      who += words.comma + words.people(needed)
      if !question.approvedBy.isEmpty {
        who += words.semicolon + words.yesSoFar(question.approvedBy)
      }
    }
    let asks = console.styled(words.asks(question.step.id, who), .warning)
    return [
      "  \(asks)\(words.colonHere)", wrapped(question.request.text, width: 100, indent: "    "),
    ]
      + question.request.instructions.map { "    - \($0)" }
      + toCall(question.step.approval?.role)
  }

  /// Whom to call for an answer, as the environment says it.
  private func toCall(_ role: String?) -> [String] {
    guard let role else { return [] }
    let lines = Contacts(machine.plan.environmentValues).toCall(role)
    return lines.enumerated().map { "    " + ($0 == 0 ? words.call : words.call.blank) + $1 }
  }

  private func toConfirm(_ step: PlannedStep) -> [String] {
    let title = console.styled(words.mustBeConfirmed(step.id, by: deadlines[step.id]), .warning)
    let without =
      switch way {
      case .prompt, .driven:
        step.verify.isEmpty
          ? words.elseTakenBack : words.elseChecksDecide
      case .undriven:
        words.nobodyTakesItBack
      }
    return ["  " + words.sentence(title), wrapped(without, width: 100, indent: "    ")]
  }

  /// What is known to be changed apart from what is not known: nothing is said that was not seen.
  private var changed: [String] {
    func names(_ places: [Int]) -> String {
      places.map { machine.plan.steps[$0].id.text }.joined(separator: words.comma)
    }
    func isSure(_ place: Int) -> Bool {
      switch machine.steps[place] {
      case .applying, .undoing: false
      case .pending, .planning, .gated, .verifying, .inDoubt, .backingOff, .confirming, .succeeded,
        .failed,
        .skipped, .undone:
        !isUnknown(machine.steps[place])
      }
    }
    let sure = machine.changes.filter(isSure)
    let perhaps = machine.changes.filter { !isSure($0) }
    var lines = [
      "  " + words.changedSoFar(sure.isEmpty ? nil : names(sure), isAll: perhaps.isEmpty)
    ]
    if !perhaps.isEmpty { lines.append("  " + words.perhapsChanged(names(perhaps))) }
    if !machine.changes.isEmpty {
      lines.append(
        "  "
          + (machine.undoReach.nothing.map { words.undoIs(words.ours($0)) }
            ?? words.undoShown(run)))
    }
    return lines
  }

  /// Whether the step's change was made is not known.
  private func isUnknown(_ state: StepState) -> Bool {
    switch state {
    case .failed(let failure): failure.effect == .unknown
    case .inDoubt: true
    // Its process is gone.
    case .applying, .undoing: way == .undriven
    case .pending, .planning, .gated, .verifying, .backingOff, .confirming, .succeeded, .skipped,
      .undone:
      false
    }
  }

  private var notStarted: String {
    let pending = machine.steps.count { $0 == .pending }
    return "  " + words.notStarted(pending, machine.steps.count)
  }

  /// What is not known, and what would have been done: that is what to look for.
  private var unknown: [String] {
    zip(machine.plan.steps, machine.steps).flatMap { step, state -> [String] in
      guard isUnknown(state) else { return [] }
      let does = step.forecast.preview?.does ?? []
      return ["  " + words.notKnownWhat(step.id, hasChange: !does.isEmpty)]
        + does.map { wrapped("- \($0)", width: 100, indent: "    ") }
    }
  }

  /// The commands about a step, or those about the run as a whole.
  func commands(about step: StepID?) -> [String] {
    let found = machine.choices.filter { $0.step == step }.compactMap(typed)
    guard way == .undriven, step == nil, found.isEmpty else { return found }
    return ["lifeboat resume \(run)"]
  }

  private var possible: [String] {
    var rows = machine.choices.compactMap { choice in
      typed(choice).map { ($0, words.ours(choice.does)) }
    }
    switch way {
    case .prompt: rows.append(("leave", words.leaveIt))
    case .driven: break
    case .undriven:
      if !machine.choices.contains(where: { $0.verb == .continue }) {
        rows.append(("lifeboat resume \(run)", words.resumeIt))
      }
    }
    let width = min(rows.map(\.0.count).max() ?? 0, 24)
    return rows.map { command, does in
      command.count <= width
        ? "    \(command.padded(to: width))  \(does)" : "    \(command)\n        \(does)"
    }
  }

  private var run: String { machine.opening?.run.text ?? "latest" }

  /// The words to type; nil where they have no meaning there.
  private func typed(_ choice: SteeringChoice) -> String? {
    var step = choice.step.map { " \(way == .prompt ? $0.text : $0.shellText)" } ?? ""
    if let gate = choice.gate { step += ".\(gate)" }
    let why = choice.needsReason ? " --reason '...'" : ""
    // It ends this run and starts another, which takes a command of its own, whoever drives this one.
    if choice.verb == .switchVariant {
      return "lifeboat switch-variant \(run) \(choice.variant ?? "")\(why)"
    }
    switch way {
    case .prompt:
      // Questions are asked one by one, and nothing runs that could be paused.
      return switch choice.verb {
      case .approve, .pause: nil
      case .decline:
        machine.state(of: choice.step ?? "")?.waitsToBeConfirmed == true
          ? choice.verb.rawValue + step : nil
      case .continue, .retry, .skip, .markDone, .undo, .abort, .switchVariant, .confirm, .override:
        choice.verb.rawValue + step
      }
    case .driven: return "lifeboat \(choice.verb.rawValue) \(run)\(step)\(why)"
    case .undriven:
      return switch choice.verb {
      case .decline where machine.state(of: choice.step ?? "")?.waitsToBeConfirmed == true: nil
      case .approve, .decline, .retry, .skip, .markDone, .confirm, .override:
        "lifeboat resume \(run) --\(choice.verb.rawValue)\(step)\(why)"
      case .abort: "lifeboat resume \(run) --abort\(why)"
      case .undo: "lifeboat undo \(run)\(why)"
      case .continue:
        machine.waitsForDeadline ? "lifeboat resume \(run) --continue" : "lifeboat resume \(run)"
      case .pause, .switchVariant: nil
      }
    }
  }
}

extension StoredRun {
  func holdText(_ way: HoldText.Way, console: Console) throws -> HoldText {
    HoldText(
      machine: history.machine, clocks: try summary(now: Program.current.clock.now()).clocks,
      way: way, console: console, words: history.words, deadlines: deadlines)
  }

  /// By when changes must be confirmed.
  var deadlines: [StepID: Timestamp] {
    var deadlines: [StepID: Timestamp] = [:]
    for (place, step) in history.plan.steps.enumerated() {
      deadlines[step.id] = history.confirmBy(place)
    }
    return deadlines
  }
}

extension String {
  /// As many columns of nothing.
  fileprivate var blank: String { String(repeating: " ", count: DisplayWidth.of(self)) }
}
