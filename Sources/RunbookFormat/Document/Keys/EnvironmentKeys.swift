internal import RunbookModel

enum EnvironmentKey: Int, DocumentKey {
  case lifeboat, environment, description, allows, guards, roles, values, secrets, signingKey
  case silence, contacts

  static let section = Section(
    "an environment",
    [
      KeyRule("lifeboat", .version, "The version of the format; the first key.", isRequired: true),
      KeyRule("environment", .name, "Its name, which is also the file's.", isRequired: true),
      KeyRule("description", .text, "What it is, for people."),
      KeyRule(
        "allows", .list(.word(Purpose.allCases.map(\.rawValue))),
        "What may be run here: drill, recovery, or both.", isRequired: true),
      KeyRule("guards", .section(GuardsKey.section), "When nothing may be run here."),
      KeyRule("roles", .named(.list(.text)), "Who may do what: people by role."),
      KeyRule("values", .anyMap, "Addresses, ids and anything else: env.<name>."),
      KeyRule(
        "secrets", .named(.section(SecretKey.section)),
        "Where secrets are to be read from: secrets.<name>. Never the secrets themselves."),
      KeyRule(
        "signing_key", .section(SigningKey.section), "The key that signs the journal's ends."),
      KeyRule(
        "silence", .list(.section(SilenceKey.section)), "Rules that do not apply here, and why."),
      KeyRule(
        "contacts",
        .named(.either([.section(ContactKey.section), .list(.section(ContactKey.section))])),
        "Whom to call and to write to, by role: env.contacts.<role>."),
    ])
}

enum GuardsKey: Int, DocumentKey {
  case coolDown, blackout

  static let section = Section(
    "guards",
    [
      KeyRule(
        "cool_down", .duration,
        "No second promotion of the same target in this time unless somebody acknowledges it."),
      KeyRule(
        "blackout", .list(.section(BlackoutKey.section)), "Times in which nothing may start."),
    ])
}

enum BlackoutKey: Int, DocumentKey {
  case from, to, purposes

  static let section = Section(
    "a blackout",
    [
      KeyRule("from", .timestamp, "Its beginning.", isRequired: true),
      KeyRule("to", .timestamp, "Its end.", isRequired: true),
      KeyRule(
        "purposes", .list(.word(Purpose.allCases.map(\.rawValue))),
        "What may not start then; everything where it is missing."),
    ])
}

enum SecretKey: Int, DocumentKey {
  case file, env, command, timeout

  static let section = Section(
    "a secret",
    [
      KeyRule("file", .text, "The file that holds it."),
      KeyRule("env", .text, "The environment variable that holds it."),
      KeyRule(
        "command", .list(.text),
        "The program, with its arguments, that prints it; run without a shell."),
      KeyRule("timeout", .duration, "How long the command may take; 10 s where it is not said."),
    ])
}

enum SigningKey: Int, DocumentKey {
  case file

  static let section = Section(
    "a signing key",
    [KeyRule("file", .text, "The file that holds the private key.", isRequired: true)])
}
