internal import Dispatch
internal import Glibc
internal import RunbookAction
internal import RunbookEngine
internal import RunbookModel
internal import Synchronization

/// Takes orders for a driven run through a socket in its folder: one line of JSON in, one line out, then it is closed.
///
/// Only the account that drives the run, and root, are heard. At most 16 connections at a time; each has 5 s to say its
/// line and 5 s to read the answer, so that nobody can keep the others out. One thread, which never blocks on a peer.
package final class ControlServer: Sendable {
  package typealias Handler = @Sendable (ControlMessage, @escaping RunDriver.Reply) -> Void

  package static let maximumConnections = 16
  private let path: String
  private let listener: Int32
  private let wake: (read: Int32, write: Int32)
  private let patience: Duration
  private let handle: Handler
  private let shared = Mutex(Shared())
  private let done = DispatchSemaphore(value: 0)

  private struct Shared: Sendable {
    var answers: [(connection: Int, bytes: [UInt8])] = []
    var isStopping = false
    var isClosed = false
  }

  /// The caller holds the run's lock, so a socket that is there already belongs to a process that is dead.
  package init(
    _ path: String, patience: Duration = .seconds(5), handle: @escaping Handler
  ) throws(StoreError) {
    self.path = path
    self.patience = patience
    self.handle = handle
    unlink(path)
    let descriptor = try UnixSocket.open(path)
    // Linux makes the file with the mode of the socket: there is no moment in which others may connect.
    fchmod(descriptor, 0o600)
    let bound = try UnixSocket.withAddress(path) { bind(descriptor, $0, $1) }
    guard bound == 0, chmod(path, 0o600) == 0,
      listen(descriptor, Int32(Self.maximumConnections)) == 0
    else {
      let failure = StoreError.system("cannot take orders at", path)
      close(descriptor)
      throw failure
    }
    var ends: (Int32, Int32) = (0, 0)
    let made = withUnsafeMutablePointer(to: &ends) { pointer in
      pointer.withMemoryRebound(to: Int32.self, capacity: 2) { pipe($0) }
    }
    guard made == 0 else {
      let failure = StoreError.system("cannot take orders at", path)
      close(descriptor)
      unlink(path)
      throw failure
    }
    for end in [ends.0, ends.1] {
      _ = fcntl(end, F_SETFL, UnixSocket.nonBlocking)
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
    listener = descriptor
    wake = (ends.0, ends.1)
    onOwnThread { [self] in
      loop()
      done.signal()
    }
  }

  /// Takes nothing more, answers who still waits, and removes the socket. Returns within a second and a little.
  package func stop() {
    let isFirst = shared.withLock { shared in
      defer { shared.isStopping = true }
      return !shared.isStopping
    }
    guard isFirst else { return }
    unlink(path)
    nudge()
    done.wait()
    shared.withLock { $0.isClosed = true }
    for descriptor in [listener, wake.read, wake.write] { close(descriptor) }
  }

  /// Removes the socket's name and nothing else: for a process that must end at once.
  package func removeName() { unlink(path) }

  private func nudge() {
    shared.withLock { shared in
      guard !shared.isClosed else { return }
      var byte: UInt8 = 1
      _ = write(wake.write, &byte, 1)
    }
  }

  private func answer(_ connection: Int, _ answer: SteeringAnswer) {
    shared.withLock { $0.answers.append((connection, answer.line)) }
    nudge()
  }
}

extension SteeringAnswer {
  /// The answer as one line, its end included. An empty one where it cannot be written: the peer then says that it does
  /// not know whether its order was taken, which is so.
  package var line: [UInt8] {
    guard let value = try? ValueEncoder().encode(self) else { return [0x0A] }
    return JSONText.write(value) + [0x0A]
  }
}

// MARK: - The thread

/// One peer, from its first byte to the last of its answer.
private struct Connection {
  let descriptor: Int32
  let user: uid_t?
  var line: [UInt8] = []
  /// Its order is with the run.
  var isAsking = false
  var answer: ArraySlice<UInt8>?
  var deadline: ContinuousClock.Instant
}

extension ControlServer {
  private func loop() {
    var connections: [Int: Connection] = [:]
    var next = 0
    var stopAt: ContinuousClock.Instant?
    while true {
      let (answers, isStopping) = shared.withLock { shared in
        defer { shared.answers = [] }
        return (shared.answers, shared.isStopping)
      }
      for (id, bytes) in answers { reply(bytes, to: id, &connections) }
      if isStopping, stopAt == nil {
        stopAt = .now + .seconds(1)
        let goodbye = SteeringAnswer.refused(
          .lettingGo, "the process lets go of the run; the order was not taken")
        for id in connections.keys where connections[id]?.answer == nil {
          reply(goodbye.line, to: id, &connections)
        }
      }
      for (id, connection) in connections where connection.answer?.isEmpty ?? false {
        drop(id, &connections)
      }
      if let stopAt, connections.isEmpty || stopAt < .now {
        for id in Array(connections.keys) { drop(id, &connections) }
        return
      }
      wait(&connections, &next, isStopping: isStopping)
    }
  }

  private func drop(_ id: Int, _ connections: inout [Int: Connection]) {
    if let gone = connections.removeValue(forKey: id) { close(gone.descriptor) }
  }

  private func reply(_ bytes: [UInt8], to id: Int, _ connections: inout [Int: Connection]) {
    guard connections[id] != nil, connections[id]?.answer == nil else { return }
    connections[id]?.answer = bytes[...]
    connections[id]?.deadline = .now + patience
    send(id, &connections)
  }

  /// Waits for the first of: a new peer, a byte, room to write, an answer, a deadline.
  private func wait(
    _ connections: inout [Int: Connection], _ next: inout Int, isStopping: Bool
  ) {
    let ids = connections.keys.sorted()
    var waiting = [pollfd(fd: wake.read, events: Int16(POLLIN), revents: 0)]
    let isOpen = !isStopping && ids.count < Self.maximumConnections
    waiting.append(pollfd(fd: isOpen ? listener : -1, events: Int16(POLLIN), revents: 0))
    for id in ids {
      guard let connection = connections[id] else { continue }
      let events = connection.answer != nil ? POLLOUT : connection.isAsking ? 0 : POLLIN
      // One that only waits for its answer is watched for going away by its answer's deadline alone.
      waiting.append(
        pollfd(
          fd: connection.isAsking && connection.answer == nil ? -1 : connection.descriptor,
          events: Int16(events), revents: 0))
    }
    poll(&waiting, nfds_t(waiting.count), 200)
    if waiting[0].revents != 0 {
      var sink = [UInt8](repeating: 0, count: 64)
      while read(wake.read, &sink, sink.count) > 0 {}
    }
    for (place, id) in ids.enumerated() where waiting[place + 2].revents != 0 {
      if connections[id]?.answer != nil {
        send(id, &connections)
      } else {
        receive(id, &connections)
      }
    }
    for (id, connection) in connections
    where connection.deadline < .now && (!connection.isAsking || connection.answer != nil) {
      drop(id, &connections)
    }
    if waiting[1].revents != 0 { welcome(&connections, &next) }
  }

  private func welcome(_ connections: inout [Int: Connection], _ next: inout Int) {
    let descriptor = accept(listener, nil, nil)
    guard descriptor >= 0 else { return }
    _ = fcntl(descriptor, F_SETFL, UnixSocket.nonBlocking)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    next += 1
    connections[next] = Connection(
      descriptor: descriptor, user: UnixSocket.peer(descriptor), deadline: .now + patience)
  }

  private func receive(_ id: Int, _ connections: inout [Int: Connection]) {
    guard var connection = connections[id], let user = connection.user else { return }
    var chunk = [UInt8](repeating: 0, count: 4096)
    let count = read(connection.descriptor, &chunk, chunk.count)
    if count < 0, errno == EAGAIN || errno == EINTR { return }
    // Whoever goes away before the end of the line has ordered nothing.
    guard count > 0 else { return drop(id, &connections) }
    connection.line += chunk[..<count]
    guard let end = connection.line.firstIndex(of: 0x0A) else {
      connections[id] = connection
      if connection.line.count >= ControlMessage.maximumBytes { tooLong(id, &connections) }
      return
    }
    guard end < ControlMessage.maximumBytes else { return tooLong(id, &connections) }
    connection.isAsking = true
    connections[id] = connection
    guard user == geteuid() || user == 0 else {
      let refusal = SteeringAnswer.refused(
        .notAllowed, "only the account that drives the run, and root, may steer it",
        next: "become \(UnixSocket.accountName(geteuid()))")
      return reply(refusal.line, to: id, &connections)
    }
    let message: ControlMessage
    do throws(SteeringRefusal) {
      message = try ControlMessage(
        line: Array(connection.line[..<end]), account: UnixSocket.accountName(user),
        isRoot: user == 0)
    } catch {
      return reply(SteeringAnswer(.refused, refusal: error, run: nil).line, to: id, &connections)
    }
    handle(message) { [weak self] in self?.answer(id, $0) }
  }

  private func tooLong(_ id: Int, _ connections: inout [Int: Connection]) {
    let refusal = SteeringAnswer.refused(
      .notUnderstood, "the message is longer than \(ControlMessage.maximumBytes) bytes")
    reply(refusal.line, to: id, &connections)
  }

  private func send(_ id: Int, _ connections: inout [Int: Connection]) {
    guard let connection = connections[id], let rest = connection.answer, !rest.isEmpty else {
      return
    }
    let count = rest.withUnsafeBytes {
      Glibc.send(connection.descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
    }
    if count < 0, errno == EAGAIN || errno == EINTR { return }
    guard count > 0 else { return drop(id, &connections) }
    connections[id]?.answer = rest.dropFirst(count)
  }
}
