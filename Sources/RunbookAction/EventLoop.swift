import CLinux
import Glibc
import Synchronization

/// One thread that waits for many things at once: for moments, for sockets, and for tasks that want to go on.
///
/// A task that prefers it (`Task(executorPreference:)`) runs on that thread between its waits, so that what waits for a
/// moment and then for a socket needs no thread of its own, nor to wake another one. Nothing that runs here may block:
/// it would hold up all others. What must block goes into `blocking { }`.
public final class EventLoop: TaskExecutor {
  /// Keeps the program's deadlines, and waits for what its steps connect to.
  public static let shared = EventLoop()
  /// Where observers look: on a thread of its own, so that no step holds it up, nor the other way round.
  package static let observing = EventLoop()

  /// The loop whose thread this is, else the shared one.
  public static var current: EventLoop {
    pthread_getspecific(threadKey).map {
      Unmanaged<EventLoop>.fromOpaque($0).takeUnretainedValue()
    } ?? .shared
  }

  fileprivate enum Work: Sendable {
    case job(UnownedJob)
    case call(@Sendable () -> Void)
  }

  fileprivate struct State {
    var work: [Work] = []
    fileprivate var alarms = AlarmQueue()
    /// Until when the thread sleeps unless it is woken; nil while it is at work.
    var sleepsUntil: ContinuousClock.Instant?
  }

  private let state = Mutex(State())
  private let poller = epoll_create1(Int32(EPOLL_CLOEXEC))
  private let waker = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
  /// Only the loop's own thread touches it.
  private nonisolated(unsafe) var own = Own()

  private struct Own {
    var lastWatch: UInt64 = 0
    var watches: [UInt64: Call] = [:]
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
  }

  /// Room for what was read and is looked at before anything else happens; only on the loop's thread.
  public var room: UnsafeMutableRawBufferPointer {
    precondition(isHere)
    return own.room
  }

