import RunbookEngine
import RunbookModel

/// What is going to happen, by the virtual clock.
struct Agenda: Sendable {
  enum Message: Sendable {
    /// A command ends: what it does to the world, and what it says.
    case ended(Event, Effect?)
    case unanswered
    case answered(PersonAnswer)
    case decided(OperatorDecision?)
    case ordered(SteeringOrder)
    case died(Fault.Death)
    case backoff(TimerReport)
    /// The time is over in which people could say something.
    case peoplesTimer(TimerReport)
    case interrupted
    case deadline
  }

  /// What a command does to the world, at the moment at which it ends.
  struct Effect: Sendable {
    var place: Int
    var isUndo: Bool
  }

  private struct Entry: Sendable {
    var at: Int64
    var order: Int
    var message: Message
  }
  private var entries: [Entry] = []
  private var added = 0

  var isEmpty: Bool { entries.isEmpty }

  mutating func add(_ message: Message, at: Int64) {
    added += 1
    entries.append(Entry(at: at, order: added, message: message))
  }

  /// All that happens at the next moment, in the order in which it was begun. Few things are under way at a time: a
  /// list is quicker than a heap.
  mutating func takeNext() -> (at: Int64, messages: [Message])? {
    guard let at = entries.min(by: { $0.at < $1.at })?.at else { return nil }
    var due: [Message] = []
    var rest: [Entry] = []
    for entry in entries {
      if entry.at == at { due.append(entry.message) } else { rest.append(entry) }
    }
    entries = rest
    return (at, due)
  }

  /// The process is gone, and with it all that it waited for; gives the effects that were under way.
  mutating func forget() -> [Effect] {
    defer { entries = [] }
    return entries.compactMap { entry in
      if case .ended(_, let effect?) = entry.message { effect } else { nil }
    }
  }
}
