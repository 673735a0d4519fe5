internal import RunbookModel

/// What is wrong with a rehearsal beside its runbook and environments: names, and what can never come to pass.
struct RehearsalCheck {
  let rehearsal: Rehearsal
  let runbook: Runbook
  let environments: [LoadedEnvironment]
  let catalogue: ActionCatalogue
  /// False when the runbook was read in part: a step that is missing then may well be there.
  let isComplete: Bool
  var problems: DiagnosticList
  private let steps: [StepID: Step]

  init(
    _ rehearsal: Rehearsal, _ runbook: Runbook, _ environments: [LoadedEnvironment],
    _ catalogue: ActionCatalogue, _ problems: DiagnosticList, isComplete: Bool
  ) {
    self.rehearsal = rehearsal
    self.runbook = runbook
    self.environments = environments
    self.catalogue = catalogue
    self.isComplete = isComplete
    self.problems = problems
    steps = Dictionary(
      runbook.steps.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
  }

  mutating func run() {
    checkVariant()
    checkEnvironment()
    checkParameters()
    for given in rehearsal.given { check(given) }
    for order in rehearsal.orders {
      if let id = order.step { _ = step(id, order.place) }
    }
    checkExpectation()
  }

  private var environment: RunbookEnvironment? {
    environments.lazy.compactMap(\.environment).first { $0.name == rehearsal.environment }
  }

  // MARK: - Where and which

  private mutating func checkVariant() {
    let all = runbook.variants
    guard let variant = rehearsal.variant else {
      if all.count > 1 {
        problems.error(
          .missingKey, "the runbook has several variants, and the rehearsal names none",
          at: rehearsal.place, help: "write 'variant:' and one of: \(all.joined(separator: ", "))")
      }
      return
    }
    guard !all.contains(variant) else { return }
    problems.error(
      .unknownVariant, "there is no variant '\(variant)'", at: rehearsal.places["variant"],
      help: all.isEmpty
        ? "delete it: the runbook has no variants" : Nearest.help(for: variant, among: all))
  }

  private mutating func checkEnvironment() {
    let name = rehearsal.environment
    guard !name.isEmpty else { return }
    guard let environment else {
      // One that is there and broken has said so itself.
      let names = environments.map(\.name)
      guard !names.contains(name) else { return }
      return problems.error(
        .unknownReference, "there is no environment '\(name)' beside the runbook",
        at: rehearsal.places["environment"],
        help: Nearest.help(for: name, among: names) ?? "write 'environments/\(name).yaml'")
    }
    if let purpose = rehearsal.purpose, !environment.allows.contains(purpose) {
      problems.error(
        .contradiction, "the environment '\(name)' does not allow a \(purpose.rawValue)",
        at: rehearsal.places["purpose"], help: "delete 'purpose', or name another environment")
    }
  }

  private mutating func checkParameters() {
    let found = ParameterCheck(runbook.parameters).values(from: rehearsal.parameterArguments)
    for var problem in found.problems {
      let named = rehearsal.parameters.first { problem.message.contains("'\($0.name)'") }
      problem.place = named?.place ?? rehearsal.places["parameters"] ?? rehearsal.place
      if named == nil, problem.code == FieldCode.missing {
        problem.help = "write it under 'parameters'"
      }
      problems.add(problem)
    }
  }

  // MARK: - Steps

  /// The step of that id; nil, and said so, when there is none, or the variant leaves it out.
  private mutating func step(_ id: StepID, _ place: SourcePlace?) -> Step? {
    guard let step = steps[id.base] else {
      if isComplete {
        problems.error(
          .unknownReference, "there is no step '\(id.base)'", at: place,
          help: Nearest.help(for: id.base.text, among: steps.keys.map(\.text).sorted()))
      }
      return nil
    }
    if id.isCopy, step.forEach == nil {
      problems.error(
        .unknownReference, "'\(step.id)' has no copies", at: place,
        help: "write '\(step.id)', or repeat the step with 'for_each'")
      return nil
    }
    if let variant = rehearsal.variant, runbook.variants.contains(variant), !step.only.isEmpty,
      !step.only.contains(variant)
    {
      contradiction(
        "'\(id)' is no part of the variant '\(variant)'", place,
        "delete it, or rehearse another variant")
      return nil
    }
    return step
  }

  private mutating func contradiction(
    _ message: String, _ place: SourcePlace?, _ help: String
  ) {
    problems.error(.contradiction, message, at: place, help: help)
  }

  private mutating func check(_ given: Rehearsal.Given) {
    guard let step = step(given.step, given.place), let page = catalogue[step.uses] else { return }
    for (verb, acts) in given.acts.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      check(verb, acts, step, page, given.place)
    }
    if !given.answers.isEmpty { checkAnswers(given, step, page) }
    if given.isLeftOut, step.when == nil {
      contradiction(
        "'\(step.id)' has no 'when', so it is never left out", given.place,
        "delete 'when: false'")
    }
  }

