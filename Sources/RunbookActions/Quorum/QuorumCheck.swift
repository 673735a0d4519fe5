import RunbookAction
import RunbookModel

/// `quorum.check`: at least so many of several checks must hold.
struct QuorumCheck: CheckAction {
  static let limit = 100

  struct Input: ActionInput {
    var atLeast: Int
    var of: [NestedCall]

    enum CodingKeys: String, CodingKey {
      case of
      case atLeast = "at_least"
    }

    static let fields = [
      Field("at_least", .int, "How many of the checks must hold; at least 1.", need: .required),
      Field(
        "of", .list(.check),
        "The checks, each with `uses` and `with`; they run together, at most \(QuorumCheck.limit).",
        need: .required),
    ]
  }

  let page = ActionPage(
    name: "quorum.check",
    summary: "At least so many of several checks must hold",
    details: """
      One vantage point cannot tell a dead site from its own broken network; several can. All checks run at the same \
      time, each within this step's deadline.

      Holds when at least `at_least` of them hold. Does not hold when that could not be reached even if every check \
      that could not tell had held. Otherwise it cannot be told: too few answered. A check that gives no answer counts \
      neither for nor against.

      Two equal checks are one witness, not two, and are refused.
      """,
    kind: .check, fields: Input.fields,
    outputs: [
      Output("holding", .int, "How many of the checks held."),
      Output("not_holding", .int, "How many did not hold."),
      Output("cannot_tell", .int, "How many could not tell."),
      Output("answers", .list(.map(.string)), "Each check: `uses`, `answer`, and what it `saw`."),
    ],
    timeout: .seconds(15), expected: .seconds(2), undo: .notNeeded,
    byHand: "Make each check under 'of' by hand, from different places; {at_least} must hold.")

  func check(_ input: Input, in context: ReadContext) async -> Verdict {
    if let problem = problem(input) { return .cannotTell(Evidence(problem)) }
    let inner = context.withReserve
    let verdicts = await withTaskGroup(of: (Int, Verdict).self) { group in
      for (index, call) in input.of.enumerated() {
        group.addTask { (index, await inner.check(call)) }
      }
      var verdicts = [Verdict?](repeating: nil, count: input.of.count)
      for await (index, verdict) in group { verdicts[index] = verdict }
      return verdicts.compactMap(\.self)
    }
    return judge(verdicts, input)
  }

  private func problem(_ input: Input) -> String? {
    guard (1...Self.limit).contains(input.of.count) else {
      return "'of' holds \(input.of.count) checks; it must hold 1 to \(Self.limit)"
    }
    guard (1...input.of.count).contains(input.atLeast) else {
      return "'at_least' is \(input.atLeast), which \(input.of.count) checks can never answer"
    }
    for (index, call) in input.of.enumerated() {
      if let first = input.of[..<index].firstIndex(of: call) {
        return "checks \(first + 1) and \(index + 1) are the same: that is one witness, not two"
      }
    }
    return nil
  }

  private func judge(_ verdicts: [Verdict], _ input: Input) -> Verdict {
    var counts = (holding: 0, against: 0, silent: 0)
    var answers: [Value] = []
    for (call, verdict) in zip(input.of, verdicts) {
      switch verdict {
      case .holds: counts.holding += 1
      case .doesNotHold: counts.against += 1
      case .cannotTell: counts.silent += 1
      }
      answers.append([
        "uses": .string(call.uses), "answer": .string(verdict.word),
        "saw": .string(verdict.evidence.summary),
      ])
    }
    let lines = zip(input.of, verdicts).enumerated().map { index, pair in
      "\(index + 1) \(pair.0.uses) \(pair.1.word): \(pair.1.evidence.summary)"
    }
    let evidence = Evidence(
      "\(counts.holding) of \(verdicts.count) checks hold, \(counts.against) do not, "
        + "\(counts.silent) cannot tell; \(input.atLeast) must hold",
      facts: [
        "holding": .int(Int64(counts.holding)), "not_holding": .int(Int64(counts.against)),
        "cannot_tell": .int(Int64(counts.silent)), "answers": .list(answers),
      ],
      output: lines.joined(separator: "\n"))
    if counts.holding >= input.atLeast { return .holds(evidence) }
    return counts.holding + counts.silent < input.atLeast
      ? .doesNotHold(evidence) : .cannotTell(evidence)
  }
}
