import ArgumentParser
import RunbookModel

/// `lifeboat drill`: a rehearsal on real servers.
struct Drill: AsyncParsableCommand {
  static let configuration = CommandConfiguration.verb(
    commandName: "drill",
    abstract: "Carry a runbook out as a drill, on real servers of an environment that allows it.",
    discussion: """
      Same code and same path as a recovery; only the purpose in the first record differs. The state \
      is read and shown first. Questions are asked at the terminal; without one the run waits (exit \
      code 6) unless --approve answered that one step beforehand.
      """)

  @OptionGroup var target: RunbookOptions
  @OptionGroup var answers: AnswerOptions
  @Option(help: "Why this drill is made; goes into the report.")
  var reason: String?
  @Option(
    help: ArgumentHelp("Do exactly this saved plan, or refuse.", valueName: "file"),
    completion: .file())
  var plan: String?
  @OptionGroup var guards: GuardOptions
  @OptionGroup var incident: IncidentOptions
  @OptionGroup var language: LanguageOptions
  @Option(
    help: ArgumentHelp(
      "Continue that run, which was ended with switch-variant: its clocks go on.", valueName: "run")
  )
  var after: String?

  func run() async throws {
    var flow = RunFlow(
      target: target, answers: answers, purpose: .drill, reason: reason, savedPlan: plan,
      coolDownReason: guards.acknowledgeCoolDown)
    flow.incident = incident
    flow.words = language.words
    try flow.goOn(after: after)
    let status = try await flow.start()
    if status != .done { throw status }
  }
}

/// `lifeboat recover`: the real thing.
struct Recover: AsyncParsableCommand {
  static let configuration = CommandConfiguration.verb(
    commandName: "recover",
    abstract: "Carry a runbook out for real, in an environment that allows recoveries.",
    discussion: """
      Needs an environment that allows it, a reason, and the service's name: typed at the terminal, \
      or given by --service where no terminal is there. The state is read and shown first.
      """)

  @OptionGroup var target: RunbookOptions
  @OptionGroup var answers: AnswerOptions
  @Option(help: "Why this recovery is made; goes into the report.")
  var reason: String
  @Option(help: "The service's name, to say that you mean this one.")
  var service: String?
  @Option(
    help: ArgumentHelp("Do exactly this saved plan, or refuse.", valueName: "file"),
    completion: .file())
  var plan: String?
  @OptionGroup var guards: GuardOptions
  @OptionGroup var incident: IncidentOptions
  @OptionGroup var language: LanguageOptions
  @Option(
    help: ArgumentHelp(
      "Continue that run, which was ended with switch-variant: its clocks go on.", valueName: "run")
  )
  var after: String?

  func run() async throws {
    var flow = RunFlow(
      target: target, answers: answers, purpose: .recovery, reason: reason, savedPlan: plan,
      coolDownReason: guards.acknowledgeCoolDown)
    flow.service = service
    flow.incident = incident
    flow.words = language.words
    try flow.goOn(after: after)
    let status = try await flow.start()
    if status != .done { throw status }
  }
}
