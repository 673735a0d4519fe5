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
      checkSecrets(in: context.input(index), index, context, &findings)
      for check in context.verify(index) {
        checkSecrets(in: check.with, index, context, &findings)
      }
    }
  }

  private static func checkSecrets(
    in template: Template, _ index: Int, _ context: RuleContext,
    _ findings: inout RuleFindings
  ) {
    template.forEachText { written in
      guard let why = why(written) else { return }
      findings.add(
        plainSecret, "'\(context.step(index).id)' holds a secret in plain text: \(why)",
        at: written.place, step: index, help: help)
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

  private static let names: [[UInt8]] = [
    "password", "passwd", "passphrase", "secret", "token", "api_key", "apikey", "private_key",
    "access_key", "credentials",
  ].map { Array($0.utf8) }

  private static func why(_ written: WrittenText) -> String? {
    if isName(written.key), !written.text.isBlank { return "the key '\(written.key)' says so" }
    let text = written.text
    guard text.utf8.count >= 12 else { return nil }
    switch text.utf8.first {
    case UInt8(ascii: "-"):
      if text.hasPrefix("-----BEGIN"), text.contains("PRIVATE KEY") { return "a private key" }
      if text.hasPrefix("--"), let equals = text.firstIndex(of: "="),
        case let option = text[..<equals].dropFirst(2),
        isName(String(option).replacing("-", with: "_"))
      {
        return "the option '--\(option)' says so"
      }
    case UInt8(ascii: "A"):
      if text.hasPrefix("AKIA"), text.utf8.count == 20 { return "an access key" }
    case .some, nil: break
    }
    return text.utf8.contains(0x40) && hasPassword(text) ? "a URL with a password in it" : nil
  }

  /// `password`, `db_password`, `dbPassword`; not `password_file`.
  private static func isName(_ key: String) -> Bool {
    var key = key
    return key.withUTF8 { key in
      names.contains { name in
        guard key.count >= name.count, key.last.map({ $0 | 0x20 }) == name.last else {
          return false
        }
        let start = key.count - name.count
        for place in name.indices {
          let byte = key[start + place]
          let isSame = byte == name[place] || (byte | 0x20 == name[place] && name[place] >= 0x61)
          if !isSame { return false }
        }
        return true
      }
    }
  }

  private static func hasPassword(_ text: String) -> Bool {
    guard let scheme = text.firstRange(of: "://") else { return false }
    let authority = text[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" }
    guard let at = authority.lastIndex(of: "@"),
      let colon = authority[..<at].firstIndex(of: ":")
    else { return false }
    return authority.index(after: colon) < at
  }
}
