internal import RunbookModel

extension RuleBook {
  static let plainSecret = Rule(
    code: "LB411", title: "A secret in plain text",
    explanation: """
      Runbooks and environments are kept in repositories, printed, mailed and read aloud. A secret in them is no \
      secret, and changing it means changing the runbook in the middle of a disaster.

      The rule looks at fixed texts: behind a key such as 'password' or 'api_token', a private key, a password inside \
      a URL, an access key with a well-known form, a '--password=' argument. The text itself is not shown. Whatever \
      it finds should be changed: others can have read it.
      """,
    severity: .error, check: checkSecrets)

  private static func checkSecrets(_ context: RuleContext, _ findings: inout RuleFindings) {
    for index in context.facts.indices where !findings.isFull {
      let step = context.step(index)
      // A field that is made for a secret has its own check.
      let declared = context.catalogue[step.uses]?.fields.filter(\.type.isSecret).map(\.name) ?? []
      step.with.forEachText { written in
        guard !declared.contains(written.key), let why = why(written) else { return }
        findings.add(
          plainSecret, "'\(step.id)' holds a secret in plain text: \(why)", at: written.place,
          step: index, help: help)
      }
      for check in step.verify {
        check.with.forEachText { written in
          guard let why = why(written) else { return }
          findings.add(
            plainSecret, "'\(step.id)' holds a secret in plain text: \(why)", at: written.place,
            step: index, help: help)
        }
      }
    }
  }

  /// The same for an environment's values.
  static func checkSecrets(
    in environment: RunbookEnvironment, _ findings: inout RuleFindings
  ) {
    environment.values.forEachText { written in
      guard let why = why(written) else { return }
      findings.add(
        plainSecret, "a secret stands here in plain text: \(why)", at: written.place, step: nil,
        help: help)
    }
  }

  private static let help =
    "put it where only its users can read it, name that place under 'secrets' of the environment, "
    + "and write '${{ secrets.name }}'; then change the secret"

  private static let names = [
    "password", "passwd", "passphrase", "secret", "token", "api_key", "apikey", "private_key",
    "access_key", "credentials",
  ]

  private static func why(_ written: WrittenText) -> String? {
    guard !written.text.isBlank else { return nil }
    if names.contains(where: { isName(written.key, $0) }) {
      return "the key '\(written.key)' says so"
    }
    let text = written.text
    guard text.utf8.count >= 12 else { return nil }
    if text.hasPrefix("-----BEGIN"), text.contains("PRIVATE KEY") { return "a private key" }
    if text.hasPrefix("AKIA"), text.utf8.count == 20 { return "an access key" }
    if text.hasPrefix("--"), let equals = text.firstIndex(of: "="),
      case let option = String(text[..<equals].dropFirst(2)),
      names.contains(where: { isName(option.replacing("-", with: "_"), $0) })
    {
      return "the option '--\(option)' says so"
    }
    return hasPassword(text) ? "a URL with a password in it" : nil
  }

  /// `password`, `db_password`, `dbPassword`; not `password_file`.
  private static func isName(_ key: String, _ name: String) -> Bool {
    guard key.utf8.count >= name.utf8.count else { return false }
    let tail = key.utf8.suffix(name.utf8.count)
    return zip(tail, name.utf8).allSatisfy { $0 == $1 || ($0 | 0x20 == $1 && $1 >= 0x61) }
  }

  private static func hasPassword(_ text: String) -> Bool {
    guard text.utf8.contains(0x40), let scheme = text.firstRange(of: "://") else { return false }
    let authority = text[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" }
    guard let at = authority.lastIndex(of: "@"),
      let colon = authority[..<at].firstIndex(of: ":")
    else { return false }
    return authority.index(after: colon) < at
  }
}

extension FieldType {
  var isSecret: Bool {
    switch self {
    case .secret: true
    case .either(let types): types.contains(where: \.isSecret)
    case .any, .string, .int, .double, .bool, .duration, .size, .percentage, .timestamp, .address,
      .url, .word, .list, .map, .object, .check:
      false
    }
  }
}
