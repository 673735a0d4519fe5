import RunbookEngine
import RunbookModel

// What comes to the loop, and what goes on from there to the machine.

extension RunDriver {
  /// Something that is with a person; a newer one makes an older one's answer void.
  struct Talk {
    var token: Int
    var attempt = 0
    var task: Task<Void, Never>
  }

  enum Message: Sendable {
    /// The ending of a command.
    case ended(Event)
    /// What a person at this process said to a question; nil when nobody was there.
    case answered(StepID, token: Int, PersonAnswer?)
    case decided(token: Int, SteeringOrder?)
    case lingered(token: Int)
    case timer(TimerReport)
    case deadline
    /// Observers have something to record.
    case observed
    case soaked(SoakReport)
    case interrupted(String)
    /// From anywhere on this machine.
    case ordered(SteeringOrder, Reply)
    case wantsStatus(Reply)
  }

  /// What goes into the machine: a fact, or an order that may not fit.
  enum Input {
    case fact(Event)
    case order(SteeringOrder, Reply)
  }
}
