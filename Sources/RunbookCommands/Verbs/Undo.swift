import ArgumentParser
import RunbookDriver
import RunbookEngine
import RunbookModel
import RunbookReport

/// `lifeboat undo`: takes back what a run changed.
struct Undo: AsyncParsableCommand {
  static let configuration = CommandConfiguration.verb(
    commandName: "undo",
    abstract: "Take back what a run changed, last first, from the state that it captured before.",
    discussion: """
      Works on a run that is being driven (its process is told to, and exit code 0 means that it \
      has begun; 'status' shows it), that holds, was interrupted, or has ended, and from a copy of \
      its folder on another machine. It stops before a point of no return and before a step that has no undo, and \
      refuses where somebody else has changed the state since.

      With --print it only says what it would do: every step with what it goes back to and what a \
      person would type, from the journal alone, at any moment of the run. That changes nothing, \
      looks at nothing, takes no lock and writes no record. The same is printed when a signal stops \
      an undo on its way.
      """)

  @Argument(help: "The run: its id, the beginning of it, or 'latest'.")
  var id: String = "latest"
  @Flag(name: .customLong("print"), help: "Only print what would be undone, and how by hand.")
  var onlyPrints = false
  @Option(help: "Why; goes into the report. Needed unless --print is given.")
  var reason: String?
  @Option(help: "Your name, where several people share this account. Recorded; gives no rights.")
  var by: String?
  @OptionGroup var output: OutputOptions

  func run() async throws {
    if onlyPrints { return try printRemaining() }
    guard let reason, !reason.trimmed.isEmpty else {
      throw Refusal(
        .invalid, "undo departs from the plan and needs a reason: it goes into the report",
        next: "add --reason 'why'; or see what it would do with --print")
    }
    try refuseUnderSuccessor()
    // One that is being driven is told to: its own process undoes.
    if case .held = try RunStore.current().find(id).driver {
      return try Steering(
        verb: .undo, id: id, by: by, reason: reason, format: output.format
      ).send()
    }
    let order = OperatorDecision(.unwind, by: Person.current, reason: reason, named: by)
    let status = try await TakeOver(id: id, given: [:], orders: []).run { stored, interrupted, _ in
      // Once more, now that nobody else can begin it.
      try refuseUnderSuccessor()
      guard interrupted.isEmpty else {
        throw Refusal(
          .refused,
          "steps were under way when the process ended: "
            + interrupted.map(\.text).joined(separator: ", "),
          next: "run 'lifeboat resume \(stored.opening.run)' first: it looks what they did")
      }
      let reach = Set(stored.machine.undoReach.steps)
      if let open = stored.machine.toConfirm.first(where: { !reach.contains($0.step.id) }) {
        throw Refusal(
          .refused,
          "'\(open.step.id)' waits to be confirmed and is out of this undo's reach",
          next: "run 'lifeboat resume \(stored.opening.run)' first: unconfirmed it is taken back")
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

  /// What another run has built on is not pulled away from under it.
  private func refuseUnderSuccessor() throws {
    let session = try RunSession.current()
    let stored = try StoredRun(try session.store.find(id), session: session)
    guard let successor = stored.history.successor?.run, session.store.hasBegun(successor) else {
      return
    }
    let next = try StoredRun(session.store.run(successor), session: session)
    guard next.isDriven || !next.history.machine.changes.isEmpty else { return }
    throw Refusal(
      .refused, "run \(successor) has gone on from here, and what it changed still stands",
      next: "undo that one first: lifeboat undo \(successor) --reason '...'")
  }

  private func printRemaining() throws {
    let console = Console()
    let session = try RunSession.current()
    let stored = try StoredRun(try session.store.find(id), session: session)
    let undo = UndoText(stored, isDriven: stored.isDriven, console: console)
    switch output.format {
    case .text: console.out(undo.text)
    case .json: console.out(JSONText.text(undo.json, pretty: true))
    }
  }
}
