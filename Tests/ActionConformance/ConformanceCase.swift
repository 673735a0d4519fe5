package import RunbookAction
package import RunbookModel

/// One action with an input that works, and the hooks with which the suite looks at the world behind it.
package struct ConformanceCase: Sendable {
  package var action: AnyAction
  /// An input for which `plan` answers with a change. Defaults are filled in by the suite.
  package var input: Value
  package var contexts: TestContexts
  /// The state of the world that the action works on, as text; equal text means that nothing was changed.
  package var fingerprint: @Sendable () async throws -> String
  /// What one attempt may take.
  package var timeout: Duration = .seconds(20)
  /// How long `verify` is asked again after apply and after undo before its answer counts.
  package var settle: Duration = .seconds(5)
  /// After an undo the fingerprint is what it was before the apply.
  package var undoRestoresFingerprint = true
  /// After an apply the same input plans as already in place.
  package var planSeesWhatIsInPlace = true
  /// The outputs that a look at the world can still tell after a crash; all that the page promises unless said.
  package var verifiedOutputs: [String]?

  package init(
    _ action: AnyAction, input: Value, contexts: TestContexts = TestContexts(),
    fingerprint: @escaping @Sendable () async throws -> String
  ) {
    self.action = action
    self.input = filled(input, for: action.page.fields)
    self.contexts = contexts
    self.fingerprint = fingerprint
  }

  /// Everything in which the action breaks its contract, a sentence each; empty when it keeps it.
  ///
  /// For a change the world must be as before the change; afterwards it is undone where the action can undo.
  /// For a check it must be so that the check holds.
  package func breaches() async -> [String] {
    var found = pageBreaches(action.page)
    found += await garbageBreaches(action, contexts)
    let suite = Suite(case: self)
    do {
      switch action.body {
      case .check(let check): try await suite.tryCheck(check)
      case .change(let change): try await suite.tryChange(change)
      case .person(let ask): try await suite.tryPerson(ask)
      }
    } catch let failure as ActionFailure {
      await suite.breach("it failed: \(failure.message)")
    } catch {
      await suite.breach("the suite could not go on: \(error)")
    }
    return await found + suite.breaches
  }
}

/// One walk through the contract, collecting what breaks it.
actor Suite {
  let subject: ConformanceCase
  private(set) var breaches: [String] = []

  init(case subject: ConformanceCase) { self.subject = subject }

  var reading: ReadContext { subject.contexts.read(within: subject.timeout) }
  func writing(_ key: String) -> WriteContext {
    subject.contexts.write(within: subject.timeout, key: key)
  }
  func fingerprint() async throws -> String { try await subject.fingerprint() }

  func breach(_ text: String) { breaches.append(text) }

  func expect(_ holds: Bool, _ text: @autoclosure () -> String) {
    if !holds { breaches.append(text()) }
  }

  /// Nothing that an action hands out may hold a secret, in any of the forms in which secrets leak.
  func expectNoSecret(in text: String, _ place: String) {
    for (name, secret) in subject.contexts.secrets {
      for form in secretForms(secret) where text.contains(form) {
        breaches.append("the secret '\(name)' stands in \(place)")
        break
      }
    }
  }

  func expectNoSecret(in evidence: Evidence, _ place: String) {
    expectNoSecret(in: evidence.summary, "the summary of \(place)")
    expectNoSecret(in: JSONText.text(.map(evidence.facts)), "the facts of \(place)")
    expectNoSecret(in: evidence.output ?? "", "the output of \(place)")
    expect(!evidence.summary.isEmpty, "\(place) says nothing: its summary is empty")
  }
}
