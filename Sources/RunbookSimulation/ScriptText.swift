package import RunbookEngine
import RunbookModel

/// A script in words: what one would have to do to see the same.
extension ScriptLine {
  package func text(_ plan: Plan) -> String {
    "\(point.text(plan)): \(fault.text)"
  }
}

extension Point {
  fileprivate func text(_ plan: Plan) -> String {
    func step(_ place: Int) -> String { plan.steps[place].id.text }
    func times(_ nth: Int) -> String { nth == 1 ? "" : " (time \(nth))" }
    return switch self {
    case .command(let place, let verb, let nth): "\(verb.rawValue) \(step(place))\(times(nth))"
    case .question(let place, let nth): "question of \(step(place))\(times(nth))"
    case .timer(let place, let nth): "timer of \(step(place))\(times(nth))"
    case .hold(let nth): "hold \(nth)"
    case .record(let number): "record \(number)"
    case .departure(let nth): "after departure \(nth)"
    }
  }
}

extension Fault {
  package var text: String {
    switch self {
    case .behaves(let behaviour): behaviour.text
    case .killed(let after, let isMade):
      "the process dies meanwhile" + (after.map { ", after \($0.text)" } ?? "")
        + (isMade ? "; it is made" : "; it is not made")
    case .orders(let verb, let step, let after):
      "a person says \(verb.rawValue)" + (step.map { " \($0)" } ?? "") + " after \(after.text)"
    case .answers(let answer): answer.text
    case .late(let by): "fires \(by.text) late"
    case .decides(let decision): decision.text
    case .dies(let death): death.text
    case .signal: "SIGTERM arrives"
    case .returns(.resumes): "somebody resumes the run"
    case .returns(.undoes): "somebody orders undo"
    }
  }
}

extension Behaviour {
  var text: String {
    let ending = ends.text
    return takes.map { "\(ending), after \($0.text)" } ?? ending
  }
}

extension Behaviour.Ending {
  package var text: String {
    switch self {
    case .truly: "as it should be"
    case .failed: "fails, changes nothing, no use to try again"
    case .passing: "fails, changes nothing, may be tried again"
    case .lost: "is made, the answer is lost"
    case .cut: "is not made, the answer is lost"
    case .hangs: "hangs until its deadline (a change is made)"
    case .liesDone: "says that it is so, and it is not"
    case .liesFailed: "says that it failed, and it is made"
    case .doesNotHold: "does not hold"
    case .cannotTell: "cannot tell"
    case .drifts: "the world has moved, another change is needed"
    }
  }
}

extension Fault.Answer {
  fileprivate var text: String {
    switch self {
    case .approves(let by, let after): "\(by ?? "somebody") says yes after \(after.text)"
    case .declines(let by, let after): "\(by ?? "somebody") says no after \(after.text)"
    case .nobody: "nobody is there"
    case .silence: "somebody is there and says nothing"
    case .toAnotherQuestion: "a yes to another question arrives"
    }
  }
}

extension Fault.Decision {
  fileprivate var text: String {
    switch self {
    case .retry: "a person says retry"
    case .skip: "a person says skip"
    case .markDone: "a person says that it is done"
    case .unwind: "a person orders undo"
    case .abort: "a person aborts"
    case .nonsense: "a person gives an order that does not fit"
    }
  }
}

extension Fault.Death {
  package var text: String {
    let who = takesMachine ? "the machine goes down" : "the process dies"
    let when =
      switch moment {
      case .beforeRecord: "before the record is written"
      case .beforeSync: "before the record is synced"
      case .beforePerforming: "after the record, before its commands"
      }
    if isMeanwhile { return "\(who); what is under way is \(underWayIsMade ? "" : "not ")made" }
    let rest = underWayIsMade ? "what is under way is made" : "what is under way is not made"
    return "\(who) \(when); \(rest)"
  }
}
