import RunbookFormat
import RunbookModel

/// The names that the tests of expressions see.
struct TestScope: ExpressionScope {
  var roots: [String: Value] = [
    "params": [
      "incident": "INC-1", "count": 3, "ratio": 0.5, "empty": "", "flag": true, "nothing": .null,
      "names": ["a", "b"], "limit": .duration(.seconds(30)),
      "since": .timestamp(Timestamp("2026-01-01T00:00:00Z")!),
    ],
    "env": [
      "db": ["primary": ["address": "10.0.0.5:5432"]], "site-b": ["address": "10.0.1.1"],
      "with_secret": ["user": "lb", "password": .secret(SecretName("db"))],
    ],
    "secrets": ["db": .secret(SecretName("db")), "other": .secret(SecretName("other"))],
    "variant": "failover",
    "recovery_point": .unknown("until the run has started"),
  ]

  func root(_ name: String) -> Value? { roots[name] }

  func step(_ id: String) -> Value? {
    switch id {
    case "fence_db":
      ["receipt": "r-1", "lag": .duration(.seconds(2)), "pending": .unknown("until it is read")]
    case "later": .unknown("until later has run")
    case "skipped": [:]
    default: nil
    }
  }
}

/// The outcome as one line: a value as JSON, `error: ...`, `unknown: ...`, or `syntax: ...` where
/// it does not parse.
func outcome(of source: String, in scope: TestScope = TestScope()) -> String {
  let expression: Expression
  do throws(Diagnostic) {
    expression = try Expression(parsing: ExpressionText(source, at: nil))
  } catch {
    return "syntax: \(error.message)"
  }
  switch expression.evaluate(in: scope) {
  case .value(.unknown(let reason)): return "unknown: \(reason)"
  case .value(let value): return JSONText.text(value, style: .record)
  case .error(let message): return "error: \(message)"
  }
}

/// The lines of a table `source => outcome`; an outcome of a failure may be only its beginning.
func table(_ text: String) -> [(source: String, wanted: String)] {
  text.split(separator: "\n").compactMap { line in
    let parts = line.split(separator: " => ", maxSplits: 1)
    guard parts.count == 2 else { return nil }
    return (trimmed(parts[0]), trimmed(parts[1]))
  }
}

private func trimmed(_ text: Substring) -> String {
  var text = text
  while text.first == " " { text.removeFirst() }
  while text.last == " " { text.removeLast() }
  return String(text)
}

func agrees(_ outcome: String, _ wanted: String) -> Bool {
  let isFailure = ["error:", "syntax:", "unknown:"].contains { wanted.hasPrefix($0) }
  return isFailure ? outcome.hasPrefix(wanted) : outcome == wanted
}
