import RunbookAction
import RunbookModel
import RunbookProcess

/// `command.check`: a program that only looks says whether something is so.
struct CommandCheck: CheckAction {
  struct Input: ActionInput {
    var argv: [Value]
    var env: ValueMap?
    var cwd: String?
    var exitCodes: [Int]
    var stdout: BodyExpectation?

    enum CodingKeys: String, CodingKey {
      case argv, env, cwd, stdout
      case exitCodes = "exit_codes"
    }

    static let fields = [
      CommandFields.argv("The program and its arguments, each its own item; there is no shell."),
      CommandFields.env(secretsForChangesOnly: false),
      CommandFields.cwd,
      Field(
        "exit_codes", .list(.int), "The exit codes with which the check holds.",
        need: .defaulted([0])),
      Field(
        "stdout", .either([.string, .map(.any)]),
        "What it must write: a text that is contained, or a map whose values the JSON must have."),
    ]
  }

  let page = ActionPage(
    name: "command.check",
    summary: "A program that only looks must end well and write what is expected",
    details: """
      Runs the program without a shell and looks at its exit code and at what it wrote. The program must change \
      nothing: plans run it too, and it may be run many times.

      Holds when the exit code is one of `exit_codes` and stdout is as expected. Does not hold when the exit code is \
      another one or stdout differs. Cannot tell when there is no answer of the program's own: it could not be \
      started, did not end in time, was ended by a signal, or ended with 126, 127 or 128 and above, which is how \
      shells say that something could not be run.

      The program gets PATH, HOME, LANG, TZ and `env`, nothing else. At the deadline its whole session gets SIGTERM, \
      two seconds later SIGKILL. 768 KiB of stdout and 256 KiB of stderr are kept, with secrets masked.
      """,
    kind: .check, fields: Input.fields, outputs: CommandRun.outputs, timeout: .seconds(30),
    expected: .seconds(1), undo: .notNeeded, byHand: "Run {argv} and look at its exit code.")

  func check(_ input: Input, in context: ReadContext) async -> Verdict {
    do throws(ActionFailure) {
      // It looks for the program and the folder, which may lie on a file server that is gone.
      let command = try await blocking { () throws(ActionFailure) in
        try Command(
          argv: input.argv, env: input.env, cwd: input.cwd, stdin: nil, in: context.facts)
      }
      return judge(try await look(command, in: context), input)
    } catch {
      return .cannotTell(Evidence(error.message))
    }
  }

  private func judge(_ result: CommandResult, _ input: Input) -> Verdict {
    guard case .exited(let code) = result.report.end else {
      return .cannotTell(result.evidence(result.explained, result.facts))
    }
    guard input.exitCodes.contains(Int(code)) else {
      let wanted = input.exitCodes.map(String.init).joined(separator: " or ")
      let evidence = result.evidence("\(result.explained); expected \(wanted)", result.facts)
      return code >= 126 ? .cannotTell(evidence) : .doesNotHold(evidence)
    }
    guard let expected = input.stdout else {
      return .holds(result.evidence(result.summary, result.facts))
    }
    // Judged as masked: an expectation holds no secret.
    switch expected.judge(Array(result.output.utf8), isCut: result.dropped > 0) {
    case .fits:
      return .holds(result.evidence("\(result.summary) and wrote what was expected", result.facts))
    case .differs(let why):
      return .doesNotHold(
        result.evidence("\(result.summary), but of what it wrote: \(why)", result.facts))
    case .unclear(let why):
      return .cannotTell(
        result.evidence("\(result.summary), but of what it wrote: \(why)", result.facts))
    }
  }
}

/// Runs a program that only looks.
func look(_ command: Command, in context: ReadContext) async throws(ActionFailure) -> CommandResult
{
  let request = try command.request { name throws(ActionFailure) in try context.secret(name) }
  return CommandResult(
    command, await runChild(request, until: context.deadline), masking: context)
}
