internal import RunbookModel

enum StepKey: Int, DocumentKey {
  case step, title, description, owner, uses, with, needs, when, only, forEach, maxParallel, canary
  case timeout, settle, retry, verify, approval, onFailure, undo, pointOfNoReturn, commitWithin
  case expected, critical, byHand, silence

  static let section = Section(
    "a step",
    [
      KeyRule("step", .name, "The step's id, unique in the runbook.", isRequired: true),
      KeyRule("title", .text, "What it does, in a few words; the id where it is missing."),
      KeyRule("description", .text, "More about it, for people."),
      KeyRule("owner", .text, "Who answers for it."),
      KeyRule("uses", .action, "The action.", isRequired: true),
      KeyRule("with", .template, "The action's input."),
      KeyRule(
        "needs", .list(.name),
        "Steps that must have ended before, of this stage or an earlier one; the step above where "
          + "it is missing, [] for none."),
      KeyRule("when", .expression, "Skips the step when it is false; an error fails the step."),
      KeyRule("only", .list(.name), "The variants that the step belongs to; all where missing."),
      KeyRule(
        "for_each", .expression,
        "A list or a map: the step is made once for each item, which is 'each.key' and 'each.value'."
      ),
      KeyRule(
        "max_parallel", .count(1...1000),
        "For 'for_each': so many copies may be under way at a time; as many as the run allows."),
      KeyRule(
        "canary", .count(1...1000),
        "For 'for_each': so many copies are tried first, the rest when they have succeeded."),
      KeyRule("timeout", .duration, "The time for one attempt; the action's own where missing."),
      KeyRule(
        "settle", .duration,
        "How long it may take until the change shows; the action's own where missing."),
      KeyRule(
        "retry", .section(RetryKey.section),
        "When a failed attempt that changed nothing is made again; never where it is missing."),
      KeyRule(
        "verify", .list(.section(CheckKey.section)),
        "Checks that must hold after the action's own."),
      KeyRule(
        "approval", .section(ApprovalKey.section),
        "A person's yes, asked before the step and bound to its planned change."),
      KeyRule(
        "on_failure", .word(FailurePolicy.allCases.map(\.rawValue)),
        "What a run does when this step has failed; the stage's where it is missing."),
      KeyRule(
        "undo", .either([.word(["auto"]), .section(UndoKey.section)]),
        "How the step is undone: 'auto', {none: reason}, or another action {uses, with}."),
      KeyRule(
        "point_of_no_return", .flag, "After this step nothing before it is undone automatically."),
      KeyRule(
        "commit_within", .duration,
        "The change is undone by itself unless it is confirmed in this time: by 'lifeboat confirm', or "
          + "by 'verify' holding at its end."),
      KeyRule("expected", .duration, "What it usually takes, until history knows better."),
      KeyRule("critical", .flag, "false: its failure does not fail the run."),
      KeyRule("by_hand", .text, "What a person does when this tool is not available."),
      KeyRule(
        "silence", .list(.section(SilenceKey.section)),
        "Rules that do not apply to this step, and why."),
    ])
}

enum RetryKey: Int, DocumentKey {
  case attempts, delay, backoff, maxDelay, jitter, on

  static let section = Section(
    "a retry",
    [
      KeyRule("attempts", .count(1...1000), "All attempts together.", isRequired: true),
      KeyRule("delay", .duration, "The wait before the second attempt; 1s where missing."),
      KeyRule("backoff", .number(1...100), "The factor by which the wait grows; 2 where missing."),
      KeyRule("max_delay", .duration, "The longest wait; 30s where missing."),
      KeyRule(
        "jitter", .number(0...1), "The share of the wait that chance may cut; 0 where missing."),
      KeyRule(
        "on", .list(.word(FailureKind.allCases.map(\.rawValue))),
        "The kinds of failure that are retried; every one that may be where missing."),
    ])
}

enum ApprovalKey: Int, DocumentKey {
  case role, count, timeout, onTimeout, signature

  static let section = Section(
    "an approval",
    [
      KeyRule("role", .name, "Who may say yes: a role of the environment.", isRequired: true),
      KeyRule("count", .count(1...100), "How many people must say yes; 1 where missing."),
      KeyRule("timeout", .duration, "How long is waited for an answer."),
      KeyRule(
        "on_timeout", .word(ApprovalPolicy.TimeoutChoice.allCases.map(\.rawValue)),
        "What no answer in time means; 'deny' where it is missing."),
      KeyRule("signature", .anything, "The yes must be signed.", isServed: false),
    ])
}

enum CheckKey: Int, DocumentKey {
  case uses, with

  static let section = Section(
    "a check",
    [
      KeyRule("uses", .action, "The action.", isRequired: true),
      KeyRule("with", .template, "The action's input."),
    ])
}

enum UndoKey: Int, DocumentKey {
  case none, uses, with

  static let section = Section(
    "an undo",
    [
      KeyRule("none", .text, "It is not undone, for this reason."),
      KeyRule("uses", .action, "The action that undoes it."),
      KeyRule("with", .template, "That action's input."),
    ])
}
