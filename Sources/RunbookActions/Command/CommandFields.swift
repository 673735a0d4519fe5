import RunbookModel

/// Fields that every command has.
enum CommandFields {
  static func argv(_ summary: String) -> Field {
    Field("argv", .list(.either([.string, .int])), summary, need: .required)
  }

  static func env(secretsForChangesOnly: Bool) -> Field {
    Field(
      "env",
      .map(.either([.string, .int, .secret(forChangesOnly: secretsForChangesOnly)])),
      "Variables for the program, on top of PATH, HOME, LANG and TZ; it gets no others. "
        + "Values may be secrets.", allowsEmpty: true)
  }

  static let cwd = Field(
    "cwd", .string, "The folder in which it runs; where it is not said, the runbook's.")
}
