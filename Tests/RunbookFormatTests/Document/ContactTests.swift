import RunbookFormat
import RunbookModel
import Testing

struct ContactTests {
  private func load(_ contacts: String, values: String = "{}") -> LoadedEnvironment {
    Samples.loader.environment(
      Samples.file(
        """
        lifeboat: 1
        environment: lab
        allows: [drill]
        values: \(values)
        contacts:
        \(contacts)
        """, "environments/lab.yaml"))
  }

  private func problems(_ contacts: String, values: String = "{}") -> [String] {
    load(contacts, values: values).loaded.problems.items.map {
      "\($0.code) \($0.place?.line ?? 0):\($0.place?.column ?? 0) \($0.message)"
        + ($0.help.map { " (\($0))" } ?? "")
    }
  }

  @Test func `contacts are read by expressions, and stand-ins are called in turn`() throws {
    let loaded = load(
      """
        commander: {name: Alice Li, phone: '+49 30 1', mail: alice@shop.example, stand_in: deputy}
        deputy: {name: Bob, phone: '+49 30 2'}
        stakeholders:
          - {name: Board, mail: board@shop.example}
          - {name: Press, mail: press@shop.example}
      """, values: "{a: 1}")
    #expect(loaded.loaded.problems.items.map(\.message) == [])
    let values = try #require(loaded.environment?.values.constant)
    #expect(values["contacts"]?["stakeholders"]?.list?.count == 2)
    #expect(values["a"] == 1)
    let contacts = Contacts(values)
    #expect(
      contacts.toCall("commander") == [
        "Alice Li, +49 30 1, alice@shop.example (commander)", "else Bob, +49 30 2 (deputy)",
      ])
    #expect(contacts.toCall("nobody") == [])
  }

  @Test func `whoever cannot be reached, or is not there, is found before the night`() {
    #expect(
      problems(
        "  commander: {name: Alice, phone: '1', stand_in: deputi}\n  deputy: {name: B, phone: '2'}")
        == [
          "LB213 6:50 there is no contact 'deputi' to stand in for 'commander' (did you mean 'deputy'?)"
        ])
    #expect(
      problems("  commander: {name: Alice}") == [
        "LB203 6:14 'commander' has neither 'mail' nor 'phone', so it reaches nobody (write one of them)"
      ])
    #expect(
      problems("  commander: {name: Alice, mail: alice}").first?.contains("is no mail address")
        == true)
    #expect(problems("  commander: []").first?.contains("has no contact") == true)
    #expect(
      problems("  commander: {name: A, mial: a@b}").first?.contains("did you mean 'mail'?") == true)
    #expect(
      problems("  a: {name: A, phone: '1', stand_in: b}\n  b: {name: B, phone: '2', stand_in: a}")
        .first?.contains("would stand in for itself") == true)
    #expect(
      problems("  a: {name: A, phone: '1'}", values: "{contacts: {}}").first?
        .contains("stand both here and under 'values'") == true)
  }

  @Test func `a role that is misspelt in a runbook is suggested`() {
    let environment = load("  stakeholders: {name: Board, mail: board@shop.example}")
    let text = Samples.steps(
      "    - {step: told, uses: message.send, with: {body: '${{ env.contacts.stakeholder.mail }}'}}"
    )
    let rendered = Samples.rendered(text, environments: [environment])
    #expect(rendered.contains("did you mean 'stakeholders'?"), "\(rendered)")
  }
}
