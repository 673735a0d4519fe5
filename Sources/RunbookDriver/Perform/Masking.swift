import RunbookAction
import RunbookEngine
import RunbookModel

/// The second net for secrets: whatever an action says is masked once more before anything else hears of it.
extension Performer {
  func masked(_ result: PlanResult) -> PlanResult {
    switch result {
    case .change(let change, let preview): .change(change, masked(preview))
    case .alreadyInPlace(let evidence): .alreadyInPlace(masked(evidence))
    case .skipped, .ask: result
    case .failed(let failure): .failed(masked(failure))
    }
  }

  func masked(_ result: CheckResult) -> CheckResult {
    switch result {
    case .verdict(let verdict): .verdict(masked(verdict))
    case .skipped: result
    case .failed(let failure): .failed(masked(failure))
    }
  }

  func masked(_ result: ApplyResult) -> ApplyResult {
    switch result {
    case .done(let evidence): .done(masked(evidence))
    case .failed(let failure): .failed(masked(failure))
    }
  }

  func masked(_ verdict: Verdict) -> Verdict {
    switch verdict {
    case .holds(let evidence): .holds(masked(evidence))
    case .doesNotHold(let evidence): .doesNotHold(masked(evidence))
    case .cannotTell(let evidence): .cannotTell(masked(evidence))
    }
  }

  private func masked(_ evidence: Evidence) -> Evidence {
    var evidence = evidence
    evidence.summary = secrets.masked(evidence.summary)
    evidence.output = evidence.output.map(secrets.masked)
    if case .map(let facts) = masked(.map(evidence.facts)) { evidence.facts = facts }
    return evidence
  }

  private func masked(_ failure: ActionFailure) -> ActionFailure {
    var failure = failure
    failure.message = secrets.masked(failure.message)
    failure.advice = failure.advice.map(secrets.masked)
    if var gate = failure.gate {
      gate.finding = secrets.masked(gate.finding)
      gate.measure = masked(gate.measure)
      failure.gate = gate
    }
    return failure
  }

  func masked(_ forecast: StepForecast) -> StepForecast {
    StepForecast(
      forecast.status, secrets.masked(forecast.summary), preview: forecast.preview.map(masked),
      change: forecast.change)
  }

  private func masked(_ preview: Preview) -> Preview {
    Preview(
      saw: preview.saw.map(secrets.masked), does: preview.does.map(secrets.masked),
      fidelity: preview.fidelity, warnings: preview.warnings.map(secrets.masked))
  }

  private func masked(_ value: Value) -> Value {
    switch value {
    case .string(let text): .string(secrets.masked(text))
    case .list(let items): .list(items.map(masked))
    case .map(let map): .map(ValueMap(distinct: map.map { ($0.key, masked($0.value)) }))
    case .null, .bool, .int, .double, .duration, .timestamp, .secret, .unknown: value
    }
  }
}
