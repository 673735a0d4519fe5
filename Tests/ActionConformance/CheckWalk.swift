import RunbookAction
import RunbookModel

extension Suite {
  func tryCheck(_ check: AnyAction.Check) async throws {
    let before = try await fingerprint()
    let first = await check(subject.input, reading)
    let second = await check(subject.input, reading)
    expect(
      first.word == "holds",
      "the check \(first.word) where it should hold: \(first.evidence.summary)")
    expect(first.word == second.word, "asked twice it says '\(first.word)', then '\(second.word)'")
    expect(try await fingerprint() == before, "the check changed something")
    expectNoSecret(in: first.evidence, "the check's evidence")
    for output in subject.action.page.outputs where first.evidence.facts[output.name] == nil {
      breach("its page promises the output '\(output.name)', which the evidence does not hold")
    }
  }

  func tryPerson(_ ask: AnyAction.Person) async throws {
    let request = try ask(subject.input)
    expect(!request.text.isEmpty, "it asks a person nothing")
    expectNoSecret(in: request.text, "the question")
    expectNoSecret(in: request.instructions.joined(separator: "\n"), "the instructions")
  }
}
