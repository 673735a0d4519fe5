import RunbookAction
import RunbookModel
import Testing

@testable import PostgresPlugin

@Suite struct `Reckoning lag and loss` {
  private let noon = Timestamp("2026-11-21T12:00:00Z")!

  private func standby(
    received: String = "0/5000", replayed: String = "0/5000", receiver: NodeState.Receiver?,
    lastCommit: Timestamp? = nil
  ) -> NodeState {
    NodeState(
      address: "10.0.0.2:5432", systemIdentifier: SystemIdentifier("7"), isInRecovery: true,
      isReadOnly: true, timeline: 1, position: WALPosition(replayed), clock: noon,
      replayedCommitAt: lastCommit, replayedTo: WALPosition(replayed),
      standby: NodeState.Standby(
        received: WALPosition(received), isReplayPaused: false, applyDelay: .zero,
        receiver: receiver, isReceiverHidden: false),
      serverVersion: 150_000)
  }

  private func receiver(
    status: String = "streaming", age: Duration? = .seconds(1), end: String = "0/5000"
  ) -> NodeState.Receiver {
    NodeState.Receiver(
      status: status, senderHost: "10.0.0.1", senderPort: 5432, timeline: 1,
      primaryEnd: WALPosition(end), messageAge: age, longestSilence: .seconds(31))
  }

  @Test func `a primary that fell silent makes the lag unknown, though all it said is replayed`() {
    let fresh = Lag(standby(receiver: receiver()), heartbeat: nil)
    #expect(fresh.bytes == .known(0))
    #expect(fresh.time == .known(.zero))
    let stale = Lag(standby(receiver: receiver(age: .seconds(32))), heartbeat: nil)
    #expect(stale.bytes.figure == nil)
    #expect(stale.time.reason?.contains("silent for 32 s") == true)
    for other in [receiver(status: "waiting"), receiver(age: nil), nil] {
      #expect(Lag(standby(receiver: other), heartbeat: nil).time.figure == nil)
    }
  }

  @Test func `lag is what is not replayed yet, also when it has been received`() {
    let lag = Lag(
      standby(
        received: "0/6000", replayed: "0/5000", receiver: receiver(end: "0/6000"),
        lastCommit: noon - .seconds(9)), heartbeat: nil)
    #expect(lag.bytes == .known(0x1000))
    #expect(lag.time == .known(.seconds(9)))
  }

  @Test func `nothing replayed since the start is unknown, not fresh`() {
    let lag = Lag(standby(receiver: receiver(end: "0/6000")), heartbeat: nil)
    #expect(lag.bytes == .known(0x1000))
    #expect(lag.time.figure == nil)
  }

