import ArgumentParser
import RunbookDriver
import RunbookEngine
import RunbookForecast
import RunbookJournal
import RunbookModel
import RunbookReport

/// `lifeboat resume`: goes on with a run whose process is gone or that waits for a decision.
struct Resume: AsyncParsableCommand {
  static let configuration = CommandConfiguration.verb(
    commandName: "resume",
    abstract: "Go on with a run that was interrupted, crashed, or waits for a person.",
    discussion: """
      Replays the journal, which must agree with this program; then looks at whatever was under way \
      before doing anything again. Steps are known by their id, the plan is the one stored with the \
      run. For a run that holds, say what to do with --retry, --skip, --mark-done, --override or \
      --abort, each with --reason; without that a terminal is asked, and without a terminal it keeps waiting.

      A change that had to be confirmed, and whose time ran out while no process was there, is looked \
      at and taken back at once.
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
  @Option(
    help: ArgumentHelp(
      "Waive a guard that the step has refused by, up to what was shown then.",
      valueName: "step.gate"))
  var override: [String] = []
  @Option(help: ArgumentHelp("Let a change stay that waits to be confirmed.", valueName: "step"))
  var confirm: [String] = []
  @Flag(
    name: .customLong("continue"),
    help: "After the run's deadline: let it go on for as long again.")
  var goesOn = false
  @Flag(help: "End the run where it stands; nothing is undone.")
  var abort = false
  @Option(help: "Why; needed wherever the plan is departed from.")
  var reason: String?
  @OptionGroup var language: LanguageOptions

  func run() async throws {
    var orders = orders(.retry, retry) + orders(.skip, skip) + orders(.markDone, markDone)
    let gates = try override.map { name throws(Refusal) in try GateName(given: name) }
    for name in gates {
      orders.append(
        SteeringOrder(
          .override, step: name.step, by: Person.current, reason: reason, gate: name.gate))
    }
    if abort { orders.append(order(.abort, nil)) }
    let departs = !orders.isEmpty
    if goesOn { orders.append(order(.continue, nil)) }
    if departs, reason?.trimmed.isEmpty ?? true {
      throw Refusal(
        .invalid, "departing from the plan needs a reason: it goes into the report",
        next: "add --reason 'why'")
    }
    orders += self.orders(.confirm, confirm)
    let status = try await TakeOver(
      id: id, given: answers.given(reason), orders: orders, stay: try answers.staying(),
      words: language.words
    ).run { stored, interrupted, recovery in
      if case .closed(let outcome) = stored.machine.state {
        throw Refusal(
          .refused,
          "run \(stored.opening.run) has ended (\(outcome.words)); there is nothing to go on with",
          next: "see it with: lifeboat report \(stored.opening.run)")
      }
      try answers.check(against: stored.plan)
      if goesOn, stored.plan.deadline == nil {
        throw Refusal(
          .invalid, "this run has no deadline, so there is nothing to extend",
          next: "leave --continue out")
      }
      for name in retry + skip + markDone + confirm { _ = try stored.plan.step(named: name) }
      try Self.check(orders.filter { $0.verb == .override }, stored)
      return .runResumed(
        RunResumption(
          by: Person.current, host: Person.host, interrupted: interrupted,
          cutBytes: recovery.cutBytes, toConfirm: stored.toConfirm))
    }
    if status != .done { throw status }
  }

  /// A guard is waived for what somebody was shown: never beforehand, for what a step may yet find.
  private static func check(
    _ overrides: [SteeringOrder], _ stored: RunSession.Stored
  ) throws(Refusal) {
    for order in overrides {
      guard let id = order.step else { continue }
      _ = try stored.plan.step(named: id.text)
      do throws(SteeringRefusal) { try stored.machine.checkOverride(order) } catch {
        throw Refusal(Steering.status(error.code), error.message, next: error.next)
      }
    }
  }

  private func orders(_ verb: SteeringVerb, _ steps: [String]) -> [SteeringOrder] {
    steps.map { order(verb, StepID($0)) }
  }

  private func order(_ verb: SteeringVerb, _ step: StepID?) -> SteeringOrder {
    SteeringOrder(verb, step: step, by: Person.current, reason: reason)
  }
}

/// Takes a stored run over in this process.
struct TakeOver {
  let id: String
  let given: [StepID: TerminalDesk.Given]
  let orders: [SteeringOrder]
  var stay = Duration.zero
  var words = Words.english

  func run(
    _ event: (RunSession.Stored, [StepID], JournalRecovery) throws -> Event
  ) async throws -> ExitStatus {
    let console = Console()
    let session = try RunSession.current()
    let folder = try session.store.find(id)
    let signals = SignalWatch()
    var live: LiveRun?
    defer { live?.end() }
    let result = try await session.resume(
      folder, by: Person.current,
      secrets: { plan in
        do throws(SecretVault.Missing) {
          return try await SecretVault.read(plan.secrets, in: plan.environment.folder)
        } catch {
          Documents.show(error.problems, console: console)
          throw ExitStatus.invalid
        }
      }, event: event
    ) { stored in
      let started = stored.opening.declaredAt ?? Program.current.clock.now().wall
      let hash = stored.opening.forecast.flatMap { RecordHash(hex: $0) }
      let kept = hash.flatMap { try? KeptForecast(decoding: folder.attachment($0)) }
      let shown = LiveRun(
        console: console, plan: stored.plan, startedAt: started, kept: kept,
        began: session.store.listing(folder).first?.at.wall, words: words)
      live = shown
      return RunSession.Watch(
        desk: TerminalDesk(
          console: console, plan: stored.plan, given: given, orders: orders.map(stored.seen),
          stay: stay, words: words,
          hold: session.holds(folder, console, words)),
        listener: shown
      ) {
        signals.watch($0, console)
        shown.begin()
      }
    }
    live?.end()
    return try RunEnding(
      result: result, session: session, console: console, words: words
    ).show()
  }
}

extension RunSession.Stored {
  /// An override is about the failure that there was when it was given, and no later one.
  fileprivate func seen(_ order: SteeringOrder) -> SteeringOrder {
    guard order.verb == .override, let step = order.step else { return order }
    var order = order
    order.attempt = machine.state(of: step)?.attempt
    return order
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
