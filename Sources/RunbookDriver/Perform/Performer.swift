package import RunbookAction
package import RunbookEngine
package import RunbookFormat
package import RunbookJournal
package import RunbookModel

/// Performs one command and says how it ended. It decides nothing: every result, also a late or a broken one, becomes
/// the one event that the command owes.
///
/// One object for a run: what it holds is large, and every command of every step hands it on.
package final class Performer: Sendable {
  package let plan: Plan
  package let registry: ActionRegistry
  package let secrets: any SecretSource
  package let scope: RunScope
  package let clock: any DriverClock
  package let run: RunID?
  package let outageAt: Timestamp?
  /// Keeps bytes beside the journal; nil outside a run.
  package let keep: (@Sendable ([UInt8]) throws -> RecordHash)?
  private let checks: RegistryChecks
  private let runbookFolder: String

  /// How long an action that does not heed its deadline is waited for.
  package static let grace = Duration.seconds(3)

  package init(
    plan: Plan, registry: ActionRegistry, secrets: any SecretSource, scope: RunScope,
    clock: any DriverClock, run: RunID?, outageAt: Timestamp?,
    keep: (@Sendable ([UInt8]) throws -> RecordHash)? = nil
  ) {
    self.keep = keep
    self.plan = plan
    self.registry = registry
    self.secrets = secrets
    self.scope = scope
    self.clock = clock
    self.run = run
    self.outageAt = outageAt
    checks = RegistryChecks(registry: registry)
    let path = plan.runbook.path
    runbookFolder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
  }

  package func context(for step: PlannedStep, until deadline: Deadline) -> ReadContext {
    context(for: step.id, until: deadline)
  }

  func context(for id: StepID, until deadline: Deadline, waived: Gate? = nil) -> ReadContext {
    var facts = RunFacts(
      run: run, step: id, purpose: plan.purpose, environment: plan.environment.name,
      variant: plan.variant, outageAt: outageAt, runbookFolder: runbookFolder)
    facts.figures = scope.figures
    facts.waived = waived
    if let keep {
      facts.keep = { [secrets] text throws(ActionFailure) in
        do { return try keep(Array(secrets.masked(text).utf8)).hex } catch {
          throw .refused(.failed, "it could not be kept in the run's folder: \(error)")
        }
      }
    }
    return ReadContext(facts: facts, deadline: deadline, secrets: secrets, checks: checks)
  }

  func writeContext(for step: PlannedStep, until deadline: Deadline) -> WriteContext {
    WriteContext(
      reading: context(for: step, until: deadline), key: "\(run?.text ?? "none")/\(step.id)")
  }

  // MARK: - Looking

  /// `waived`: the guard that a person has overridden for the step.
  package func plan(_ step: PlannedStep, waived: Gate? = nil) async -> PlanResult {
    switch prepare(step) {
    case .skip(let reason): return .skipped(reason)
    case .fail(let failure): return .failed(failure)
    case .ready(let action, let input):
      switch action.body {
      case .check: return .failed(.refused(.input, "'\(step.uses)' is a check"))
      case .person(let person):
        do throws(ActionFailure) { return .ask(try person(input)) } catch { return .failed(error) }
      case .change(let change):
        let deadline = Deadline.after(step.timeout)
        let context = context(for: step.id, until: deadline, waived: waived)
        return await firstOf(deadline: deadline, grace: Self.grace) {
          await Self.plan(change, input, context)
        } late: {
          .failed(.passing(.timeout, "looking took longer than \(step.timeout.spoken)"))
        }
      }
    }
  }

  private static func plan(
    _ action: AnyAction.Change, _ input: Value, _ context: ReadContext
  ) async -> PlanResult {
    do throws(ActionFailure) {
      switch try await action.plan(input, context) {
      case .change(let change, let preview): return .change(change, preview)
      case .alreadyInPlace(let evidence): return .alreadyInPlace(evidence)
      case .impossible(let failure): return .failed(failure)
      case .unknown(let reason):
        return .failed(.refused(.precondition, "it cannot be known what to do: \(reason)"))
      }
    } catch {
      return .failed(error)
    }
  }

  package func check(_ step: PlannedStep, timeout: Duration? = nil) async -> CheckResult {
    switch prepare(step) {
    case .skip(let reason): return .skipped(reason)
    case .fail(let failure): return .failed(failure)
    case .ready(let action, let input):
      guard case .check(let check) = action.body else {
        return .failed(.refused(.input, "'\(step.uses)' is not a check"))
      }
      let timeout = timeout ?? step.timeout
      let deadline = Deadline.after(timeout)
      let context = context(for: step, until: deadline)
      return await firstOf(deadline: deadline, grace: Self.grace) {
        .verdict(await check(input, context))
      } late: {
        .failed(.passing(.timeout, "the check took longer than \(timeout.spoken)"))
      }
    }
  }

  private enum Prepared {
    case skip(String)
    case fail(ActionFailure)
    case ready(AnyAction, Value)
  }

  /// Decides `when` and renders the input.
  private func prepare(_ step: PlannedStep) -> Prepared {
    if let when = step.when {
      switch Self.condition(when, in: scope.of(step)) {
      case .known(true): break
      case .known(false): return .skip("'when: \(when.source)' is false")
      case .unknown(let reason):
        return .fail(.refused(.input, "'when: \(when.source)' cannot be decided: \(reason)"))
      case .error(let message):
        return .fail(.refused(.input, "'when: \(when.source)' is an error: \(message)"))
      }
    }
    guard let action = registry[step.uses] else {
      return .fail(.refused(.input, "this program has no action '\(step.uses)'"))
    }
    switch input(of: action.page, for: step) {
    case .success(let value): return .ready(action, value)
    case .failure(let failure): return .fail(failure)
    }
  }

  package static func condition(_ text: ExpressionText, in scope: RunScope) -> Condition {
    do throws(Diagnostic) {
      return try Expression(parsing: text).condition(in: scope)
    } catch {
      return .error(error.message)
    }
  }

  /// The input as the action gets it: rendered, checked, with its defaults. Nothing in it is unknown.
  package func input(
    of page: ActionPage, for step: PlannedStep
  ) -> Result<Value, ActionFailure> {
    input(of: page, step.with, scope.of(step))
  }

  func input(
    of page: ActionPage, _ with: Template, _ scope: RunScope
  ) -> Result<Value, ActionFailure> {
    // What only people read says what is not known; half a text must not reach anything else.
    let isForPeople = page.kind == .person || page.traits.contains(.tells)
    let unknown: UnknownInText = isForPeople ? .spelled : .spreads
    switch with.rendered(in: scope, unknownInText: unknown) {
    case .failure(let error):
      return .failure(.refused(.input, "the input of \(page.name) is an error: \(error.message)"))
    case .success(let value):
      if let reason = value.firstUnknown {
        return .failure(.refused(.input, "the input of \(page.name) is not known: \(reason)"))
      }
      let checked = FieldCheck(catalogue: registry.catalogue).checked(value, against: page.fields)
      guard checked.problems.isEmpty else {
        return .failure(
          .refused(
            .input,
            "the input of \(page.name) is wrong: \(checked.problems.joined(separator: "; "))"
          ))
      }
      return .success(checked.value)
    }
  }

  // MARK: - Changing

  package func apply(_ step: PlannedStep, _ change: Value) async -> ApplyResult {
    guard let action = registry[step.uses], case .change(let body) = action.body else {
      return .failed(.refused(.input, "this program has no change '\(step.uses)'"))
    }
    let deadline = Deadline.after(step.timeout)
    let context = writeContext(for: step, until: deadline)
    return await firstOf(deadline: deadline, grace: Self.grace) {
      do throws(ActionFailure) {
        return .done(try await body.apply(change, context))
      } catch {
        return .failed(error)
      }
    } late: {
      .failed(.unknown(.timeout, "no answer came in \(step.timeout.spoken)"))
    }
  }

  /// Looks until the change and the author's own checks hold, or the time to settle has passed. `.null` as the change
  /// means that only the author's checks are asked.
  package func verify(_ step: PlannedStep, _ change: Value) async -> Verdict {
    await look(again: step.settle) {
      let verdict = await verifyOnce(step, change)
      if case .holds = verdict { return (verdict, isEnough: true) }
      return (verdict, isEnough: false)
    }
  }

  /// Looks again until what was seen is enough, or the time has passed.
  func look(
    again settle: Duration, _ once: () async -> (verdict: Verdict, isEnough: Bool)
  ) async -> Verdict {
    let end = ContinuousClock.now.advanced(by: settle)
    var pause = Duration.milliseconds(50)
    while true {
      let seen = await once()
      guard !seen.isEnough, ContinuousClock.now.advanced(by: pause) < end, !Task.isCancelled else {
        return seen.verdict
      }
      await clock.sleep(for: pause)
      pause = min(pause * 2, .seconds(1))
    }
  }

  private func verifyOnce(_ step: PlannedStep, _ change: Value) async -> Verdict {
    var evidence = Evidence("")
    if change != .null {
      // Nothing that could be asked is no sign that it holds.
      guard step.isVerifiable || !step.verify.isEmpty else {
        return .cannotTell(
          Evidence("the step has no check of its own and no 'verify', so nothing can look"))
      }
      if step.isVerifiable {
        let verdict = await ownVerdict(step, change)
        guard case .holds(let seen) = verdict else { return verdict }
        evidence = seen
      }
    }
    for call in step.verify {
      let verdict = await look(step) { [self] context in await nested(call, step, context) }
      guard case .holds(let seen) = verdict else { return verdict }
      evidence.summary += evidence.summary.isEmpty ? seen.summary : "; \(seen.summary)"
    }
    return .holds(evidence)
  }

  /// What the action itself sees of its change, the author's checks aside.
  func ownVerdict(_ step: PlannedStep, _ change: Value) async -> Verdict {
    guard let action = registry[step.uses], case .change(let body) = action.body else {
      return .cannotTell(Evidence("this program has no change '\(step.uses)'"))
    }
    return await look(step) { await body.verify(change, $0) }
  }

  private func look(
    _ step: PlannedStep, _ work: @escaping @Sendable (ReadContext) async -> Verdict
  ) async -> Verdict {
    let limit = min(step.timeout, Self.longestLook)
    let deadline = Deadline.after(limit)
    let context = context(for: step, until: deadline)
    return await firstOf(deadline: deadline, grace: Self.grace) {
      await work(context)
    } late: {
      .cannotTell(Evidence("looking took longer than \(limit.spoken)"))
    }
  }

  private static let longestLook = Duration.seconds(30)

  private func nested(
    _ call: CheckCall, _ step: PlannedStep, _ context: ReadContext
  ) async -> Verdict {
    switch call.with.rendered(in: scope.of(step), unknownInText: .spreads) {
    case .failure(let error): .cannotTell(Evidence("\(call.uses): \(error.message)"))
    case .success(let value):
      if let reason = value.firstUnknown {
        .cannotTell(Evidence("\(call.uses): its input is not known: \(reason)"))
      } else {
        await checks.check(NestedCall(uses: call.uses, with: value), in: context)
      }
    }
  }
}

extension ActionPage {
  /// A command says nothing of its effect unless the author gave it a check; a message is out of sight unless it is
  /// seen to go into a file.
  package func isVerifiable(with input: Template) -> Bool {
    if traits.contains(.tells) { return input["via"]?["file"] != nil }
    return !traits.contains(.arbitrary) || input["check"] != nil
  }
}
