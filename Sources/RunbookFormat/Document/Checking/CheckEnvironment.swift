internal import RunbookModel

/// What is wrong with an environment beyond its keys.
extension DocumentReader {
  mutating func checkEnvironment(_ draft: EnvironmentDraft, file: SourceFile) {
    checkName(draft, file)
    let names = draft.environment.secrets.map(\.name.name)
    draft.environment.values.forEachExpression { text, _ in
      do throws(Diagnostic) {
        let expression = try Expression(parsing: text)
        problems.add(contentsOf: expression.problems())
        for reference in expression.references { checkSecret(reference, names) }
      } catch {
        problems.add(error)
      }
    }
  }

  private mutating func checkSecret(_ reference: Expression.Reference, _ names: [String]) {
    guard reference.path[0] == "secrets" else {
      problems.add(
        Diagnostic(
          ExpressionCode.name, .error,
          "'\(reference.path[0])' cannot be read in an environment", at: reference.place,
          help: "an environment's values may name secrets only: ${{ secrets.name }}"))
      return
    }
    guard reference.path.count > 1, !names.contains(reference.path[1]) else { return }
    problems.add(
      Diagnostic(
        ExpressionCode.name, .error, "there is no secret '\(reference.path[1])'",
        at: reference.place,
        help: Nearest.help(for: reference.path[1], among: names) ?? "write it under 'secrets'"))
  }

  /// A copy that kept the old name would send a run to the wrong place.
  private mutating func checkName(_ draft: EnvironmentDraft, _ file: SourceFile) {
    let name = draft.environment.name
    guard let last = file.path.split(separator: "/").last, !name.isEmpty,
      case let stem = last.hasSuffix(".yaml")
        ? last.dropLast(5) : last.dropLast(last.hasSuffix(".yml") ? 4 : 0),
      stem != name
    else { return }
    problems.error(
      .contradiction, "the file is called '\(last)', but its environment '\(name)'",
      at: draft.namePlace, help: "rename one of the two, so that nobody takes one for the other")
  }
}
