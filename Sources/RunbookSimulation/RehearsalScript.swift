import RunbookEngine
import RunbookModel

/// What is given in a rehearsal, as the script of a simulated run.
struct RehearsalScript {
  private(set) var lines: [ScriptLine] = []
  /// What must come to pass for the rehearsal to have shown anything, in the author's words.
  private(set) var firsts: [(point: Point, words: String, step: StepID?)] = []

  static let readingTime = Duration.seconds(30)

  init(_ rehearsal: Rehearsal, _ plan: Plan) {
    for given in rehearsal.given {
      for place in plan.places(of: given.step) { add(given, place) }
    }
    for (index, order) in rehearsal.orders.enumerated() {
      let about = order.step.map { " \($0)" } ?? ""
      lines.append(
        ScriptLine(
          .hold(index + 1),
          .orders(order.word.verb, order.step, after: order.after ?? Self.readingTime)))
      firsts.append(
        (.hold(index + 1), "the order '\(order.word.rawValue)\(about)'", order.step))
    }
  }

  private mutating func add(_ given: Rehearsal.Given, _ place: Int) {
    for verb in Rehearsal.Verb.allCases {
      for (index, act) in (given.acts[verb] ?? []).enumerated() {
        let point = Point.command(place: place, verb.simulated, nth: index + 1)
        lines.append(ScriptLine(point, act.fault(of: verb)))
        if index == 0 { firsts.append((point, "'\(verb.rawValue)' of \(given.step)", given.step)) }
      }
    }
    for (index, answer) in given.answers.enumerated() {
      let point = Point.question(place: place, nth: index + 1)
      lines.append(ScriptLine(point, .answers(answer.fault)))
      if index == 0 { firsts.append((point, "the question of \(given.step)", given.step)) }
    }
  }
}

extension Plan {
  /// Where the step of that id stands; all its copies, where it is repeated.
  func places(of id: StepID) -> [Int] {
    steps.indices.filter {
      steps[$0].id == id || steps[$0].id.text.hasPrefix("\(id.text)[")
    }
  }
}

extension Rehearsal.Verb {
  fileprivate var simulated: Verb {
    switch self {
    case .plan: .plan
    case .check: .check
    case .apply: .apply
    case .verify: .verify
    case .undo: .undo
    }
  }
}

extension Rehearsal.Act {
  fileprivate func fault(of verb: Rehearsal.Verb) -> Fault {
    if ends == .killed { return .killed(after: takes, isMade: isMade ?? true) }
    return .behaves(Behaviour(behaviour(of: verb), takes: takes, told: words))
  }

  private var words: String {
    let ending = (ends ?? .succeeds).rawValue.split(separator: "_").joined(separator: " ")
    let time = takes.map { " after \($0.spoken)" } ?? ""
    let made = isMade.map { $0 ? ", and is made" : ", and is not made" } ?? ""
    return (ends == nil && takes != nil ? "takes \(takes?.spoken ?? "")" : ending + time) + made
  }

  private func behaviour(of verb: Rehearsal.Verb) -> Behaviour.Ending {
    switch ends {
    case nil, .succeeds: isMade == false ? .liesDone : .truly
    // What is seen after a change is what the author says, whatever is so.
    case .holds: verb == .verify ? .liesDone : .truly
    case .doesNotHold: .doesNotHold
    case .cannotTell: .cannotTell
    case .fails: isMade == true ? .liesFailed : .passing
    case .refused: .failed
    case .unknown: isMade == false ? .cut : .lost
    case .hangs: isMade == false ? .cut : .hangs
    case .differs: .drifts
    case .killed: .hangs
    }
  }
}

extension Rehearsal.Answer {
  fileprivate var fault: Fault.Answer {
    let after = self.after ?? RehearsalScript.readingTime
    return switch kind {
    case .approved(let by): .approves(by: by, after: after)
    case .declined(let by): .declines(by: by, after: after)
    case .none: .silence
    case .unattended: .nobody
    }
  }
}

extension Rehearsal.Order.Word {
  fileprivate var verb: SteeringVerb {
    switch self {
    case .retry: .retry
    case .skip: .skip
    case .markDone: .markDone
    case .undo: .undo
    case .abort: .abort
    }
  }
}
