package import RunbookAction
package import RunbookModel

/// Contexts for tests: secrets from a dictionary, nested checks from a list of actions.
package struct TestContexts: Sendable {
  package var facts: RunFacts
  /// Secret texts by name. Every text in here is masked in what `masked` returns.
  package var secrets: [String: String]
  package var registry: ActionRegistry

  package init(secrets: [String: String] = [:], actions: [AnyAction] = []) {
    self.secrets = secrets
    registry = ActionRegistry(actions)
    facts = RunFacts(
      run: RunID("20260101-000000-test"), step: "test_step", purpose: .drill, environment: "test",
      variant: nil, outageAt: nil, runbookFolder: "/")
  }

  /// A read-only context whose deadline is `limit` from now.
  package func read(within limit: Duration = .seconds(20)) -> ReadContext {
    ReadContext(
      facts: facts, deadline: .after(limit), secrets: DictionarySecrets(texts: secrets),
      checks: RegistryChecks(registry: registry))
  }

  /// A context for changes whose deadline is `limit` from now.
  package func write(
    within limit: Duration = .seconds(20), key: String = "test-key"
  ) -> WriteContext {
    WriteContext(reading: read(within: limit), key: key)
  }
}

/// Secrets of a test, masked in their plain, base64, URL-encoded and JSON-escaped forms.
package struct DictionarySecrets: SecretSource {
  package var texts: [String: String]

  package init(texts: [String: String]) { self.texts = texts }

  package func secret(_ name: SecretName) throws(ActionFailure) -> Secret {
    guard let text = texts[name.name] else {
      throw .refused(.authentication, "this test has no secret '\(name)'")
    }
    return Secret(text)
  }

  package func masked(_ text: String) -> String {
    var text = text
    for form in texts.values.flatMap(secretForms).sorted(by: { $0.utf8.count > $1.utf8.count }) {
      text = replacing(form, in: text)
    }
    return text
  }

  private func replacing(_ form: String, in text: String) -> String {
    let needle = Array(form.utf8)
    let bytes = Array(text.utf8)
    var result: [UInt8] = []
    var place = 0
    while place < bytes.count {
      if bytes[place] == needle[0], bytes[place...].starts(with: needle) {
        result += "•••".utf8
        place += needle.count
      } else {
        result.append(bytes[place])
        place += 1
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}

/// The forms in which a secret could leak: as it is, base64, URL-encoded, JSON-escaped.
func secretForms(_ text: String) -> [String] {
  guard !text.isEmpty else { return [] }
  let json = String(JSONText.text(.string(text)).dropFirst().dropLast())
  return Array(Set([text, base64(Array(text.utf8)), percentEncoded(text), json]))
}

private func percentEncoded(_ text: String) -> String {
  let digits = Array("0123456789ABCDEF".utf8)
  var result: [UInt8] = []
  for byte in text.utf8 {
    switch byte {
    case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
      UInt8(ascii: "~"):
      result.append(byte)
    default: result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
  }
  return String(decoding: result, as: UTF8.self)
}

private func base64(_ bytes: [UInt8]) -> String {
  let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  var result: [UInt8] = []
  for start in stride(from: 0, to: bytes.count, by: 3) {
    let part = bytes[start..<min(start + 3, bytes.count)]
    var bits: UInt32 = 0
    for byte in part { bits = bits << 8 | UInt32(byte) }
    bits <<= UInt32((3 - part.count) * 8)
    for index in 0..<4 {
      result.append(
        index <= part.count ? digits[Int(bits >> UInt32(18 - 6 * index)) & 63] : UInt8(ascii: "="))
    }
  }
  return String(decoding: result, as: UTF8.self)
}

/// Runs nested checks by name and fills in their defaults, as the driver does.
struct RegistryChecks: NestedChecks {
  let registry: ActionRegistry

  func check(_ call: NestedCall, in context: ReadContext) async -> Verdict {
    guard let action = registry[call.uses] else {
      return .cannotTell(Evidence("there is no action '\(call.uses)' in this test"))
    }
    guard case .check(let check) = action.body else {
      return .cannotTell(Evidence("'\(call.uses)' is not a check"))
    }
    return await check(filled(call.with, for: action.page.fields), context)
  }
}
