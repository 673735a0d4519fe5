import RunbookEngine
import RunbookModel
import RunbookReport
import Testing

@Suite struct ChartTests {
  func row(_ chart: RunChart, _ step: StepID) throws -> RunChart.StepRow {
    try #require(chart.stages.flatMap(\.rows).first { $0.id == step })
  }

  @Test func `each step that was begun has a row, with what it did in the order of time`() throws {
    let chart = try RunScript.succeeded().report().chart
    #expect(chart.stages.map(\.name) == ["confirm", "database", "traffic", "prove"])
    #expect(chart.stages.flatMap(\.rows).count == 7)
    #expect(chart.folded == 0)
    let fence = try row(chart, "fence_db")
    #expect(fence.spans.map(\.tone) == [.look, .work, .look])
    #expect(fence.spans.map { $0.to - $0.from } == [.seconds(1), .seconds(1), .seconds(1)])
    #expect(try row(chart, "go").spans.map(\.tone) == [.look, .people])
    #expect(try row(chart, "promote_db").isPointOfNoReturn)
  }

  @Test func `the path is the chain of steps that decided how long it took`() throws {
    // The fourth and the sixth step go on beside the others and end before them.
    var script = RunScript(
      .shop { steps in
        steps[1].needs = []
        steps[2].needs = [0]
      })
    try script.open(outageAt: RunScript.start)
    script.wait(.seconds(1))
    try script.checked("outage_confirmed", .holds(Evidence("yes")))
    try script.add(
      .stepPlanned(
        StepReport("go", attempt: 1, .ask(PersonRequest(kind: .approval, text: "Go?")))))
    script.wait(.seconds(5))
    try script.add(
      .personAnswered(PersonAnswer(step: "go", attempt: 1, decision: .approve, by: "b")))
    try script.change("fence_db")
    let chart = try script.report().chart
    let path = chart.stages.flatMap(\.rows).filter(\.isOnPath).map(\.id)
    #expect(path.last == "fence_db")
    #expect(path.contains("go"))
    #expect(!path.contains("outage_confirmed"))
  }

  @Test func `after the recovery nothing is on the path`() throws {
    let chart = try RunScript.succeeded().report().chart
    #expect(try row(chart, "buy_something").isOnPath)
    #expect(try !row(chart, "told_everyone").isOnPath)
  }

  @Test func `what waits for a person's decision is drawn as such`() throws {
    var script = try Scenes.held()
    script.wait(.seconds(100))
    try script.decide(.retry("switch_dns"))
    script.wait(.seconds(1))
    let chart = try script.report().chart
    let tones = try row(chart, "switch_dns").spans.map(\.tone)
    #expect(tones.starts(with: [.look, .failed, .people]), "\(tones)")
    #expect(chart.lanes.flatMap(\.spans).contains { $0.tone == .people })
  }

  @Test func `a long stop is drawn shorter, and the rest keeps its proportions`() throws {
    let chart = try Scenes.resumed().report().chart
    #expect(chart.lanes.flatMap(\.spans).contains { $0.tone == .nobody })
    #expect(chart.marks.contains { $0.kind == .resumed })
    var script = try Scenes.held()
    script.wait(.seconds(3 * 86400))
    try script.decide(.retry("switch_dns"))
    script.wait(.seconds(1))
    let scale = try script.report().chart.scale
    let squeezed = try #require(scale.pieces.first { $0.isSqueezed })
    #expect(squeezed.to - squeezed.from >= .seconds(3 * 86400))
    #expect(squeezed.width < 10)
    #expect(scale.pieces.first?.left == 0)
    #expect(scale.pieces.last?.right == 100)
    for (before, after) in zip(scale.pieces, scale.pieces.dropFirst()) {
      #expect(before.to == after.from && before.right == after.left)
    }
  }

  @Test func `marks are in the order of time, and the RTO is drawn where it is near`() throws {
    let far = try RunScript.succeeded().report().chart
    #expect(far.marks.map(\.offset) == far.marks.map(\.offset).sorted())
    #expect(far.marks.contains { $0.kind == .rto && $0.offset == .seconds(870) })
    #expect(far.scale.to < .seconds(870))
    let near = try RunScript.succeeded(plan: .shop(rto: .seconds(120))).report().chart
    #expect(near.scale.to == .seconds(90))
    #expect(near.scale.from == .seconds(-30))
    #expect(near.scale.place(.seconds(90)) == 100)
  }

  @Test func `ticks are round, inside, and few`() throws {
    for seconds in [1, 7, 59, 61, 3600, 90_000, 900_000] {
      let script = try RunScript.succeeded(approvalAfter: .seconds(seconds))
      let scale = try script.report().chart.scale
      let ticks = scale.ticks(6)
      #expect(!ticks.isEmpty && ticks.count <= 14, "\(seconds): \(ticks)")
      #expect(ticks.allSatisfy { $0 >= scale.from && $0 <= scale.to })
    }
  }
}
