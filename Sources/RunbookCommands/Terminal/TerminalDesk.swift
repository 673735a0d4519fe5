import Glibc
import RunbookDriver
import RunbookEngine
import RunbookModel
import RunbookReport
import Synchronization

/// Asks the people at this terminal; nobody else is asked, and silence is no answer.
///
/// An answer counts when the account that gives it holds the role that the step asks for. One given on the command line
/// for a named step counts like one typed, once.
final class TerminalDesk: PeopleDesk {
  private let console: Console
  private let plan: Plan
  private let words: Words
  private let given: Mutex<[StepID: Given]>
  private let orders: Mutex<[SteeringOrder]>
  private let terminal = TerminalTurn()
  private let stay: Duration
  private let hold: @Sendable (RunMachine, HoldText.Way) -> HoldText
  private let hasLeft = Withdrawal()

  /// What was said beforehand for one step.
  enum Given: Sendable, Equatable {
    case approve
    case decline(reason: String)
  }

  init(
    console: Console, plan: Plan, given: [StepID: Given], orders: [SteeringOrder],
    stay: Duration, words: Words,
    hold: @escaping @Sendable (RunMachine, HoldText.Way) -> HoldText
  ) {
    self.words = words
    self.stay = stay
    self.hold = hold
    self.console = console
    self.plan = plan
    self.given = Mutex(given)
    self.orders = Mutex(orders)
  }

  func answer(
    _ step: PlannedStep, attempt: Int, _ request: PersonRequest
  ) async -> PersonAnswer? {
    let by = Person.current
    if request.kind == .confirmation { return await confirm(step, attempt, request, by) }
    if let refusal = plan.roleRefusal(step, by: by) {
      console.note(refusal + ".")
      return nil
    }
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
    return await asking { [console, words] withdrawal in
      Self.ask(console, words, step, attempt, request, by, withdrawal)
    }
  }

  /// A yes that was given before the change was made says nothing of what it did: only an order to confirm counts.
  private func confirm(
    _ step: PlannedStep, _ attempt: Int, _ request: PersonRequest, _ by: String
  ) async -> PersonAnswer? {
    let isOrdered = orders.withLock { orders in
      guard let place = orders.firstIndex(where: { $0.verb == .confirm && $0.step == step.id })
      else { return false }
      orders.remove(at: place)
      return true
    }
    if isOrdered {
      return PersonAnswer(step: step.id, attempt: attempt, decision: .approve, by: by)
    }
    guard console.isInteractive else { return nil }
    return await asking { [console, words] withdrawal in
      Self.ask(console, words, step, attempt, request, by, withdrawal)
    }
  }

  private static func ask(
    _ console: Console, _ words: Words, _ step: PlannedStep, _ attempt: Int,
    _ request: PersonRequest,
    _ by: String, _ withdrawal: Withdrawal
  ) -> PersonAnswer? {
    guard !withdrawal.isSet else { return nil }
    console.note("\n" + console.styled(words.asksYou(step.id, by), .strong))
    console.note(wrapped(request.text, width: 100, indent: "  "))
    for line in request.instructions { console.note("    - \(line)") }
    let (yes, no) =
      switch request.kind {
      case .approval: ("yes", "no")
      case .confirmation: ("confirm", "no")
      case .task: ("done", "cannot")
      }
    while true {
      console.prompt("  " + words.typeEither(yes, no))
      guard let line = TerminalLines.next({ withdrawal.isSet }) else {
        if withdrawal.isSet { console.note("\n  " + words.notAskedHere) }
        return nil
      }
      switch line.trimmed {
      case yes:
        return PersonAnswer(step: step.id, attempt: attempt, decision: .approve, by: by)
      case no:
        console.prompt("  " + words.whyPrompt)
        return PersonAnswer(
          step: step.id, attempt: attempt, decision: .decline, by: by,
          reason: TerminalLines.next({ withdrawal.isSet })?.trimmed)
      default: console.note("  " + words.neitherTyped)
      }
    }
  }

  func takeOrderGiven() -> SteeringOrder? {
    orders.withLock { $0.isEmpty ? nil : $0.removeFirst() }
  }

