import RunbookDriver
import RunbookEngine
import RunbookModel

/// One line for each thing that a person wants to know while a run goes on.
struct ProgressPrinter: RunListener {
  private let console: Console
  private let startedAt: Timestamp
  private let idWidth: Int
  private let stageWidth: Int

  init(console: Console, plan: Plan, startedAt: Timestamp) {
    self.console = console
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
          id, record, machine, "changing",
          attempt > 1 ? "again, attempt \(attempt)" : does(id, machine), nil)
      case .undo(let id, _, _): line(id, record, machine, "undoing", "", nil)
      case .ask(let id, _, let request): line(id, record, machine, "asks", request.text, .warning)
      case .startTimer(let id, let attempt, .backoff, let after):
        line(id, record, machine, "retries", "attempt \(attempt + 1) in \(after.spoken)", .warning)
      case .verify(let id, _, _):
        if case .inDoubt = machine.state(of: id), let place = machine.place(of: id) {
          let settle = machine.plan.steps[place].settle.spoken
          line(id, record, machine, "looking", "whether it was done, for up to \(settle)", .warning)
        }
      case .startTimer(let id, _, .confirm, let after):
        let run = machine.opening?.run.text ?? "latest"
        line(
          id, record, machine, "waits",
          "taken back at \((record.at.wall + after).text(decimals: 0)) (in \(after.spoken)) unless "
            + "confirmed: lifeboat confirm \(run) \(id)", .warning)
      case .soak(let time):
        console.out(
          "\(self.time(record))  every step has ended; the service is watched from outside"
            + (time > .zero ? ", it must stay good for \(time.spoken)" : ""))
      case .plan, .check, .startTimer, .startDeadline, .close: break
      }
    }
    switch record.event {
    case .interrupted(let facts):
      console.out(
        "\(time(record))  \(facts.cause): nothing more is started; what runs is let finish")
    case .deadlineReached(let facts):
      console.out(
        "\(time(record))  the deadline is over after \(facts.ran.spoken): nothing more is started "
          + "until somebody says continue")
    case .runResumed(let facts):
      let steps = facts.interrupted.map(\.text).joined(separator: ", ")
      console.out(
        "\(time(record))  resumed by \(facts.by)"
          + (steps.isEmpty ? "" : "; under way when it stopped: \(steps)"))
    case .operatorDecided(let decision):
      console.out(
        "\(time(record))  \(decision.who) decided: \(record.event.phrase)"
          + (decision.reason.map { " (\($0))" } ?? ""))
    case .orderRefused(let refused):
      console.out(
        "\(time(record))  \(refused.named ?? refused.by) ordered \(refused.verb.rawValue)"
          + (refused.step.map { " \($0)" } ?? "") + ": not taken: \(refused.message)")
    case .observed(let seen): observed(seen, record)
    case .soakEnded(let report):
      console.out(
        "\(time(record))  "
          + (report.result == .lasted
            ? "seen from outside, the service stays good"
            : "seen from outside, the service did NOT stay good in \(report.waited.spoken)"))
    case .runOpened, .stepPlanned, .stepChecked, .stepApplied, .stepVerified, .stepUndone,
      .timerFired, .personAnswered:
      break
    }
  }

  private func observed(_ seen: Observation, _ record: RunRecord) {
    for report in seen.observers {
      for change in report.changes {
        let who = change.answeredBy.map { " (\($0))" } ?? ""
        console.out(
          "\(time(RunRecord(at: change.at, event: record.event, commands: [])))  \(report.observer) is \(change.to.rawValue.uppercased())\(who): "
            + change.saw.cut(at: 110))
      }
    }
  }

  private func show(_ id: StepID, _ record: RunRecord, _ machine: RunMachine) {
    guard let state = machine.state(of: id) else { return }
    switch state {
    case .succeeded(let success):
      line(id, record, machine, success.way.word, success.evidence.summary.cut(at: 110), .good)
    case .failed(let failure):
      line(id, record, machine, "FAILED", failure.failure.message, .bad)
    case .skipped(let skip): line(id, record, machine, "skipped", skip.text, .faint)
    case .inDoubt(_, _, let why, _): line(id, record, machine, "in doubt", why, .warning)
    case .undone(let evidence):
      line(id, record, machine, "undone", evidence.summary.cut(at: 110), .good)
    case .undoing(1, _, let before?) where before.isUnconfirmed && !before.isOfUndo:
      line(id, record, machine, "NOT KEPT", before.failure.message, .bad)
    case .confirming(_, isLooking: true):
      line(id, record, machine, "looking", "its time is over; its checks decide", .warning)
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

extension StepSuccess.Way {
  var word: String {
    switch self {
    case .changed: "done"
    case .unverified: "done"
    case .foundInPlace: "in place"
    case .alreadyInPlace: "was so"
    case .checked: "holds"
    case .approved: "approved"
    case .markedDone: "marked"
    }
  }
}

extension StepSkip {
  var text: String {
    switch self {
    case .byVariant: "not part of this variant"
    case .byCondition(let reason): reason
    case .byCanary(let canary): "its canary \(canary) failed"
    case .byPerson(let who, let reason): "by \(who)" + (reason.map { ": \($0)" } ?? "")
    }
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
    count >= width ? self : self + String(repeating: " ", count: width - count)
  }
}
