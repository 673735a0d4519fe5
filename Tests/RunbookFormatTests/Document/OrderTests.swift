import RunbookFormat
import RunbookModel
import Testing

/// What steps wait for, and what they cannot wait for.
struct OrderTests {
  private func steps(_ lines: String...) -> String {
    Samples.steps(
      lines.map { "    - {\($0), uses: http.check, with: {url: 'http://h'}}" }
        .joined(separator: "\n"))
  }

  @Test(arguments: [
    (["step: a", "step: b, needs: [c]"], "LB301 10:25"), (["step: a, needs: [a]"], "LB302 9:25"),
    (["step: a, needs: [b]", "step: b, needs: []"], "LB303 9:25"),
    (["step: a, needs: [b]", "step: b"], "LB304 9:25"),
    (["step: a, needs: [c]", "step: b", "step: c, needs: [b]"], "LB304 9:25"),
    (["step: a", "step: b, needs: [a, a]"], "LB205 10:28"),
    (["step: a", "step: b, needs: [only]"], "LB301 10:25"),
  ])
  func `needs that cannot be met are errors at their place`(lines: [String], problem: String) {
    let text = Samples.steps(
      lines.map { "    - {\($0), uses: http.check, with: {url: 'http://h'}}" }
        .joined(separator: "\n"))
    #expect(Samples.problems(text) == [problem])
  }

  @Test func `a cycle is shown whole`() throws {
    let text = steps("step: a, needs: [c]", "step: b", "step: c")
    let problem = try #require(Samples.with("LB304", text).first)
    #expect(problem.message.contains("a → c → b → a"))
    #expect(problem.related.first?.place.line == 11)
  }

  @Test func `a step of a later stage cannot be needed, one of an earlier stage can`() throws {
    let stage = { (name: String, step: String) in
      "  - stage: \(name)\n    steps: [{\(step), uses: http.check, with: {url: 'http://h'}}]"
    }
    let bad = Samples.runbook(stage("one", "step: a, needs: [b]") + "\n" + stage("two", "step: b"))
    #expect(Samples.problems(bad) == ["LB305 8:31"])
    let good = Samples.runbook(stage("one", "step: a") + "\n" + stage("two", "step: b, needs: [a]"))
    #expect(try #require(Samples.load(good).value).steps[1].needs == ["a"])
  }

  @Test func `reading a step's output needs that step to have run before`() throws {
    let url = "'http://h/${{ steps.a.status }}'"
    let check = { (step: String) in "    - {\(step), uses: http.check, with: {url: \(url)}}" }
    let first = "    - {step: a, uses: http.check, with: {url: 'http://h'}}\n"
    #expect(Samples.load(Samples.steps(first + check("step: b"))).value != nil)
    let far = (0..<200).map { "    - {step: s\($0), uses: http.check, with: {url: 'http://h'}}\n" }
      .joined()
    #expect(Samples.load(Samples.steps(first + far + check("step: b"))).value != nil)
    let beside = Samples.steps(first + far + check("step: b, needs: []"))
    let problem = try #require(Samples.with("LB306", beside).first)
    #expect(problem.help == "add 'a' to its 'needs'")
    #expect(Samples.with("LB306", Samples.steps(check("step: a"))).count == 1)
  }

  @Test func `a step's own checks may read its outputs`() {
    let text = Samples.steps(
      """
          - step: a
            uses: postgres.fence
            with: {node: {address: 'h:1'}}
            verify: [{uses: http.check, with: {url: 'http://h/${{ steps.a.receipt.id }}'}}]
      """)
    #expect(Samples.load(text).value != nil)
  }

  @Test(arguments: [
    ("params.incidnt", "did you mean 'incident'?"), ("objectives.rtp", "did you mean 'rto'?"),
    ("run.idd", "did you mean 'id'?"), ("steps.frst.status", "did you mean 'first'?"),
    ("steps.first.statu", "did you mean 'status'?"), ("env.shp.url", "did you mean 'shop'?"),
    ("env.shop.ur", "did you mean 'url'?"), ("secrets.tsg", "did you mean 'tsig'?"),
  ])
  func `a name that does not exist is shown with the nearest one`(name: String, help: String) throws
  {
    let text = Samples.steps(
      "    - {step: first, uses: http.check, with: {url: 'http://h'}}\n"
        + "    - {step: second, uses: http.check, with: {url: 'http://h', expect: ['${{ \(name) }}']}}",
      head: "parameters: {incident: {required: true}}")
    let problem = try #require(
      Samples.with("LB250", text, environments: [Samples.environment("  shop: {url: 'http://h'}")])
        .first)
    #expect(problem.help == help)
    #expect(problem.place?.line == 10)
    #expect(problem.place?.column == 78)
  }

  @Test func `env is checked against every environment that is given, and against none otherwise`()
  {
    let text = Samples.steps("    - {step: a, uses: tcp.check, with: {address: '${{ env.a.b }}'}}")
    #expect(Samples.load(text).value != nil)
    let lab = Samples.environment("  a: {b: 'h:1'}")
    let other = Samples.environment("  a: text", name: "other")
    #expect(Samples.load(text, environments: [lab]).value != nil)
    #expect(Samples.with("LB250", text, environments: [lab, other]).count == 1)
    #expect(Samples.with("LB250", text, environments: [Samples.environment("  x: 1")]).count == 1)
  }

  @Test func `an approval's role must exist where it is asked, with enough people`() {
    let text = Samples.steps(
      "    - {step: a, uses: operator.approve, with: {question: Go?}, approval: {role: ROLE}}")
    let lab = [Samples.environment("  x: 1")]
    let with = { (role: String) in
      Samples.problems(text.replacing("ROLE", with: role), environments: lab)
    }
    #expect(with("commander") == [])
    #expect(with("comander") == ["LB213 9:14"])
    #expect(with("commander, count: 2") == ["LB208 9:14"])
  }
}
