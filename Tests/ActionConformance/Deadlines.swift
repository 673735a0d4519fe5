package import RunbookAction
package import RunbookModel

/// How an action keeps its deadline against a server that never answers; empty when it keeps it.
///
/// `input` must name such a server (for a change: one that hangs when it is read). The action must end within `grace`
/// after its deadline and must not claim to have seen anything.
package func deadlineBreaches(
  _ action: AnyAction, input: Value, contexts: TestContexts = TestContexts(),
  deadline: Duration = .milliseconds(300), grace: Duration = .seconds(10)
) async -> [String] {
  let input = filled(input, for: action.page.fields)
  let latest = ContinuousClock.now.advanced(by: deadline + grace)
  var found: [String] = []
  switch action.body {
  case .check(let check):
    let verdict = await check(input, contexts.read(within: deadline))
    if case .holds(let evidence) = verdict {
      found.append("it holds though nobody answered: \(evidence.summary)")
    }
  case .change(let change):
    do throws(ActionFailure) {
      let planned = try await change.plan(input, contexts.read(within: deadline))
      if case .alreadyInPlace(let evidence) = planned {
        found.append("it says 'already in place' though nobody answered: \(evidence.summary)")
      }
    } catch {
      if error.effect == .unknown { found.append("plan says that it may have changed something") }
    }
  case .person: break
  }
  if ContinuousClock.now > latest {
    found.append("it ended more than \(grace.spoken) after its deadline")
  }
  return found
}

/// As `deadlineBreaches`, for `apply` of a change whose other side has stopped to answer: it must fail, and by then.
package func applyDeadlineBreaches(
  _ action: AnyAction, change planned: Value, contexts: TestContexts = TestContexts(),
  deadline: Duration = .milliseconds(300), grace: Duration = .seconds(10)
) async -> [String] {
  guard case .change(let change) = action.body else { return ["it is not a change"] }
  let latest = ContinuousClock.now.advanced(by: deadline + grace)
  var found: [String] = []
  if let evidence = try? await change.apply(planned, contexts.write(within: deadline)) {
    found.append("apply says that it is done though nobody answered: \(evidence.summary)")
  }
  if ContinuousClock.now > latest {
    found.append("apply ended more than \(grace.spoken) after its deadline")
  }
  return found
}
