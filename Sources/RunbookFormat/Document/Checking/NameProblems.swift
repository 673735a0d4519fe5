internal import RunbookModel

/// What is wrong with the names in expressions, each with the known name that is nearest.
extension StaticCheck {
  func nameProblems(_ reference: Expression.Reference) -> [Diagnostic] {
    let path = reference.path
    switch path[0] {
    case "params":
      return member(
        of: "params", path, draft.runbook.parameters.map(\.name), reference,
        none: "the runbook has no parameters")
    case "objectives": return member(of: "objectives", path, ScopeNames.objectives, reference)
    case "clock": return member(of: "clock", path, ScopeNames.clock, reference)
    case "run": return member(of: "run", path, ScopeNames.run, reference)
    case "steps": return stepProblems(path, reference)
    case "env": return environments.flatMap { envProblems(path, reference, in: $0) }
    case "secrets": return environments.flatMap { secretProblems(path, reference, in: $0) }
    default: return []
    }
  }

  private func problem(
    _ message: String, _ reference: Expression.Reference, help: String?,
    related: [Diagnostic.Related] = []
  ) -> [Diagnostic] {
    [
      Diagnostic(
        ExpressionCode.name, .error, message, at: reference.place, help: help, related: related)
    ]
  }

  private func member(
    of root: String, _ path: [String], _ names: [String], _ reference: Expression.Reference,
    none: String? = nil
  ) -> [Diagnostic] {
    guard path.count > 1, !names.contains(path[1]), !reference.isTested else { return [] }
    return problem(
      "there is no '\(root).\(path[1])'", reference,
      help: Nearest.help(for: path[1], among: names) ?? none)
  }

  private func stepProblems(
    _ path: [String], _ reference: Expression.Reference
  ) -> [Diagnostic] {
    guard path.count > 1 else { return [] }
    guard let index = draft.ids[path[1]] else {
      guard isComplete else { return [] }
      let ids = draft.nearby(item: path[1])
      return problem(
        "there is no step '\(path[1])'", reference,
        help: Nearest.word(to: path[1], among: ids).map { "did you mean '\($0)'?" }
          ?? "write the id of a step that has run before")
    }
    let isRepeated = draft.repetition(Int(index)) != nil
    let last = isRepeated ? 3 : 2
    guard path.count > 2, let page = catalogue[draft.uses(Int(index))] else { return [] }
    let outputs = page.outputs.map(\.name)
    if isRepeated, path.count == 3, outputs.contains(path[2]) {
      return problem(
        "'\(path[1])' is repeated ('for_each'), so '\(path[2])' is an output of each of its copies",
        reference, help: "say of which: steps.\(path[1])[each.key].\(path[2])")
    }
    guard path.count > last, !outputs.contains(path[last]), !reference.isTested else { return [] }
    return problem(
      "'\(path[1])' (\(page.name)) has no output '\(path[last])'", reference,
      help: Nearest.help(for: path[last], among: outputs) ?? "'\(page.name)' has no outputs",
      related: draft.step(Int(index)).place.map {
        [.init(message: "the step is here", place: $0)]
      } ?? [])
  }

  private func envProblems(
    _ path: [String], _ reference: Expression.Reference, in environment: RunbookEnvironment
  ) -> [Diagnostic] {
    switch environment.value(at: path.dropFirst()) {
    case .value, .notKnown: return []
    case .missing(let name, let names):
      // `has(env.a.b)` asks whether b is there; a missing a is an error all the same.
      if reference.isTested, name == path.last { return [] }
      return problem(
        "the environment '\(environment.name)' has no '\(path.joined(separator: "."))'", reference,
        help: Nearest.help(for: name, among: names) ?? "write it under 'values'")
    case .noMap(let name):
      return problem(
        "in the environment '\(environment.name)' '\(name)' is no map, so "
          + "'\(path.joined(separator: "."))' names nothing", reference,
        help: "read '\(name)' itself, or make it a map under 'values'")
    }
  }

  private func secretProblems(
    _ path: [String], _ reference: Expression.Reference, in environment: RunbookEnvironment
  ) -> [Diagnostic] {
    let names = environment.secrets.map(\.name.name)
    guard path.count > 1, !names.contains(path[1]) else { return [] }
    return problem(
      "the environment '\(environment.name)' has no secret '\(path[1])'", reference,
      help: Nearest.help(for: path[1], among: names) ?? "write it under 'secrets'")
  }

  mutating func checkRole(_ approval: ApprovalPolicy, _ step: StepID, _ place: SourcePlace?) {
    for environment in environments {
      guard let role = environment.roles.first(where: { $0.name == approval.role }) else {
        problems.error(
          .unknownReference,
          "the environment '\(environment.name)' has no role '\(approval.role)', so nobody could "
            + "approve '\(step)' there", at: place,
          help: Nearest.help(for: approval.role, among: environment.roles.map(\.name))
            ?? "write it under 'roles', with the people who may say yes")
        continue
      }
      if role.people.count < approval.count {
        problems.error(
          .outOfRange,
          "'\(step)' needs \(approval.count) people of the role '\(role.name)', which has "
            + "\(role.people.count) in the environment '\(environment.name)'", at: place,
          help: "lower 'count', or name more people")
      }
    }
  }
}
