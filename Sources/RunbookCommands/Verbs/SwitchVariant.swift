import ArgumentParser
import Glibc
import RunbookDriver
import RunbookEngine
import RunbookModel
import RunbookReport

/// `lifeboat switch-variant`: ends a run and goes on as the runbook's other variant.
struct SwitchVariant: AsyncParsableCommand {
  static let configuration = CommandConfiguration.verb(
    commandName: "switch-variant",
    abstract: "End a run where it stands and go on as the runbook's other variant, with a new run.",
    discussion: """
      For a switchover whose old site dies half way: it goes on as a failover. A run keeps the plan that \
      it was opened with, so this plans the other variant afresh against the state that there is now, \
      shows it, and only then ends the old run and starts the new one, here. What the old run has \
      changed stays; steps whose result is in place already are found in place. Questions are asked \
      again. The clocks go on: the outage began when it began for the old run. Both runs name each \
      other. Refused, nothing is changed, and the old run goes on as it was.

      When the old run has ended and the new one could not be started, the command that starts it is \
      printed; 'status' shows it too.
      """)
  @Argument(help: "The run: its id, the beginning of it, or 'latest'.")
  var id: String
  @Argument(help: "The variant to go on as.")
  var variant: String
  @OptionGroup var answers: AnswerOptions
  @OptionGroup var guards: GuardOptions
  @Option(help: "Why; goes into both reports.")
  var reason: String
  @Option(help: "Your name, where several people share this account. Recorded; gives no rights.")
  var by: String?
  @Option(help: "For a recovery without a terminal: the service's name.")
  var service: String?
  @Option(
    help: ArgumentHelp(
      "When the outage began, if it is known better now: a UTC time or how long ago.",
      valueName: "time"))
  var outageAt: String?

  func run() async throws {
    let console = Console()
    guard !reason.trimmed.isEmpty else {
      throw Refusal(
        .invalid, "switch-variant departs from the plan and needs a reason",
        next: "say why with --reason")
    }
    let session = try RunSession.current()
    let folder = try session.store.find(id)
    let stored = try StoredRun(folder, session: session)
    try checkOrder(stored)
    var flow = flow(stored)
    console.out("What run \(folder.id) has changed stays: \(changed(stored)).")
    console.out("Run \(folder.id) goes on as it is until this is shown and meant.\n")
    let prepared = try await flow.prepare()
    try await end(stored)
    try await waitForEnd(folder, session, console)
    do {
      let ended = try StoredRun(folder, session: session)
      flow.after = try Continuation(ended)
      let link = flow.after?.link
      var order = prepared.order
      order.continuing = link
      order.declaredAt = flow.after?.declaredAt ?? order.declaredAt
      order.observedOutage = flow.after?.observedOutage ?? order.observedOutage
      let status = try await flow.run(
        RunFlow.Prepared(
          plan: prepared.plan, secrets: prepared.secrets, order: order, kept: prepared.kept))
      if status != .done { throw status }
    } catch let refusal as Refusal {
      throw unfinished(refusal, stored)
    } catch let error as StoreError {
      throw unfinished(Refusal(storage: error), stored)
    }
  }

  /// Said before anything else is done: whether this run can be ended so.
  private func checkOrder(_ stored: StoredRun) throws(Refusal) {
    let order = SteeringOrder(
      .switchVariant, by: Person.current, named: by, reason: reason, variant: variant)
    do throws(SteeringRefusal) { _ = try stored.history.machine.event(for: order) } catch {
      throw Refusal(
        Steering.status(error.code), error.message,
        next: stored.history.successor == nil ? error.next : stored.links.last)
    }
    guard !stored.isDriven else { return }
    let machine = stored.history.machine
    guard !machine.isBusy, !machine.waitsForConfirmation else {
      throw Refusal(
        .refused, "the run's process ended while steps were under way or waited to be confirmed",
        next: "run 'lifeboat resume \(stored.folder.id)' first: it looks what they did")
    }
  }

  private func flow(_ stored: StoredRun) -> RunFlow {
    let plan = stored.history.plan
    var choice = RunbookChoice()
    choice.runbook = plan.runbook.path
    choice.environment = plan.environment.path
    choice.variant = variant
    choice.parameters = StoredRun.parameters(of: plan)
    var target = RunbookOptions(choice)
    target.outageAt = outageAt ?? stored.history.opening?.outageAt?.description
    var flow = RunFlow(
      target: target, answers: answers, purpose: plan.purpose, reason: reason, savedPlan: nil,
      coolDownReason: guards.acknowledgeCoolDown)
    flow.service = service
    return flow
  }

  private func changed(_ stored: StoredRun) -> String {
    let machine = stored.history.machine
    let names = machine.changes.map { machine.plan.steps[$0].id.text }
    return names.isEmpty ? "nothing" : names.joined(separator: ", ")
  }

  /// Ends the old run: by its own process where there is one, else by this one.
  private func end(_ stored: StoredRun) async throws {
    if stored.isDriven {
      return try Steering(
        verb: .switchVariant, id: stored.folder.id.text, by: by, reason: reason, format: .text,
        variant: variant
      ).send()
    }
    let decision = OperatorDecision(
      .switchVariant(variant, successor: RunStore.newID(at: Program.current.clock.now().wall)),
      by: Person.current, reason: reason, named: by)
    _ = try await TakeOver(id: stored.folder.id.text, given: [:], orders: []).run {
      again, busy, _ in
      guard busy.isEmpty, again.machine.state == stored.history.machine.state else {
        throw Refusal(
          .refused, "run \(stored.folder.id) has moved meanwhile",
          next: "look at it, and say it again")
      }
      return .operatorDecided(decision)
    }
  }

  /// What is under way in the old run is let finish; its process then lets go of the service.
  private func waitForEnd(
    _ folder: RunFolder, _ session: RunSession, _ console: Console
  ) async throws {
    var isTold = false
    while true {
      let stored = try StoredRun(folder, session: session)
      if stored.history.isClosed, !stored.isDriven { return }
      guard stored.isDriven || stored.history.isClosed else {
        throw Refusal(
          .interrupted, "the process of run \(folder.id) is gone before the run had ended",
          changed: "The decision is in its journal.", next: "lifeboat resume \(folder.id)")
      }
      if !isTold {
        console.note(
          "Waiting until run \(folder.id) has let finish what runs. Ctrl-C leaves it to that; then: "
            + stored.continuing(as: variant))
        isTold = true
      }
      try await Task.sleep(for: .milliseconds(100))
    }
  }

  private func unfinished(_ refusal: Refusal, _ stored: StoredRun) -> Refusal {
    var refusal = refusal
    refusal.changed =
      "Run \(stored.folder.id) has ended; what it changed stays. The run that goes on has NOT begun."
    refusal.next = stored.continuing(as: variant) + (refusal.next.map { " (\($0))" } ?? "")
    return refusal
  }
}
