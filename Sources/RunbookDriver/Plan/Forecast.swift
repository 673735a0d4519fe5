import RunbookAction
package import RunbookEngine
import RunbookFormat
import RunbookModel

/// What a step would do, found by looking: the dry run. It uses the same looking as a run and can call nothing else.
extension Performer {
  /// A dry run waits no longer than this for one answer.
  private static let longestForecast = Duration.seconds(5)

  package func forecast(_ step: PlannedStep) async -> StepForecast {
    if step.isExcluded {
      return StepForecast(.wouldSkip, "not part of variant '\(plan.variant ?? "none")'")
    }
    if let when = step.when {
      switch Self.condition(when, in: scope.of(step)) {
      case .known(true): break
      case .known(false): return StepForecast(.wouldSkip, "'when: \(when.source)' is false")
      case .unknown(let reason): return StepForecast(.decidedDuringRun, "its 'when' \(reason)")
      case .error(let message):
        return StepForecast(.impossible, "'when: \(when.source)' is an error: \(message)")
      }
    }
    guard let action = registry[step.uses] else {
      return StepForecast(.impossible, "this program has no action '\(step.uses)'")
    }
    switch step.with.rendered(in: scope.of(step), unknownInText: .spelled) {
    case .failure(let error): return StepForecast(.impossible, error.message)
    case .success(let value):
      if let reason = value.firstUnknown { return StepForecast(.decidedDuringRun, reason) }
    }
    switch input(of: action.page, for: step) {
    case .failure(let failure): return await uncertain(step, failure)
    case .success(let input): return await look(step, action, input)
    }
  }

  private func uncertain(_ step: PlannedStep, _ failure: ActionFailure) async -> StepForecast {
    if case .success(let value) = step.with.rendered(in: scope.of(step), unknownInText: .spreads),
      let reason = value.firstUnknown
    {
      return StepForecast(.decidedDuringRun, reason)
    }
    return StepForecast(.impossible, failure.message)
  }

  private func look(
    _ step: PlannedStep, _ action: AnyAction, _ input: Value
  ) async -> StepForecast {
    let timeout = min(step.timeout, Self.longestForecast)
    switch action.body {
    case .person(let person):
      do throws(ActionFailure) {
        return StepForecast(.asksPerson, try person(input).text)
      } catch {
        return StepForecast(.impossible, error.message)
      }
    case .check:
      switch await check(step, timeout: timeout) {
      case .verdict(.holds(let seen)): return StepForecast(.holdsNow, seen.summary)
      case .verdict(.doesNotHold(let seen)): return StepForecast(.doesNotHoldNow, seen.summary)
      case .verdict(.cannotTell(let seen)): return StepForecast(.cannotTell, seen.summary)
      case .skipped(let reason): return StepForecast(.wouldSkip, reason)
      case .failed(let failure): return StepForecast(.cannotTell, failure.message)
      }
    case .change(let change):
      let context = context(for: step, until: .after(timeout))
      return await firstOf(deadline: context.deadline, grace: .seconds(1)) {
        await Self.forecast(change, input, context)
      } late: {
        StepForecast(.cannotTell, "looking took longer than \(timeout.spoken)")
      }
    }
  }

  private static func forecast(
    _ action: AnyAction.Change, _ input: Value, _ context: ReadContext
  ) async -> StepForecast {
    do throws(ActionFailure) {
      switch try await action.plan(input, context) {
      case .change(let change, let preview):
        return StepForecast(
          .wouldChange, preview.does.first ?? "it would change something", preview: preview,
          change: change)
      case .alreadyInPlace(let seen): return StepForecast(.alreadyInPlace, seen.summary)
      case .impossible(let failure): return StepForecast(.impossible, failure.message)
      case .unknown(let reason): return StepForecast(.decidedDuringRun, reason)
      }
    } catch {
      return StepForecast(.cannotTell, error.message)
    }
  }
}
