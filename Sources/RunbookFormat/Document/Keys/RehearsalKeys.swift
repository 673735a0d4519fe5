internal import RunbookModel

enum RehearsalKey: Int, DocumentKey {
  case lifeboat, rehearsal, description, environment, variant, purpose, outageAt, parameters
  case given, orders, expect

  static let section = Section(
    "a rehearsal",
    [
      KeyRule("lifeboat", .version, "The version of the format; the first key.", isRequired: true),
      KeyRule("rehearsal", .text, "What it tells, in one sentence.", isRequired: true),
      KeyRule("description", .text, "More about it, for people."),
      KeyRule(
        "environment", .name, "An environment beside the runbook, by its name.", isRequired: true),
      KeyRule("variant", .name, "The variant; required where the runbook has several."),
      KeyRule(
        "purpose", .word(Purpose.allCases.map(\.rawValue)),
        "What the environment allows where it is missing; recovery where it allows both."),
      KeyRule("outage_at", .duration, "How long before the run the outage began."),
      KeyRule("parameters", .named(.anything), "The runbook's parameters, by name."),
      KeyRule(
        "given", .named(.section(GivenKey.section)),
        "What steps do that is not as usual, by step; all others succeed in their usual time."),
      KeyRule(
        "operator", .list(.section(OrderKey.section)),
        "What a person orders each time that the run holds, in order; nobody is there after that."),
      KeyRule(
        "expect", .section(ExpectKey.section), "What must come out.", isRequired: true),
    ])
}

enum GivenKey: Int, DocumentKey {
  case plan, check, apply, verify, undo, approvedBy, declinedBy, answer, after, answers, when

  static let section = Section(
    "what is given of a step",
    Rehearsal.Verb.allCases.map { verb in
      KeyRule(verb.rawValue, BehaviourKey.shape(verb), verb.summary)
    } + AnswerKey.section.rules + [
      KeyRule(
        "answers", .list(.section(AnswerKey.section)),
        "One answer for each time that its question is asked."),
      KeyRule("when", .flag, "false: its 'when' is false, and it is left out."),
    ])

  static func key(_ verb: Rehearsal.Verb) -> GivenKey {
    switch verb {
    case .plan: .plan
    case .check: .check
    case .apply: .apply
    case .verify: .verify
    case .undo: .undo
    }
  }
}

enum BehaviourKey: Int, DocumentKey {
  case ends, takes, made

  static let section = keys(Rehearsal.Ending.allCases)

  static func keys(_ endings: [Rehearsal.Ending]) -> Section {
    Section(
      "what happens",
      [
        KeyRule("ends", .word(endings.map(\.rawValue)), "How it ends; as it should where missing."),
        KeyRule("takes", .duration, "How long it takes; as long as usual where missing."),
        KeyRule(
          "made", .flag, "Whether its change is in place afterwards, whatever is said of it."),
      ])
  }

  /// One word, a map, or a list of these: one entry for each time.
  static func shape(_ verb: Rehearsal.Verb) -> KeyShape {
    let one = KeyShape.either([
      .word(verb.endings.map(\.rawValue)), .section(keys(verb.endings)),
    ])
    return .either([one, .list(one)])
  }
}

enum AnswerKey: Int, DocumentKey {
  case approvedBy, declinedBy, answer, after

  static let words = ["none", "unattended"]

  static let section = Section(
    "an answer",
    [
      KeyRule("approved_by", .text, "Who says yes."),
      KeyRule("declined_by", .text, "Who says no."),
      KeyRule(
        "answer", .word(words),
        "none: nobody says anything in the time that there is; unattended: nobody is there."),
      KeyRule("after", .duration, "How long they take; 30s where missing."),
    ])
}

enum OrderKey: Int, DocumentKey {
  case order, step, after

  static let section = Section(
    "an order",
    [
      KeyRule(
        "order", .word(Rehearsal.Order.Word.allCases.map(\.rawValue)), "What is ordered.",
        isRequired: true),
      KeyRule("step", .name, "The failed step that it is about."),
      KeyRule("after", .duration, "How long the person takes; 30s where missing."),
    ])
}

enum ExpectKey: Int, DocumentKey {
  case outcome, because, never, done, undone, changed, order, within, heldBefore, rto

  static let section = Section(
    "an expectation",
    [
      KeyRule(
        "outcome", .word(Rehearsal.Expectation.Outcome.allCases.map(\.rawValue)),
        "How the run ends, or what it waits for.", isRequired: true),
      KeyRule(
        "because", .either([.name, .list(.name)]),
        "Exactly the steps that it waits for, or that failed."),
      KeyRule(
        "never", .list(.name), "Steps that are never begun; changes that are never made."),
      KeyRule("done", .list(.name), "Steps that have succeeded at the end."),
      KeyRule("undone", .list(.name), "Steps that are undone at the end."),
      KeyRule("changed", .list(.name), "Exactly the steps whose change is in place at the end."),
      KeyRule("order", .list(.name), "Steps that are begun in this order."),
      KeyRule("within", .duration, "The run takes no longer."),
      KeyRule("held_before", .duration, "The run first holds no later."),
      KeyRule(
        "rto", .word(Rehearsal.Expectation.Objective.allCases.map(\.rawValue)),
        "Whether the RTO is met."),
    ])
}

extension Rehearsal.Verb {
  fileprivate var summary: String {
    switch self {
    case .plan: "The look before the change."
    case .check: "The check."
    case .apply: "The change."
    case .verify: "The look after the change."
    case .undo: "Taking the change back."
    }
  }
}