  private mutating func check(
    _ verb: Rehearsal.Verb, _ acts: [Rehearsal.Act], _ step: Step, _ page: ActionPage,
    _ place: SourcePlace?
  ) {
    let place = acts.first?.place ?? place
    let verbs = page.kind.verbs
    guard verbs.contains(verb) else {
      let (kind, help) =
        switch page.kind {
        case .check: ("a check", "write 'check' instead")
        case .change: ("a change", "a change has 'plan', 'apply', 'verify' and 'undo'")
        case .person:
          ("a question", "a question has 'approved_by', 'declined_by', 'answer' and 'after'")
        }
      return contradiction(
        "'\(step.id)' is \(kind), so '\(verb.rawValue)' never happens", place, help)
    }
    if verb == .undo, let why = step.staysBecause {
      contradiction("'\(step.id)' is never undone: \(why)", place, "delete 'undo'")
    }
    for act in acts { checkTime(act, verb, step, page) }
  }

  private mutating func checkTime(
    _ act: Rehearsal.Act, _ verb: Rehearsal.Verb, _ step: Step, _ page: ActionPage
  ) {
    let timeout = step.timeout ?? page.timeout
    guard let takes = act.takes else { return }
    if act.ends == .hangs {
      return contradiction(
        "what hangs lasts until its deadline", act.place,
        "delete 'takes', or write 'ends: unknown' for an answer that is lost earlier")
    }
    guard verb != .verify, takes > timeout else { return }
    switch act.ends {
    case .hangs, .unknown: return
    case .succeeds, .holds, .doesNotHold, .cannotTell, .fails, .refused, .differs, .killed, nil:
      contradiction(
        "'\(step.id)' is waited for \(timeout.text), so nobody sees how it ends after "
          + "\(takes.text)", act.place, "write 'ends: hangs', or a shorter time")
    }
  }

  private mutating func checkAnswers(
    _ given: Rehearsal.Given, _ step: Step, _ page: ActionPage
  ) {
    let asks = step.approval != nil || step.commitWithin != nil
    guard page.kind == .person || page.kind == .change && asks else {
      return contradiction(
        "'\(step.id)' asks nobody", given.answers[0].place ?? given.place,
        "delete the answer, or give the step an 'approval' in the runbook")
    }
    guard let role = step.approval?.role, let environment,
      let people = environment.roles.first(where: { $0.name == role })?.people
    else { return }
    for answer in given.answers {
      let who: String
      switch answer.kind {
      case .approved(let by?), .declined(let by): who = by
      case .approved(nil), .none, .unattended: continue
      }
      guard !people.contains(who) else { continue }
      contradiction(
        "\(who) is no \(role) in the environment '\(environment.name)', so the answer would be "
          + "refused", answer.place, "name one of: \(people.joined(separator: ", "))")
    }
  }

  // MARK: - Expected

  private mutating func checkExpectation() {
    let expect = rehearsal.expect
    for (key, ids) in expect.stepLists {
      for id in ids { _ = step(id, expect.places["\(key)/\(id)"] ?? expect.places[key]) }
    }
    for (key, ids) in expect.stepLists where ["done", "undone", "order", "changed"].contains(key) {
      for id in ids where expect.never.contains(id) {
        contradiction(
          "'\(id)' cannot be in '\(key)' and in 'never'", expect.places["\(key)/\(id)"],
          "name it in one of the two")
      }
    }
    if expect.outcome == .succeeded, expect.because != nil {
      contradiction(
        "a run that succeeds waits for nothing", expect.places["because"],
        "delete 'because', or expect another outcome")
    }
    if let outcome = expect.outcome, outcome == .succeeded || outcome == .failedUnchanged,
      !expect.undone.isEmpty
    {
      contradiction(
        "nothing is undone in a run that ends as '\(outcome.rawValue)'",
        expect.places["undone"], "expect 'failed_undone' or 'failed_partly'")
    }
    if expect.rto != nil { checkObjective(expect.places["rto"]) }
  }

  private mutating func checkObjective(_ place: SourcePlace?) {
    if runbook.objectives.rto == nil {
      contradiction("the runbook sets no RTO", place, "delete 'rto', or set one in the runbook")
    } else if runbook.objectives.clock == .outage, rehearsal.outageAt == nil {
      contradiction(
        "the RTO counts from when the outage began, which the rehearsal does not say", place,
        "write 'outage_at: 5m' for five minutes before the run")
    }
  }
}

extension Rehearsal {
  /// As they would stand at the command line.
  package var parameterArguments: [String] { parameters.map { "\($0.name)=\($0.text)" } }
}

extension Rehearsal.Expectation {
  /// Every list of steps with its key.
  fileprivate var stepLists: [(key: String, ids: [StepID])] {
    [
      ("because", because ?? []), ("never", never), ("done", done), ("undone", undone),
      ("changed", changed ?? []), ("order", order),
    ]
  }
}

extension ActionKind {
  /// What a run performs of such a step.
  fileprivate var verbs: [Rehearsal.Verb] {
    switch self {
    case .check: [.check]
    case .change: [.plan, .apply, .verify, .undo]
    case .person: []
    }
  }
}

extension Step {
  /// Why a run never takes it back, or nil.
  fileprivate var staysBecause: String? {
    if pointOfNoReturn { return "it is a point of no return" }
    if case .none(let reason) = undo { return reason }
    return nil
  }
}
