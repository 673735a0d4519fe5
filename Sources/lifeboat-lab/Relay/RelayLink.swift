import CLab
import Glibc
import RunbookModel

/// One connection through the link: from the client (the standby's side) to the database it reads from.
struct RelayLink {
  private let client: Int32
  private let server: Int32
  private var isConnected = false
  private(set) var isDead = false
  private var toServer = RelayPipe()
  private var toClient = RelayPipe()

  /// Nil when not even a socket could be had.
  init?(client: Int32, target: Endpoint) {
    let server = socket(AF_INET, streamSocket | nonBlocking | closedOnExec, 0)
    guard server >= 0 else { return nil }
    var on: Int32 = 1
    for descriptor in [client, server] {
      setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, 4)
    }
    let result = withSocketAddress(target) { connect(server, $0, $1) }
    guard result == 0 || errno == EINPROGRESS else {
      Glibc.close(server)
      return nil
    }
    self.client = client
    self.server = server
  }

  func close() {
    // Reset, not an orderly end: the other side must not take it for a tidy goodbye.
    var linger = linger(l_onoff: 1, l_linger: 0)
    for descriptor in [client, server] {
      setsockopt(
        descriptor, SOL_SOCKET, SO_LINGER, &linger,
        socklen_t(MemoryLayout<Glibc.linger>.size))
      Glibc.close(descriptor)
    }
  }

  var nextDue: Double? {
    [toServer.nextDue, toClient.nextDue].compactMap(\.self).filter { $0 > monotonicSeconds() }.min()
  }

  /// What poll is to look for: the client's socket, then the server's.
  func interests(_ mode: RelayMode) -> [pollfd] {
    let reads = mode != .hold
    let now = monotonicSeconds()
    func events(_ reading: RelayPipe, _ writing: RelayPipe) -> Int16 {
      let read = reads && reading.hasRoom ? POLLIN : 0
      let write = reads && (writing.nextDue ?? .infinity) <= now ? POLLOUT : 0
      return Int16(read | write)
    }
    // A closed sender would wake poll again and again while its last bytes wait to be due: it is not looked at.
    func entry(_ descriptor: Int32, _ events: Int16, ended: Bool) -> pollfd {
      pollfd(fd: ended && events == 0 ? -1 : descriptor, events: events, revents: 0)
    }
    let serverEvents = isConnected ? events(toClient, toServer) : Int16(POLLOUT)
    return [
      entry(client, events(toServer, toClient), ended: toServer.sourceEnded),
      entry(server, serverEvents, ended: toClient.sourceEnded),
    ]
  }

  mutating func work(_ mode: RelayMode, now: Double) -> (passed: Int, lost: Int) {
    guard !isDead, connected() else { return (0, 0) }
    var lost = 0
    switch mode {
    case .hold:
      // The sender's death is the end of what it had not got rid of.
      isDead = Self.hasDied(server) || Self.hasDied(client)
      return (0, 0)
    case .drop:
      lost += take(\.toServer, from: client, due: nil) + take(\.toClient, from: server, due: nil)
      return (0, lost)
    case .pass, .delay, .cut:
      var later = 0.0
      if case .delay(let duration) = mode { later = duration.inSeconds }
      _ = take(\.toServer, from: client, due: now)
      _ = take(\.toClient, from: server, due: now + later)
    }
    guard let up = toServer.pass(to: server, now: now),
      let down = toClient.pass(to: client, now: now)
    else {
      isDead = true
      return (0, 0)
    }
    if toServer.endPassedOn && toClient.endPassedOn { isDead = true }
    return (up + down, 0)
  }

  private mutating func connected() -> Bool {
    if isConnected { return true }
    var entry = pollfd(fd: server, events: Int16(POLLOUT), revents: 0)
    guard poll(&entry, 1, 0) > 0 else { return false }
    var number: Int32 = 0
    var size = socklen_t(4)
    getsockopt(server, SOL_SOCKET, SO_ERROR, &number, &size)
    isConnected = number == 0
    isDead = number != 0
    return isConnected
  }

  /// Reads all there is; with no due time it is thrown away. The number of bytes.
  private mutating func take(
    _ pipe: WritableKeyPath<RelayLink, RelayPipe>, from source: Int32, due: Double?
  ) -> Int {
    var total = 0
    var buffer = [UInt8](repeating: 0, count: 65536)
    while self[keyPath: pipe].hasRoom {
      let count = recv(source, &buffer, buffer.count, 0)
      if count > 0 {
        total += count
        if let due { self[keyPath: pipe].put(Array(buffer[..<count]), due: due) }
        continue
      }
      if count == 0 {
        self[keyPath: pipe].sourceEnded = true
      } else if errno != EAGAIN {
        isDead = true
      }
      break
    }
    return total
  }

  private static func hasDied(_ descriptor: Int32) -> Bool {
    var entry = pollfd(fd: descriptor, events: Int16(lab_hung_up), revents: 0)
    return poll(&entry, 1, 0) > 0 && Int32(entry.revents) & (lab_hung_up | POLLHUP | POLLERR) != 0
  }
}
