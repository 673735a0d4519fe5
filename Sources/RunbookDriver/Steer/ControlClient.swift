internal import Glibc
internal import RunbookModel

/// Brings one message to the process that drives a run, and its answer back.
package struct ControlClient: Sendable {
  package enum Failure: Error, Sendable, Equatable {
    /// No process takes orders for this run.
    case notDriven
    /// The socket is there, but this account may not use it.
    case notAllowed(String)
    /// The order was sent, and no answer came: whether it was taken is not known.
    case noAnswer(String)
  }

  private let path: String
  private let patience: Duration
  private static let longestAnswer = 1 << 20

  package init(_ folder: RunFolder, patience: Duration = .seconds(15)) {
    path = folder.control
    self.patience = patience
  }

  package func send(
    _ message: ControlMessage, sudoUser: String? = nil
  ) throws(Failure) -> SteeringAnswer {
    let deadline = ContinuousClock.now + patience
    let descriptor: Int32
    do throws(StoreError) { descriptor = try UnixSocket.open(path) } catch {
      throw .notAllowed(error.message)
    }
    defer { close(descriptor) }
    try connect(descriptor, until: deadline)
    try write(message.line(sudoUser: sudoUser), descriptor, until: deadline)
    let line = try readLine(descriptor, until: deadline)
    guard let value = try? JSONText.read(line),
      let answer = try? ValueDecoder().decode(SteeringAnswer.self, from: value)
    else { throw .noAnswer("the answer is not one that this version knows") }
    return answer
  }

  private func connect(
    _ descriptor: Int32, until deadline: ContinuousClock.Instant
  ) throws(Failure) {
    while true {
      let outcome: (result: Int32, code: Int32)
      do throws(StoreError) {
        outcome = try UnixSocket.withAddress(path) {
          let result = Glibc.connect(descriptor, $0, $1)
          return (result, errno)
        }
      } catch { throw .notDriven }
      if outcome.result == 0 { return }
      switch outcome.code {
      // As many as it takes at a time are there already.
      case EAGAIN, EINTR:
        guard ContinuousClock.now < deadline else {
          throw .noAnswer("too many others steer the run at this moment; nothing was ordered")
        }
        usleep(20_000)
      case EACCES, EPERM: throw .notAllowed(String(cString: strerror(outcome.code)))
      default: throw .notDriven
      }
    }
  }

  private func write(
    _ bytes: [UInt8], _ descriptor: Int32, until deadline: ContinuousClock.Instant
  ) throws(Failure) {
    var rest = bytes[...]
    while !rest.isEmpty {
      try wait(descriptor, POLLOUT, until: deadline)
      let count = rest.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count < 0, errno == EAGAIN || errno == EINTR { continue }
      // A process that refuses at once closes without reading; its answer is there all the same.
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  private func readLine(
    _ descriptor: Int32, until deadline: ContinuousClock.Instant
  ) throws(Failure) -> [UInt8] {
    var line: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16 << 10)
    while line.count < Self.longestAnswer {
      try wait(descriptor, POLLIN, until: deadline)
      let count = read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EAGAIN || errno == EINTR { continue }
      guard count > 0 else { throw .noAnswer("the process closed the connection") }
      line += chunk[..<count]
      if let end = line.firstIndex(of: 0x0A) { return Array(line[..<end]) }
    }
    throw .noAnswer("the answer is longer than \(Self.longestAnswer) bytes")
  }

  private func wait(
    _ descriptor: Int32, _ events: Int32, until deadline: ContinuousClock.Instant
  ) throws(Failure) {
    while true {
      let left = deadline - .now
      guard left > .zero else { throw .noAnswer("no answer came in \(patience.spoken)") }
      var waiting = pollfd(fd: descriptor, events: Int16(events), revents: 0)
      if poll(&waiting, 1, 100) > 0 { return }
    }
  }
}
