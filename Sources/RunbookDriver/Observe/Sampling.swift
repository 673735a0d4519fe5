import RunbookAction
import RunbookEngine
package import RunbookModel

extension Performer {
  /// Takes samples of these observers: each time its check, asked once.
  package func sampler(of observers: [Observer]) -> ObserverPool.Sampler {
    let looks = Dictionary(
      observers.map { ($0.name, look(for: $0)) }, uniquingKeysWith: { first, _ in first })
    return { [self] observer in
      let begun = clock.now()
      let verdict: Verdict
      switch looks[observer.name] ?? look(for: observer) {
      case .success(let look):
        verdict = await look.check(look.context.again(until: .after(observer.timeout)))
      case .failure(let failure): verdict = .cannotTell(Evidence(failure.message))
      }
      let took = clock.now().monotonic - begun.monotonic
      let state: ObservedState =
        switch verdict {
        case .holds: .good
        case .doesNotHold: .bad
        case .cannotTell: .unknown
        }
      let evidence = verdict.evidence
      return ObserverTrack.Sample(
        state, at: begun, took: took, saw: secrets.recorded(evidence.summary),
        answeredBy: Self.whoAnswered(evidence.facts).map(secrets.recorded))
    }
  }

  /// The check's own word for it, else the address that answered.
  private static func whoAnswered(_ facts: ValueMap) -> String? {
    for name in ["site", "answered_by", "remote_ip", "address"] {
      if case .string(let text)? = facts[name], !text.isEmpty { return text }
    }
    return nil
  }

  private struct Look: Sendable {
    var check: AnyAction.Check.Prepared
    var context: ReadContext
  }

  /// The observer's check with its input, which is the same all through a run: observers read nothing that a run finds.
  private func look(for observer: Observer) -> Result<Look, ActionFailure> {
    let call = observer.check
    guard let action = registry[call.uses], case .check(let check) = action.body else {
      return .failure(.refused(.input, "this program has no check '\(call.uses)'"))
    }
    return input(of: action.page, call.with, scope).map { input in
      Look(
        check: check.prepared(input),
        context: context(for: StepID(observer.name), until: .after(observer.timeout)))
    }
  }
}

extension SecretSource {
  /// What an observer saw, as it is kept: masked before it is cut, since half of a secret would no longer be found.
  func recorded(_ text: String) -> String {
    let text = masked(text)
    // Counting characters is dear, and nearly every text is short.
    return text.utf8.count <= 300 ? text : String(text.prefix(300))
  }
}
