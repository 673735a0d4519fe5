import ArgumentParser
import RunbookAction
import RunbookDriver
import RunbookEngine
import RunbookForecast
import RunbookModel
import RunbookReport

/// `lifeboat forecast`: how long a run would take, whether that is in time, and what would help.
struct ForecastCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.verb(
    commandName: "forecast",
    abstract: "Say how long a run would take, whether it meets the RTO, and what would help most.",
    discussion: """
      Simulates many runs of the plan. Each step's time is drawn from earlier runs of the same step kept \
      on this machine; without one from 'expected' in the runbook, else from the action's own figure. \
      What each figure rests on is said. Nothing fails in these runs: which steps failed before is said beside \
      them.

      Reads documents and journals only: no server is looked at, no secret read. So every step counts as \
      one that is to be done; 'lifeboat plan' looks, and knows what is in place already.
      """)

  @OptionGroup var target: RunbookOptions
  @OptionGroup var output: OutputOptions
  @Flag(help: "For a recovery; without it, for a drill.")
  var recovery = false

  func run() async throws {
    let console = Console()
    let plan = try Preparation.sketch(
      target, purpose: recovery ? .recovery : .drill, console: console)
    let session = try RunSession.current()
    let now = Program.current.clock.now().wall
    let outageAt = try target.outageAt.map { try PointInTime.read($0, now: now) }
    let clockBegan = plan.objectives.clock == .outage ? outageAt : nil
    let earlier = EarlierRuns(of: plan, session: session)
    let estimates = StepEstimate.all(for: plan, from: earlier.times)
    let forecast = TimeForecast(plan, estimates, clockBegan: clockBegan, now: now)
    let help = Helper(plan, estimates, catalogue: session.registry.catalogue).all(for: forecast)
    switch output.format {
    case .text: console.out(text(plan, forecast, help, earlier, console))
    case .json: console.out(JSONText.text(json(plan, forecast, help, earlier), pretty: true))
    }
  }

  private func text(
    _ plan: Plan, _ forecast: TimeForecast, _ help: [Help], _ earlier: EarlierRuns,
    _ console: Console
  ) -> String {
    let text = ForecastText(forecast: forecast, clock: plan.objectives.clock, console: console)
    let count = earlier.times.count
    var lines = [
      console.styled(plan.title, .strong)
        + "  (\(plan.runbook.name)\(plan.variant.map { ", \($0)" } ?? "")) in "
        + "'\(plan.environment.name)'",
      "From \(count == 1 ? "1 earlier run" : "\(count) earlier runs") of this runbook kept here. "
        + "No server was looked at.", "",
    ]
    lines += text.summary + [""] + text.stages + [""] + text.steps
    lines += ["", console.styled("What would help most", .strong)]
    if help.isEmpty {
      lines.append(
        "  No single step: none of them, done in half the time, ends the run much earlier.")
    }
    for one in help.prefix(8) {
      let chance = one.chance.map { "; RTO met in \(ForecastText.percent($0))" } ?? ""
      lines.append("  19 of 20 runs \(one.gainP95.spoken) sooner: \(one.words)\(chance)")
    }
    if help.contains(where: { $0.kind == .startEarlier }) {
      lines.append(
        wrapped(
          "CAUTION: that a step can begin earlier is seen from the runbook alone: it uses no output of what "
            + "it waits for. Whether it relies on what those steps do, only who knows the service can say. "
            + "What is behind a check, a person's word, a fence, a promotion or a point of no return is never "
            + "suggested, and no move of names or traffic.", width: 110, indent: "  "))
    }
    lines += earlier.problems.map { console.styled("Note: \($0)", .warning) }
    return lines.joined(separator: "\n")
  }

  private func json(
    _ plan: Plan, _ forecast: TimeForecast, _ help: [Help], _ earlier: EarlierRuns
  ) -> Value {
    [
      "runbook": .string(plan.runbook.name), "environment": .string(plan.environment.name),
      "variant": plan.variant.map(Value.string) ?? .null,
      "earlier_runs": .list(earlier.times.map { .string($0.run.text) }),
      "problems": .list(earlier.problems.map(Value.string)), "forecast": forecast.json,
      "help": .list(help.map(Help.shape.value)),
    ]
  }
}
