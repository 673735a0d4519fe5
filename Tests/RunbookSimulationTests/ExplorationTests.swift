import Glibc
import RunbookEngine
import RunbookModel
import RunbookSimulation
import Testing

@Suite struct ExplorationTests {
  /// Twenty runs for each plan. `make nightly` takes 50,000 plans.
  static let plans =
    getenv("LIFEBOAT_SIMULATED_PLANS").flatMap { UInt64(String(cString: $0)) } ?? 100
  static let runsPerPlan: UInt64 = 20
  private static let workers: UInt64 = 2

  @Test func `no promise is broken, whatever goes wrong in mixed plans`() async {
    let whole = await withTaskGroup(of: Exploration.self) { group in
      for worker in 0..<Self.workers {
        group.addTask { Self.explore(stride(from: worker, to: Self.plans, by: Int(Self.workers))) }
      }
      return await group.reduce(into: Exploration()) { $0.merge($1) }
    }
    #expect(whole.runs == Self.plans * Self.runsPerPlan)
    // Faults are many: a test in which nothing goes wrong would prove nothing.
    #expect(whole.faults > whole.runs)
    #expect(whole.deaths > whole.runs / 10)
    for word in ["succeeded", "failed_undone", "failed_partly", "held", "unanswered", "paused"] {
      #expect(whole.endings[word, default: 0] > 0, "no run ended as \(word)")
    }
  }

  @Test func `the same seed gives the same run`() {
    let model = Plans.model(Plans.everything)
    for seed in UInt64(0)..<50 {
      let first = SimulatedRun.play(model, script: Script(seed: seed))
      let again = SimulatedRun.play(model, script: Script(seed: seed))
      #expect(first.records == again.records)
      let told = SimulatedRun.play(model, script: Script(first.script))
      #expect(told.records == first.records, "seed \(seed): the told script gives another run")
    }
  }

  private static func explore(_ numbers: StrideTo<UInt64>) -> Exploration {
    var whole = Exploration()
    for number in numbers {
      let mixed = Plans.mixed(seed: number)
      // Every other plan has repeated steps.
      var plan = number % 2 == 0 ? mixed : Plans.repeating(mixed, seed: number)
      if number % 3 == 0 { plan.deadline = .seconds(Int(number % 90) + 2) }
      let first = number * runsPerPlan
      let exploration = Exploration.explore(
        Plans.model(plan), seeds: first..<first + runsPerPlan)
      for finding in exploration.findings {
        Issue.record(
          """
          plan \(number), seed \(finding.seed): \(finding.breach.invariant.sentence)
          \(finding.breach.what)
          \(finding.script.map { "  " + $0.text(plan) }.joined(separator: "\n"))
          """)
      }
      whole.merge(exploration)
    }
    return whole
  }
}