  @Test func `an accepted loss covers what was shown: no larger figure, and none that is lost`()
    throws
  {
    func gate(_ time: Value, _ bytes: Value) -> AcceptedLoss? {
      AcceptedLoss(
        Gate(name: "max_data_loss", finding: "much", measure: ["time": time, "bytes": bytes]))
    }
    let limit = try LossLimit(["time": .duration(.seconds(5)), "bytes": 16])
    var point = RecoveryPoint(standby(receiver: nil), heartbeat: nil, writer: .init())
    point.loss = .known(.seconds(12))
    point.bytes = .known(10)
    #expect(limit.excess(of: point)?.contains("up to 12 s of commits could be lost") == true)
    let shown = gate(.duration(.seconds(12)), 10)
    #expect(limit.excess(of: point, beyond: shown) == nil)
    point.loss = .known(.seconds(12) + .nanoseconds(1))
    #expect(limit.excess(of: point, beyond: shown)?.contains("could be lost") == true)
    point.loss = .unknown("nobody knows")
    #expect(limit.excess(of: point, beyond: shown)?.contains("not known") == true)
    #expect(limit.excess(of: point, beyond: gate(.unknown("nobody knows"), 10)) == nil)
    // The other figure grew, and was never over its limit when it was shown.
    point.bytes = .known(17)
    #expect(
      limit.excess(of: point, beyond: gate(.unknown("nobody knows"), 10))?.contains("17 B") == true)
    point.bytes = .known(16)
    #expect(limit.excess(of: point, beyond: gate(.unknown("nobody knows"), 10)) == nil)
  }

  @Test func `all of the log here means no loss, whatever the clocks say`() {
    let point = RecoveryPoint(
      standby(receiver: nil, lastCommit: noon - .seconds(3600)), heartbeat: nil,
      writer: .init(lastPosition: WALPosition("0/5000"), stoppedWritingAt: noon))
    #expect(point.loss == .known(.zero))
    #expect(point.bytes == .known(0))
  }

  @Test func `a missing end of the log is bounded by the moment of the fence`() {
    let point = RecoveryPoint(
      standby(receiver: nil, lastCommit: noon - .seconds(4)), heartbeat: nil,
      writer: .init(lastPosition: WALPosition("0/7000"), stoppedWritingAt: noon))
    #expect(point.loss == .known(.seconds(4)))
    #expect(point.bytes == .known(0x2000))
    #expect(point.method.contains("at most"))
  }

  @Test func `without a begin of the outage a witnessed loss is bounded by when it was found dead`()
  {
    let point = RecoveryPoint(
      standby(receiver: nil, lastCommit: noon), heartbeat: nil,
      writer: .init(unreachableAt: noon + .seconds(60)))
    #expect(point.loss == .known(.seconds(60)))
    #expect(
      point.method.contains("found unreachable, because it is not known when the outage began"))
    #expect(point.bytes.figure == nil)
    // Its clock is ahead, or it went on: a bound before its last commit is none, least of all zero.
    let later = RecoveryPoint(
      standby(receiver: nil, lastCommit: noon + .seconds(3)), heartbeat: nil,
      writer: .init(unreachableAt: noon))
    #expect(later.loss.figure == nil)
    // Before the fence nothing bounds it.
    let unfenced = RecoveryPoint(
      standby(receiver: nil, lastCommit: noon), heartbeat: nil, writer: .init())
    #expect(unfenced.loss == .unknown("it is not known when the outage began"))
  }

  @Test func `a commit after the stated outage moves the bound to when it was found dead`() {
    let writer = RecoveryPoint.Writer(
      outageAt: noon, unreachableAt: noon + .seconds(60))
    let before = RecoveryPoint(
      standby(receiver: nil, lastCommit: noon - .seconds(2)), heartbeat: nil, writer: writer)
    #expect(before.loss == .known(.seconds(2)))
    let after = RecoveryPoint(
      standby(receiver: nil, lastCommit: noon + .seconds(10)), heartbeat: nil, writer: writer)
    #expect(after.loss == .known(.seconds(50)))
    #expect(after.method.contains("committed after the begin of the outage"))
  }

  @Test func `a heartbeat newer than the last commit shortens the bound`() {
    let point = RecoveryPoint(
      standby(receiver: nil, lastCommit: noon - .seconds(3600)),
      heartbeat: .known(noon - .seconds(1)), writer: .init(outageAt: noon))
    #expect(point.loss == .known(.seconds(1)))
    #expect(point.method.contains("heartbeat"))
  }

  @Test func `a heartbeat that a promoted server renews itself does not make the loss smaller`() {
    var promoted = standby(receiver: nil, lastCommit: noon - .seconds(9))
    promoted.isInRecovery = false
    promoted.standby = nil
    let point = RecoveryPoint(
      promoted, heartbeat: .known(noon + .seconds(30)), writer: .init(outageAt: noon))
    #expect(point.loss == .known(.seconds(9)))
    promoted.replayedCommitAt = nil
    let restarted = RecoveryPoint(
      promoted, heartbeat: .known(noon + .seconds(30)), writer: .init(outageAt: noon))
    #expect(restarted.loss.figure == nil)
  }

  @Test func `a limit takes the unknown for too much`() throws {
    var point = RecoveryPoint(standby(receiver: nil), heartbeat: nil, writer: .init())
    #expect(try LossLimit(.duration(.seconds(3600))).excess(of: point) != nil)
    #expect(try LossLimit(.int(1 << 40)).excess(of: point) != nil)
    #expect(try LossLimit(nil).excess(of: point) == nil)
    point.loss = .known(.seconds(5))
    point.bytes = .known(100)
    let both: Value = ["time": .duration(.seconds(5)), "bytes": 100]
    #expect(try LossLimit(both).excess(of: point) == nil)
    point.bytes = .known(101)
    #expect(try LossLimit(both).excess(of: point)?.contains("101 B of log") == true)
  }

  @Test func `a limit that means nothing is refused`() {
    for value: Value in [true, "soon", [:], .duration(.seconds(-1)), -1, ["time": "soon"]] {
      #expect(throws: ActionFailure.self) { try LossLimit(value) }
    }
  }

  @Test func `log positions are read, compared and written as PostgreSQL does`() throws {
    let low = try #require(WALPosition("0/FFFFFFFF"))
    let high = try #require(WALPosition("1/A0"))
    #expect(low < high)
    #expect(low.behind(high) == 0xA1)
    #expect(high.behind(low) == 0)
    #expect(high.description == "1/A0")
    for text in ["", "1", "1/", "x/y", "1/2/3", "1/123456789"] { #expect(WALPosition(text) == nil) }
  }

  @Test func `an address names one server and its port`() throws {
    #expect(try PostgresNode.split("[::1]:5432").host == "::1")
    #expect(try PostgresNode.split("db-a.example:5432").port == "5432")
    for text in ["db-a", ":5432", "db-a:", "db-a:0", "db-a:99999", "a,b:5432", "/run/pg:5432"] {
      #expect(throws: ActionFailure.self) { try PostgresNode.split(text) }
    }
  }

  @Test func `a command's endless output is bounded, and its deadline holds`() {
    let result = Program(words: ["yes"]).run(by: .after(.milliseconds(300)))
    #expect(result.ending == .late)
    #expect(result.output.utf8.count == Program.outputLimit)
    #expect(result.droppedBytes > 0)
  }

  @Test func `a command that leaves a process behind has ended all the same`() {
    let result = Program(words: ["sh", "-c", "sleep 60 & echo started $!"]).run(
      by: .after(.seconds(20)))
    #expect(result.ending == .exited(0))
    #expect(result.output.hasPrefix("started"))
    if let process = Int32(result.output.dropFirst(8).filter(\.isNumber)) {
      _ = Program(words: ["kill", "\(process)"]).run(by: .after(.seconds(20)))
    }
  }

  @Test func `a command that is not there did nothing`() {
    let result = Program(words: ["/no/such/program"]).run(by: .after(.seconds(5)))
    guard case .notStarted = result.ending else {
      Issue.record("it ended so: \(result.ending)")
      return
    }
  }
}
