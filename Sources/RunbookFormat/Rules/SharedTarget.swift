internal import RunbookModel

extension RuleBook {
  static let sharedTarget = Rule(
    code: "LB412", title: "A drill environment that shares a target with a recovery one",
    explanation: """
      A drill does everything that a recovery does. When an address of an environment for drills is also one of an \
      environment for recoveries, a drill is an outage.

      The rule compares the addresses (host and port, URLs, IP addresses) among the values of environments that allow \
      drills and no recoveries with those of environments that allow recoveries. It needs both: validate the folder.
      """,
    severity: .error, check: checkShared)

  private static func checkShared(_ context: RuleContext, _ findings: inout RuleFindings) {
    var real: [String: (place: SourcePlace?, environment: String)] = [:]
    for environment in context.environments + context.others
    where environment.allows.contains(.recovery) {
      environment.values.forEachText { written in
        guard let target = TargetText.target(written.text), real[target] == nil else { return }
        real[target] = (written.place, environment.name)
      }
    }
    guard !real.isEmpty else { return }
    for environment in context.environments
    where environment.allows.contains(.drill) && !environment.allows.contains(.recovery)
      && !context.isSilenced(sharedTarget, in: environment.name)
    {
      environment.values.forEachText { written in
        guard let target = TargetText.target(written.text), let other = real[target] else { return }
        findings.add(
          sharedTarget,
          "'\(written.text)' is a target of the environment '\(environment.name)', which is for "
            + "drills, and of '\(other.environment)', which is for recoveries", at: written.place,
          step: nil, help: "give the drill a target of its own",
          related: other.place.map { [.init(message: "it is used for recoveries here", place: $0)] }
            ?? [])
      }
    }
  }
}
