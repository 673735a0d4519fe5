import RunbookAction
import RunbookDriver
import RunbookEngine
import RunbookModel
import Testing

/// From a runbook's steps to a plan's: copies, and what waits for what.
struct LayoutTests {
  private func step(_ id: StepID, needs: [StepID] = [], each list: String? = nil) -> Step {
    var step = Step(id: id, uses: "test.check", with: .map([], nil))
    step.needs = needs
    step.forEach = list.map { Repetition(list: ExpressionText($0, at: nil)) }
    return step
  }

  private func plan(_ steps: [Step], nodes: Value = ["a", "b"]) throws -> Plan {
    var runbook = Runbook(
      name: "r", title: "R", service: "s", objectives: Objectives(rto: nil, rpo: nil, clock: .run))
    runbook.variants = ["one", "other"]
    runbook.stages = [Stage(name: "only", steps: steps)]
    var environment = RunbookEnvironment(name: "lab", allows: [.drill])
    environment.values = .map(
      [.init(key: "nodes", keyPlace: nil, value: .literal(nodes, nil))], nil)
    let source = Plan.Source(name: "r", path: "r.yaml", sha256: "")
    return try Planner(registry: ActionRegistry([]), clock: SystemClock()).sketch(
      Planner.Request(
        runbook: runbook, runbookSource: source, environment: environment,
        environmentSource: source, purpose: .drill, variant: "one", parameters: [:],
        outageAt: nil, madeBy: "me", toolVersion: "0"))
  }

  @Test func `a repeated step stands in the plan once for each item`() throws {
    var drain = step("drain", each: "env.nodes")
    drain.title = "Drain"
    let plan = try plan([step("look"), drain, step("after", needs: ["drain"])])
    #expect(plan.steps.map(\.id.text) == ["look", "drain[a]", "drain[b]", "after"])
    #expect(plan.steps[1].each == EachItem(key: "a", value: "a"))
    #expect(plan.steps[1].title == "Drain [a]")
    #expect(plan.steps[3].needs.isEmpty && plan.steps[3].needsCopies == [0])
    #expect(plan.repeated?.first?.range == 1..<3)
    #expect(plan.stages[0].count == 4)
    let read = try Plan(decoding: plan.encoded())
    #expect(read.repeated == plan.repeated)
    #expect(read.steps.map(\.each) == plan.steps.map(\.each))
    #expect(read.steps.map(\.copyOf) == [nil, 0, 0, nil])
    #expect(read.steps[3].needsCopies == [0])
  }

  @Test func `each copy has its own title where the title has an expression`() throws {
    var drain = step("drain", each: "env.nodes")
    drain.forEach?.title = .text(
      [.literal("Drain "), .expression(ExpressionText("each.key", at: nil))], nil)
    #expect(try plan([drain]).steps.map(\.title) == ["Drain a", "Drain b"])
  }

  @Test func `an empty list gives no steps, says so, and passes on what it would have waited for`()
    throws
  {
    let plan = try plan(
      [
        step("look"), step("drain", needs: ["look"], each: "env.nodes"),
        step("after", needs: ["drain"]),
      ], nodes: [])
    #expect(plan.steps.map(\.id.text) == ["look", "after"])
    #expect(plan.steps[1].needs == [0])
    #expect(plan.repeated?.map(\.count) == [0])
  }

  @Test func `a step below one that the variant leaves out waits for what that one waits for`()
    throws
  {
    var left = step("left", needs: ["look"])
    left.only = ["other"]
    let plan = try plan([step("look"), left, step("after", needs: ["left"])])
    #expect(plan.steps[1].isExcluded)
    #expect(plan.steps[2].needs == [0])
  }

  @Test func `a step that the variant leaves out is not repeated`() throws {
    var left = step("left", each: "env.nothing_of_this_name")
    left.only = ["other"]
    #expect(try plan([left]).steps.map(\.id.text) == ["left"])
  }

  @Test(arguments: [
    (Value.list(["a", "a"]), "same key"), (.string("a"), "a list or a map"),
    (.unknown("later"), "not known"), (.list(["a", .unknown("later")]), "item 2 is not known"),
    (.list([.secret(SecretName("s"))]), "secret"),
  ])
  func `a list that cannot be used stops the plan with the reason`(_ nodes: Value, _ why: String) {
    let error = #expect(throws: Diagnostic.self) {
      try plan([step("drain", each: "env.nodes")], nodes: nodes)
    }
    #expect(error?.code == "LB222" && error?.message.contains(why) == true)
  }

  @Test func `a plan has at most 100,000 steps, copies counted`() throws {
    let many = Value.list((0..<60_000).map { .int($0) })
    #expect(try plan([step("drain", each: "env.nodes")], nodes: many).steps.count == 60_000)
    let error = #expect(throws: Diagnostic.self) {
      try plan(
        [step("drain", each: "env.nodes"), step("again", each: "env.nodes")], nodes: many)
    }
    #expect(error?.message.contains("more than 100000 steps") == true)
  }
}
