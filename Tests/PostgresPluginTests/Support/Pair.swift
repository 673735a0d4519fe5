import ActionConformance
import Foundation
import RunbookAction
import RunbookModel

@testable import PostgresPlugin

/// A primary with its streaming standby.
final class Pair: Sendable {
  let primary: Server
  let standby: Server

  private init() throws {
    let number = Self.numbers.next()
    // Two addresses a pair, as two sites have; the run's own third byte keeps parallel runs apart.
    let net = "127.\(Self.first).\(number % 250 + 1)"
    primary = try Server("\(number)-primary", host: "\(net).10")
    standby = try Server("\(number)-standby", host: "\(net).20")
  }

  private static let first = Int.random(in: 20...220)
  private static let numbers = Numbers()

  private final class Numbers: @unchecked Sendable {
    private let lock = NSLock()
    private var last = 0
    func next() -> Int {
      lock.withLock {
        last += 1
        return last
      }
    }
  }

  static func start() async throws -> Pair {
    let pair = try await blocking { Result { try Pair() } }.get()
    do {
      try pair.standby.follow(pair.primary)
      try await pair.primary.startAndWait()
      try pair.primary.rows("select pg_create_physical_replication_slot('standby', true)")
      try await pair.standby.startAndWait()
      try await pair.untilCaughtUp()
    } catch {
      pair.end()
      throw error
    }
    return pair
  }

  func end() {
    primary.end()
    standby.end()
  }

  /// The standby streams and has replayed all that the primary has.
  func untilCaughtUp() async throws {
    try await eventually("the standby has caught up") {
      let end = (try? self.primary.text("select pg_current_wal_flush_lsn()")) ?? nil
      guard let end else { return false }
      return
        (try? self.standby.text(
          "select pg_last_wal_replay_lsn() >= '\(end)'::pg_lsn and exists (select from "
            + "pg_stat_wal_receiver where status = 'streaming' and latest_end_lsn is not null)"))
        == "true"
    }
  }

  /// The standby gets no more log, as when the line between the sites is cut.
  func cut() async throws {
    try standby.rows("alter system set primary_conninfo = ''")
    try standby.rows("select pg_reload_conf()")
    try await eventually("the standby receives nothing") {
      (try? self.standby.text("select count(*) from pg_stat_wal_receiver")) == "0"
    }
  }

  func buy() throws { try primary.rows("insert into orders default values") }
}

/// A pair for one test, ended whatever happens.
func withPair<Answer: Sendable>(
  _ body: (Pair) async throws -> Answer
) async throws -> Answer {
  await gate.enter()
  do {
    let pair = try await Pair.start()
    defer { pair.end() }
    let answer = try await body(pair)
    await gate.leave()
    return answer
  } catch {
    await gate.leave()
    throw error
  }
}

/// So many pairs at a time as two cores can carry: more would only make each other late.
private let gate = Gate(places: 3)

private actor Gate {
  private var places: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(places: Int) { self.places = places }

  func enter() async {
    if places > 0 {
      places -= 1
    } else {
      await withCheckedContinuation { waiting.append($0) }
    }
  }
  func leave() {
    if waiting.isEmpty { places += 1 } else { waiting.removeFirst().resume() }
  }
}

/// A pair for all tests that only look.
func sharedPair() async throws -> Pair { try await shared.value }

private let shared = Task { try await Pair.start() }

// MARK: Actions as the driver calls them

func contexts(
  password: String = Workshop.password, outageAt: Timestamp? = nil,
  run: String = "20260101-000000-test"
) -> TestContexts {
  var contexts = TestContexts(secrets: ["db_password": password])
  contexts.facts.outageAt = outageAt
  contexts.facts.run = RunID(run)
  return contexts
}

/// An action with its input, called as the driver does it: plan, apply, verify, undo.
struct Called {
  let action: AnyAction
  var input: Value
  var contexts: TestContexts

  init(_ name: String, _ input: ValueMap, _ given: TestContexts = PostgresPluginTests.contexts()) {
    let registry = ActionRegistry(postgresActions())
    action = registry[name]!
    self.input = filled(.map(input), for: action.page.fields)
    contexts = given
  }

  private var change: AnyAction.Change {
    guard case .change(let change) = action.body else { preconditionFailure("not a change") }
    return change
  }

  func check(within limit: Duration = .seconds(20)) async -> Verdict {
    guard case .check(let check) = action.body else { preconditionFailure("not a check") }
    return await check(input, contexts.read(within: limit))
  }
  func plan(within limit: Duration = .seconds(20)) async throws -> Planned<Value> {
    try await change.plan(input, contexts.read(within: limit))
  }
  func planned() async throws -> Value {
    let planned = try await plan()
    guard case .change(let change, _) = planned else {
      throw Workshop.CommandFailed(description: "no change was planned but \(planned)")
    }
    return change
  }
  /// Why the plan refuses.
  func refusal() async throws -> String {
    switch try await plan() {
    case .impossible(let failure): return failure.message
    case let other: throw Workshop.CommandFailed(description: "no refusal but \(other)")
    }
  }
  func apply(_ planned: Value, within limit: Duration = .seconds(30)) async throws -> Evidence {
    try await change.apply(planned, contexts.write(within: limit))
  }
  func apply() async throws -> Evidence { try await apply(try await planned()) }
  func verify(_ planned: Value) async -> Verdict {
    await change.verify(planned, contexts.read())
  }
  func undo(_ planned: Value) async throws -> Evidence {
    try await change.undo!(planned, contexts.write(within: .seconds(30)))
  }
}

/// What a failing body fails with.
func failure(_ body: () async throws -> Void) async throws -> ActionFailure {
  do {
    try await body()
  } catch let failure as ActionFailure {
    return failure
  }
  throw Workshop.CommandFailed(description: "it did not fail")
}
