import Glibc
import RunbookDriver
import RunbookEngine
import RunbookModel
import Synchronization

/// Asks the people at this terminal; nobody else is asked, and silence is no answer.
///
/// An answer counts when the account that gives it holds the role that the step asks for. One given on the command line
/// for a named step counts like one typed, once.
final class TerminalDesk: PeopleDesk {
  private let console: Console
  private let plan: Plan
  private let given: Mutex<[StepID: Given]>
  private let orders: Mutex<[OperatorDecision]>
  private let terminal = TerminalTurn()

  /// What was said beforehand for one step.
  enum Given: Sendable, Equatable {
    case approve
    case decline(reason: String)
  }

  init(
    console: Console, plan: Plan, given: [StepID: Given], orders: [OperatorDecision]
  ) {
    self.console = console
    self.plan = plan
    self.given = Mutex(given)
    self.orders = Mutex(orders)
  }

  func answer(
    _ step: PlannedStep, attempt: Int, _ request: PersonRequest
  ) async -> PersonAnswer? {
    if let refusal = roleRefusal(step) {
      console.note(refusal)
      return nil
    }
    let by = Person.current
    if let given = given.withLock({ $0.removeValue(forKey: step.id) }) {
      switch given {
      case .approve:
        return PersonAnswer(step: step.id, attempt: attempt, decision: .approve, by: by)
      case .decline(let reason):
        return PersonAnswer(
          step: step.id, attempt: attempt, decision: .decline, by: by, reason: reason)
      }
    }
    guard console.isInteractive else { return nil }
    return await terminal.take { [console] in
      Self.ask(console, step, attempt, request, by)
    }
  }

  private static func ask(
    _ console: Console, _ step: PlannedStep, _ attempt: Int, _ request: PersonRequest,
    _ by: String
  ) -> PersonAnswer? {
    console.note("\n" + console.styled("\(step.id) asks \(by):", .strong))
    console.note(wrapped(request.text, width: 100, indent: "  "))
    for line in request.instructions { console.note("    - \(line)") }
    let (yes, no) =
      switch request.kind {
      case .approval: ("yes", "no")
      case .task: ("done", "cannot")
      }
    while true {
      console.prompt("  Type '\(yes)' or '\(no)': ")
      guard let line = readLine() else { return nil }
      switch line.trimmed {
      case yes:
        return PersonAnswer(step: step.id, attempt: attempt, decision: .approve, by: by)
      case no:
        console.prompt("  Why? ")
        return PersonAnswer(
          step: step.id, attempt: attempt, decision: .decline, by: by,
          reason: readLine()?.trimmed)
      default: console.note("  Neither was typed; nothing has been answered.")
      }
    }
  }

  /// Why the account at this terminal may not answer, or nil when it may.
  private func roleRefusal(_ step: PlannedStep) -> String? {
    guard let role = step.approval?.role else { return nil }
    let by = Person.current
    let people = plan.roles.first { $0.name == role }?.people ?? []
    if people.contains(by) { return nil }
    return "\(step.id) needs a \(role); \(by) is not one. In the environment "
      + "'\(plan.environment.name)' that is: \(people.isEmpty ? "nobody" : people.joined(separator: ", "))."
  }

  func decide(_ machine: RunMachine) async -> OperatorDecision? {
    if let order = orders.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { return order }
    console.note("\n" + HoldText(machine: machine, console: console).text)
    guard console.isInteractive else { return nil }
    return await terminal.take { [console] in Self.askForOrder(console) }
  }

  private static func askForOrder(_ console: Console) -> OperatorDecision? {
    let by = Person.current
    while true {
      console.prompt("  What now? (retry STEP, skip STEP, mark-done STEP, undo, abort, leave): ")
      guard let line = readLine() else { return nil }
      let words = line.split(separator: " ").map(String.init)
      guard let verb = words.first else { continue }
      if verb == "leave" { return nil }
      guard let choice = OrderWords.choice(verb, words.count > 1 ? StepID(words[1]) : nil) else {
        console.note("  '\(line.trimmed)' is not one of them; nothing has been decided.")
        continue
      }
      console.prompt("  Why? (goes into the report) ")
      guard let reason = readLine()?.trimmed, !reason.isEmpty else {
        console.note("  A reason is needed; nothing has been decided.")
        continue
      }
      return OperatorDecision(choice, by: by, reason: reason)
    }
  }

  func refused(_ decision: OperatorDecision, because error: EngineError) async {
    console.note("  Not possible: \(error). Nothing was changed.")
  }
}

/// The words for what a person can order.
enum OrderWords {
  static func choice(_ verb: String, _ step: StepID?) -> OperatorDecision.Choice? {
    switch (verb, step) {
    case ("retry", let step?): .retry(step)
    case ("skip", let step?): .skip(step)
    case ("mark-done", let step?): .markDone(step)
    case ("undo", nil): .unwind
    case ("abort", nil): .abort
    default: nil
    }
  }
}

/// One question at a time: reading a line blocks a thread of its own.
private actor TerminalTurn {
  private var isTaken = false
  private var waiting: [CheckedContinuation<Void, Never>] = []

  func take<Answer: Sendable>(_ ask: @escaping @Sendable () -> Answer) async -> Answer {
    while isTaken {
      await withCheckedContinuation { waiting.append($0) }
    }
    isTaken = true
    let answer = await withCheckedContinuation { continuation in
      let thread = ReadingThread { continuation.resume(returning: ask()) }
      thread.start()
    }
    isTaken = false
    for next in waiting { next.resume() }
    waiting = []
    return answer
  }
}

/// A thread that may block on the terminal for hours without taking one from anybody.
private struct ReadingThread {
  let body: @Sendable () -> Void

  func start() {
    final class Box {
      let body: @Sendable () -> Void;
      init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    let box = Unmanaged.passRetained(Box(body))
    let failure = pthread_create(
      &thread, nil,
      { pointer in
        Unmanaged<Box>.fromOpaque(pointer!).takeRetainedValue().body()
        return nil
      }, box.toOpaque())
    if failure != 0 { box.takeRetainedValue().body() } else { pthread_detach(thread) }
  }
}

extension String {
  var trimmed: String {
    var text = self[...]
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
