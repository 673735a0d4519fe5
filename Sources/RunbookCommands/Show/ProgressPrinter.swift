import RunbookDriver
import RunbookEngine
import RunbookModel
import RunbookReport

/// One line for each thing that a person wants to know while a run goes on.
struct ProgressPrinter: RunListener {
  private let console: Console
  private let startedAt: Timestamp
  private let idWidth: Int
  private let stageWidth: Int

  private let words: Words

  init(console: Console, plan: Plan, startedAt: Timestamp, words: Words) {
    self.console = console
    self.words = words
    self.startedAt = startedAt
    idWidth = min(plan.steps.map(\.id.text.count).max() ?? 0, 32)
    stageWidth = min(plan.stages.map(\.name.count).max() ?? 0, 16)
  }

  func wrote(_ record: RunRecord, _ machine: RunMachine) {
    if let id = record.event.step { show(id, record, machine) }
    for command in record.commands {
      switch command {
      case .apply(let id, let attempt, _):
        line(
          id, record, machine, words.changing,
          attempt > 1 ? words.again(attempt) : does(id, machine), nil)
      case .undo(let id, _, _): line(id, record, machine, words.undoing, "", nil)
      case .ask(let id, _, let request):
        line(id, record, machine, words.asksWord, request.text, .warning)
      case .startTimer(let id, let attempt, .backoff, let after):
        line(
          id, record, machine, words.retries, words.attemptIn(attempt + 1, after), .warning)
      case .verify(let id, _, _):
        if case .inDoubt = machine.state(of: id), let place = machine.place(of: id) {
          line(
            id, record, machine, words.looking,
            words.whetherDone(machine.plan.steps[place].settle), .warning)
        }
      case .startTimer(let id, _, .confirm, let after):
        let run = machine.opening?.run.text ?? "latest"
        line(
          id, record, machine, words.waitsWord,
          words.takenBackAt(record.at.wall + after, after) + "lifeboat confirm \(run) \(id)",
          .warning)
      case .soak(let time):
        console.out("\(self.time(record))  " + words.watchedFromOutside(time))
      case .plan, .check, .startTimer, .startDeadline, .close: break
      }
    }
    switch record.event {
    case .interrupted(let facts):
      console.out(
        "\(time(record))  " + words.letFinish(facts.cause))
    case .deadlineReached(let facts):
      console.out(
        "\(time(record))  " + words.deadlineOverLine(facts.ran))
    case .runResumed(let facts):
      let steps = facts.interrupted.map(\.text).joined(separator: words.comma)
      console.out(
        "\(time(record))  " + words.resumedBy(facts.by, steps))
    case .operatorDecided(let decision):
      console.out(
        "\(time(record))  "
          + words.decidedLine(
            decision.who,
            words.language == .english ? record.event.phrase : words.decision(decision.choice))
          + (decision.reason.map { words.brackets($0) } ?? ""))
    case .orderRefused(let refused):
      console.out(
        "\(time(record))  "
          + words.notTaken(
            refused.named ?? refused.by,
            refused.verb.rawValue + (refused.step.map { " \($0)" } ?? ""), refused.message))
    case .observed(let seen): observed(seen, record)
    case .soakEnded(let report):
      console.out(
        "\(time(record))  "
          + words.staysGood(report.result == .lasted, report.waited))
    case .runOpened, .stepPlanned, .stepChecked, .stepApplied, .stepVerified, .stepUndone,
      .timerFired, .personAnswered:
      break
    }
  }

  private func observed(_ seen: Observation, _ record: RunRecord) {
    for report in seen.observers {
      for change in report.changes {
        var shown = change
        shown.saw = change.saw.cut(at: 110)
        console.out("\(time(change.at.wall))  " + words.observerSaw(report.observer, shown))
      }
    }
  }

  private func show(_ id: StepID, _ record: RunRecord, _ machine: RunMachine) {
    guard let state = machine.state(of: id) else { return }
    switch state {
    case .succeeded(let success):
      line(
        id, record, machine, words.way(success.way),
        words.ours(success.evidence.summary).cut(at: 110), .good)
    case .failed(let failure):
      line(id, record, machine, words.failedTitle, words.ours(failure.failure.message), .bad)
    case .skipped(let skip): line(id, record, machine, words.skippedWord, words.skip(skip), .faint)
    case .inDoubt(_, _, let why, _):
      line(id, record, machine, words.inDoubtWord, words.ours(why), .warning)
    case .undone(let evidence):
      line(
        id, record, machine, words.status(.undone), words.ours(evidence.summary).cut(at: 110), .good
      )
    case .undoing(1, _, let before?) where before.isUnconfirmed && !before.isOfUndo:
      line(id, record, machine, words.notKept, words.ours(before.failure.message), .bad)
    case .confirming(_, isLooking: true):
      line(id, record, machine, words.looking, words.checksDecide, .warning)
    case .pending, .planning, .gated, .applying, .verifying, .backingOff, .confirming, .undoing:
      break
    }
  }

  private func does(_ id: StepID, _ machine: RunMachine) -> String {
    guard let place = machine.place(of: id) else { return "" }
    return machine.plan.steps[place].title ?? machine.plan.steps[place].uses
  }

  /// A word about the run as a whole.
  func say(_ word: String, _ style: Console.Style, _ text: String, at moment: Timestamp) {
    console.out("\(time(moment))  \(console.styled(word, style))  \(text)")
  }

  private func time(_ record: RunRecord) -> String { time(record.at.wall) }

  private func time(_ moment: Timestamp) -> String {
    let tenths = (moment - startedAt).nanosecondsClamped / 100_000_000
    let text = "T+\(tenths / 10).\(abs(tenths) % 10)s"
    return String(repeating: " ", count: max(0, 9 - text.count)) + text
  }

  private func line(
    _ id: StepID, _ record: RunRecord, _ machine: RunMachine, _ word: String, _ text: String,
    _ style: Console.Style?
  ) {
    let stage =
      machine.place(of: id).map { machine.plan.stages[machine.plan.steps[$0].stage].name } ?? ""
    let padded = word.padded(to: 9)
    let shown = style.map { console.styled(padded, $0) } ?? padded
    console.out(
      "\(time(record))  \(stage.padded(to: stageWidth))  \(id.text.padded(to: idWidth))  \(shown)  \(text)"
    )
  }
}

extension String {
  /// At most `limit` characters, cut between words; all of it stands in the report.
  func cut(at limit: Int) -> String {
    guard count > limit else { return self }
    let start = prefix(limit - 2)
    return (start.lastIndex(of: " ").map { String(start[..<$0]) } ?? String(start)) + " …"
  }

  func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - DisplayWidth.of(self)))
  }
}
