import ActionConformance
import RunbookAction
import RunbookModel
import Synchronization
import TestServers
import Testing

@testable import HAProxyPlugin

@Suite struct ShiftFaultTests {
  let siteA: FakeServer
  let siteB: FakeServer
  let shifting = Shifting()

  init() throws {
    siteA = try Site.start("a")
    siteB = try Site.start("b")
  }

  private func start(_ more: [String] = [], balance: String = "roundrobin") async throws -> Balancer
  {
    let servers = ["server site_a \(siteA.address)", "server site_b \(siteB.address)"]
    return try await Balancer.start(servers + more, balance: balance)
  }

  @Test func `a server that is down is planned with a warning and gets nothing`() async throws {
    let balancer = try await start()
    let before = balancer.weights()
    siteB.stop()
    #expect(await balancer.waits(for: "site_b", toBe: "DOWN"))
    let order = order([balancer.runtime], to: ["site_b"], with: ["wait_healthy": "300ms"])
    let planned = try await shifting.plan(order)
    #expect(planned.preview?.warnings.contains { $0.contains("L4CON") } == true)
    let change = try #require(planned.change)
    let failure = await #expect(throws: ActionFailure.self) { try await shifting.apply(change) }
    #expect(failure?.effect == .unchanged(retryable: true))
    #expect(failure?.message.contains("0 of 1 servers are healthy") == true)
    #expect(balancer.weights() == before)
    #expect(balancer.answers(of: 4) == ["a": 4])
    #expect(try await shifting.verify(change).word == "does not hold")
  }

  @Test func `the same change is planned whatever the health, and waits for it`() async throws {
    let balancer = try await start()
    let order = order([balancer.runtime], to: ["site_b"], ramp: [50, 100])
    let well = try #require(await shifting.plan(order).change)
    let port = siteB.port
    siteB.stop()
    #expect(await balancer.waits(for: "site_b", toBe: "DOWN"))
    #expect(try await shifting.plan(order).change == well)
    async let outcome = shifting.apply(well)
    let again = try Site.start("b", on: port)
    _ = try await outcome
    #expect(balancer.answers(of: 4) == ["b": 4])
    again.stop()
  }

  @Test func `a target that dies during the ramp stops it, and undo restores the weights`()
    async throws
  {
    let balancer = try await start()
    let before = balancer.weights()
    let order = order([balancer.runtime], to: ["site_b"], ramp: [50, 100], holdEach: "8s")
    let change = try #require(await shifting.plan(order).change)
    async let outcome = #expect(throws: ActionFailure.self) { try await shifting.apply(change) }
    #expect(await eventually { balancer.weights() == "site_a 256 0, site_b 256 0" })
    siteB.stop()
    let failure = await outcome
    #expect(failure?.effect == .unknown)
    #expect(failure?.message.contains("at part 1 of 2, 0 of 1 servers are healthy") == true)
    #expect(failure?.message.contains("site_a 256, site_b 256 (DOWN)") == true)
    #expect(balancer.answers(of: 2) == ["a": 2])
    try await shifting.undo(change)
    #expect(balancer.weights() == before)
  }

  @Test func `weights that change during a hold stop the ramp`() async throws {
    let balancer = try await start()
    let order = order([balancer.runtime], to: ["site_b"], ramp: [50, 100], holdEach: "8s")
    let change = try #require(await shifting.plan(order).change)
    async let outcome = #expect(throws: ActionFailure.self) { try await shifting.apply(change) }
    #expect(await eventually { balancer.weights() == "site_a 256 0, site_b 256 0" })
    balancer.say("set server app/site_a weight 5")
    let failure = await outcome
    #expect(failure?.effect == .unknown)
    #expect(failure?.message.contains("or somebody set them") == true)
    #expect(balancer.weights() == "site_a 5 0, site_b 256 0")
  }