  private init() {
    var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(u64: 0))
    var thread = pthread_t()
    guard poller >= 0, waker >= 0, epoll_ctl(poller, EPOLL_CTL_ADD, waker, &event) == 0 else {
      fatalError(
        "the system has no descriptor left to wait with: \(String(cString: strerror(errno)))")
    }
    let failure = pthread_create(
      &thread, nil,
      { this in
        if let this { Unmanaged<EventLoop>.fromOpaque(this).takeUnretainedValue().loop(this) }
        return nil
      }, Unmanaged.passRetained(self).toOpaque())
    guard failure == 0 else {
      fatalError("the system gives no thread to wait with: \(String(cString: strerror(failure)))")
    }
    pthread_detach(thread)
  }

  // MARK: - Tasks and calls

  public func enqueue(_ job: consuming ExecutorJob) { post(.job(UnownedJob(job))) }

  /// Calls on the loop's thread: at once where this is it, else as soon as it comes to it.
  public func perform(_ call: @escaping @Sendable () -> Void) {
    if isHere { call() } else { post(.call(call)) }
  }

  private var isHere: Bool {
    pthread_getspecific(threadKey) == Unmanaged.passUnretained(self).toOpaque()
  }

  private func post(_ work: Work) {
    let mustWake = state.withLock { state in
      state.work.append(work)
      defer { state.sleepsUntil = nil }
      return state.sleepsUntil != nil
    }
    if mustWake { wake() }
  }

  private func wake() {
    var one: UInt64 = 1
    write(waker, &one, 8)
  }

  // MARK: - Moments

  /// A call that is due at some moment.
  public struct Alarm: Sendable {
    fileprivate let loop: EventLoop
    fileprivate let id: UInt64

    /// Doing so late or twice does nothing.
    public func callOff() {
      // The closure is let go of outside the lock: it may hold anything.
      withExtendedLifetime(loop.state.withLock { $0.alarms.remove(id) }) {}
    }
  }

  /// Calls on the loop's thread at the instant, unless it is called off before, as deadlines nearly always are.
  @discardableResult
  public func at(
    _ instant: ContinuousClock.Instant, _ ring: @escaping @Sendable () -> Void
  ) -> Alarm {
    let (id, mustWake) = state.withLock { state in
      let id = state.alarms.insert(instant, ring)
      guard let until = state.sleepsUntil, instant < until else { return (id, false) }
      state.sleepsUntil = nil
      return (id, true)
    }
    if mustWake { wake() }
    return Alarm(loop: self, id: id)
  }

  /// Returns when the time has passed or the task is cancelled.
  public nonisolated(nonsending) static func sleep(for duration: Duration) async {
    let sleeper = Sleeper()
    await withTaskCancellationHandler {
      await withUnsafeContinuation { sleeper.sleep(for: duration, on: current, $0) }
    } onCancel: {
      sleeper.wake(early: true)
    }
  }

  // MARK: - Sockets

  /// What a descriptor is watched for. Trouble of it is told as well.
  public struct Readiness: OptionSet, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    public static let reading = Readiness(rawValue: EPOLLIN.rawValue)
    public static let writing = Readiness(rawValue: EPOLLOUT.rawValue)
  }

  /// A descriptor that is watched, until `end`; to be used on the loop's thread only.
  public struct Watch {
    fileprivate let loop: EventLoop
    fileprivate let id: UInt64
    fileprivate let descriptor: Int32

    /// To be done before the descriptor is closed. Where nobody else has it and it is closed at once, the system ends
    /// its part by itself.
    public func end(closing isClosed: Bool = false) {
      loop.own.watches[id] = nil
      if !isClosed { epoll_ctl(loop.poller, EPOLL_CTL_DEL, descriptor, nil) }
    }
  }

  /// Calls whenever the descriptor is ready. nil where the system refuses it, for the reason in `errno`. Only on the
  /// loop's thread.
  public func watch(
    _ descriptor: Int32, for wanted: Readiness, _ call: @escaping () -> Void
  ) -> Watch? {
    precondition(isHere)
    // Never used twice: a descriptor's number may come again while an event of its last owner is still to be told.
    own.lastWatch += 1
    var event = epoll_event(events: wanted.rawValue, data: epoll_data_t(u64: own.lastWatch))
    guard epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event) == 0 else { return nil }
    own.watches[own.lastWatch] = Call(call)
    return Watch(loop: self, id: own.lastWatch, descriptor: descriptor)
  }

  // MARK: - The thread

  private func loop(_ this: UnsafeMutableRawPointer) {
    // Signals are for the program's own threads.
    var signals = sigset_t()
    sigfillset(&signals)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    pthread_setspecific(threadKey, this)
    let executor = asUnownedTaskExecutor()
    var events = [epoll_event](repeating: epoll_event(), count: 64)
    var work: [Work] = []
    while true {
      let due = state.withLock { state in
        swap(&work, &state.work)
        return state.alarms.takeDue(at: .now)
      }
      for ring in due { ring.make() }
      for item in work {
        switch item {
        case .job(let job): job.runSynchronously(on: executor)
        case .call(let call): call()
        }
      }
      work.removeAll(keepingCapacity: true)
      let count = epoll_wait(
        poller, &events, Int32(events.count), state.withLock { $0.planSleep() })
      state.withLock { $0.sleepsUntil = nil }
      for event in events.prefix(Int(max(0, count))) {
        if event.data.u64 == 0 {
          var number: UInt64 = 0
          read(waker, &number, 8)
        } else {
          own.watches[event.data.u64]?.make()
        }
      }
    }
  }
}

extension EventLoop.State {
  /// For how many milliseconds to sleep. At most a second while there is an alarm: the poller's clock stands still
  /// while the machine is suspended, that of the alarms does not.
  fileprivate mutating func planSleep() -> Int32 {
    guard work.isEmpty else { return 0 }
    let now = ContinuousClock.now
    guard let first = alarms.first else {
      sleepsUntil = now + .seconds(1 << 40)
      return -1
    }
    guard first > now else { return 0 }
    let until = min(first, now + .seconds(1))
    sleepsUntil = until
    let (seconds, attoseconds) = (until - now).components
    return Int32(seconds * 1000 + attoseconds / 1_000_000_000_000_000) + 1
  }
}

