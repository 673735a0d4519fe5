import RunbookModel

extension CommandRun.Input {
  static let fields = [
    CommandFields.argv("The program and its arguments, each its own item; there is no shell."),
    CommandFields.env(secretsForChangesOnly: true),
    CommandFields.cwd,
    Field(
      "stdin", .either([.string, .secret(forChangesOnly: true)]),
      "What the program reads; nothing where it is not said.", allowsEmpty: true),
    Field(
      "exit_codes", .list(.int), "The exit codes that mean done.", need: .defaulted([0])),
    Field(
      "unchanged_exit_codes", .list(.int),
      "Exit codes with which the program says that it changed nothing; then it may be retried.",
      need: .defaulted([]), allowsEmpty: true),
    Field(
      "check",
      .object([
        CommandFields.argv("A program that only looks: 0 means in place, 1 means not."),
        CommandFields.env(secretsForChangesOnly: false),
      ]),
      "Looks whether the change is in place, before and after. Without it nothing verifies it."),
    Field(
      "undo",
      .object([
        CommandFields.argv("A program that takes the change back; safe to run twice."),
        CommandFields.env(secretsForChangesOnly: true),
      ]),
      "Takes the change back; its `env` is the step's where it says none."),
  ]
}

extension CommandRun {
  var page: ActionPage {
    ActionPage(
      name: "command.run",
      summary: "Runs a program of your own that changes something",
      details: """
        Runs the program without a shell, in a session of its own, in `cwd`, with PATH, HOME, LANG, TZ and `env` and \
        no other variable. It is found and shown with its whole path before anybody approves it. Secrets can be given \
        in `env` and `stdin` only, never as an argument, where everybody on the host could read them.

        It counts as done when it ends with one of `exit_codes`. Any other end leaves open what it changed (a code of \
        `unchanged_exit_codes` says: nothing). An attempt whose result was lost is never repeated by itself: a person \
        is asked.

        `check` is run before (0: in place already, nothing is run) and after (0: holds, 1: does not hold, anything \
        else: cannot tell). Without it nothing verifies the change, and the report says so.

        At the deadline the program and all that it started get SIGTERM, two seconds later SIGKILL; what it changed \
        until then is not known. 768 KiB of stdout and 256 KiB of stderr are kept with secrets masked, the rest is \
        counted and dropped. A process that it leaves behind must write elsewhere; what it writes to stdout after the \
        program has ended is lost.
        """,
      kind: .change, fields: Input.fields, outputs: Self.outputs, timeout: .seconds(60),
      expected: .seconds(1), isRepeatable: false,
      undo: .automatic(
        "runs the program under `undo`; without one, it says so and changes nothing"),
      traits: [.arbitrary], byHand: "Run {argv} in the folder {cwd}; done when it ends with 0.")
  }
}