  @Test(arguments: [Verdict.doesNotHold(Evidence("too slow")), .cannotTell(Evidence("too slow"))])
  func `a check that does not hold or cannot tell stops the ramp`(answer: Verdict) async throws {
    let balancer = try await start()
    let contexts = TestContexts(actions: [AnyAction(ScriptedCheck { answer })])
    let shifting = Shifting(contexts: contexts)
    let order = order(
      [balancer.runtime], to: ["site_b"], ramp: [10, 100],
      with: ["check": ["uses": "test.check", "with": [:]]])
    let change = try #require(await shifting.plan(order).change)
    let failure = await #expect(throws: ActionFailure.self) { try await shifting.apply(change) }
    #expect(failure?.effect == .unknown)
    #expect(failure?.message.contains("'test.check' \(answer.word): too slow") == true)
    #expect(balancer.weights() == "site_a 256 0, site_b 28 0")
    let verdict = try await shifting.verify(change)
    #expect(verdict.word == "does not hold")
    #expect(verdict.evidence.summary.hasPrefix("partly in place: "))
  }

  @Test func `an interrupted ramp goes on where it stopped`() async throws {
    let balancer = try await start()
    let asked = Mutex(0)
    let check = ScriptedCheck {
      let count = asked.withLock { count in
        count += 1
        return count
      }
      return count == 2 ? .doesNotHold(Evidence("no")) : .holds(Evidence("yes"))
    }
    let shifting = Shifting(contexts: TestContexts(actions: [AnyAction(check)]))
    let order = order(
      [balancer.runtime], to: ["site_b"], ramp: [10, 50, 100],
      with: ["check": ["uses": "test.check", "with": [:]]])
    let change = try #require(await shifting.plan(order).change)
    await #expect(throws: ActionFailure.self) { try await shifting.apply(change) }
    try await shifting.apply(change)
    #expect(asked.withLock { $0 } == 3)
    #expect(balancer.weights() == "site_a 0 0, site_b 1 0")
  }

  @Test func `weights that somebody else set stop apply and undo`() async throws {
    let balancer = try await start()
    let change = try #require(await shifting.plan(order([balancer.runtime], to: ["site_b"])).change)
    balancer.say("set server app/site_a weight 77")
    let failure = await #expect(throws: ActionFailure.self) { try await shifting.apply(change) }
    #expect(failure?.effect == .unchanged(retryable: false))
    #expect(failure?.message.contains("site_a has weight 77") == true)
    let undone = await #expect(throws: ActionFailure.self) { try await shifting.undo(change) }
    #expect(undone?.kind == .precondition)
    #expect(balancer.weights() == "site_a 77 0, site_b 1 0")
    balancer.say("set server app/site_a weight 1; set server app/site_a state maint")
    let other = await #expect(throws: ActionFailure.self) { try await shifting.apply(change) }
    #expect(other?.message.contains("site_a is set to 'maint'") == true)
  }

  @Test func `undo is refused when it would leave no healthy server`() async throws {
    let balancer = try await start()
    balancer.say("set server app/site_b weight 0")
    let change = try #require(await shifting.plan(order([balancer.runtime], to: ["site_b"])).change)
    try await shifting.apply(change)
    siteA.stop()
    #expect(await balancer.waits(for: "site_a", toBe: "DOWN"))
    let failure = await #expect(throws: ActionFailure.self) { try await shifting.undo(change) }
    #expect(failure?.effect == .unchanged(retryable: true))
    #expect(failure?.message.contains("no server of 'app'") == true)
    #expect(balancer.answers(of: 2) == ["b": 2])
  }

  @Test func `what cannot be meant is refused in the plan with what there is`() async throws {
    let balancer = try await start(["server spare 127.0.0.1:1 backup"])
    let cases: [(ValueMap, String)] = [
      (order([balancer.runtime], to: ["site_x"]), "has no server 'site_x'; it has site_a, site_b"),
      (order([balancer.runtime], to: ["site_b"], with: ["backend": "web"]), "It has: app"),
      (order([balancer.userSocket], to: ["site_b"]), "level 'user'"),
      (order([balancer.runtime], to: ["site_b"], ramp: [50, 10, 100]), "'ramp' must be"),
      (order([balancer.runtime], to: ["site_b"], ramp: [50]), "'ramp' must be"),
      (order([balancer.runtime], to: ["site_b"], ramp: [12.5, 100]), "'ramp' must be"),
      (order([balancer.runtime], to: ["spare"], ramp: [50, 100]), "is a backup server"),
      (order([balancer.runtime], to: ["site_b; shutdown sessions"]), "cannot be the name"),
      (order([balancer.runtime], to: []), "names no server"),
      (order([], to: ["site_b"]), "names 0 processes"),
      (order([balancer.runtime], to: ["site_b"], with: ["min_healthy": 2]), "'min_healthy: 2'"),
    ]
    for (order, words) in cases {
      let refusal = try await shifting.plan(order).refusal
      #expect(refusal?.message.contains(words) == true, "\(refusal?.message ?? "no refusal")")
    }
  }

