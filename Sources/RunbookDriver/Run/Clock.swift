import Glibc
import RunbookAction
package import RunbookModel

/// Where the driver gets the time, and how it waits. The real one reads the system's clocks; tests bring their own.
package protocol DriverClock: Sendable {
  func now() -> Moment
  /// Returns when the time has passed or the task is cancelled.
  nonisolated(nonsending) func sleep(for duration: Duration) async
}

/// The system's clocks: CLOCK_REALTIME for people, CLOCK_BOOTTIME for durations, since it counts suspended time too.
package struct SystemClock: DriverClock {
  package init() {}

  package func now() -> Moment {
    Moment(
      wall: Timestamp(nanoseconds: Self.read(CLOCK_REALTIME)),
      monotonic: .nanoseconds(Self.read(CLOCK_BOOTTIME)))
  }

  package nonisolated(nonsending) func sleep(for duration: Duration) async {
    await EventLoop.sleep(for: duration)
  }

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
