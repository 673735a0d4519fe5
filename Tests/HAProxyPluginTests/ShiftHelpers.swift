import ActionConformance
import RunbookAction
import RunbookModel
import TestServers

@testable import HAProxyPlugin

func action(_ name: String) throws -> AnyAction {
  guard let action = ActionRegistry(haproxyActions())[name] else { throw RigError("no \(name)") }
  return action
}

/// A `with:` for haproxy.shift.
func order(
  _ runtimes: [String], to target: [String], ramp: [Value] = [100], holdEach: String = "0s",
  with more: ValueMap = [:]
) -> ValueMap {
  var map: ValueMap = [
    "runtime": .list(
      runtimes.map { $0.hasPrefix("/") ? ["socket": .string($0)] : ["address": .string($0)] }),
    "backend": "app", "to": .list(target.map(Value.string)), "ramp": .list(ramp),
    "hold_each": .string(holdEach),
  ]
  for entry in more { map[entry.key] = entry.value }
  return map
}

/// A check for ramps that asks a closure.
struct ScriptedCheck: CheckAction {
  struct Input: ActionInput {
    static let fields: [Field] = []
  }
  let answer: @Sendable () -> Verdict

  var page: ActionPage {
    ActionPage(
      name: "test.check", summary: "A test's own.", details: "", kind: .check, fields: [],
      expected: .zero, undo: .notNeeded, byHand: "")
  }
  func check(_ input: Input, in context: ReadContext) async -> Verdict { answer() }
}

/// haproxy.shift with the contexts of one test.
struct Shifting {
  var contexts = TestContexts()
  var limit = Duration.seconds(10)

  private func change() throws(ActionFailure) -> AnyAction.Change {
    guard case .change(let change)? = try? action("haproxy.shift").body else {
      throw .refused(.input, "haproxy.shift is not a change")
    }
    return change
  }

  func plan(_ order: ValueMap) async throws(ActionFailure) -> Planned<Value> {
    let input = filled(.map(order), for: haproxyShiftPage.fields)
    return try await change().plan(input, contexts.read(within: limit))
  }
  @discardableResult
  func apply(_ planned: Value) async throws(ActionFailure) -> Evidence {
    try await change().apply(planned, contexts.write(within: limit))
  }
  func verify(_ planned: Value) async throws(ActionFailure) -> Verdict {
    await (try change()).verify(planned, contexts.read(within: limit))
  }
  @discardableResult
  func undo(_ planned: Value) async throws(ActionFailure) -> Evidence {
    guard let undo = try change().undo else { throw .refused(.input, "no undo") }
    return try await undo(planned, contexts.write(within: limit))
  }
}

extension Planned<Value> {
  var change: Value? { if case .change(let change, _) = self { change } else { nil } }
  var preview: Preview? { if case .change(_, let preview) = self { preview } else { nil } }
  var refusal: ActionFailure? { if case .impossible(let failure) = self { failure } else { nil } }
}
