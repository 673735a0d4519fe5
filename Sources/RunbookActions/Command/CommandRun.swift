import RunbookAction
import RunbookModel
import RunbookProcess

/// `command.run`: a program of the author's makes a change.
struct CommandRun: UndoableAction {
  struct Input: ActionInput {
    var argv: [Value]
    var env: ValueMap?
    var cwd: String?
    var stdin: Value?
    var exitCodes: [Int]
    var unchangedExitCodes: [Int]
    var check: Part?
    var undo: Part?

    enum CodingKeys: String, CodingKey {
      case argv, env, cwd, stdin, check, undo
      case exitCodes = "exit_codes"
      case unchangedExitCodes = "unchanged_exit_codes"
    }

    /// A second program that belongs to the change.
    struct Part: Decodable, Sendable {
      var argv: [Value]
      var env: ValueMap?
    }
  }

  /// Everything that will be run, as it was found when it was planned.
  struct Change: Codable, Equatable, Sendable {
    var run: Command
    var exitCodes: [Int]
    var unchangedExitCodes: [Int]
    var check: Command?
    var undo: Command?
  }

  static let outputs = [
    Output("exit_code", .int, "Its exit code; null when it has none or was not run."),
    Output(
      "stdout", .string, "The first 16 KiB of what it wrote, secrets masked; null when not run."),
  ]

  func plan(
    _ input: Input, in context: ReadContext
  ) async throws(ActionFailure) -> Planned<Change> {
    let change: Change
    do throws(ActionFailure) {
      change = try Change(input, in: context.facts)
    } catch {
      return .impossible(error)
    }
    var preview = Preview(
      saw: ["\(change.run.program) is there and may be run"], does: change.previewLines,
      fidelity: .rendered,
      warnings: ["a program of the runbook's own: nothing but its author says what it changes"])
    guard let check = change.check else {
      preview.warnings.append("no 'check' is given: nothing verifies what it did")
      return .change(change, preview)
    }
    let result = try await look(check, in: context)
    switch result.report.end {
    case .exited(0):
      var facts = result.facts
      facts["exit_code"] = .null
      facts["stdout"] = .null
      return .alreadyInPlace(result.evidence("the check says so: \(result.summary)", facts))
    case .exited(1):
      preview.saw.append("not in place: the check \(check.spoken) ended with exit code 1")
      preview.fidelity = .observed
      return .change(change, preview)
    case .exited, .signalled, .stopped, .notStarted, .neverBegan, .startHung, .unseen:
      throw .passing(
        .failed, "the check could not tell whether it is in place: \(result.explained)",
        advice: "run \(check.spoken) by hand; 0 means in place, 1 means not")
    }
  }

  func apply(_ change: Change, in context: WriteContext) async throws(ActionFailure) -> Evidence {
    let result = try await run(change.run, in: context)
    switch result.report.end {
    case .exited(let code) where change.exitCodes.contains(Int(code)):
      return result.evidence(result.summary, result.facts)
    case .exited(let code) where change.unchangedExitCodes.contains(Int(code)):
      throw .passing(
        .failed, "\(result.explained), which says that nothing was changed")
    case .exited:
      let wanted = change.exitCodes.map(String.init).joined(separator: " or ")
      throw .unknown(
        .failed, "\(result.explained); expected \(wanted)",
        advice: "find out what it did before it ended")
    case .signalled, .stopped, .startHung, .unseen, .notStarted, .neverBegan:
      throw unfinished(result)
    }
  }

  func verify(_ change: Change, in context: ReadContext) async -> Verdict {
    guard let check = change.check else {
      return .cannotTell(
        Evidence(
          "no 'check' is given, so only the exit code of \(change.run.argv[0]) can speak for it, "
            + "and that cannot be seen again"))
    }
    do throws(ActionFailure) {
      let result = try await look(check, in: context)
      switch result.report.end {
      // Its exit code and output are the check's, not those of the command: they are no outputs of the step.
      case .exited(0): return .holds(result.evidence("in place: \(result.summary)", [:]))
      case .exited(1):
        return .doesNotHold(result.evidence("not in place: \(result.explained)", [:]))
      case .exited, .signalled, .stopped, .notStarted, .neverBegan, .startHung, .unseen:
        return .cannotTell(result.evidence(result.explained, [:]))
      }
    } catch {
      return .cannotTell(Evidence(error.message))
    }
  }

  func undo(_ change: Change, in context: WriteContext) async throws(ActionFailure) -> Evidence {
    guard let undo = change.undo else {
      throw .refused(
        .input, "\(change.run.argv[0]) was given no 'undo', so nothing takes back what it did",
        advice: "take it back by hand, then go on")
    }
    let result = try await run(undo, in: context)
    switch result.report.end {
    case .exited(0): return result.evidence("undone: \(result.summary)", result.facts)
    case .exited:
      throw .unknown(
        .failed, "the undo failed: \(result.explained)",
        advice: "run \(undo.spoken) by hand, or take the change back in another way")
    case .signalled, .stopped, .startHung, .unseen, .notStarted, .neverBegan:
      throw unfinished(result)
    }
  }

  func wayBack(_ change: Change) -> WayBack {
    let ran = "what \(change.run.spoken) did"
    guard let undo = change.undo else {
      return WayBack(goesBackTo: ["\(ran): it was given no 'undo'"], commands: [])
    }
    return WayBack(
      goesBackTo: ["takes back \(ran), by the program that the runbook names for it"],
      commands: [undo.typed])
  }

  private func run(
    _ command: Command, in context: WriteContext
  ) async throws(ActionFailure) -> CommandResult {
    let request = try command.request { name throws(ActionFailure) in try context.secret(name) }
    let report = await runChild(request, until: context.deadline)
    return CommandResult(command, report, masking: context.reading)
  }

  /// It has no exit code of its own.
  private func unfinished(_ result: CommandResult) -> ActionFailure {
    switch result.report.end {
    case .notStarted(let number): return startFailure(result, number)
    case .neverBegan: return .passing(.timeout, "\(result.summary); nothing was run")
    case .stopped:
      return .unknown(
        .timeout, "\(result.explained)", advice: "find out how far it came; allow it more time")
    case .exited, .signalled, .startHung, .unseen:
      return .unknown(.failed, result.explained, advice: "find out how far it came")
    }
  }
}

extension CommandRun.Change {
  fileprivate init(_ input: CommandRun.Input, in facts: RunFacts) throws(ActionFailure) {
    run = try Command(
      argv: input.argv, env: input.env, cwd: input.cwd, stdin: input.stdin, in: facts)
    exitCodes = input.exitCodes
    unchangedExitCodes = input.unchangedExitCodes
    if let both = exitCodes.first(where: unchangedExitCodes.contains) {
      throw .refused(.input, "exit code \(both) cannot mean both done and nothing changed")
    }
    check = try input.check.map { part throws(ActionFailure) in
      try Command(argv: part.argv, env: part.env, cwd: input.cwd, stdin: nil, in: facts)
    }
    undo = try input.undo.map { part throws(ActionFailure) in
      try Command(
        argv: part.argv, env: part.env ?? input.env, cwd: input.cwd, stdin: nil, in: facts)
    }
  }

  fileprivate var previewLines: [String] {
    var lines = run.previewLines
    let codes = exitCodes.map(String.init).joined(separator: " or ")
    lines.append("done when it ends with exit code \(codes)")
    if let check { lines.append("verified by \(check.spoken)") }
    if let undo { lines.append("undone by \(undo.spoken)") }
    return lines
  }
}
