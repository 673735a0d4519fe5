import RunbookEngine
import RunbookForecast
import RunbookModel
import Testing

@Suite struct ForecastTests {
  private let chain = plan(
    [step("a"), step("b", needs: [0]), step("c", needs: [1], stage: 1)], rto: .seconds(40),
    budgets: [0: .seconds(25), 1: .seconds(9)])

  @Test func `steps one after another add up, and the path names them`() {
    let forecast = chain.certain()
    #expect(forecast.finish == Percentiles(p50: .seconds(30), p95: .seconds(30)))
    #expect(forecast.criticalPath == ["a", "b", "c"])
    #expect(forecast.outlook == .onTrack)
    #expect(forecast.chance == 1)
  }

  @Test func `a stage is measured against its budget`() {
    let forecast = chain.certain()
    #expect(forecast.stages.map(\.takes.p50) == [.seconds(20), .seconds(10)])
    #expect(forecast.stages.map(\.chance) == [1, 0])
  }

  @Test func `of steps side by side only the one that is waited for is on the path`() {
    let forecast = plan([
      step("long", expected: .seconds(60)), step("short", expected: .seconds(1)),
    ]).certain()
    #expect(forecast.finish.p50 == .seconds(60))
    #expect(forecast.steps.map(\.criticality) == [1, 0])
  }

  @Test func `the finish is the last critical step's, not that of what is only nice to have`() {
    let forecast = plan([
      step("recover"),
      step("tell", needs: [0], expected: .seconds(100)) { $0.isCritical = false },
    ]).certain()
    #expect(forecast.finish.p50 == .seconds(10))
    #expect(forecast.end.p50 == .seconds(110))
  }

  @Test func `time that has passed counts against the objective`() {
    let forecaster = Forecaster(chain, chain.steps.map { exactly($0.id, $0.expected) }, runs: 10)
    #expect(forecaster.forecast(passed: .init(.seconds(10))).outlook == .onTrack)
    #expect(forecaster.forecast(passed: .init(.seconds(11))).outlook == .willBeMissed)
    #expect(forecaster.forecast(passed: .init(.seconds(41))).outlook == .missed)
  }

  @Test func `some runs that miss the objective put it at risk`() {
    var slow = chain
    slow.objectives.rto = .seconds(33)
    let estimates = slow.estimates(
      from: (1...10).map {
        earlier(slow, ["a": .seconds($0), "b": .seconds(10), "c": .seconds(10)])
      }
    )
    let forecast = Forecaster(slow, estimates).forecast(passed: .init(.seconds(6)))
    #expect(forecast.outlook == .atRisk)
    #expect((forecast.chance ?? 0) > 0.3 && (forecast.chance ?? 1) < 0.95)
    #expect(forecast.finish.p50 < forecast.finish.p95)
  }

  @Test func `the same seed gives the same figures, another seed others`() {
    func forecast(_ seed: UInt64) -> TimeForecast {
      Forecaster(chain, chain.estimates(), seed: seed).forecast(passed: .init(.zero))
    }
    #expect(forecast(7) == forecast(7))
    #expect(forecast(7) != forecast(8))
  }

  @Test func `a forecast can be stored and read back`() throws {
    let forecast = Forecaster(chain, chain.estimates()).forecast(
      passed: .init(.zero, isLeast: true))
    let bytes = try JSONText.encode(forecast)
    #expect(try ValueDecoder().decode(TimeForecast.self, from: JSONText.read(bytes)) == forecast)
  }

  @Test func `what people take is not made up where nobody knows it`() {
    let asking = plan([step("go", .person), step("do", needs: [0])], rto: .seconds(30))
    let blind = Forecaster(asking, asking.estimates()).forecast(passed: .init(.zero))
    #expect(blind.withoutPeople == ["go"])
    #expect(blind.finish.p50 < .seconds(15))
    let runs = [earlier(asking, ["go": .seconds(300), "do": .seconds(10)])]
    let knowing = Forecaster(asking, asking.estimates(from: runs)).forecast(passed: .init(.zero))
    #expect(knowing.withoutPeople.isEmpty)
    #expect(knowing.finish.p50 > .seconds(200))
    #expect(knowing.outlook == .willBeMissed)
  }

  @Test func `a failure in earlier runs is shown beside the figures, not mixed into them`() {
    let times: [StepID: Duration] = ["a": .seconds(10), "b": .seconds(10), "c": .seconds(10)]
    let runs = (1...4).map { earlier(chain, times, failed: $0 == 1 ? ["b"] : [], number: $0) }
    let sound = (1...4).map { earlier(chain, times, number: $0) }
    let forecast = Forecaster(chain, chain.estimates(from: runs)).forecast(passed: .init(.zero))
    let without = Forecaster(chain, chain.estimates(from: sound)).forecast(passed: .init(.zero))
    #expect(forecast.finish == without.finish)
    #expect(forecast.chance == without.chance)
    #expect(forecast.risks.map(\.step) == ["b"])
    #expect(forecast.chanceOfNoFailure == 0.75)
    #expect(forecast.chanceWithFailures == (without.chance ?? 0) * 0.75)
  }

  @Test func `of what is under way only the rest is still to come`() {
    let estimates = chain.steps.map { exactly($0.id, $0.expected) }
    let forecast = Forecaster(
      chain, estimates, progress: [.settled, .working(.seconds(4)), .waiting], runs: 5
    ).forecast(passed: .init(.seconds(14)))
    #expect(forecast.finish.p50 == .seconds(16))
    #expect(forecast.steps[0].basis == .settled)
    #expect(forecast.criticalPath == ["b", "c"])
  }

  @Test func `what takes longer than ever is expected to take up to as long again`() {
    let one = plan([step("a")], rto: .seconds(100))
    let forecast = Forecaster(
      one, [exactly("a", .seconds(10))], progress: [.working(.seconds(40))]
    ).forecast(passed: .init(.seconds(40)))
    #expect(forecast.finish.p50 > .seconds(15) && forecast.finish.p50 < .seconds(25))
    #expect(forecast.finish.p95 > .seconds(35) && forecast.finish.p95 <= .seconds(40))
  }

  @Test func `when all has ended nothing is left`() {
    let forecast = Forecaster(
      chain, chain.estimates(), progress: [.settled, .settled, .settled]
    ).forecast(passed: .init(.seconds(30)))
    #expect(forecast.finish == .zero)
    #expect(forecast.chance == 1)
  }
}
