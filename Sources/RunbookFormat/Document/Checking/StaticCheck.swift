internal import RunbookModel

/// Checks what a runbook's expressions name and what its actions are given, before anything runs.
///
/// An expression that was found right is remembered by its text, so a runbook that names the same value in ten thousand
/// steps pays for it once.
struct StaticCheck {
  let draft: RunbookDraft
  let order: StepOrder
  let catalogue: ActionCatalogue
  let environments: [RunbookEnvironment]
  var problems: DiagnosticList
  /// What rules want to know of each step.
  var facts: [StepFacts] = []
  /// Proofs of fencing that a step is given: its own place, and that of the fencing step.
  var proofs: [StepOrder.Question] = []
  var parameterUses: [ParameterUse] = []

  private let fields: FieldCheck
  private let parameters: [String: Int]
  let type: PathTypes
  /// By the manner in which they stand: a condition, inside text, alone.
  private var known: [[String: [Expression.Reference]]] = [[:], [:], [:]]
  private var questions: [StepOrder.Question] = []
  private var questionPlaces: [SourcePlace?] = []
  /// False when the file was read in part: a step that is missing then may well be there.
  let isComplete: Bool

  init(
    _ draft: RunbookDraft, _ order: StepOrder, _ catalogue: ActionCatalogue,
    _ environments: [RunbookEnvironment], _ problems: DiagnosticList, isComplete: Bool
  ) {
    self.draft = draft
    self.order = order
    self.catalogue = catalogue
    self.environments = environments
    self.problems = problems
    self.isComplete = isComplete
    fields = FieldCheck(catalogue: catalogue)
    let parameters = Dictionary(
      draft.runbook.parameters.enumerated().map { ($1.name, $0) },
      uniquingKeysWith: { first, _ in first })
    self.parameters = parameters
    // A closure over self would copy all of it for every input.
    type = { path in Self.type(path, draft, catalogue, parameters) }
  }

  /// A parameter read by a step's `with`.
  struct ParameterUse {
    var step: UInt32
    var parameter: Int
    var place: SourcePlace?
  }

  mutating func run() {
    facts.reserveCapacity(draft.notes.count)
    var index = 0
    for stage in draft.runbook.stages {
      for place in stage.steps.indices {
        check(stage.steps[place], index)
        index += 1
      }
    }
    for observer in draft.runbook.observers { check(observer) }
    reportUnmet()
  }

  private mutating func check(_ step: borrowing Step, _ index: Int) {
    let page = catalogue[step.uses]
    facts.append(StepFacts(step, draft.notes[index], page, catalogue))
    if let repetition = step.forEach { facts[index].repeat(batches(of: repetition)) }
    checkRepetition(step.forEach, index)
    input(step.with, page, index, .input)
    if let when = step.when { read(when, index, .condition) }
    for check in step.verify {
      input(check.with, catalogue[check.uses], index, .afterwards)
    }
    if case .explicit(let undo) = step.undo {
      input(undo.with, catalogue[undo.uses], index, .afterwards)
    }
    if let approval = step.approval { checkRole(approval, step.id, step.place) }
  }

  /// Where an expression stands, which decides what it may name.
  enum Use {
    case input
    case condition
    /// It is evaluated after the step's own change, so it may name the step itself.
    case afterwards
  }

  mutating func input(_ template: Template, _ page: ActionPage?, _ index: Int, _ use: Use) {
    read(template, index, use)
    guard let page else { return }
    problems.add(
      contentsOf: fields.problems(in: template, against: page.fields, of: page.name, type))
  }

  mutating func read(_ template: Template, _ index: Int, _ use: Use) {
    switch template {
    case .literal: break
    case .expression(let text): read(text, index, use)
    case .text(let parts, _):
      for part in parts {
        if case .expression(let text) = part { read(text, index, use, inText: true) }
      }
    case .list(let items, _): for item in items { read(item, index, use) }
    case .map(let entries, _): for entry in entries { read(entry.value, index, use) }
    }
  }

  mutating func read(
    _ text: ExpressionText, _ index: Int, _ use: Use, inText: Bool = false
  ) {
    let manner = use == .condition ? 0 : inText ? 1 : 2
    if let references = known[manner][text.source] {
      for reference in references { follow(reference, text.place, index, use) }
      return
    }
    do throws(Diagnostic) {
      let expression = try Expression(parsing: text)
      var found = expression.problems(asCondition: use == .condition, type)
      if inText { found += textProblems(expression) }
      if problems.isFull {
        // Whatever else is wrong would only be counted.
        for _ in found { problems.countError() }
        return
      }
      for reference in expression.references { found += nameProblems(reference) }
      let followed = Self.followed(expression.references)
      for reference in followed { follow(reference, reference.place, index, use) }
      if found.isEmpty { known[manner][text.source] = followed }
      problems.add(contentsOf: found)
    } catch {
      problems.add(error)
    }
  }

