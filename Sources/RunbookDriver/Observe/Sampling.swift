import RunbookAction
package import RunbookEngine
package import RunbookModel

extension Performer {
  /// One sample of an observer: its check, asked once.
  package func sample(_ observer: Observer) async -> ObserverTrack.Sample {
    let begun = clock.now()
    let verdict = await look(for: observer)
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

  /// The check's own word for it, else the address that answered.
  private static func whoAnswered(_ facts: ValueMap) -> String? {
    for name in ["site", "answered_by", "remote_ip", "address"] {
      if case .string(let text)? = facts[name], !text.isEmpty { return text }
    }
    return nil
  }

  private func look(for observer: Observer) async -> Verdict {
    let call = observer.check
    guard let action = registry[call.uses], case .check(let check) = action.body else {
      return .cannotTell(Evidence("this program has no check '\(call.uses)'"))
    }
    switch input(of: action.page, call.with, scope) {
    case .failure(let failure): return .cannotTell(Evidence(failure.message))
    case .success(let input):
      let deadline = Deadline.after(observer.timeout)
      let context = context(for: StepID(observer.name), until: deadline)
      return await firstOf(deadline: deadline, grace: Self.grace) {
        await check(input, context)
      } late: {
        .cannotTell(Evidence("no answer in \(observer.timeout.spoken)"))
      }
    }
  }
}

extension SecretSource {
  /// What an observer saw, as it is kept: masked before it is cut, since half of a secret would no longer be found.
  func recorded(_ text: String) -> String { String(masked(text).prefix(300)) }
}
