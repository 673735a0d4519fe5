import Glibc
import RunbookAction
import RunbookModel
import RunbookProcess

/// A report in words, with secrets masked and within the limits.
struct CommandResult: Sendable {
  let command: Command
  let report: ChildReport
  let output: String
  let errors: String
  let dropped: Int

  init(_ command: Command, _ report: ChildReport, masking context: ReadContext) {
    self.command = command
    self.report = report
    let (output, droppedOutput) = masked(report.output, ChildLimits.output, context)
    let (errors, droppedErrors) = masked(report.errors, ChildLimits.errors, context)
    self.output = output
    self.errors = errors
    dropped = droppedOutput + droppedErrors
  }

  /// What was done, with the program's name: "psql ended with exit code 3 after 12 ms".
  var summary: String {
    let name = command.argv[0]
    let after = "after \(report.took.spoken)"
    switch report.end {
    case .exited(let code): return "\(name) ended with exit code \(code) \(after)"
    case .signalled(let signal):
      return
        "\(name) was ended \(after) by signal \(signal) (\(String(cString: strsignal(signal))))"
    case .stopped(.terminated): return "\(name) had not ended in time and was stopped \(after)"
    case .stopped(.killed): return "\(name) had not ended in time and was killed \(after)"
    case .stopped(.stillThere):
      return "\(name) had not ended in time, and not even SIGKILL has ended it \(after)"
    case .notStarted(let number):
      return "\(command.program) could not be started: \(String(cString: strerror(number)))"
    case .neverBegan: return "there was no time left to start \(name)"
    case .startHung: return "the system did not finish starting \(name) \(after)"
    case .unseen: return "\(name) ended \(after), but its exit code was lost"
    }
  }

  /// The summary with what the program itself said last, which is mostly why.
  var explained: String {
    let said = String(decoding: (errors.isEmpty ? output : errors).utf8.suffix(4096), as: UTF8.self)
    let line = said.split(whereSeparator: \.isNewline).last { line in
      line.contains { !$0.isWhitespace }
    }
    return line.map { "\(summary); it said: \(shortened(String($0)))" } ?? summary
  }

  func evidence(_ summary: String, _ facts: ValueMap) -> Evidence {
    var text = output
    if !errors.isEmpty {
      if !text.isEmpty, !text.hasSuffix("\n") { text += "\n" }
      text += "--- stderr ---\n" + errors
    }
    var summary = summary
    if report.leftProcessBehind {
      summary += "; a process that it started is still running and holds its output open"
    }
    return Evidence(
      summary, facts: facts, output: text.isEmpty ? nil : text, droppedBytes: dropped)
  }

  /// `exit_code` and the first part of what it wrote, without the last line feed.
  var facts: ValueMap {
    let code: Value = if case .exited(let code) = report.end { .int(Int64(code)) } else { .null }
    return [
      "exit_code": code, "stdout": .string(firstPart(of: output)), "took": .duration(report.took),
    ]
  }

  /// Outputs for later steps are short; the whole is in the evidence.
  private func firstPart(of text: String) -> String {
    let limit = 16 << 10
    let part =
      text.utf8.count > limit ? String(decoding: text.utf8.prefix(limit), as: UTF8.self) : text
    return part.hasSuffix("\n") ? String(part.dropLast()) : part
  }
}

/// The text with secrets masked, at most `limit` bytes of it, and how many bytes are missing.
private func masked(
  _ captured: ChildReport.Captured, _ limit: Int, _ context: ReadContext
) -> (String, Int) {
  if captured.bytes.isEmpty { return ("", captured.dropped) }
  let text = context.masked(String(decoding: captured.bytes, as: UTF8.self))
  if captured.dropped == 0, captured.bytes.count <= limit { return (text, 0) }
  // Where the reading stopped, half a secret may stand that nothing recognises: that end is left out.
  let whole = captured.dropped == 0 ? text.utf8.count : max(0, text.utf8.count - ChildLimits.slack)
  let kept = String(decoding: text.utf8.prefix(min(whole, limit)), as: UTF8.self)
  return (kept, captured.bytes.count + captured.dropped - limit)
}

/// How a program that could not be started fails: nothing was changed.
func startFailure(_ result: CommandResult, _ number: Int32) -> ActionFailure {
  switch number {
  case EAGAIN, ENOMEM, EMFILE, ENFILE, ETXTBSY:
    return .passing(.failed, result.summary, advice: "the host is short of something; try again")
  case ENOEXEC:
    return .refused(
      .input, result.summary, advice: "a script needs a first line such as '#!/bin/sh'")
  default:
    return .refused(
      .precondition, result.summary,
      advice: "look at \(result.command.program), its interpreter, and the folder "
        + result.command.cwd)
  }
}
