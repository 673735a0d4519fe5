import ArgumentParser
import RunbookDriver
import RunbookEngine
import RunbookModel

/// `lifeboat resume`: goes on with a run whose process is gone or that waits for a decision.
struct Resume: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume",
    abstract: "Go on with a run that was interrupted, crashed, or waits for a person.",
    discussion: """
      Replays the journal, which must agree with this program; then looks at whatever was under way \
      before doing anything again. Steps are known by their id, the plan is the one stored with the \
      run. For a run that holds, say what to do with --retry, --skip, --mark-done or --abort, each \
      with --reason; without that a terminal is asked, and without a terminal it keeps waiting.
      """)

  @Argument(help: "The run: its id, the beginning of it, or 'latest'.")
  var id: String = "latest"
  @OptionGroup var answers: AnswerOptions
  @Option(help: ArgumentHelp("Make another attempt at a failed step.", valueName: "step"))
  var retry: [String] = []
  @Option(help: ArgumentHelp("Leave a failed step out.", valueName: "step"))
  var skip: [String] = []
  @Option(help: ArgumentHelp("Count a failed step as done, on your word.", valueName: "step"))
  var markDone: [String] = []
  @Flag(help: "End the run where it stands; nothing is undone.")
  var abort = false
  @Option(help: "Why; needed wherever the plan is departed from.")
  var reason: String?

  func run() async throws {
    var choices: [OperatorDecision.Choice] = retry.map { .retry(StepID($0)) }
    choices += skip.map { .skip(StepID($0)) }
    choices += markDone.map { .markDone(StepID($0)) }
    if abort { choices.append(.abort) }
    if !choices.isEmpty, reason?.trimmed.isEmpty ?? true {
      throw Refusal(
        .invalid, "departing from the plan needs a reason: it goes into the report",
        next: "add --reason 'why'")
    }
    let orders = choices.map { OperatorDecision($0, by: Person.current, reason: reason) }
    let status = try await TakeOver(
      id: id, given: answers.given(reason), orders: orders, stay: try answers.staying()
    ).run { stored, interrupted, recovery in
      if case .closed(let outcome) = stored.machine.state {
        throw Refusal(
          .refused,
          "run \(stored.opening.run) has ended (\(outcome.words)); there is nothing to go on with",
          next: "see it with: lifeboat report \(stored.opening.run)")
      }
      try answers.check(against: stored.plan)
      for name in retry + skip + markDone { _ = try stored.plan.step(named: name) }
      return .runResumed(
        RunResumption(
          by: Person.current, host: Person.host, interrupted: interrupted,
          cutBytes: recovery.cutBytes))
    }
    if status != .done { throw status }
  }
}

/// `lifeboat undo`: takes back what a run changed.
struct Undo: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "undo",
    abstract: "Take back what a run changed, last first, from the state that it captured before.",
    discussion: """
      Works on a run that is being driven (its process is told to, and exit code 0 means that it \
      has begun; 'status' shows it), that holds, was interrupted, or has ended, and from a copy of \
      its folder on another machine. It stops before a point of no return and before a step that has no undo, and \
      refuses where somebody else has changed the state since.
      """)

  @Argument(help: "The run: its id, the beginning of it, or 'latest'.")
  var id: String = "latest"
  @Option(help: "Why; goes into the report.")
  var reason: String
  @Option(help: "Your name, where several people share this account. Recorded; gives no rights.")
  var by: String?
  @OptionGroup var output: OutputOptions

  func run() async throws {
    // One that is being driven is told to: its own process undoes.
    if case .held = try RunStore.current().find(id).driver {
      return try Steering(
        verb: .undo, id: id, by: by, reason: reason, format: output.format
      ).send()
    }
    let order = OperatorDecision(.unwind, by: Person.current, reason: reason, named: by)
    let status = try await TakeOver(id: id, given: [:], orders: []).run { stored, interrupted, _ in
      guard interrupted.isEmpty else {
        throw Refusal(
          .refused,
          "steps were under way when the process ended: "
            + interrupted.map(\.text).joined(separator: ", "),
          next: "run 'lifeboat resume \(stored.opening.run)' first: it looks what they did")
      }
      guard !stored.machine.changes.isEmpty else {
        throw Refusal(
          .refused, "run \(stored.opening.run) has changed nothing that is still in place")
      }
      return .operatorDecided(order)
    }
    // For this command a run that is undone is what was asked for.
    if status != .done, status != .failedUndone { throw status }
  }
}

/// Takes a stored run over in this process.
struct TakeOver {
  let id: String
  let given: [StepID: TerminalDesk.Given]
  let orders: [OperatorDecision]
  var stay = Duration.zero

  func run(
    _ event: (RunSession.Stored, [StepID], JournalRecovery) throws -> Event
  ) async throws -> ExitStatus {
    let console = Console()
    let session = try RunSession.current()
    let folder = try session.store.find(id)
    let signals = SignalWatch()
    let result = try await session.resume(
      folder, by: Person.current,
      secrets: { plan in
        do throws(SecretVault.Missing) {
          return try SecretVault(references: plan.secrets)
        } catch {
          Documents.show(error.problems, console: console)
          throw ExitStatus.invalid
        }
      }, event: event
    ) { stored in
      let started = stored.opening.declaredAt ?? Program.current.clock.now().wall
      return RunSession.Watch(
        desk: TerminalDesk(
          console: console, plan: stored.plan, given: given, orders: orders, stay: stay,
          hold: session.holds(folder, console)),
        listener: ProgressPrinter(console: console, plan: stored.plan, startedAt: started)
      ) { signals.watch($0, console) }
    }
    return try RunEnding(result: result, session: session, console: console).show()
  }
}

extension Outcome {
  var words: String {
    switch self {
    case .succeeded: "succeeded"
    case .failedUnchanged: "failed, nothing changed"
    case .failedUndone: "failed, undone"
    case .failedPartly: "failed, partly changed"
    }
  }
}
