import CLinux
import Glibc

/// One stream of a child: read without waiting, kept up to a limit, counted beyond it.
struct Capture {
  /// -1 when it has ended.
  private(set) var descriptor: Int32
  private(set) var kept = ChildReport.Captured()
  /// The poller that looks at it, if one does.
  private var poller: Int32?
  private let limit: Int

  init(_ descriptor: Int32, limit: Int) {
    self.descriptor = descriptor
    self.limit = limit + ChildLimits.slack
  }

  var hasEnded: Bool { descriptor < 0 }

  /// Reads what is there now, at most 1 MiB, so that one that writes without end does not hold up the others.
  mutating func pump() {
    guard descriptor >= 0 else { return }
    withUnsafeTemporaryAllocation(byteCount: 65536, alignment: 16) { buffer in
      for _ in 0..<16 {
        let count = read(descriptor, buffer.baseAddress, buffer.count)
        if count > 0 {
          keep(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        } else if count < 0, errno == EINTR {
          continue
        } else if count < 0, errno == EAGAIN {
          return
        } else {
          shut()
          return
        }
      }
    }
  }

  private mutating func keep(_ bytes: UnsafeRawBufferPointer) {
    let room = max(0, limit - kept.bytes.count)
    kept.bytes.append(contentsOf: bytes.prefix(room))
    kept.dropped += max(0, bytes.count - room)
  }

  /// From now on the poller tells of it, under this mark.
  mutating func watch(by poller: Int32, _ mark: UInt64) {
    guard descriptor >= 0 else { return }
    self.poller = poller
    addToPoller(poller, descriptor, mark, EPOLLIN.rawValue)
  }

  private mutating func shut() {
    if let descriptor = release() { close(descriptor) }
  }

  /// Gives the descriptor away to whoever closes it.
  mutating func release() -> Int32? {
    guard descriptor >= 0 else { return nil }
    // Closing alone would not end the watch: a child that is just being started holds a copy for a moment.
    if let poller { epoll_ctl(poller, EPOLL_CTL_DEL, descriptor, nil) }
    poller = nil
    defer { descriptor = -1 }
    return descriptor
  }
}

func addToPoller(_ poller: Int32, _ descriptor: Int32, _ mark: UInt64, _ events: UInt32) {
  var event = epoll_event()
  event.events = events
  event.data.u64 = mark
  epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event)
}
