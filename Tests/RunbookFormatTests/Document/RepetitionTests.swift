import RunbookFormat
import RunbookModel
import Testing

/// `for_each`: where its list may come from, what `each` may name, and which keys copies can have.
struct RepetitionTests {
  private let nodes = """
      nodes:
        - {name: n1, address: 'h:1'}
        - {name: n2, address: 'h:2'}
    """

  private func step(_ lines: String...) -> String {
    Samples.steps("    - step: drain\n" + lines.map { "      \($0)" }.joined(separator: "\n"))
  }

  private func drain(_ address: String, _ more: String = "title: Drain") -> String {
    step(
      "for_each: ${{ env.nodes }}", more, "uses: tcp.check",
      "with: {address: '\(address)'}")
  }

  @Test func `each.key and each.value may be read in every template of the step`() throws {
    let text = step(
      "for_each: ${{ env.nodes }}", "title: Fence ${{ each.key }}",
      "by_hand: Pull the plug of ${{ each.value.name }}", "when: ${{ each.key != 'n9' }}",
      "uses: postgres.fence", "with: {node: {address: '${{ each.value.address }}'}}",
      "verify: [{uses: tcp.check, with: {address: '${{ each.value.address }}'}}]",
      "undo: {uses: command.run, with: {argv: [open, '${{ each.key }}']}}")
    let loaded = Samples.load(text, environments: [Samples.environment(nodes)])
    #expect(loaded.problems.items.filter { $0.severity == .error }.isEmpty)
    let repetition = try #require(loaded.value?.steps.first?.forEach)
    #expect(repetition.list.source == "env.nodes")
    #expect(repetition.title != nil && repetition.byHand != nil)
  }

  @Test func `each means nothing in a step without for_each`() throws {
    let text = step("uses: tcp.check", "with: {address: '${{ each.value }}'}")
    let problem = try #require(Samples.load(text).problems.items.first)
    #expect(problem.code == "LB213" && problem.message.contains("'for_each'"))
  }

  @Test func `an item has a key and a value, and nothing else`() throws {
    let problem = try #require(Samples.with("LB213", drain("${{ each.name }}")).first)
    #expect(problem.message == "there is no 'each.name'")
    #expect(problem.help?.contains("'each.value.name'") == true)
  }

  @Test func `each.key is a text, which is checked before a run`() {
    #expect(Samples.problems(drain("h:1", "when: ${{ each.key > 3 }}")) == ["LB252 11:17"])
  }

  @Test func `a name that an item does not have is an error, with the item and the nearest name`()
    throws
  {
    let list = nodes.replacing("{name: n2, address", with: "{name: n2, adress")
    let text = drain("${{ each.value.address }}")
    #expect(Samples.load(text, environments: [Samples.environment(nodes)]).value != nil)
    let problems = Samples.with("LB213", text, environments: [Samples.environment(list)])
    let problem = try #require(problems.first)
    #expect(problem.message.hasPrefix("item 2 of the list in the environment 'lab'"))
    #expect(problem.help == "did you mean 'adress'?")
    #expect(problem.related.first?.place.file == "environments/lab.yaml")
    #expect(problems.count == 1)
  }

  @Test(arguments: [
    "steps.look.status", "run.id", "recovery_point.loss", "secrets.tsig", "each.value",
    "[steps.look.status]",
  ])
  func `a list that the plan cannot hold is an error that says so`(_ list: String) throws {
    let text = Samples.steps(
      """
          - {step: look, uses: http.check, with: {url: 'http://h'}}
          - step: drain
            for_each: ${{ \(list) }}
            uses: tcp.check
            with: {address: 'h:1'}
      """)
    let problem = try #require(Samples.with("LB222", text).first)
    #expect(problem.message.contains("the copies stand in the plan"))
    #expect(problem.place?.line == 11)
  }

  @Test(arguments: ["3", "'n1'", "true"])
  func `what is neither a list nor a map cannot be gone through`(_ list: String) {
    let text = step("for_each: ${{ \(list) }}", "uses: tcp.check", "with: {address: 'h:1'}")
    #expect(Samples.with("LB222", text).count == 1)
  }

