import ArgumentParser
import RunbookAction
import RunbookDriver
import RunbookEngine
import RunbookModel

/// `lifeboat observe`: watches a service before anything happens to it.
struct Observe: AsyncParsableCommand {
  static let configuration = CommandConfiguration.verb(
    commandName: "observe",
    abstract: "Watch a service from outside, so that an outage is dated before anybody notices.",
    discussion: """
      Asks the runbook's observers again and again and writes down each change of their answers, with \
      the same chain and signature as a run's journal. A drill or a recovery of the service that is \
      started while it watches takes the beginning of the outage from it. Changes nothing outside the \
      state folder.

      Ends with Ctrl-C, or after --for; exit code 0. A line is printed when an answer changes.
      """)

  @OptionGroup var target: RunbookChoice
  @Flag(help: "As a recovery would see it ('purpose' is recovery); without it, as a drill.")
  var recovery = false
  @Option(
    name: .customLong("for"),
    help: ArgumentHelp("End after this time; without it, never.", valueName: "duration"))
  var time: String?
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let console = Console()
    let limit = try time.map { text throws(Refusal) in
      guard let limit = Duration(text: text), limit > .zero else {
        throw Refusal(.invalid, "--for \(text) is no duration", next: "write it as 30s or 8h")
      }
      return limit
    }
    let preparation = try await Preparation(
      RunbookOptions(target), purpose: recovery ? .recovery : .drill, console: console,
      anyVariant: true)
    let plan = try preparation.sketched()
    guard let observers = plan.observers else {
      throw Refusal(
        .invalid, "the runbook '\(plan.runbook.name)' has no observers",
        next: "add 'observers:' to it; see the format's page, Observers")
    }
    let program = Program.current
    let store = ObservationStore(try RunSession.current().store.folder)
    let opening = ObservationStore.Opening(
      plan, by: Person.current, toolVersion: program.version)
    let performer = Performer(
      plan: plan, registry: program.registry, secrets: preparation.secrets,
      scope: RunScope(
        plan: plan, outputs: StepOutputs(plan: plan, catalogue: program.registry.catalogue),
        opening: nil), clock: program.clock, run: nil, outageAt: nil)
    let pool = ObserverPool(
      observers, clock: program.clock, sampler: performer.sampler(of: observers))
    let end = ObservationEnd()
    let watch = try ObservationLog(
      pool: pool, begin: { try store.begin(opening, at: program.clock.now()) },
      clock: program.clock, console: console, format: output.format, end: end)
    console.note(
      "Watching \(plan.service) in '\(plan.environment.name)' with \(observers.count) "
        + "\(observers.count == 1 ? "observer" : "observers"); kept as \(watch.id). "
        + "Ctrl-C ends it.")
    pool.start { watch.record() }
    await end.wait(atMost: limit, clock: program.clock)
    pool.stop()
    watch.record()
    try watch.close()
  }
}