private let threadKey: pthread_key_t = {
  var key = pthread_key_t()
  pthread_key_create(&key, nil)
  return key
}()

/// Waits for an alarm, unless it is woken before. Its continuation is not a checked one: those cost as much as all else
/// here, and there is one place that resumes it, once.
private final class Sleeper: Sendable {
  private enum State {
    case new
    case asleep(UnsafeContinuation<Void, Never>, EventLoop.Alarm)
    case over
  }
  private let state = Mutex(State.new)

  func sleep(
    for duration: Duration, on loop: EventLoop, _ continuation: UnsafeContinuation<Void, Never>
  ) {
    let isOver = state.withLock { state in
      if case .over = state { return true }
      // Its alarm cannot find the state as it was before: it waits for this lock.
      state = .asleep(continuation, loop.at(.now + duration) { [self] in wake() })
      return false
    }
    if isOver { continuation.resume() }
  }

  func wake(early isEarly: Bool = false) {
    let before = state.withLock { state in
      defer { state = .over }
      return state
    }
    guard case .asleep(let continuation, let alarm) = before else { return }
    if isEarly { alarm.callOff() }
    continuation.resume()
  }
}

/// A call that waits: in a structure of its own, since containers would wrap each function once more.
///
/// What other threads hand over is sendable, as `at` asks; what a descriptor calls stays on the loop's thread.
private struct Call: @unchecked Sendable {
  let make: () -> Void

  init(_ make: @escaping () -> Void) { self.make = make }
}

/// Calls by their moments, the earliest first.
private struct AlarmQueue {
  private struct Entry {
    /// Since `begin`: whole numbers are compared in a tenth of the time.
    var nanoseconds: Int64
    var id: UInt64
  }
  private let begin = ContinuousClock.now
  private var lastID: UInt64 = 0
  /// A heap. What was called off stays in it until it comes up, or until it is most of it.
  private var entries: [Entry] = []
  private var calls: [UInt64: Call] = [:]

  var first: ContinuousClock.Instant? {
    entries.first.map { begin + .nanoseconds($0.nanoseconds) }
  }

  private func nanoseconds(_ instant: ContinuousClock.Instant) -> Int64 {
    let (seconds, attoseconds) = (instant - begin).components
    let most = Int64.max / 2_000_000_000
    return min(max(seconds, -most), most) * 1_000_000_000 + attoseconds / 1_000_000_000
  }

  mutating func insert(
    _ instant: ContinuousClock.Instant, _ call: @escaping @Sendable () -> Void
  ) -> UInt64 {
    lastID += 1
    calls[lastID] = Call(call)
    push(Entry(nanoseconds: nanoseconds(instant), id: lastID))
    return lastID
  }

  mutating func remove(_ id: UInt64) -> Call? {
    let call = calls.removeValue(forKey: id)
    if entries.count > 2 * calls.count + 64 {
      let kept = entries.filter { calls[$0.id] != nil }
      entries = []
      for entry in kept { push(entry) }
    }
    return call
  }

  mutating func takeDue(at now: ContinuousClock.Instant) -> [Call] {
    var due: [Call] = []
    let now = nanoseconds(now)
    while let first = entries.first, first.nanoseconds <= now || calls[first.id] == nil {
      if let call = calls.removeValue(forKey: first.id) { due.append(call) }
      removeFirst()
    }
    return due
  }

  private mutating func push(_ entry: Entry) {
    entries.append(entry)
    var child = entries.count - 1
    while child > 0, entries[child].nanoseconds < entries[(child - 1) / 2].nanoseconds {
      entries.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  private mutating func removeFirst() {
    guard let last = entries.popLast(), !entries.isEmpty else { return }
    entries[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < entries.count && entries[child].nanoseconds < entries[least].nanoseconds {
        least = child
      }
      if least == parent { return }
      entries.swapAt(parent, least)
      parent = least
    }
  }
}
