import Glibc
public import RunbookModel

/// The wall clock of this machine. Actions that time something use a `Deadline` instead.
public func wallClock() -> Timestamp {
  var time = timespec()
  clock_gettime(CLOCK_REALTIME, &time)
  return Timestamp(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
}

/// Lets a blocked thread rest between two looks, never beyond the deadline.
public func pauseThread(_ duration: Duration, by deadline: Deadline) {
  let microseconds = min(duration, deadline.remaining).nanosecondsClamped / 1000
  usleep(UInt32(max(0, min(microseconds, 999_999))))
}
