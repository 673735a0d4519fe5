import Crypto
package import RunbookAction
package import RunbookEngine
import RunbookFormat
package import RunbookModel

/// Makes a Plan from a Runbook and an environment: every default filled in, the live state read, nothing changed.
package struct Planner: Sendable {
  /// What the person at the keyboard chose.
  package struct Request: Sendable {
    package var runbook: Runbook
    package var runbookSource: Plan.Source
    package var environment: RunbookEnvironment
    package var environmentSource: Plan.Source
    package var purpose: Purpose
    package var variant: String?
    package var parameters: ValueMap
    package var outageAt: Timestamp?
    package var madeBy: String
    package var toolVersion: String

    package init(
      runbook: Runbook, runbookSource: Plan.Source, environment: RunbookEnvironment,
      environmentSource: Plan.Source, purpose: Purpose, variant: String?, parameters: ValueMap,
      outageAt: Timestamp?, madeBy: String, toolVersion: String
    ) {
      self.runbook = runbook
      self.runbookSource = runbookSource
      self.environment = environment
      self.environmentSource = environmentSource
      self.purpose = purpose
      self.variant = variant
      self.parameters = parameters
      self.outageAt = outageAt
      self.madeBy = madeBy
      self.toolVersion = toolVersion
    }
  }

  private let registry: ActionRegistry
  private let clock: any DriverClock
  /// Looking at the world for so many steps at a time.
  private static let concurrentLooks = 16

  package init(registry: ActionRegistry, clock: any DriverClock) {
    self.registry = registry
    self.clock = clock
  }

  package func plan(
    _ request: Request, secrets: any SecretSource
  ) async throws(Diagnostic) -> Plan {
    var plan = try skeleton(request)
    let scope = RunScope(
      plan: plan, outputs: StepOutputs(plan: plan, catalogue: registry.catalogue), opening: nil)
    let performer = Performer(
      plan: plan, registry: registry, secrets: secrets, scope: scope, clock: clock, run: nil,
      outageAt: request.outageAt)
    let forecasts = await forecasts(of: plan.steps, by: performer)
    for (place, forecast) in forecasts.enumerated() { plan.steps[place].forecast = forecast }
    return plan
  }

  /// A plan for the model: nothing is looked at, no secret is needed; only what the documents alone decide is decided.
  package func sketch(_ request: Request) throws(Diagnostic) -> Plan {
    var plan = try skeleton(request)
    let outputs = StepOutputs(plan: plan, catalogue: registry.catalogue)
    let scope = RunScope(plan: plan, outputs: outputs, opening: nil)
    for (place, step) in plan.steps.enumerated() {
      guard let when = step.when else { continue }
      if case .known(false) = Performer.condition(when, in: scope.of(step)) {
        plan.steps[place].forecast = StepForecast(.wouldSkip, "'when: \(when.source)' is false")
      }
    }
    // It has no id of its own: nobody can execute it.
    plan.id = "model"
    return plan
  }

  private func forecasts(
    of steps: [PlannedStep], by performer: Performer
  ) async -> [StepForecast] {
    await withTaskGroup(of: (Int, StepForecast).self) { group in
      var results: [StepForecast] = steps.map(\.forecast)
      var next = 0
      func add() {
        guard next < steps.count else { return }
        let (place, step) = (next, steps[next])
        next += 1
        group.addTask { (place, performer.masked(await performer.forecast(step))) }
      }
      for _ in 0..<Self.concurrentLooks { add() }
      for await (place, forecast) in group {
        results[place] = forecast
        add()
      }
      return results
    }
  }

  /// The plan before anything was looked at.
  private func skeleton(_ request: Request) throws(Diagnostic) -> Plan {
    let runbook = request.runbook
    var plan = Plan(
      id: "", runbook: request.runbookSource, environment: request.environmentSource,
      title: runbook.title, service: runbook.service, purpose: request.purpose,
      objectives: runbook.objectives, stages: [], steps: [], madeAt: clock.now().wall,
      madeBy: request.madeBy, toolVersion: request.toolVersion)
    plan.owner = runbook.owner
    plan.variant = request.variant
    plan.variants = request.runbook.variants
    plan.parameters = request.parameters
    plan.concurrency = runbook.concurrency
    plan.deadline = runbook.deadline
    plan.observers = runbook.observers.isEmpty ? nil : runbook.observers
    plan.secrets = request.environment.secrets
    plan.roles = request.environment.roles
    plan.coolDown = request.environment.coolDown
    plan.signingKeyFile = request.environment.signingKeyFile
    let scope = RunScope(
      plan: plan, outputs: StepOutputs(plan: plan, catalogue: registry.catalogue), opening: nil)
    switch request.environment.values.rendered(in: scope, unknownInText: .spreads) {
    case .success(let values): plan.environmentValues = values
    case .failure(let error):
      throw Diagnostic(
        "LB221", .error, "the environment's values cannot be rendered: \(error.message)",
        at: error.problems.first?.place)
    }
    var layout = StepLayout(plan: plan, catalogue: registry.catalogue)
    for stage in runbook.stages { try layout.add(stage) }
    plan.stages = layout.stages
    plan.steps = layout.steps
    plan.repeated = layout.repeated.isEmpty ? nil : layout.repeated
    return plan
  }
}

extension Plan {
  /// The plan as bytes: what is stored, hashed and read back. `pretty`: for people to read, and longer.
  package func encoded(pretty: Bool = false) throws -> [UInt8] {
    try JSONText.encode(self, pretty: pretty) + [0x0A]
  }

  package init(decoding bytes: [UInt8]) throws {
    self = try ValueDecoder().decode(Plan.self, from: JSONText.read(bytes))
  }

  /// The id of a plan that is saved or handed out, as its content makes it: a hash over the plan without its steps, then
  /// over one step after another, so that a long plan is never held as text for it. One that is made for a single run is
  /// named after the run.
  package func contentID() throws -> String {
    var rest = self
    rest.id = ""
    rest.steps = []
    var hash = SHA256()
    hash.update(data: try JSONText.encode(rest))
    var line: [UInt8] = []
    for step in steps {
      line.removeAll(keepingCapacity: true)
      try JSONText.encode(step, into: &line)
      line.append(0x0A)
      hash.update(data: line)
    }
    return "p-" + hexadecimal(hash.finalize()).prefix(12)
  }
}
/// Lower-case hexadecimal digits of some bytes.
package func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
  let digits = Array("0123456789abcdef".utf8)
  return String(
    decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}
