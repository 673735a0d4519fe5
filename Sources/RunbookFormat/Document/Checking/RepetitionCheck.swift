internal import RunbookModel

/// What is checked of `for_each`, and of `each` in the step's expressions.
extension StaticCheck {
  mutating func checkRepetition(_ repetition: Repetition?, _ index: Int) {
    guard let repetition else { return }
    let id = draft.step(index).id
    if isKnownEarly(repetition.list, "'for_each' of '\(id)'", mayReadItem: false) {
      read(repetition.list, index, .input)
      checkType(of: repetition.list, id)
      checkItems(repetition.list, id)
    }
    for text in [repetition.title, repetition.byHand] {
      guard let text else { continue }
      for expression in text.expressions
      where !isKnownEarly(expression, "a text of '\(id)'", mayReadItem: true) { return }
      read(text, index, .input)
    }
  }

  /// The plan holds the copies, so what makes them must be known when it is made.
  private mutating func isKnownEarly(
    _ text: ExpressionText, _ what: String, mayReadItem: Bool
  ) -> Bool {
    guard let expression = try? Expression(parsing: text) else { return true }
    for reference in expression.references {
      let why: String? =
        switch reference.path[0] {
        case "steps", "recovery_point", "clock": "it is known only when steps have run"
        case "run": "it is known only in a run"
        case "secrets": "a secret is no part of a plan"
        case "each" where !mayReadItem: "the items are what it gives"
        default: nil
        }
      guard let why else { continue }
      problems.error(
        .badRepetition,
        "\(what) reads '\(reference.path.joined(separator: "."))', but the copies stand in the plan: "
          + why, at: reference.place,
        help: "take it from 'env', 'params', 'variant' or 'purpose'")
      return false
    }
    return true
  }

  private mutating func checkType(of text: ExpressionText, _ id: StepID) {
    guard let expression = try? Expression(parsing: text) else { return }
    switch expression.staticType(type) {
    case .any, .list, .map: break
    case .secret, .null, .bool, .int, .double, .string, .duration, .timestamp:
      problems.error(
        .badRepetition, "'for_each' of '\(id)' must be a list or a map", at: text.place,
        help: "for one item write ['it'], or delete 'for_each'")
    }
  }

  /// Where the list stands in an environment as it is, its keys are checked there.
  private mutating func checkItems(_ text: ExpressionText, _ id: StepID) {
    for (environment, list) in lists(of: text) {
      guard let value = list.constant else { continue }
      if case .failure(let problem) = RepeatedItems.items(of: value) {
        problems.error(
          .badRepetition,
          "'for_each' of '\(id)' cannot be used in the environment '\(environment.name)': "
            + problem.message, at: text.place, help: problem.help,
          related: list.place.map { [.init(message: "the list is here", place: $0)] } ?? [])
      }
    }
  }

  /// How many batches of copies run one after another in the environment with the longest list; 1 where no environment
  /// says how long it is.
  func batches(of repetition: Repetition) -> Int {
    let counts = lists(of: repetition.list).map { _, list in
      switch list {
      case .list(let items, _): items.count
      case .map(let entries, _): entries.count
      case .literal, .expression, .text: 1
      }
    }
    return repetition.batches(of: counts.max() ?? 1)
  }

  /// The list as each environment writes it, where the expression is nothing but its name.
  private func lists(of text: ExpressionText) -> [(RunbookEnvironment, Template)] {
    guard let path = Self.path(of: text), path[0] == "env" else { return [] }
    return environments.compactMap { environment in
      guard case .value(let list) = environment.value(at: path.dropFirst()) else { return nil }
      return (environment, list)
    }
  }

  private static func path(of text: ExpressionText) -> [String]? {
    guard let expression = try? Expression(parsing: text), expression.references.count == 1,
      let path = expression.references.first?.path, path.joined(separator: ".") == text.source
    else { return nil }
    return path
  }

  /// A reference to `each` in a step's expressions.
  mutating func checkEach(_ reference: Expression.Reference, _ place: SourcePlace?, _ index: Int) {
    guard let repetition = draft.repetition(index) else {
      problems.error(
        .unknownReference, "'each' is an item of 'for_each', which this step does not have",
        at: place, help: "write 'for_each: ${{ a list }}' in the step, or name the value itself")
      return
    }
    let path = reference.path
    guard path.count > 1 else { return }
    guard ["key", "value"].contains(path[1]) else {
      problems.error(
        .unknownReference, "there is no 'each.\(path[1])'", at: place,
        help: "an item has 'each.key' and 'each.value'"
          + (path[1] == "name" ? "; its name is 'each.value.name'" : ""))
      return
    }
    guard path[1] == "value", path.count > 2 else { return }
    for (environment, list) in lists(of: repetition.list) {
      checkItems(of: list, environment, reference, place)
    }
  }

  /// The first item that does not have what the path names.
  private mutating func checkItems(
    of list: Template, _ environment: RunbookEnvironment, _ reference: Expression.Reference,
    _ place: SourcePlace?
  ) {
    let items: [Template] =
      switch list {
      case .list(let items, _): items
      case .map(let entries, _): entries.map(\.value)
      case .literal, .expression, .text: []
      }
    let name = reference.path.joined(separator: ".")
    for (number, item) in items.enumerated() {
      let help: String?
      switch RunbookEnvironment.value(
        at: reference.path.dropFirst(2), in: item, named: "each.value")
      {
      case .value, .notKnown: continue
      case .missing(let missing, let names):
        if reference.isTested, missing == reference.path.last { continue }
        help = Nearest.help(for: missing, among: names)
      case .noMap: help = "it holds nothing by name: read 'each.value' itself"
      }
      problems.error(
        .unknownReference,
        "item \(number + 1) of the list in the environment '\(environment.name)' has no '\(name)'",
        at: place, help: help,
        related: item.place.map { [.init(message: "the item is here", place: $0)] } ?? [])
      return
    }
  }
}

extension Template {
  /// Every expression in it.
  var expressions: [ExpressionText] {
    switch self {
    case .literal: []
    case .expression(let text): [text]
    case .text(let parts, _):
      parts.compactMap { if case .expression(let text) = $0 { text } else { nil } }
    case .list(let items, _): items.flatMap(\.expressions)
    case .map(let entries, _): entries.flatMap(\.value.expressions)
    }
  }
}