  @Test(arguments: [
    ("[a, b, a]", "items 1 and 3 have the same key 'a'"), ("['']", "is empty"),
    ("[1, '1']", "items 1 and 2 have the same key '1'"),
    ("['a b']", "holds other characters"), ("['a]']", "holds other characters"),
    ("[-x]", "begins with '-'"), ("[{name: {a: b}}]", "the 'name' of item 1 is a map"),
    ("[{name: a}, {id: a}]", "items 1 and 2 have the same key 'a'"),
  ])
  func `a key that is there twice or that nobody can type is an error with both places`(
    _ list: String, _ why: String
  ) throws {
    let environment = Samples.environment("  nodes: \(list)")
    let problems = Samples.with("LB222", drain("h:1"), environments: [environment])
    let problem = try #require(problems.first)
    #expect(problem.message.contains(why))
    #expect(problem.place?.line == 10)
    #expect(problem.related.first?.place.file == "environments/lab.yaml")
  }

  @Test func `a text or a number is its own key, a map goes by name or id, the rest by its place`()
  {
    let value: Value = [
      "a", 7, ["name": "b"], ["id": 9], ["address": "h"], .bool(true), .list([]),
    ]
    guard case .success(let items) = RepeatedItems.items(of: value) else {
      Issue.record("the list is good")
      return
    }
    #expect(items.map(\.key) == ["a", "7", "b", "9", "4", "5", "6"])
    #expect(items.map { $0.value } == value.list)
  }

  @Test func `a map gives its keys and values, in its order`() {
    guard case .success(let items) = RepeatedItems.items(of: ["b": 1, "a": 2]) else {
      Issue.record("the map is good")
      return
    }
    #expect(items == [EachItem(key: "b", value: 1), EachItem(key: "a", value: 2)])
  }

  @Test func `outputs of a repeated step are read by copy`() throws {
    func reading(_ name: String) -> [String] {
      Samples.problems(
        Samples.steps(
          """
              - step: look
                for_each: ${{ ['a'] }}
                uses: http.check
                with: {url: 'http://h'}
              - {step: b, uses: http.check, with: {url: "http://h/${{ \(name) }}"}}
          """))
    }
    #expect(reading("steps.look['a'].status").isEmpty)
    #expect(reading("steps.look.a.status").isEmpty)
    #expect(reading("steps.look.status") == ["LB250 13:61"])
    #expect(reading("steps.look.a.stats") == ["LB250 13:61"])
  }

  @Test func `title and by_hand stay fixed texts where nothing is repeated`() {
    let text = step("title: Go ${{ variant }}", "uses: tcp.check", "with: {address: 'h:1'}")
    #expect(Samples.problems(text) == ["LB202 10:14"])
  }

  @Test(arguments: ["canary: 1", "max_parallel: 2"])
  func `canary and max_parallel mean nothing without for_each`(_ line: String) {
    let text = step(line, "uses: tcp.check", "with: {address: 'h:1'}")
    #expect(Samples.problems(text) == ["LB216 10:7"])
  }

  @Test func `a canary that nothing looks at is an error`() throws {
    let lines = [
      "for_each: ${{ env.nodes }}", "canary: 1", "uses: command.run",
      "with: {argv: [drain, '${{ each.key }}']}", "undo: {none: a test}",
    ]
    func problems(_ more: String) -> [String] {
      Samples.problems(
        Samples.steps(
          "    - step: drain\n" + (lines + [more]).map { "      \($0)" }.joined(separator: "\n")),
        environments: [Samples.environment(nodes)]
      ).filter { $0.hasPrefix("LB216") }
    }
    #expect(problems("title: Drain") == ["LB216 11:7"])
    #expect(problems("verify: [{uses: tcp.check, with: {address: 'h:1'}}]").isEmpty)
  }

  @Test func `LB405 counts copies that run one after another, as the longest environment has them`()
  {
    let text = step(
      "for_each: ${{ env.nodes }}", "max_parallel: 1", "timeout: 40m", "uses: tcp.check",
      "with: {address: 'h:1'}")
    #expect(Samples.with("LB405", text).isEmpty)
    #expect(Samples.with("LB405", text, environments: [Samples.environment(nodes)]).count == 1)
    let together = text.replacing("max_parallel: 1", with: "max_parallel: 2")
    #expect(Samples.with("LB405", together, environments: [Samples.environment(nodes)]).isEmpty)
  }
}