  func decide(_ machine: RunMachine) async -> SteeringOrder? {
    if let order = takeOrderGiven() { return order }
    guard console.isInteractive else { return nil }
    console.note("\n" + hold(machine, .prompt).text)
    let decision = await asking { [console, words] in
      Self.askForOrder(console, words, $0)
    }
    if decision == nil, !Task.isCancelled { hasLeft.set() }
    return decision
  }

  /// Runs a dialogue that ends by itself when the task is cancelled.
  private func asking<Answer: Sendable>(
    _ dialogue: @escaping @Sendable (Withdrawal) -> Answer?
  ) async -> Answer? {
    let withdrawal = Withdrawal()
    return await withTaskCancellationHandler {
      await terminal.take { dialogue(withdrawal) }
    } onCancel: {
      withdrawal.set()
    }
  }

  private static func askForOrder(
    _ console: Console, _ says: Words, _ withdrawal: Withdrawal
  ) -> SteeringOrder? {
    let by = Person.current
    while !withdrawal.isSet {
      console.prompt("  " + says.whatNow)
      guard let line = TerminalLines.next({ withdrawal.isSet }) else { break }
      let words = line.split(separator: " ").map(String.init)
      guard let verb = words.first else { continue }
      if verb == "leave" { return nil }
      guard let order = OrderWords.order(verb, words.count > 1 ? words[1] : nil, by) else {
        console.note("  " + says.notOneOfThem(line.trimmed))
        continue
      }
      if !order.verb.needsReason { return order }
      console.prompt("  " + says.whyForReport)
      guard let reason = TerminalLines.next({ withdrawal.isSet })?.trimmed, !reason.isEmpty else {
        if withdrawal.isSet { break }
        console.note("  " + says.reasonNeeded)
        continue
      }
      return SteeringOrder(
        order.verb, step: order.step, by: by, reason: reason, gate: order.gate)
    }
    if withdrawal.isSet { console.note("\n  " + says.runHasMoved) }
    return nil
  }

  /// At a terminal somebody sees to it that the process ends; without one it waits as long as it was told to.
  func linger(_ machine: RunMachine) async {
    guard !hasLeft.isSet, console.isInteractive || stay > .zero else { return }
    console.note("\n" + hold(machine, .driven).text)
    if console.isInteractive {
      console.note("  " + words.waitsElsewhere)
    } else {
      console.note("  " + words.waitsUpTo(stay))
    }
    try? await ContinuousClock().sleep(
      for: console.isInteractive ? .seconds(1_000_000_000) : stay)
  }

  func refused(_ order: SteeringOrder, because refusal: SteeringRefusal) async {
    console.note(
      "  " + words.notPossible(refusal.message)
        + (refusal.next.map { words.say(" ", "") + words.sentence(words.nextAdvice($0)) } ?? ""))
  }
}

/// The words for what a person can order at the run's own prompt.
enum OrderWords {
  /// Nil for what is no order, lacks its step, or is not asked for here: questions are asked one by one.
  static func order(_ word: String, _ object: String?, _ by: String) -> SteeringOrder? {
    guard let verb = SteeringVerb(rawValue: word), verb.takesStep == (object != nil) else {
      return nil
    }
    let step = object.map { StepID($0) }
    switch verb {
    case .approve, .pause, .switchVariant: return nil
    case .override:
      return GateName(object ?? "").map {
        SteeringOrder(verb, step: $0.step, by: by, gate: $0.gate)
      }
    case .continue, .decline, .retry, .skip, .markDone, .undo, .abort, .confirm:
      return SteeringOrder(verb, step: step, by: by)
    }
  }
}

/// A guard of a step, as a person writes it: `promote_db.max_data_loss`.
struct GateName {
  var step: StepID
  var gate: String

  /// A copy's key may hold dots (`drain[10.0.0.1]`), a gate's name never does.
  init?(_ text: String) {
    guard let dot = text.lastIndex(of: "."), dot > text.startIndex else { return nil }
    gate = String(text[text.index(after: dot)...])
    guard !gate.isEmpty, !gate.contains("]") else { return nil }
    step = StepID(String(text[..<dot]))
  }

  /// The same, or the answer to somebody who left the gate out.
  init(given text: String) throws(Refusal) {
    guard let name = GateName(text) else {
      throw Refusal(
        .invalid, "'\(text)' names no guard of a step",
        next: "write STEP.GATE as 'lifeboat status' shows it, for example promote_db.max_data_loss")
    }
    self = name
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