  /// The references to steps, items and parameters, without parameters that the expression asks for with `has()`.
  private static func followed(_ references: [Expression.Reference]) -> [Expression.Reference] {
    let tested = references.filter(\.isTested).map(\.path)
    return references.filter { reference in
      switch reference.path[0] {
      case "steps", "each": true
      case "params": !tested.contains(reference.path)
      default: false
      }
    }
  }

  private func textProblems(_ expression: Expression) -> [Diagnostic] {
    switch expression.staticType(type) {
    case .secret:
      [
        Diagnostic(
          ExpressionCode.secret, .error, "a secret cannot be put into text",
          at: expression.text.place, help: "pass it alone, in a field made for a secret")
      ]
    case .null:
      [
        Diagnostic(
          ExpressionCode.type, .error, "null cannot be put into text", at: expression.text.place)
      ]
    case .any, .bool, .int, .double, .string, .duration, .timestamp, .list, .map: []
    }
  }

  /// Notes what the step reads of other steps and of parameters.
  private mutating func follow(
    _ reference: Expression.Reference, _ place: SourcePlace?, _ index: Int, _ use: Use
  ) {
    if reference.path[0] == "each" { return checkEach(reference, place, index) }
    guard reference.path.count > 1 else { return }
    if reference.path[0] == "params" {
      if use == .input, let parameter = parameters[reference.path[1]] {
        parameterUses.append(
          ParameterUse(step: UInt32(index), parameter: parameter, place: place))
      }
      return
    }
    guard reference.path[0] == "steps", let other = draft.ids[reference.path[1]] else { return }
    let note = draft.notes[Int(other)]
    // What stands further down has no facts yet, and cannot be a proof.
    if Int(other) < facts.count, facts[Int(other)].traits.contains(.fences), use == .input {
      proofs.append(.init(earlier: other, later: UInt32(index)))
    }
    if note.stage < draft.notes[index].stage { return }
    if Int(other) == index, use == .afterwards { return }
    questions.append(.init(earlier: other, later: UInt32(index)))
    questionPlaces.append(place)
  }

  /// What a path is declared to be.
  private static func type(
    _ path: [String], _ draft: RunbookDraft, _ catalogue: ActionCatalogue,
    _ parameters: [String: Int]
  ) -> FieldType? {
    switch path[0] {
    case "params":
      guard path.count == 2, let index = parameters[path[1]] else { return nil }
      return draft.runbook.parameters[index].type
    case "steps":
      guard path.count > 2, let index = draft.ids[path[1]] else { return nil }
      // A repeated step's copies stand between: `steps.ID[key].OUTPUT`.
      let isRepeated = draft.repetition(Int(index)) != nil
      guard path.count == (isRepeated ? 4 : 3) else { return nil }
      let page = catalogue[draft.uses(Int(index))]
      return page?.outputs.first { $0.name == path[path.count - 1] }?.type
    default: return ScopeNames.type(of: path)
    }
  }

  private mutating func reportUnmet() {
    guard !questions.isEmpty else { return }
    var unmet = Set<UInt64>()
    for question in order.unmet(questions) {
      unmet.insert(UInt64(question.earlier) << 32 | UInt64(question.later))
    }
    guard !unmet.isEmpty else { return }
    for (question, place) in zip(questions, questionPlaces)
    where unmet.contains(UInt64(question.earlier) << 32 | UInt64(question.later)) {
      let earlier = draft.step(Int(question.earlier))
      let later = draft.step(Int(question.later)).id
      let isSelf = question.earlier == question.later
      problems.error(
        .notBefore,
        isSelf
          ? "'\(later)' reads its own outputs, which are not there before it has run"
          : "'\(later)' reads from '\(earlier.id)', but does not wait for it", at: place,
        help: isSelf
          ? "name a step that has run before"
          : question.earlier < question.later
            ? "add '\(earlier.id)' to its 'needs'" : "move '\(earlier.id)' above it",
        related: earlier.place.map { [.init(message: "'\(earlier.id)' is here", place: $0)] } ?? [])
    }
  }
}
