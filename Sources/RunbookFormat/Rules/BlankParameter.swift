internal import RunbookModel

extension RuleBook {
  static let blankParameter = Rule(
    code: "LB408", title: "A blank parameter that reaches a target",
    explanation: """
      A blank value has been read as 'everything' or 'the default' by more than one system, and has destroyed what it \
      was never meant to touch.

      The rule looks at parameters that may be blank (not required and without a default, a blank default, or \
      'allow_empty: true') and that an action which changes something is given. An expression that asks first, with \
      'has(params.name)', is trusted. A blank value that is written out is an error of its own (LB263).
      """,
    severity: .error, check: checkParameters)

  private static func checkParameters(_ context: RuleContext, _ findings: inout RuleFindings) {
    let parameters = context.runbook.parameters
    let reasons = parameters.map(whyBlank)
    guard reasons.contains(where: { $0 != nil }) else { return }
    for use in context.parameterUses where !findings.isFull {
      guard let why = reasons[use.parameter],
        context.facts[Int(use.step)].kind == .change
      else { continue }
      let parameter = parameters[use.parameter]
      findings.add(
        blankParameter,
        "'\(context.step(Int(use.step)).id)' is given 'params.\(parameter.name)', which may be "
          + "blank: \(why)", at: use.place, step: Int(use.step),
        help: "make it 'required: true', or give it a default that is safe",
        related: [
          .init(
            message: "the parameter is here", place: context.draft.parameterPlaces[use.parameter])
        ])
    }
  }

  private static func whyBlank(_ parameter: Parameter) -> String? {
    if parameter.allowsEmpty { return "it says 'allow_empty: true'" }
    switch parameter.defaultValue {
    case .some(.null): return "its default is empty"
    case .some(.string(let text)): return text.isBlank ? "its default is blank" : nil
    case .some(.list(let items)): return items.isEmpty ? "its default is empty" : nil
    case .some(.map(let map)): return map.isEmpty ? "its default is empty" : nil
    case .some: return nil
    case nil: return parameter.required ? nil : "it is not required and has no default"
    }
  }
}
