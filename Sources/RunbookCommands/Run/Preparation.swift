import Crypto
import RunbookAction
import RunbookDriver
import RunbookEngine
import RunbookFormat
import RunbookModel

/// Everything that must be in order before a plan can be made: documents, variant, parameters, time, secrets, and
/// whether this is allowed here. All problems of one kind are said at once.
struct Preparation {
  let request: Planner.Request
  let secrets: SecretVault
  /// What a person said of the outage, and what was seen of it; the request goes by the first of them that is there.
  let statedOutage: Timestamp?
  let observedOutage: ObservedOutage?
  private let console: Console

  /// `anyVariant`: where the variant makes no difference, the first one will do.
  init(
    _ options: RunbookOptions, purpose: Purpose, console: Console, anyVariant: Bool = false
  ) async throws {
    self.console = console
    let documents = try Self.documents(options, console)
    var options = options
    if anyVariant { options.variant = options.variant ?? documents.runbook.variants.first }
    var request = try Self.request(options, documents, purpose: purpose, console)
    statedOutage = request.outageAt
    observedOutage = try Self.observedOutage(request, console)
    request.outageAt = statedOutage ?? observedOutage?.badSince
    self.request = request
    do throws(SecretVault.Missing) {
      secrets = try await SecretVault.read(
        documents.environment.secrets, in: documents.environmentSource.folder)
    } catch {
      Documents.show(error.problems, console: console)
      throw ExitStatus.invalid
    }
  }

  /// The plan for a model of the run: made from the documents alone, without a secret and without a look at anything.
  static func sketch(
    _ options: RunbookOptions, purpose: Purpose, console: Console
  ) throws -> Plan {
    try sketch(
      request(options, documents(options, console), purpose: purpose, console), console)
  }

  /// What the documents alone say.
  func sketched() throws -> Plan { try Self.sketch(request, console) }

  private static func sketch(_ request: Planner.Request, _ console: Console) throws -> Plan {
    let program = Program.current
    do throws(Diagnostic) {
      return try Planner(registry: program.registry, clock: program.clock).sketch(request)
    } catch {
      Documents.show([error], console: console)
      throw ExitStatus.invalid
    }
  }

  /// Where nobody watches, or what they wrote cannot be read, nothing is known; that must not keep anybody from acting.
  private static func observedOutage(
    _ request: Planner.Request, _ console: Console
  ) throws -> ObservedOutage? {
    let store = try ObservationStore(RunSession.current().store.folder)
    do throws(StoreError) {
      return try store.outage(
        of: request.runbook.service, in: request.environmentSource,
        now: Program.current.clock.now().wall)
    } catch {
      console.note(
        "What 'lifeboat observe' has seen cannot be read, so only what is stated of the outage "
          + "counts: \(error.message)")
      return nil
    }
  }

  private static func documents(
    _ options: RunbookOptions, _ console: Console
  ) throws -> Documents {
    try Documents.load(
      runbook: options.runbook, environment: options.environment, console: console)
  }

  private static func request(
    _ options: RunbookOptions, _ documents: Documents, purpose: Purpose, _ console: Console
  ) throws -> Planner.Request {
    let program = Program.current
    let now = program.clock.now().wall
    let variant = try variant(options.variant, documents.runbook)
    let parameters = ParameterCheck(documents.runbook.parameters).values(from: options.parameters)
    guard parameters.problems.isEmpty else {
      Documents.show(parameters.problems, console: console)
      throw ExitStatus.invalid
    }
    return Planner.Request(
      runbook: documents.runbook, runbookSource: documents.runbookSource,
      environment: documents.environment, environmentSource: documents.environmentSource,
      purpose: purpose, variant: variant, parameters: parameters.values,
      outageAt: try options.outageAt.map { text throws(Refusal) in
        try PointInTime.read(text, now: now)
      }, madeBy: Person.current, toolVersion: program.version)
  }

  func plan() async throws -> Plan {
    let program = Program.current
    do throws(Diagnostic) {
      return try await Planner(registry: program.registry, clock: program.clock)
        .plan(request, secrets: secrets)
    } catch {
      Documents.show([error], console: console)
      throw ExitStatus.invalid
    }
  }

  /// Whether a run of this purpose may be made in this environment now.
  func checkAllowed() throws(Refusal) {
    let environment = request.environment
    guard environment.allows.contains(request.purpose) else {
      let allowed = environment.allows.map(\.rawValue).joined(separator: ", ")
      throw Refusal(
        .refused,
        "the environment '\(environment.name)' does not allow a \(request.purpose.rawValue); it "
          + "allows: \(allowed.isEmpty ? "nothing" : allowed)",
        next: "choose another environment with -e, or have its owner change 'allows'")
    }
    let now = Program.current.clock.now().wall
    for blackout in environment.blackouts
    where blackout.purposes.contains(request.purpose) && blackout.from <= now && now < blackout.to {
      throw Refusal(
        .refused,
        "no \(request.purpose.rawValue) in '\(environment.name)' from \(blackout.from) to "
          + "\(blackout.to): the environment says so under 'guards: blackout'",
        next: "wait, or have the environment's owner change it")
    }
  }

  private static func variant(_ given: String?, _ runbook: Runbook) throws(Refusal) -> String? {
    let all = runbook.variants.joined(separator: ", ")
    switch (given, runbook.variants.count) {
    case (nil, 0): return nil
    case (nil, 1): return runbook.variants[0]
    case (let given?, _) where runbook.variants.contains(given): return given
    case (nil, _):
      throw Refusal(
        .invalid, "this runbook has several variants: \(all)", next: "say which with --variant")
    case (let given?, _):
      throw Refusal(
        .invalid, "there is no variant '\(given)'",
        next: all.isEmpty ? "leave --variant out: this runbook has none" : "choose from: \(all)")
    }
  }
}
