import ArgumentParser

/// The root of the command line.
struct Lifeboat: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lifeboat",
    abstract:
      "Rehearses and carries out disaster recovery from runbooks, and proves what happened.",
    discussion: """
      A runbook (YAML) says what to do, an environment says where. 'plan' shows what would happen \
      and changes nothing; 'drill' and 'recover' do it; 'report' and 'audit verify' show and prove \
      what was done.

      When something goes wrong in a run, it holds. 'status' says what is changed, what is not known \
      and what can be done; 'resume' goes on, 'undo' takes back. While a process drives it, it can be \
      steered from any terminal of this machine: 'approve', 'pause', 'retry', 'skip' and the others.

      Exit codes:
      \(exitCodes)
      """,
    version: Program.current.version,
    groupedSubcommands: groups)

  private static let groups: [CommandGroup] = [
    CommandGroup(
      name: "Before",
      subcommands: [
        Validate.self, PlanCommand.self, ForecastCommand.self, Rehearse.self, Simulate.self,
        Observe.self,
        ActionsCommand.self,
        SchemaCommand.self,
      ]),
    CommandGroup(
      name: "During",
      subcommands: [
        Drill.self, Recover.self, Resume.self, Undo.self, Status.self, Tell.self,
      ]),
    CommandGroup(
      name: "Steering a run that goes on, from any terminal",
      subcommands: [
        Pause.self, Continue.self, Approve.self, Decline.self, Retry.self, Skip.self,
        MarkDone.self, Override.self, Confirm.self, Abort.self,
        SwitchVariant.self,
      ]),
    CommandGroup(
      name: "After",
      subcommands: [
        Runs.self, ReportCommand.self, TrendCommand.self, CoverageCommand.self, Audit.self,
        IncidentCommand.self,
      ]),
  ]

  /// The command that a command line is of, ready to run, or what the parser has to say.
  ///
  /// A verb is first parsed as a root of its own: to look at what each command on the way takes costs the start
  /// milliseconds. What is not understood so is parsed again from the root, which says what is wrong, or helps.
  static func command(_ arguments: [String]) throws -> any ParsableCommand {
    for group in groups {
      for verb in group.subcommands where verb.configuration.commandName == arguments.first {
        if let command = try? verb.parseAsRoot(Array(arguments.dropFirst())) { return command }
      }
    }
    return try parseAsRoot(arguments)
  }

  private static var exitCodes: String {
    ExitStatus.allCases.map { status in
      let number = String(status.rawValue)
      return
        "  \(String(repeating: " ", count: max(0, 2 - number.count)))\(number)  \(status.meaning)"
    }.joined(separator: "\n")
  }
}

extension CommandConfiguration {
  /// Of a command that stands directly below the root. The parser looks for no request of a completion script in it, as
  /// in any that it knows to have a command above.
  static func verb(
    commandName: String, abstract: String, discussion: String = "",
    subcommands: [any ParsableCommand.Type] = [],
    defaultSubcommand: (any ParsableCommand.Type)? = nil
  ) -> CommandConfiguration {
    CommandConfiguration(
      commandName: commandName, _superCommandName: "lifeboat", abstract: abstract,
      discussion: discussion, version: Program.current.version, subcommands: subcommands,
      defaultSubcommand: defaultSubcommand)
  }
}
