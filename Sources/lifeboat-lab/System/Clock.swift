import Glibc
import RunbookModel

/// Seconds of the monotonic clock; for deadlines and waits, never for people.
func monotonicSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

func wallClock() -> Timestamp {
  var time = timespec()
  clock_gettime(CLOCK_REALTIME, &time)
  return Timestamp(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
}

func errorText(_ number: Int32) -> String { String(cString: strerror(number)) }

func pause(_ seconds: Double) {
  usleep(UInt32(max(0, min(seconds, 10)) * 1e6))
}

/// Asks again and again until the condition holds; false when the time is over first.
func wait(
  atMost seconds: Double, every: Double = 0.01, _ condition: () throws -> Bool
) rethrows -> Bool {
  let deadline = monotonicSeconds() + seconds
  while true {
    if try condition() { return true }
    if monotonicSeconds() >= deadline { return false }
    pause(every)
  }
}
