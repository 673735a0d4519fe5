import RunbookEngine
import RunbookModel
import Testing

/// R8: a run that has gone on for its deadline starts nothing more and asks a person; it never takes anything back.
struct DeadlineTests {
  private let reached = Event.deadlineReached(DeadlineReport(ran: .seconds(3600), paused: .zero))

  private func run(_ adjust: (inout PlannedStep) -> Void = { _ in }) -> Scenario {
    Scenario(
      [step("a", .change, adjust), step("b", needs: [0]), step("c", needs: [1])],
      deadline: .seconds(3600))
  }

  @Test func `the deadline begins with the run, and a run without one has none`() throws {
    var run = run()
    #expect(try run.open() == ["deadline 1h", "plan a#1"])
    var without = Scenario([step("a")])
    #expect(try without.open() == ["plan a#1"])
  }

  @Test func `after it what runs is let finish, nothing is started and nothing taken back`() throws
  {
    var run = run()
    _ = try run.open()
    try run.take(planned("a"))
    #expect(try run.take(reached) == [])
    #expect(try run.take(applied("a")) == ["verify a#1"])
    #expect(try run.take(holds("a")) == [])
    #expect(run.state("a") == "succeeded" && run.state("b") == "pending")
    #expect(run.machine.waitsForDeadline)
    #expect(run.machine.state == .paused(because: "its deadline of 1 h is over", from: .open))
  }

  @Test func `a step that was only looked at makes no change after the deadline`() throws {
    var run = run()
    _ = try run.open()
    try run.take(reached)
    #expect(try run.take(planned("a")) == [])
    #expect(run.state("a") == "pending")
  }

  @Test func `a person who says continue gives it as long again`() throws {
    var run = run()
    _ = try run.open()
    try run.take(reached)
    try run.take(planned("a"))
    #expect(try run.take(order(.continue)) == ["deadline 1h", "plan a#1"])
    #expect(!run.machine.isOverdue)
    try run.take(reached)
    #expect(run.machine.waitsForDeadline)
  }

  @Test func `taking the run over does not extend it`() throws {
    var run = run()
    _ = try run.open()
    try run.complete("a")
    try run.take(reached)
    try run.take(planned("b"))
    #expect(try run.take(resumed) == [])
    #expect(run.machine.waitsForDeadline)
    #expect(try run.take(order(.continue)) == ["deadline 1h", "plan b#1"])
  }

  @Test func `a run that is taken over before its deadline has it still`() throws {
    var run = run()
    _ = try run.open()
    #expect(try run.take(resumed) == ["deadline 1h", "plan a#1"])
  }

  @Test func `a failed step that is decided after the deadline does not start the next one`() throws
  {
    var run = run()
    _ = try run.open()
    try run.take(planned("a"))
    try run.take(applyFailed("a", 1, refused))
    #expect(run.machine.state == .holding)
    try run.take(reached)
    #expect(run.machine.state == .holding)
    #expect(try run.take(order(.skip("a"))) == [])
    #expect(run.machine.waitsForDeadline)
    #expect(try run.take(order(.continue)) == ["deadline 1h", "plan b#1"])
  }

  @Test func `a run that takes back is let go on: halfway back is no place to stop`() throws {
    var run = run { $0.onFailure = .continue }
    _ = try run.open()
    try run.complete("a")
    #expect(try run.take(order(.unwind)) == [])
    _ = try run.take(planned("b"))
    #expect(run.state("a") == "undoing")
    try run.take(reached)
    #expect(run.machine.state == .unwinding)
  }

  @Test func `it can be undone and ended from there by a person, and by nobody else`() throws {
    var ended = run()
    _ = try ended.open()
    try ended.take(planFailed("a"))
    var undone = run()
    _ = try undone.open()
    try undone.complete("a")
    try undone.take(reached)
    try undone.take(planned("b"))
    #expect(try undone.take(order(.unwind)) == ["undo a#1"])
    var stopped = run()
    _ = try stopped.open()
    try stopped.complete("a")
    try stopped.take(reached)
    try stopped.take(planned("b"))
    #expect(try stopped.take(order(.abort)) == ["close failed_partly"])
  }

