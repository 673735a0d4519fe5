import ArgumentParser
import RunbookEngine
import RunbookFormat
import RunbookModel
import RunbookReport

/// Which runbook, where, with which values.
struct RunbookChoice: ParsableArguments {
  @Argument(
    help: "The runbook: a folder with runbook.yaml, or the file itself.",
    completion: .file(extensions: ["yaml", "yml"]))
  var runbook: String

  @Option(
    name: [.customShort("e"), .long],
    help: "The environment: a name in the runbook's 'environments' folder, or a file.",
    completion: .file(extensions: ["yaml", "yml"]))
  var environment: String

  @Option(name: .long, help: "Which of the runbook's variants, for example failover.")
  var variant: String?

  @Option(
    name: [.customShort("p"), .customLong("parameter")],
    help: ArgumentHelp(
      "A parameter of the runbook; may be given several times.", valueName: "name=value"))
  var parameters: [String] = []
}

/// What is to be run, and since when it is needed.
@dynamicMemberLookup
struct RunbookOptions: ParsableArguments {
  @OptionGroup var choice: RunbookChoice

  @Option(
    help: ArgumentHelp(
      "When the outage began: a UTC time (2026-11-21T03:12:00Z) or how long ago (4m30s).",
      valueName: "time"))
  var outageAt: String?

  init() {}
  init(_ choice: RunbookChoice) {
    self.choice = choice
    outageAt = nil
  }

  subscript<Content>(dynamicMember path: WritableKeyPath<RunbookChoice, Content>) -> Content {
    get { choice[keyPath: path] }
    set { choice[keyPath: path] = newValue }
  }
}

/// In which language people read it.
struct LanguageOptions: ParsableArguments {
  @Option(help: "The language of our own words; what was recorded stays as it is.")
  var lang: Language = .english

  var words: Words { Words(lang) }
}

/// How the answer is written.
struct OutputOptions: ParsableArguments {
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text
    case json
  }
  @Option(help: "text for people, json for programs.")
  var format: Format = .text
}

/// What is said against guards of the environment.
struct GuardOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Promote although the same target was promoted within the environment's cool-down; the reason "
        + "goes into the journal and the report.", valueName: "reason"))
  var acknowledgeCoolDown: String?
}

/// What is said beforehand for single steps, for runs without a terminal.
struct AnswerOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Say yes beforehand to the question of this one step; may be given several times.",
      valueName: "step"))
  var approve: [String] = []

  @Option(
    help: ArgumentHelp(
      "Say no beforehand to the question of this one step.", valueName: "step"))
  var decline: [String] = []

  @Option(
    help: ArgumentHelp(
      "Without a terminal: how long to wait for orders from elsewhere (lifeboat approve, retry, ...) "
        + "each time the run needs a person. Default: not at all, exit code 6 at once.",
      valueName: "duration"))
  var stay: String?

  /// The longest stay: an unattended process that waits for ever would keep the service's lock.
  private static let longestStay = Duration.seconds(24 * 3600)

  func staying() throws(Refusal) -> Duration {
    guard let stay else { return .zero }
    guard let duration = Duration(text: stay), duration >= .zero, duration <= Self.longestStay
    else {
      throw Refusal(
        .invalid, "--stay \(stay) is no duration of at most 24h", next: "write it as 30m or 2h")
    }
    return duration
  }

  /// An answer for a step that does not exist is a typing error with consequences.
  func check(against plan: Plan) throws(Refusal) {
    for name in approve + decline {
      let step = try plan.step(named: name)
      guard step.kind == .person || step.approval != nil else {
        throw Refusal(.invalid, "the step '\(name)' asks nobody")
      }
    }
  }

  func given(_ reason: String?) -> [StepID: TerminalDesk.Given] {
    var given: [StepID: TerminalDesk.Given] = [:]
    for step in approve { given[StepID(step)] = .approve }
    for step in decline { given[StepID(step)] = .decline(reason: reason ?? "declined beforehand") }
    return given
  }
}

extension Plan {
  /// The step that somebody typed.
  func step(named name: String) throws(Refusal) -> PlannedStep {
    guard let step = steps.first(where: { $0.id.text == name }) else {
      throw Refusal(
        .invalid, "this run has no step '\(name)'",
        next: copiesHint(StepID(name))
          ?? Nearest.word(to: name, among: steps.map(\.id.text)).map { "did you mean '\($0)'?" })
    }
    return step
  }
}
