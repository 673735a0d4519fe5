import CLinux
import Glibc
import Synchronization

/// The one thread that looks after every child that runs for longer than a moment: its output, its end, its deadline.
final class ChildReactor: Sendable {
  static let shared = ChildReactor()

  private let poller: Int32
  private let waker: Int32
  private let state = Mutex(State())
  private let leftovers = Mutex(Leftovers())

  private struct State {
    var lastID: UInt64 = 0
    var children: [UInt64: Child] = [:]
    /// Until when the thread sleeps unless it is woken; nil while it is at work or sleeps for ever.
    var sleepsUntil: ContinuousClock.Instant?
    var isAsleepForEver = true
  }

  private init() {
    poller = epoll_create1(Int32(EPOLL_CLOEXEC))
    waker = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    // Where a parent left SIGCHLD ignored, the system would throw exit codes away.
    var action = sigaction()
    sigaction(SIGCHLD, nil, &action)
    if unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1 {
      signal(SIGCHLD, SIG_DFL)
    }
    addToPoller(poller, waker, Mark.waker, EPOLLIN.rawValue)
    var thread = pthread_t()
    let this = Unmanaged.passRetained(self).toOpaque()
    pthread_create(
      &thread, nil,
      { this in
        if let this { Unmanaged<ChildReactor>.fromOpaque(this).takeUnretainedValue().loop() }
        return nil
      }, this)
    pthread_detach(thread)
  }

  /// Makes a child that is looked after from now on, even before it is started.
  func child(_ request: ChildRequest, until deadline: ContinuousClock.Instant) -> Child {
    let (child, mustWake) = state.withLock { state in
      state.lastID += 1
      let child = Child(state.lastID, request, until: deadline)
      state.children[child.id] = child
      let isLate = state.sleepsUntil.map { deadline < $0 } ?? false
      defer { state.isAsleepForEver = false }
      return (child, state.isAsleepForEver || isLate)
    }
    if mustWake { wake() }
    return child
  }

  func forget(_ child: Child) { state.withLock { $0.children[child.id] = nil } }

  /// From now on the thread is told when something happens to this running child.
  func watch(_ child: Child) { child.watch(by: poller, Mark.child(child.id)) }

  func wake() {
    var one: UInt64 = 1
    write(waker, &one, 8)
  }

  /// Keeps reading and dropping what a process left behind writes: without a reader its next line would kill it.
  func adopt(_ descriptor: Int32) {
    guard leftovers.withLock({ $0.take(descriptor) }) else {
      close(descriptor)
      return
    }
    addToPoller(poller, descriptor, Mark.leftover(descriptor), EPOLLIN.rawValue)
  }

  private enum Mark {
    static let waker: UInt64 = 0
    static func child(_ id: UInt64) -> UInt64 { id << 1 }
    static func leftover(_ descriptor: Int32) -> UInt64 { UInt64(descriptor) << 1 | 1 }
  }

  private func loop() {
    // Signals are for the program's own threads.
    var signals = sigset_t()
    sigfillset(&signals)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    var events = [epoll_event](repeating: epoll_event(), count: 64)
    while true {
      Spawner.shared.relieve()
      let milliseconds = planSleep()
      let count = epoll_wait(poller, &events, Int32(events.count), milliseconds)
      state.withLock { $0.sleepsUntil = nil }
      var touched = Set<UInt64>()
      for event in events.prefix(Int(max(0, count))) {
        let mark = event.data.u64
        if mark == Mark.waker {
          var number: UInt64 = 0
          read(waker, &number, 8)
        } else if mark & 1 == 1 {
          let descriptor = Int32(truncatingIfNeeded: mark >> 1)
          leftovers.withLock { $0.drain(descriptor, of: poller) }
        } else {
          touched.insert(mark >> 1)
        }
      }
      advance(touched)
    }
  }

  private func advance(_ touched: Set<UInt64>) {
    let due = state.withLock { state in
      let now = ContinuousClock.now
      return state.children.values.filter { child in
        touched.contains(child.id) || (child.nextTime(after: now).map { $0 <= now } ?? false)
      }
    }
    for child in due where child.advance() { forget(child) }
  }

  /// How long to sleep: until the first child wants something, looking at the list once a second while there is one.
  private func planSleep() -> Int32 {
    state.withLock { state in
      guard !state.children.isEmpty else {
        state.isAsleepForEver = true
        return -1
      }
      let now = ContinuousClock.now
      let first =
        state.children.values.compactMap { $0.nextTime(after: now) }.min() ?? now + .seconds(1)
      let until = min(max(first, now), now + .seconds(1))
      state.sleepsUntil = until
      let (seconds, attoseconds) = (until - now).components
      return Int32(seconds * 1000 + attoseconds / 1_000_000_000_000_000) + 1
    }
  }
}

/// Output that processes left behind still write.
private struct Leftovers {
  private var bytesRead: [Int32: Int] = [:]

  mutating func take(_ descriptor: Int32) -> Bool {
    guard bytesRead.count < 256 else { return false }
    bytesRead[descriptor] = 0
    return true
  }

  mutating func drain(_ descriptor: Int32, of poller: Int32) {
    guard let before = bytesRead[descriptor] else { return }
    withUnsafeTemporaryAllocation(byteCount: 65536, alignment: 16) { buffer in
      let count = read(descriptor, buffer.baseAddress, buffer.count)
      if count > 0, before + count < 64 << 20 {
        bytesRead[descriptor] = before + count
      } else if count >= 0 || (errno != EAGAIN && errno != EINTR) {
        bytesRead[descriptor] = nil
        epoll_ctl(poller, EPOLL_CTL_DEL, descriptor, nil)
        close(descriptor)
      }
    }
  }
}