  @Test func `after the end it says nothing`() throws {
    var run = Scenario([step("a", .check)], deadline: .seconds(3600))
    _ = try run.open()
    #expect(try run.take(checked("a")) == ["close succeeded"])
    #expect(try run.take(reached) == [])
    #expect(run.machine.state == .closed(.succeeded))
  }

  @Test func `its command and its event are read back from a journal as they were`() throws {
    let command = Command.startDeadline(after: .seconds(3600))
    #expect(
      try ValueDecoder().decode(Command.self, from: ValueEncoder().encode(command)) == command)
    #expect(try ValueDecoder().decode(Event.self, from: ValueEncoder().encode(reached)) == reached)
  }
}

/// What counts against the deadline, by the records' times.
struct DeadlineClockTests {
  private var at = Moment(wall: Timestamp(nanoseconds: 0), monotonic: .seconds(100))
  private var clock = DeadlineClock()
  private let hour = Duration.seconds(3600)

  private mutating func pass(_ wall: Duration, monotonic: Duration? = nil) {
    at.wall = at.wall + wall
    at.monotonic += monotonic ?? wall
  }

  private mutating func take(_ event: Event, _ state: RunState, _ commands: [Command] = []) {
    clock.take(event, commands, at: at, state)
  }

  private mutating func begin() {
    take(checked("a"), .open, [.startDeadline(after: hour)])
  }

  @Test mutating func `R8: two hours of pause do not count against a deadline of one hour`() {
    begin()
    pass(.seconds(600))
    take(order(.pause), .paused(because: "x", from: .open))
    pass(.seconds(7200))
    take(order(.continue), .open)
    pass(.seconds(600))
    take(checked("a"), .open)
    #expect(clock.ran == .seconds(1200) && clock.paused == .seconds(7200))
    #expect(clock.left(of: hour, at: at) == .seconds(2400))
    #expect(clock.report(at: at) == DeadlineReport(ran: .seconds(1200), paused: .seconds(7200)))
  }

  @Test mutating func `holding for a decision counts: nobody has said that the run may wait`() {
    begin()
    pass(.seconds(60))
    take(checked("a"), .holding)
    pass(.seconds(600))
    #expect(clock.left(of: hour, at: at) == .seconds(2940))
  }

  @Test mutating func `the time in which its process was dead counts, by the wall clock`() {
    begin()
    pass(.seconds(7000), monotonic: .seconds(-90))
    take(resumed, .open, [.startDeadline(after: hour)])
    #expect(clock.ran == .seconds(7000))
    #expect(clock.left(of: hour, at: at) == .seconds(-3400))
  }

  @Test mutating func `the time in which a paused run was left alone does not count`() {
    begin()
    pass(.seconds(60))
    take(.interrupted(Interruption(cause: "SIGTERM")), .paused(because: "x", from: .open))
    pass(.seconds(7000))
    take(resumed, .open, [.startDeadline(after: hour)])
    #expect(clock.ran == .seconds(60) && clock.paused == .seconds(7000))
  }

  @Test mutating func `a wall clock that is set back gives no time back`() {
    begin()
    pass(.seconds(-500), monotonic: .seconds(20))
    take(checked("a"), .open)
    #expect(clock.ran == .seconds(20))
  }

  @Test mutating func `who extends the run gives it the whole time again`() {
    begin()
    pass(hour)
    take(.deadlineReached(clock.report(at: at)), .paused(because: "x", from: .open))
    pass(.seconds(300))
    take(order(.continue), .open, [.startDeadline(after: hour)])
    pass(.seconds(60))
    #expect(clock.left(of: hour, at: at) == .seconds(3540))
    #expect(clock.ran == hour && clock.paused == .seconds(300) && clock.timesReached == 1)
  }
}
