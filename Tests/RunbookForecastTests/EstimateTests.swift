import RunbookEngine
import RunbookForecast
import RunbookModel
import Testing

@Suite struct EstimateTests {
  private let one = plan([step("a", .change, uses: "test.change")])

  @Test func `a figure rests on earlier runs of the same step, and says how many`() {
    let runs = [3, 5, 9].map { earlier(one, ["a": .seconds($0)]) }
    let estimate = one.estimates(from: runs)[0]
    #expect(estimate.basis == .runs(3, environment: nil))
    #expect(estimate.work.samples == [3, 5, 9])
  }

  @Test func `one run is no distribution, and more runs narrow the doubt`() {
    func width(_ count: Int) -> Double {
      one.estimates(from: (0..<count).map { _ in earlier(one, ["a": .seconds(4)]) })[0].work.width
    }
    #expect(width(1) == 1.5)
    #expect(width(4) == 1.25)
    #expect(width(16) == 1.125)
  }

  @Test func `without a run the author's figure counts, else the action's own, with more doubt`() {
    var authored = one
    authored.steps[0].isExpectedByAuthor = true
    #expect(authored.estimates()[0].basis == .author)
    #expect(authored.estimates()[0].work.samples == [10])
    #expect(one.estimates()[0].basis == .action)
    #expect(one.estimates()[0].work.width > authored.estimates()[0].work.width)
  }

  @Test func `a step with another input is another step, and that is said`() {
    let before = [earlier(one, ["a": .seconds(3)])]
    var changed = one
    changed.steps[0].with = .map(
      [.init(key: "to", keyPlace: nil, value: .literal("b", nil))], nil)
    let estimate = changed.estimates(from: before)[0]
    #expect(estimate.basis == .action)
    #expect(estimate.redefined == 1)
  }

  @Test func `where the step stands in its file is no part of it`() {
    let before = [earlier(one, ["a": .seconds(3)])]
    var moved = one
    moved.steps[0].with = .map([], SourcePlace(file: "other.yaml", line: 7, column: 1, length: 1))
    #expect(moved.estimates(from: before)[0].basis == .runs(1, environment: nil))
  }

  @Test func `runs of another service or runbook do not count`() {
    var other = earlier(one, ["a": .seconds(3)])
    other.service = "bank"
    var another = earlier(one, ["a": .seconds(3)])
    another.runbook = "failback"
    #expect(one.estimates(from: [other, another])[0].basis == .action)
  }

  @Test func `runs elsewhere count where there are none here, and are named`() {
    let elsewhere = earlier(one, ["a": .seconds(3)], environment: "production")
    #expect(
      one.estimates(from: [elsewhere])[0].basis == .runs(1, environment: "production"))
    let here = earlier(one, ["a": .seconds(8)])
    #expect(one.estimates(from: [elsewhere, here])[0].work.samples == [8])
  }

  @Test func `a run that found it in place says nothing of how long the change takes`() {
    var run = earlier(one, ["a": .milliseconds(20)])
    run.steps[0].ending = .alreadyInPlace
    #expect(one.estimates(from: [run])[0].basis == .action)
    var inPlace = one
    inPlace.steps[0].forecast = StepForecast(.alreadyInPlace, "it is so")
    #expect(inPlace.estimates(from: [run])[0].basis == .runs(1, environment: nil))
    #expect(inPlace.estimates()[0].basis == .inPlace)
  }

  @Test func `a copy that was never run is expected to take what the other copies took`() {
    func copies(_ count: Int) -> Plan {
      let list = RepeatedStep(step: "m", stage: 0, list: "[]", first: 0, count: count)
      return plan(
        (0..<count).map { number in step(StepID("m[\(number)]")) { $0.copyOf = 0 } },
        repeated: [list])
    }
    let run = earlier(copies(2), ["m[0]": .seconds(4), "m[1]": .seconds(6)])
    let estimates = copies(3).estimates(from: [run])
    #expect(estimates[0].basis == .runs(1, environment: nil))
    #expect(estimates[2].basis == .copies(2))
    #expect(estimates[2].work.samples == [4, 6])
  }

  @Test func `no draw is longer than the step may take`() {
    var bounded = one
    bounded.steps[0].timeout = .seconds(11)
    let estimates = bounded.estimates()
    let forecast = Forecaster(bounded, estimates).forecast(passed: .init(.zero))
    #expect(forecast.finish.p95 <= .seconds(11))
  }

  @Test func `what the plan leaves out takes no time`() {
    var skipping = one
    skipping.steps[0].forecast = StepForecast(.wouldSkip, "'when: false' is false")
    #expect(skipping.estimates()[0].basis == .leftOut)
    #expect(skipping.estimates(from: [earlier(one, ["a": .seconds(3)])])[0].work == .nothing)
  }

  @Test func `a condition that was false in some runs counts with no time in those`() {
    var maybe = one
    maybe.steps[0].when = ExpressionText("steps.x.y", at: nil)
    var skipped = earlier(one, ["a": .zero])
    skipped.steps[0].ending = .skipped
    let runs = [earlier(one, ["a": .seconds(3)]), skipped]
    #expect(maybe.estimates(from: runs)[0].work.samples == [3, 0])
  }
}
