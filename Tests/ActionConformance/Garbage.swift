package import RunbookAction
import RunbookModel

/// Inputs that no action can take. The driver refuses most of them earlier; an action must survive them all the same.
private let garbage: [Value] = [
  .null, true, 1, "garbage", [], [1, "two", .null], ["no": "such field"], .unknown("later"),
  .secret(SecretName("none")), .duration(.seconds(-1)),
]

/// Every way in which the action takes an input that means nothing for an answer.
package func garbageBreaches(_ action: AnyAction, _ contexts: TestContexts) async -> [String] {
  var found: [String] = []
  let needsInput = action.page.fields.contains { $0.need == .required }
  for input in garbage where needsInput || input.map == nil {
    let shown = JSONText.text(input)
    switch action.body {
    case .check(let check):
      let verdict = await check(input, contexts.read())
      if case .cannotTell = verdict { continue }
      found.append("the check '\(verdict.word)' on the meaningless input \(shown)")
    case .person(let ask):
      if (try? ask(input)) != nil { found.append("it asks a person about the input \(shown)") }
    case .change(let change):
      found += await garbageBreaches(change, input, contexts)
    }
  }
  return found
}

private func garbageBreaches(
  _ change: AnyAction.Change, _ input: Value, _ contexts: TestContexts
) async -> [String] {
  var found: [String] = []
  let shown = JSONText.text(input)
  do throws(ActionFailure) {
    if case .impossible = try await change.plan(input, contexts.read()) {
    } else {
      found.append("it plans something for the meaningless input \(shown)")
    }
  } catch {
    if error.effect == .unknown {
      found.append("the refusal of \(shown) does not say that nothing was changed")
    }
  }
  if case .cannotTell = await change.verify(input, contexts.read()) {
  } else {
    found.append("verify takes the meaningless change \(shown)")
  }
  if (try? await change.apply(input, contexts.write())) != nil {
    found.append("apply takes the meaningless change \(shown)")
  }
  if let undo = change.undo, (try? await undo(input, contexts.write())) != nil {
    found.append("undo takes the meaningless change \(shown)")
  }
  return found
}
