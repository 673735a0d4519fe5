import ArgumentParser
import RunbookDriver
import RunbookEngine
import RunbookForecast
import RunbookModel

/// `lifeboat plan`: the dry run.
struct PlanCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.verb(
    commandName: "plan",
    abstract: "Show what a run would do now, and how far that is proven. Changes nothing.",
    discussion: """
      Reads the live state and shows for each step what it saw, the exact change, how far it is \
      proven (static < rendered < observed < server-checked), and the expected and worst time \
      against the RTO. What depends on earlier steps is shown as decided during the run. A forecast of \
      the finish stands beside the plan ('lifeboat forecast' says more): it is no part of what is saved or \
      approved.

      Exit code 0: nothing that can be seen now stands against the run. 4: it would stop, and the \
      plan says where. 2: documents, parameters or secrets are not in order.
      """)

  @OptionGroup var target: RunbookOptions
  @OptionGroup var output: OutputOptions
  @Flag(help: "Plan for a recovery; without it, for a drill.")
  var recovery = false
  @Option(
    help: ArgumentHelp(
      "Save the plan; 'drill --plan' or 'recover --plan' then does exactly this, once, or refuses.",
      valueName: "file"),
    completion: .file())
  var out: String?

  func run() async throws {
    let console = Console()
    let preparation = try await Preparation(
      target, purpose: recovery ? .recovery : .drill, console: console)
    var plan = try await preparation.plan()
    plan.bindsChanges = out != nil
    if out != nil || output.format == .json { plan.id = try plan.contentID() }
    if let out { try PlanFile.save(plan, to: out) }
    let session = try RunSession.current()
    let coolDown = CoolDownGuard(plan: plan, session: session).findings()
    let earlier = EarlierRuns(of: plan, session: session)
    let forecast = TimeForecast(
      plan, StepEstimate.all(for: plan, from: earlier.times),
      clockBegan: plan.objectives.clock == .outage ? preparation.request.outageAt : nil,
      now: Program.current.clock.now().wall)
    let text = PlanText(plan: plan, console: console, coolDown: coolDown, forecast: forecast)
    for problem in earlier.problems { console.note("Note: \(problem)") }
    switch output.format {
    case .text:
      console.out(text.text)
      if let out { console.out("\nSaved to \(out) as \(plan.id). It can be executed once.") }
    case .json: console.out(text.json)
    }
    if !text.obstacles.isEmpty { throw ExitStatus.refused }
  }
}
