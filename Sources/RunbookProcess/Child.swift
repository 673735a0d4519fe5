import CLinux
import Glibc
import RunbookModel
import Synchronization

/// One child process from the wish to its report; every step is taken under its lock, by whichever thread comes by.
///
///     queued -> starting -> running -> over          (answered once, at the latest when the deadline's grace is over)
final class Child: Sendable {
  let id: UInt64
  let request: ChildRequest
  let deadline: ContinuousClock.Instant
  private let state: Mutex<State>

  enum Phase {
    case queued
    case starting
    case running(Spawned, Stage)
    case over
  }

  /// How far we are in ending it ourselves.
  enum Stage {
    case free
    case terminating(until: ContinuousClock.Instant)
    case killing(until: ContinuousClock.Instant)
    /// Reported as still there; kept only to be collected when it ends after all.
    case abandoned
  }

  struct State {
    var phase = Phase.queued
    var isCalledOff = false
    var answer: CheckedContinuation<ChildReport, Never>?
    var output = Capture(-1, limit: 0)
    var errors = Capture(-1, limit: 0)
    var began = ContinuousClock.now
    /// When it was last looked at.
    var looked = ContinuousClock.now
  }

  init(_ id: UInt64, _ request: ChildRequest, until deadline: ContinuousClock.Instant) {
    self.id = id
    self.request = request
    self.deadline = deadline
    state = Mutex(State())
  }

  func wait(_ answer: CheckedContinuation<ChildReport, Never>) {
    state.withLock { $0.answer = answer }
  }

  /// Takes its turn; false when its time was over before.
  func begin() -> Bool {
    state.withLock { state in
      guard case .queued = state.phase else { return false }
      if state.isCalledOff {
        state.finish(.neverBegan)
        return false
      }
      state.phase = .starting
      state.began = .now
      return true
    }
  }

  /// Takes up what the system has started; false when its time was over meanwhile.
  func started(_ spawned: Spawned) -> Bool {
    state.withLock { state in
      guard case .starting = state.phase else { return false }
      state.phase = .running(spawned, .free)
      state.output = Capture(spawned.output, limit: ChildLimits.output)
      state.errors = Capture(spawned.errors, limit: ChildLimits.errors)
      return true
    }
  }

  func notStarted(_ error: SpawnError) {
    state.withLock { state in
      if case .starting = state.phase { state.finish(.notStarted(error.number)) }
    }
  }

  func callOff() { state.withLock { $0.isCalledOff = true } }

  /// Reads, looks whether it has ended, does what the clock asks for; true when nothing is left to do.
  func advance() -> Bool {
    let now = ContinuousClock.now
    return state.withLock { state in
      state.looked = now
      switch state.phase {
      case .queued:
        if now >= deadline || state.isCalledOff { state.finish(.neverBegan) }
      case .starting:
        if now >= deadline || state.isCalledOff { state.finish(.startHung) }
      case .running(let spawned, let stage):
        state.advance(spawned, stage, now, deadline)
      case .over: break
      }
      return state.isOver
    }
  }

  /// When `advance` must be called though nothing has happened.
  func nextTime(after now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
    state.withLock { state in
      switch state.phase {
      case .queued, .starting: return state.isCalledOff ? now : deadline
      case .running(let spawned, .free):
        if state.isCalledOff { return now }
        // No descriptor was left that would tell of its end: look now and then.
        return spawned.descriptor >= 0 ? deadline : min(deadline, state.looked + .milliseconds(20))
      case .running(_, .terminating(let until)), .running(_, .killing(let until)): return until
      case .running(_, .abandoned), .over: return nil
      }
    }
  }

  /// From now on the poller tells when something happens to it.
  func watch(by poller: Int32, _ mark: UInt64) {
    state.withLock { state in
      guard case .running(let spawned, _) = state.phase else { return }
      // Edge-triggered: the end of a child stays readable while its group is being ended.
      if spawned.descriptor >= 0 {
        addToPoller(poller, spawned.descriptor, mark, EPOLLIN.rawValue | EPOLLET.rawValue)
      }
      state.output.watch(by: poller, mark)
      state.errors.watch(by: poller, mark)
    }
  }

  /// The descriptors that tell when something has happened; -1 for those that cannot any more.
  var descriptors: (end: Int32, output: Int32, errors: Int32) {
    state.withLock { state in
      guard case .running(let spawned, _) = state.phase else { return (-1, -1, -1) }
      return (spawned.descriptor, state.output.descriptor, state.errors.descriptor)
    }
  }
}

extension Child.State {
  fileprivate var isOver: Bool {
    if case .over = phase { true } else { false }
  }

  fileprivate mutating func advance(
    _ spawned: Spawned, _ stage: Child.Stage, _ now: ContinuousClock.Instant,
    _ deadline: ContinuousClock.Instant
  ) {
    output.pump()
    errors.pump()
    switch stage {
    case .free:
      if let end = collect(spawned) { return finish(end) }
      guard now >= deadline || isCalledOff else { return }
      kill(-spawned.pid, SIGTERM)
      phase = .running(spawned, .terminating(until: now + ChildLimits.grace))
    case .terminating(let until):
      // Not collected yet, so that its group's number stays its own until the group is killed.
      let allGone = hasEnded(spawned) && output.hasEnded && errors.hasEnded
      guard allGone || now >= until else { return }
      kill(-spawned.pid, SIGKILL)
      if allGone, collect(spawned) != nil { return finish(.stopped(.terminated)) }
      phase = .running(spawned, .killing(until: now + ChildLimits.patience))
    case .killing(let until):
      if collect(spawned) != nil { return finish(.stopped(.killed)) }
      guard now >= until else { return }
      report(.stopped(.stillThere))
      phase = .running(spawned, .abandoned)
    case .abandoned:
      if collect(spawned) != nil { finish(.stopped(.stillThere)) }
    }
  }

  private func hasEnded(_ spawned: Spawned) -> Bool {
    var information = siginfo_t()
    guard waitid(P_PID, id_t(spawned.pid), &information, WEXITED | WNOHANG | WNOWAIT) == 0 else {
      return true
    }
    return information.si_signo == SIGCHLD
  }

  /// How it ended, once it has; it is then gone from the system.
  private mutating func collect(_ spawned: Spawned) -> ChildReport.End? {
    var status: Int32 = 0
    let found = waitpid(spawned.pid, &status, WNOHANG)
    let isLost = found < 0 && errno == ECHILD
    guard found == spawned.pid || isLost else { return nil }
    if spawned.descriptor >= 0 { close(spawned.descriptor) }
    // What it wrote between the last look and its end.
    output.pump()
    errors.pump()
    if isLost { return .unseen }
    let signal = status & 0x7F
    return signal == 0 ? .exited(status >> 8 & 0xFF) : .signalled(signal)
  }

  fileprivate mutating func finish(_ end: ChildReport.End) {
    phase = .over
    report(end)
    for descriptor in [output.release(), errors.release()] {
      if let descriptor { ChildReactor.shared.adopt(descriptor) }
    }
  }

  private mutating func report(_ end: ChildReport.End) {
    guard let answer else { return }
    self.answer = nil
    answer.resume(
      returning: ChildReport(
        end: end, output: output.kept, errors: errors.kept,
        took: ContinuousClock.now - began,
        leftProcessBehind: !(output.hasEnded && errors.hasEnded)))
  }
}