  @Test func `processes with different servers are refused`() async throws {
    let first = try await start()
    let second = try await start(["server site_c 127.0.0.1:1"])
    let refusal = try await shifting.plan(order([first.runtime, second.runtime], to: ["site_b"]))
      .refusal
    #expect(refusal?.message.contains("do not have the same servers") == true)
  }

  @Test func `a static algorithm is moved at once and not in parts`() async throws {
    let fixed = try await start(balance: "static-rr")
    let parts = order([fixed.runtime], to: ["site_b"], ramp: [50, 100])
    let refusal = try await shifting.plan(parts).refusal
    #expect(refusal?.message.contains("static-rr") == true)
    let planned = try await shifting.plan(order([fixed.runtime], to: ["site_b"]))
    let whole = try #require(planned.change, "\(planned)")
    try await shifting.apply(whole)
    #expect(fixed.answers(of: 4) == ["b": 4])
    try await shifting.undo(whole)
    #expect(fixed.weights() == "site_a 1 0, site_b 1 0")
    // A hash by map is static too, but HAProxy tells that only by refusing the weights.
    let mapped = try await start(balance: "source")
    let ramp = order([mapped.runtime], to: ["site_b"], ramp: [50, 100])
    let change = try #require(await shifting.plan(ramp).change)
    let failure = await #expect(throws: ActionFailure.self) { try await shifting.apply(change) }
    #expect(failure?.effect == .unchanged(retryable: false))
    #expect(failure?.message.contains("static LB algorithm") == true)
    #expect(mapped.weights() == "site_a 1 0, site_b 1 0")
  }

  @Test func `a process that is gone or frozen is never taken for one that agreed`() async throws {
    let first = try await start()
    let second = try await start()
    let both = order([first.runtime, second.socket], to: ["site_b"])
    let change = try #require(await shifting.plan(both).change)
    try second.process.freeze()
    let hasty = Shifting(limit: .milliseconds(400))
    let frozen = await #expect(throws: ActionFailure.self) { try await hasty.apply(change) }
    #expect(frozen?.effect == .unchanged(retryable: true))
    #expect(frozen?.kind == .timeout)
    #expect(try await hasty.verify(change).word == "cannot tell")
    second.process.stop()
    let gone = await #expect(throws: ActionFailure.self) { try await shifting.apply(change) }
    #expect(gone?.effect == .unchanged(retryable: true))
    #expect(gone?.kind == .unreachable)
    #expect(first.weights() == "site_a 1 0, site_b 1 0")
  }

  @Test func `deadlines are kept against a runtime API that never answers`() async throws {
    let silent = try FakeServer { _ in nil }
    let order = order([silent.address], to: ["site_b"])
    let action = try action("haproxy.shift")
    #expect(await deadlineBreaches(action, input: .map(order)) == [])
  }

  @Test(arguments: [
    "", "\n\n", "1\n# be_id\n", "1\n# be_id srv_name\n3 a\n", "\u{0}\u{1}garbage\n",
  ])
  func `an answer that makes no sense is an error`(answer: String) async throws {
    let strange = try FakeServer { _ in Array(answer.utf8) }
    await #expect(throws: ActionFailure.self) {
      if case .impossible(let failure) = try await shifting.plan(
        order([strange.address], to: ["b"]))
      {
        throw failure
      }
    }
  }

  @Test func `a hold that does not fit into the step's time is refused before anything moves`()
    async throws
  {
    let balancer = try await start()
    let order = order([balancer.runtime], to: ["site_b"], ramp: [50, 100], holdEach: "1h")
    let planned = try await shifting.plan(order)
    #expect(planned.preview?.warnings.contains { $0.contains("give the step timeout") } == true)
    let change = try #require(planned.change)
    let failure = await #expect(throws: ActionFailure.self) { try await shifting.apply(change) }
    #expect(failure?.effect == .unchanged(retryable: false))
    #expect(balancer.weights() == "site_a 1 0, site_b 1 0")
  }
}
