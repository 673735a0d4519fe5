package import RunbookModel

/// The run's rules: which step starts when, what a failure means for the others, when it is over.
///
/// Events in, commands out. Deterministic: the same plan and the same events give the same commands, which is what
/// resuming from a journal rests on. One event costs time in proportion to what it sets free, not to the plan.
package struct RunMachine: Sendable {
  package let plan: Plan
  package private(set) var state: RunState = .open {
    didSet { if state == .unwinding { isTakingBack = true } }
  }
  package private(set) var steps: [StepState]
  package private(set) var opening: RunOpening?
  /// Changes that were made, or may have been, and are not undone, in the order in which they were last begun.
  package private(set) var changes: [Int] = []
  /// How many refused orders the records hold: whoever writes them stops at `recordedRefusals`.
  package private(set) var refusals = 0
  package static let recordedRefusals = 100

  /// Unwinding has begun: from here on nothing goes forward any more, whatever a person decides.
  package private(set) var isTakingBack = false
  /// The run's deadline is over, and nobody has said since that it may go on.
  package private(set) var isOverdue = false
  /// Every step has ended; whether the service stays good is being watched.
  package private(set) var isSoaking = false
  /// It was, or nobody watches.
  private var hasSoaked = false
  /// It was not to be seen, and nobody has said since what now.
  package private(set) var missesService = false
  /// Guards that people have overridden, by the step's place: each for its step, and up to what was shown.
  package private(set) var waivers: [Int: Gate] = [:]
  /// Changes that a person said to leave in place.
  package private(set) var leftInPlace: Set<Int> = []
  /// A look said that the change is not so, but the author's own checks have a part in that word: it may be in place.
  private var maybeInPlace: Set<Int> = []
  /// Steps whose change was asked for, and those of which it was asked more than once.
  private var asked: Set<Int> = []
  private(set) var askedAgain: Set<Int> = []

  /// Changes whose time to be confirmed ran out while the run was taking back: they are next when nothing else is.
  var timeIsOut: Set<Int> = []

  private let places: [StepID: Int]
  private let dependents: [[Int]]
  private var waitingFor: [Int]
  private var ready = ReadyQueue()
  /// For each repeated step.
  private var copies: [CopyQueue]
  private var stage = 0
  private var unsettledInStage: [Int]
  private var activeCount = 0
  private(set) var changeOf: [Int: Value] = [:]
  /// A person or a signal has stopped the run: a step that is only being looked at waits with its change.
  private var holdsBack = false

  package init(plan: Plan) {
    self.plan = plan
    steps = Array(repeating: .pending, count: plan.steps.count)
    places = Dictionary(
      plan.steps.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    var dependents = [[Int]](repeating: [], count: plan.steps.count)
    for (place, step) in plan.steps.enumerated() {
      for need in step.needs { dependents[need].append(place) }
    }
    self.dependents = dependents
    copies = CopyQueue.all(in: plan)
    hasSoaked = !plan.watchesService
    waitingFor = plan.steps.map { [copies] step in
      step.needs.count + (step.needsCopies ?? []).count { copies[$0].unsettled > 0 }
    }
    unsettledInStage = plan.stages.map(\.count)
  }

  package func place(of step: StepID) -> Int? { places[step] }
  package func state(of step: StepID) -> StepState? { places[step].map { steps[$0] } }
  /// The change of a step that stands, or may stand; what an undo of it would be given.
  package func change(of place: Int) -> Value? { changeOf[place] }
  /// Commands are under way whose ending is awaited.
  package var isBusy: Bool { activeCount > 0 }
  package var currentStage: Int? { stage < plan.stages.count ? stage : nil }

  /// Takes one event and says what is to be done next. An event that does not fit throws, and nothing changes.
  package mutating func handle(_ event: Event) throws(EngineError) -> [Command] {
    if case .runOpened(let opening) = event { return open(opening) }
    guard opening != nil else { throw .notOpened }
    if case .orderRefused = event {
      refusals += 1
      return []
    }
    if case .observed = event { return [] }
    var commands: [Command] = []
    switch event {
    case .runOpened, .orderRefused, .observed: break
    case .runResumed(let facts): try resume(facts, &commands)
    case .stepPlanned(let report):
      try advance(report.step, .planned(report.result), event, &commands)
    case .stepChecked(let report):
      try advance(report.step, .checked(report.result), event, &commands)
    case .stepApplied(let report):
      try advance(report.step, .applied(report.result), event, &commands)
    case .stepVerified(let report):
      try advance(report.step, .verified(report.result), event, &commands)
    case .stepUndone(let report): try advance(report.step, .undone(report.result), event, &commands)
    case .timerFired(let timer): try fire(timer, event, &commands)
    case .deadlineReached: reachDeadline()
    case .soakEnded(let report): endSoak(report)
    case .personAnswered(let answer): try advance(answer.step, .answered(answer), event, &commands)
    case .operatorDecided(let decision): try decide(decision, event, &commands)
    case .interrupted(let facts):
      switch state {
      case .open:
        state = .paused(because: facts.cause, from: .open)
        holdsBack = facts.holdsBack ?? false
      case .unwinding: state = .paused(because: facts.cause, from: .unwinding)
      case .holding, .paused, .stopping: break
      case .closed: throw .wrongRunState(order: "an interruption", state: state.name)
      }
    }
    proceed(&commands)
    return commands
  }
}

// MARK: - Events

extension RunMachine {
  private mutating func open(_ opening: RunOpening) -> [Command] {
    guard self.opening == nil else { return [] }
    self.opening = opening
    for (place, step) in plan.steps.enumerated() where step.isExcluded {
      settle(place, .skipped(.byVariant))
    }
    self.opening = opening
    for place in plan.steps.indices where !steps[place].isSettled && waitingFor[place] == 0 {
      mayStart(place)
    }
    var commands: [Command] = []
    startDeadline(&commands)
    proceed(&commands)
    return commands
  }

  private mutating func startDeadline(_ commands: inout [Command]) {
    if let deadline = plan.deadline { commands.append(.startDeadline(after: deadline)) }
  }

  /// Nothing more is started until a person says so; what is being taken back is let go on.
  private mutating func reachDeadline() {
    isOverdue = true
    if state == .open { reopen() }
  }

  /// Nothing keeps the run from going on any more but, perhaps, its deadline.
  private mutating func reopen() {
    state = isOverdue ? .paused(because: overdueCause, from: .open) : .open
    holdsBack = isOverdue
  }

  private mutating func advance(
    _ id: StepID, _ input: StepMachine.Input, _ event: Event, _ commands: inout [Command]
  ) throws(EngineError) {
    guard let place = places[id] else { throw .unknownStep(id) }
    if case .closed = state { throw .wrongRunState(order: event.phrase, state: state.name) }
    guard var transition = machine(place).transition(from: steps[place], on: input) else {
      throw .doesNotFit(event: event.phrase, step: id, state: steps[place].name)
    }
    if isTakingBack || state == .stopping {
      try holdBack(place, &transition, event)
    } else if isHeldBack, wouldChange(place, transition) {
      // Nothing was changed yet, or what was in doubt is not there: it is looked at, and where needed approved, afresh
      // when the run goes on.
      enter(place, (.pending, []), &commands)
      return mayStart(place)
    }
    enter(place, transition, &commands)
  }

  private mutating func fire(
    _ timer: TimerReport, _ event: Event, _ commands: inout [Command]
  ) throws(EngineError) {
    guard let place = places[timer.step] else { throw .unknownStep(timer.step) }
    // A timer of a run or of an attempt that is over has nothing to say.
    if case .closed = state { return }
    guard steps[place].attempt == timer.attempt else { return }
    switch (steps[place], timer.purpose) {
    case (.gated, .gate), (.backingOff, .backoff): break
    case (.confirming(_, isLooking: false), .confirm):
      // While the run takes back it does one thing at a time; see `endWaitsForConfirmation`.
      if isTakingBack {
        timeIsOut.insert(place)
        return
      }
    case (_, .gate), (_, .backoff), (_, .confirm): return
    }
    let isOpen = state == .open
    try advance(timer.step, .timerFired(timer.purpose, runIsOpen: isOpen), event, &commands)
  }

  private mutating func resume(
    _ facts: RunResumption, _ commands: inout [Command]
  ) throws(EngineError) {
    if case .closed = state { throw .wrongRunState(order: "resume", state: state.name) }
    // Who takes a run over has not said yet that it may go on after its deadline.
    if !isOverdue { leavePause() }
    if case .paused(_, .unwinding) = state { leavePause() }
    if !isOverdue { startDeadline(&commands) }
    isSoaking = false
    for place in steps.indices {
      var input = StepMachine.Input.resumed
      if steps[place].waitsToBeConfirmed {
        let left = facts.toConfirm?.first { $0.step == plan.steps[place].id }?.left ?? .zero
        // One thing at a time while changes are taken back.
        input = .resumedToConfirm(left: isTakingBack ? max(left, .nanoseconds(1)) : left)
      }
      guard let transition = machine(place).transition(from: steps[place], on: input) else {
        continue
      }
      enter(place, transition, &commands)
    }
  }

  private mutating func decide(
    _ decision: OperatorDecision, _ event: Event, _ commands: inout [Command]
  ) throws(EngineError) {
    if isTakingBack, try decideTakingBack(decision, event, &commands) { return }
    switch (decision.choice, state) {
    case (.pause, .open):
      state = .paused(because: decision.pauseCause, from: .open)
      holdsBack = true
    case (.pause, .unwinding): state = .paused(because: decision.pauseCause, from: .unwinding)
    case (.continue, .paused):
      leavePause()
      if isOverdue { startDeadline(&commands) }
      isOverdue = false
    case (.retry(let step), .holding), (.skip(let step), .holding),
      (.markDone(let step), .holding), (.retry(let step), .paused), (.skip(let step), .paused),
      (.markDone(let step), .paused), (.retry(let step), .open), (.skip(let step), .open),
      (.markDone(let step), .open):
      try advance(step, .ordered(decision), event, &commands)
      if state == .holding, !needsPerson { reopen() }
    case (.override(let step, let gate), .holding), (.override(let step, let gate), .open):
      try advance(step, .ordered(decision), event, &commands)
      if let place = places[step] { waivers[place] = gate }
      if state == .holding, !needsPerson { reopen() }
    case (.unwind, .open), (.unwind, .holding), (.unwind, .paused):
      state = .unwinding
    // A run that has ended can still be taken back, as long as something of it is in place.
    case (.unwind, .closed) where !changes.isEmpty: state = .unwinding
    case (.abort, .open), (.abort, .holding), (.abort, .paused), (.abort, .unwinding),
      (.switchVariant, .open), (.switchVariant, .holding), (.switchVariant, .paused):
      state = .stopping
    case (.pause, _), (.continue, _), (.retry, _), (.skip, _), (.markDone, _), (.override, _),
      (.unwind, _), (.abort, _), (.switchVariant, _):
      throw .wrongRunState(order: event.phrase, state: state.name)
    }
  }

  /// A decision about one step of a run that takes back: the way goes on backwards, never forward. False when the order
  /// is not about a step.
  private mutating func decideTakingBack(
    _ decision: OperatorDecision, _ event: Event, _ commands: inout [Command]
  ) throws(EngineError) -> Bool {
    let id: StepID
    switch decision.choice {
    case .retry(let step), .skip(let step), .markDone(let step): id = step
    case .override: throw .wrongRunState(order: event.phrase, state: state.name)
    case .pause, .continue, .unwind, .abort, .switchVariant: return false
    }
    guard state == .holding else {
      throw .wrongRunState(order: event.phrase, state: state.name)
    }
    guard let place = places[id] else { throw .unknownStep(id) }
    if case .retry = decision.choice {
      // Taking back goes on where it stood: last first, whichever step was named.
      guard case .failed = steps[place], changeOf[place] != nil, mayUndo(place) else {
        throw .doesNotFit(event: event.phrase, step: id, state: steps[place].name)
      }
    } else {
      try advance(id, .ordered(decision), event, &commands)
      if case .skipped = steps[place] { leftInPlace.insert(place) }
    }
    state = .unwinding
    return true
  }

  private mutating func leavePause() {
    guard case .paused(_, let from) = state else { return }
    holdsBack = false
    missesService = false
    switch from {
    case .open: state = needsPerson ? .holding : .open
    case .unwinding: state = .unwinding
    }
  }
}

// MARK: - Consequences

extension RunMachine {
  /// Puts a step into its next state and keeps every count in step with it.
  mutating func enter(
    _ place: Int, _ transition: StepMachine.Transition, _ commands: inout [Command]
  ) {
    let before = steps[place]
    if case .inDoubt = before, transition.next.isAnotherTry, !plan.steps[place].verify.isEmpty {
      maybeInPlace.insert(place)
    }
    for case .apply(_, _, let change) in transition.commands
    where plan.steps[place].onlyTells != true {
      if !asked.insert(place).inserted { askedAgain.insert(place) }
      // One that is made again counts from then: others may have been made in between.
      if changeOf.updateValue(change, forKey: place) != nil, changes.last != place {
        changes.removeAll { $0 == place }
      }
      if changes.last != place { changes.append(place) }
    }
    commands += transition.commands
    settle(place, transition.next)
    switch transition.next {
    case .failed(let failure):
      // A failed look leaves what an earlier attempt may have changed; a failed apply says that it changed nothing.
      if failure.effect == .unchanged, !before.isPlanning { forgetChange(place) }
      failed(place, failure)
    case .planning, .pending: if case .inDoubt = before { forgetChange(place) }
    case .backingOff: if !before.isPlanning { forgetChange(place) }
    case .undone: forgetChange(place)
    case .succeeded(let success):
      // Begun as a change, and nothing had to be done.
      if success.way == .alreadyInPlace, before.hasBegunChange { forgetChange(place) }
    case .gated, .applying, .verifying, .inDoubt, .confirming, .skipped, .undoing: break
    }
  }

  private mutating func forgetChange(_ place: Int) {
    if maybeInPlace.contains(place), !steps[place].isTakenBack { return }
    guard changeOf.removeValue(forKey: place) != nil else { return }
    changes.removeAll { $0 == place }
  }

  /// Writes the state and lets go on whatever waited for it.
  private mutating func settle(_ place: Int, _ next: StepState) {
    let before = steps[place]
    steps[place] = next
    if before.isActive != next.isActive { activeCount += next.isActive ? 1 : -1 }
    defer { if let repeated = plan.steps[place].copyOf { noteCopy(place, of: repeated) } }
    guard before.isSettled != next.isSettled else { return }
    let change = next.isSettled ? -1 : 1
    unsettledInStage[plan.steps[place].stage] += change
    for dependent in dependents[place] { letGo(dependent, change) }
    guard let repeated = plan.steps[place].copyOf else { return }
    copies[repeated].unsettled += change
    // Whole for the first time, or not whole any more.
    guard copies[repeated].unsettled == (next.isSettled ? 0 : 1) else { return }
    for dependent in copies[repeated].dependents { letGo(dependent, change) }
  }

  /// A step has one thing less, or one more, to wait for.
  private mutating func letGo(_ dependent: Int, _ change: Int) {
    waitingFor[dependent] += change
    if waitingFor[dependent] == 0, steps[dependent] == .pending, opening != nil {
      mayStart(dependent)
    }
  }

  /// The step waits for nothing any more: it starts with the next free place, a copy when it is its turn.
  private mutating func mayStart(_ place: Int) {
    guard let repeated = plan.steps[place].copyOf else { return ready.insert(place) }
    if copies[repeated].insert(place) { return ready.insert(place) }
    startCopies(of: repeated)
  }

  private mutating func startCopies(of repeated: Int) {
    while let place = copies[repeated].next() { ready.insert(place) }
  }

  /// A copy has moved: others may start now, or, when it was a canary that failed, never.
  private mutating func noteCopy(_ place: Int, of repeated: Int) {
    guard copies[repeated].note(place, steps[place]) else { return startCopies(of: repeated) }
    for other in plan.repeated?[repeated].range ?? 0..<0 where steps[other] == .pending {
      settle(other, .skipped(.byCanary(plan.steps[place].id)))
    }
  }

  /// How many copies of a repeated step must still succeed before the rest of them starts.
  package func unprovenCopies(of repeated: Int) -> Int { copies[repeated].unproven }

  private mutating func failed(_ place: Int, _ failure: StepFailure) {
    guard state == .open || state == .holding || isPaused else {
      // While unwinding, an undo that failed stops the unwinding: only a person can go on.
      if state == .unwinding, failure.needsPerson, !steps[place].isTakenBack { state = .holding }
      return
    }
    if failure.needsPerson {
      if state == .open { state = .holding }
      return
    }
    switch plan.steps[place].onFailure {
    case .hold: if state == .open { state = .holding }
    case .unwind:
      // Who has paused the run, or lets go of it, wants nothing more to be changed, backwards neither: it waits.
      if case .paused(let cause, _) = state {
        isTakingBack = true
        state = .paused(because: cause, from: .unwinding)
      } else {
        state = .unwinding
      }
    case .stop: state = .stopping
    case .continue:
      var passed = failure
      passed.isPassed = true
      settle(place, .failed(passed))
    }
  }

  private var isHeldBack: Bool {
    switch state {
    case .paused: holdsBack
    case .open, .holding, .unwinding, .stopping, .closed: false
    }
  }

  private var isPaused: Bool {
    if case .paused = state { true } else { false }
  }

  /// A failed step waits for a person's decision.
  private var needsPerson: Bool {
    steps.contains { if case .failed(let failure) = $0 { !failure.isPassed } else { false } }
  }

  /// Starts what may be started, undoes the next step, or ends the run.
  private mutating func proceed(_ commands: inout [Command]) {
    switch state {
    case .open: startReady(&commands)
    case .unwinding: undoNext(&commands)
    case .stopping: if !isBusy, !endWaitsForConfirmation(&commands) { close(&commands) }
    // A pause does not hold up what must not stay, and a failed undo neither.
    case .holding, .paused: if isTakingBack, !isBusy { _ = endWaitsForConfirmation(&commands) }
    case .closed: break
    }
  }

  private mutating func startReady(_ commands: inout [Command]) {
    while stage < plan.stages.count {
      if plan.stages[stage].afterSoak == true, !hasSoaked { return soak(&commands) }
      let end = plan.stages[stage].range.upperBound
      while activeCount < plan.concurrency, let place = ready.first, place < end {
        ready.removeFirst()
        guard steps[place] == .pending,
          let transition = machine(place).transition(from: .pending, on: .started)
        else { continue }
        enter(place, transition, &commands)
      }
      guard unsettledInStage[stage] == 0 else { return }
      stage += 1
    }
    guard hasSoaked else { return soak(&commands) }
    close(&commands)
  }

  /// The steps say that it is done; those who look from outside have the last word.
  private mutating func soak(_ commands: inout [Command]) {
    guard !isSoaking else { return }
    isSoaking = true
    commands.append(.soak(for: plan.objectives.soak ?? .zero))
  }

  private mutating func endSoak(_ report: SoakReport) {
    guard isSoaking else { return }
    isSoaking = false
    switch report.result {
    case .lasted: hasSoaked = true
    case .notSeen:
      guard state == .open else { return }
      missesService = true
      state = .paused(because: serviceCause(report), from: .open)
    }
  }

  private mutating func undoNext(_ commands: inout [Command]) {
    guard !isBusy else { return }
    guard let place = changes.last(where: { !leftInPlace.contains($0) }),
      let change = changeOf[place], mayUndo(place),
      let transition = machine(place).transition(from: steps[place], on: .mustUndo(change))
    else {
      if !endWaitsForConfirmation(&commands) { close(&commands) }
      return
    }
    enter(place, transition, &commands)
  }

  private mutating func close(_ commands: inout [Command]) {
    let outcome = self.outcome
    state = .closed(outcome)
    commands.append(.close(outcome))
  }
}
