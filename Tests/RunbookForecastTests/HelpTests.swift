import RunbookEngine
import RunbookForecast
import RunbookModel
import Testing

@Suite struct HelpTests {
  private static func page(_ name: String, _ traits: Set<ActionTrait> = []) -> ActionPage {
    ActionPage(
      name: name, summary: "", details: "", kind: .change, fields: [], expected: .seconds(1),
      undo: .notNeeded, traits: traits, byHand: "")
  }
  private let catalogue = ActionCatalogue([
    page("test.change"), page("test.fence", [.fences]), page("test.promote", [.promotes]),
    page("test.traffic", [.movesTraffic]), page("test.names", [.movesNames]),
    page("command.run", [.arbitrary]),
  ])

  private func help(_ plan: Plan) -> [Help] {
    let estimates = plan.steps.map {
      $0.kind == .person
        ? plan.estimates()[plan.steps.firstIndex(of: $0) ?? 0]
        : exactly($0.id, $0.expected)
    }
    let forecast = Forecaster(plan, estimates, runs: 100).forecast(passed: .init(.zero))
    return Helper(plan, estimates, catalogue: catalogue).all(for: forecast)
  }

  private func change(
    _ id: StepID, needs: [Int] = [], _ uses: String = "test.change", takes: Int = 10,
    _ adjust: (inout PlannedStep) -> Void = { _ in }
  ) -> PlannedStep {
    step(id, .change, needs: needs, expected: .seconds(takes), uses: uses, adjust)
  }

  @Test func `shortening the step that is waited for longest comes first`() {
    let found = help(
      plan([change("a"), change("b", needs: [0], "test.fence", takes: 100)], rto: .seconds(70)))
    #expect(found.first?.kind == .shorten)
    #expect(found.first?.step == "b")
    #expect(found.first?.gainP95 == .seconds(50))
    #expect(found.first?.chance == 1)
  }

  @Test func `a step beside the path is no help`() {
    let found = help(plan([change("long", takes: 100), change("short", takes: 20)]))
    #expect(!found.contains { $0.step == "short" })
  }

  @Test func `a change that uses nothing of the one above may begin with it`() {
    let found = help(plan([change("a", takes: 50), change("b", needs: [0], takes: 40)]))
    let earlier = found.first { $0.kind == .startEarlier }
    #expect(earlier?.step == "b")
    #expect(earlier?.without == ["a"])
    #expect(earlier?.gainP95 == .seconds(40))
  }

  @Test func `one that uses an output of the step above stays behind it`() {
    let with = Template.map(
      [
        .init(
          key: "after", keyPlace: nil,
          value: .expression(ExpressionText("steps.a.receipt", at: nil)))
      ], nil)
    let found = help(
      plan([change("a", takes: 50), change("b", needs: [0], takes: 40) { $0.with = with }]))
    #expect(!found.contains { $0.kind == .startEarlier })
  }

  @Test(arguments: ["test.fence", "test.promote", "test.traffic", "test.names"])
  func `neither what keeps the data whole nor what follows it is taken from its place`(uses: String)
  {
    let behind = help(plan([change("a", uses, takes: 50), change("b", needs: [0], takes: 40)]))
    #expect(!behind.contains { $0.kind == .startEarlier })
    let itself = help(plan([change("a", takes: 50), change("b", needs: [0], uses, takes: 40)]))
    #expect(!itself.contains { $0.kind == .startEarlier })
    let through = help(
      plan([
        change("a", uses, takes: 50), change("b", needs: [0], takes: 20),
        change("c", needs: [1], takes: 40),
      ]))
    #expect(!through.contains { $0.kind == .startEarlier })
  }

  @Test
  func `nothing is taken from behind a check, a person, a confirmation or a point of no return`() {
    let gates: [PlannedStep] = [
      step("gate", .check, expected: .seconds(50)), step("gate", .person, uses: "test.change"),
      change("gate", takes: 50) { $0.pointOfNoReturn = true },
      change("gate", takes: 50) { $0.approval = ApprovalPolicy(role: "commander", timeout: nil) },
      change("gate", takes: 50) { $0.commitWithin = .seconds(60) },
      change("gate", "unknown.action", takes: 50),
    ]
    for gate in gates {
      let found = help(plan([gate, change("b", needs: [0], takes: 40)]))
      #expect(!found.contains { $0.kind == .startEarlier })
    }
  }

  @Test func `a person who answers sooner helps where people were slow`() {
    let asking = plan([step("go", .person), change("b", needs: [0])])
    let runs = [earlier(asking, ["go": .seconds(600), "b": .seconds(10)])]
    let estimates = asking.estimates(from: runs)
    let forecast = Forecaster(asking, estimates).forecast(passed: .init(.zero))
    let found = Helper(asking, estimates, catalogue: catalogue).all(for: forecast)
    #expect(found.first?.kind == .answerSooner)
    #expect(found.first?.step == "go")
  }
}
