package import RunbookAction
package import RunbookEngine
import RunbookFormat
package import RunbookModel

/// Sends one message outside a run's steps, by the same action, with the run's own figures and secrets.
package struct Teller: Sendable {
  private let performer: Performer
  private let step: PlannedStep

  /// `id` is the message's own: two messages of one run must not share it. `input` is that of `message.send`.
  package init(
    about plan: Plan, run: RunID, id: StepID, input: Value, registry: ActionRegistry,
    secrets: any SecretSource, clock: any DriverClock,
    figures: @escaping @Sendable () -> RunFigures?
  ) {
    let outputs = StepOutputs(plan: plan, catalogue: registry.catalogue)
    performer = Performer(
      plan: plan, registry: registry, secrets: secrets,
      scope: RunScope(plan: plan, outputs: outputs, opening: nil, figures: figures), clock: clock,
      run: run, outageAt: nil)
    step = PlannedStep(
      id: id, stage: 0, uses: "message.send", kind: .change, with: .literal(input, nil),
      timeout: .seconds(30), settle: .zero, expected: .seconds(1),
      forecast: StepForecast(.decidedDuringRun, "not looked at"))
  }

  /// The message as it would be sent now; nothing is sent.
  package func preview() async -> PlanResult { performer.masked(await performer.plan(step)) }

  /// Sends exactly that message.
  package func send(_ change: Value) async -> ApplyResult {
    performer.masked(await performer.apply(step, change))
  }
}
