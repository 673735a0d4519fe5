import RunbookAction
package import RunbookEngine
import RunbookFormat
package import RunbookModel

extension Performer {
  /// Takes the change back. An action's own undo looks for itself what there is to undo; before an undo that the author
  /// wrote, a change that may never have been made is looked for. Afterwards the action must see that its change is
  /// gone: an undo is a change like any other, and its own word is not enough.
  package func undo(_ step: PlannedStep, _ change: Value, isInDoubt: Bool) async -> ApplyResult {
    switch step.undo {
    case .none(let reason): return .failed(.refused(.precondition, "it has no undo: \(reason)"))
    case .explicit(let call):
      if isInDoubt, step.isVerifiable, case .doesNotHold(let seen) = await ownVerdict(step, change)
      {
        return .done(Evidence("nothing to undo: the change is not in place (\(seen.summary))"))
      }
      return await undo(step, by: call)
    case .auto: break
    }
    guard let action = registry[step.uses], case .change(let body) = action.body,
      let undo = body.undo
    else { return .failed(.refused(.input, "'\(step.uses)' cannot undo itself")) }
    let deadline = Deadline.after(step.timeout)
    let context = writeContext(for: step, until: deadline)
    let result: ApplyResult = await firstOf(deadline: deadline, grace: Self.grace) {
      do throws(ActionFailure) {
        return .done(try await undo(change, context))
      } catch {
        return .failed(error)
      }
    } late: {
      .failed(.unknown(.timeout, "no answer came in \(step.timeout.spoken)"))
    }
    guard case .done(let evidence) = result else { return result }
    return await seenUndone(step, change, evidence)
  }

  private func seenUndone(
    _ step: PlannedStep, _ change: Value, _ undone: Evidence
  ) async -> ApplyResult {
    var evidence = undone
    guard step.isVerifiable else {
      evidence.summary += "; nothing looked afterwards: the step has no check of its own"
      return .done(evidence)
    }
    let verdict = await look(again: step.settle) {
      let verdict = await ownVerdict(step, change)
      if case .doesNotHold = verdict { return (verdict, isEnough: true) }
      return (verdict, isEnough: false)
    }
    switch verdict {
    case .doesNotHold(let seen):
      evidence.summary += "; seen afterwards: \(seen.summary)"
      return .done(evidence)
    case .holds(let seen):
      return .failed(
        .unknown(
          .failed, "the undo ended well, but the change is still seen in place: \(seen.summary)",
          advice: "look at the target, then retry, or mark it done when it is taken back"))
    case .cannotTell(let seen):
      return .failed(
        .unknown(
          .unreachable, "the undo ended well, but nobody can see its effect: \(seen.summary)",
          advice: "look at the target, then retry, or mark it done when it is taken back"))
    }
  }

  /// The author's own way back: another action, planned, applied and verified like any other.
  private func undo(_ step: PlannedStep, by call: CheckCall) async -> ApplyResult {
    guard let page = registry[call.uses]?.page else {
      return .failed(.refused(.input, "this program has no action '\(call.uses)'"))
    }
    var other = step
    other.uses = call.uses
    other.with = call.with
    other.when = nil
    other.verify = []
    other.timeout = page.timeout
    other.settle = page.settle
    other.isVerifiable = page.isVerifiable(with: call.with)
    switch await plan(other) {
    case .failed(let failure): return .failed(failure)
    case .alreadyInPlace(let evidence): return .done(evidence)
    case .skipped(let reason): return .failed(.refused(.input, reason))
    case .ask: return .failed(.refused(.input, "'\(call.uses)' asks a person and changes nothing"))
    case .change(let change, _):
      switch await apply(other, change) {
      case .failed(let failure): return .failed(failure)
      case .done(let evidence):
        guard other.isVerifiable else { return .done(evidence) }
        switch await verify(other, change) {
        case .holds: return .done(evidence)
        case .doesNotHold(let seen), .cannotTell(let seen):
          return .failed(
            .unknown(.failed, "\(call.uses) was applied, but is not seen in place: \(seen.summary)")
          )
        }
      }
    }
  }
}
