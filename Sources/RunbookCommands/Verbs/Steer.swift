import ArgumentParser
import RunbookEngine
import RunbookModel

/// Who orders something of a run, and why.
struct SteerOptions: ParsableArguments {
  @Option(help: "Your name, where several people share this account. Recorded; gives no rights.")
  var by: String?
  @Option(help: "Why; goes into the report.")
  var reason: String?
  @OptionGroup var output: OutputOptions
}

private let runHelp: ArgumentHelp = "The run: its id, the beginning of it, or 'latest'."
private let answers = """
  The order goes to the process that drives the run, wherever on this machine that is. Exit code 0: \
  it was taken and is in the journal. 4: refused, with the reason, and nothing was changed (wrong \
  state, not your role, somebody else was first). 2: the order itself is wrong. 5: a process drives \
  the run but cannot be reached. 10: no process drives it; the answer names the command that goes on. \
  70: no answer came, and it is not known whether it was taken.
  """

/// `lifeboat pause`: nothing more is started.
struct Pause: ParsableCommand {
  static let configuration = CommandConfiguration.verb(
    commandName: "pause",
    abstract: "Stop a running run from starting anything more; what runs is let finish.",
    discussion: """
      Its process stays and takes orders. A step that is only being looked at makes no change: it is \
      looked at again after 'continue'. The RTO clock runs on. \(answers)
      """)
  @Argument(help: runHelp) var id: String
  @OptionGroup var options: SteerOptions

  func run() throws { try options.send(.pause, id) }
}

/// `lifeboat continue`: ends a pause.
struct Continue: ParsableCommand {
  static let configuration = CommandConfiguration.verb(
    commandName: "continue",
    abstract: "Go on with a run that somebody paused.", discussion: answers)
  @Argument(help: runHelp) var id: String
  @OptionGroup var options: SteerOptions

  func run() throws { try options.send(.continue, id) }
}

/// `lifeboat approve`: yes to one question.
struct Approve: ParsableCommand {
  static let configuration = CommandConfiguration.verb(
    commandName: "approve",
    abstract: "Say yes to the question of one step of a running run.",
    discussion: """
      Counts when this account holds the role that the step asks for. Nothing may be answered that is \
      not asked yet. \(answers)
      """)
  @Argument(help: runHelp) var id: String
  @Argument(help: "The step that asks.") var step: String
  @OptionGroup var options: SteerOptions

  func run() throws { try options.send(.approve, id, step) }
}

/// `lifeboat decline`: no to one question.
struct Decline: ParsableCommand {
  static let configuration = CommandConfiguration.verb(
    commandName: "decline",
    abstract: "Say no to the question of one step of a running run.",
    discussion: """
      The step fails and has changed nothing; the runbook's on_failure says what follows. Needs \
      --reason. \(answers)
      """)
  @Argument(help: runHelp) var id: String
  @Argument(help: "The step that asks.") var step: String
  @OptionGroup var options: SteerOptions

  func run() throws { try options.send(.decline, id, step) }
}

/// `lifeboat retry`: another attempt.
struct Retry: ParsableCommand {
  static let configuration = CommandConfiguration.verb(
    commandName: "retry",
    abstract: "Look at a failed step again, and make another attempt where it does not hold.",
    discussion: "Needs --reason. \(answers)")
  @Argument(help: runHelp) var id: String
  @Argument(help: "The failed step.") var step: String
  @OptionGroup var options: SteerOptions

  func run() throws { try options.send(.retry, id, step) }
}

/// `lifeboat skip`: leaves a failed step out.
struct Skip: ParsableCommand {
  static let configuration = CommandConfiguration.verb(
    commandName: "skip",
    abstract: "Leave a failed step out; what needs it goes on.",
    discussion: """
      What the step may have changed stays as it is. Listed in the report as a deviation. Needs \
      --reason. \(answers)
      """)
  @Argument(help: runHelp) var id: String
  @Argument(help: "The failed step.") var step: String
  @OptionGroup var options: SteerOptions

  func run() throws { try options.send(.skip, id, step) }
}

/// `lifeboat mark-done`: a person's word that it is done.
struct MarkDone: ParsableCommand {
  static let configuration = CommandConfiguration.verb(
    commandName: "mark-done",
    abstract: "Count a failed step as done, on your word; what needs it goes on.",
    discussion: "Listed in the report as a deviation. Needs --reason. \(answers)")
  @Argument(help: runHelp) var id: String
  @Argument(help: "The failed step.") var step: String
  @OptionGroup var options: SteerOptions

  func run() throws { try options.send(.markDone, id, step) }
}

/// `lifeboat override`: waives a guard that has refused.
struct Override: ParsableCommand {
  static let configuration = CommandConfiguration.verb(
    commandName: "override",
    abstract: "Waive a guard that a step has refused by, for that step and up to what was shown.",
    discussion: """
      Only for a guard that the step's action says a person may override ('lifeboat actions NAME' lists \
      them), and only once it has refused: 'status' shows what could be lost. The step is then looked at \
      and made afresh; if it has become worse than was shown, or is not known any more, it refuses \
      again. Every other guard stays in force. Listed in the report as a deviation. Needs --reason. \
      \(answers)
      """)
  @Argument(help: runHelp) var id: String
  @Argument(help: ArgumentHelp("The step and its guard.", valueName: "step.gate")) var gate: String
  @OptionGroup var options: SteerOptions

  func run() throws {
    let name = try GateName(given: gate)
    try options.send(.override, id, name.step.text, gate: name.gate)
  }
}

/// `lifeboat confirm`: a change that would take itself back stays.
struct Confirm: ParsableCommand {
  static let configuration = CommandConfiguration.verb(
    commandName: "confirm",
    abstract: "Say that a change stays which would otherwise take itself back.",
    discussion: """
      For a step with 'commit_within': its change is made, and is undone by itself when its time is \
      over, unless it is confirmed; 'decline' has it undone at once. 'status' shows until when. \
      Neither a pause nor Ctrl-C stops that time, and the process stays until it is decided. \(answers)
      """)
  @Argument(help: runHelp) var id: String
  @Argument(help: "The step whose change stays.") var step: String
  @OptionGroup var options: SteerOptions

  func run() throws { try options.send(.confirm, id, step) }
}

/// `lifeboat abort`: ends a run where it stands.
struct Abort: ParsableCommand {
  static let configuration = CommandConfiguration.verb(
    commandName: "abort",
    abstract: "End a running run where it stands: nothing more is started, nothing is undone.",
    discussion: """
      What runs is let finish first; a step that is only being looked at makes no change. 'undo' can \
      still take back what was changed. Needs --reason. \(answers)
      """)
  @Argument(help: runHelp) var id: String
  @OptionGroup var options: SteerOptions

  func run() throws { try options.send(.abort, id) }
}

extension SteerOptions {
  func send(
    _ verb: SteeringVerb, _ id: String, _ step: String? = nil, gate: String? = nil
  ) throws {
    try Steering(
      verb: verb, id: id, step: step, by: by, reason: reason, format: output.format, gate: gate
    ).send()
  }
}
