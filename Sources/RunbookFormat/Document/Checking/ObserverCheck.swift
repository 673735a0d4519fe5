internal import RunbookModel

/// What an observer may read: it looks before the first step, and before the run.
extension StaticCheck {
  mutating func check(_ observer: Observer) {
    for text in observer.check.with.expressions where !isKnownBefore(text, observer.name) { return }
    input(observer.check.with, catalogue[observer.check.uses], 0, .afterwards)
  }

  private mutating func isKnownBefore(_ text: ExpressionText, _ name: String) -> Bool {
    guard let expression = try? Expression(parsing: text) else { return true }
    for reference in expression.references {
      let why: String? =
        switch reference.path[0] {
        case "steps", "recovery_point": "is known only when steps have run"
        case "run", "clock": "is known only in a run"
        case "each": "is an item of a repeated step"
        default: nil
        }
      guard let why else { continue }
      problems.error(
        .notBefore,
        "the observer '\(name)' looks before the run and all through it, but "
          + "'\(reference.path.joined(separator: "."))' \(why)", at: reference.place,
        help: "take it from 'env', 'params', 'secrets', 'variant' or 'purpose'")
      return false
    }
    return true
  }
}
