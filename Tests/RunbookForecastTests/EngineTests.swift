import RunbookEngine
import RunbookForecast
import RunbookModel
import Testing

/// The forecast walks a plan with code of its own, for speed. It must start steps as the engine does.
@Suite struct EngineTests {
  @Test(arguments: 0..<300)
  func `a simulated run ends when the engine's own run does`(seed: UInt64) throws {
    let plan = randomPlan(seed)
    let (ends, stages) = try engineRun(plan)
    let forecast = plan.certain()
    #expect(forecast.end.p50 == ends, "seed \(seed)")
    #expect(forecast.stages.map(\.end.p50) == stages, "seed \(seed)")
  }

  @Test func `where no place is scarce both ways of walking give the same`() {
    for seed in 1000..<1100 {
      var plan = randomPlan(UInt64(seed), repeats: false)
      plan.concurrency = 1000
      var scarce = plan
      // A list of one copy that may not run beside itself: it changes nothing, but the agenda is kept.
      scarce.repeated = [RepeatedStep(step: "none", stage: 0, list: "[]", first: 0, count: 0)]
      scarce.repeated?[0].maxParallel = 1
      let estimates = plan.steps.map {
        StepEstimate(
          step: $0.id, basis: .action, work: Spread(samples: [$0.expected.inSeconds], width: 3))
      }
      let one = Forecaster(plan, estimates, runs: 50).forecast(passed: .init(.zero))
      let other = Forecaster(scarce, estimates, runs: 50).forecast(passed: .init(.zero))
      // Of two steps that end at the very same time either may count as the one that was waited for.
      #expect(one.finish == other.finish, "seed \(seed)")
      #expect(one.stages == other.stages, "seed \(seed)")
    }
  }

  /// The engine itself on a clock of its own: when all steps have ended, and each stage.
  private func engineRun(_ plan: Plan) throws -> (Duration, [Duration]) {
    var machine = RunMachine(plan: plan)
    var now = Duration.zero
    var agenda: [(at: Duration, place: Int)] = []
    var left = plan.stages.map(\.count)
    var stages = [Duration](repeating: .zero, count: plan.stages.count)
    func take(_ event: Event) throws {
      for case .check(let id, _) in try machine.handle(event) {
        let place = try #require(machine.place(of: id))
        agenda.append((now + plan.steps[place].expected, place))
      }
    }
    try take(
      .runOpened(
        RunOpening(
          run: RunID("r"), plan: "p-1", planHash: "", purpose: .drill, runbook: "test",
          service: "shop", environment: "lab", variant: nil, by: "alice", host: "h", reason: nil,
          outageAt: nil, declaredAt: nil, toolVersion: "0", seed: 1)))
    while !agenda.isEmpty {
      let next = try #require(
        agenda.indices.min {
          (agenda[$0].at, agenda[$0].place) < (agenda[$1].at, agenda[$1].place)
        })
      let (at, place) = agenda.remove(at: next)
      now = at
      left[plan.steps[place].stage] -= 1
      if left[plan.steps[place].stage] == 0 { stages[plan.steps[place].stage] = now }
      try take(
        .stepChecked(
          StepReport(plan.steps[place].id, attempt: 1, .verdict(.holds(Evidence("fine"))))))
    }
    #expect(machine.state == .closed(.succeeded))
    return (now, stages)
  }

  private func randomPlan(_ seed: UInt64, repeats: Bool = true) -> Plan {
    var random = Numbers(seed)
    var steps: [PlannedStep] = []
    var repeated: [RepeatedStep] = []
    for stage in 0..<random.next(1...4) {
      let first = steps.count
      for _ in 0..<random.next(1...5) {
        var needs: [Int] = []
        var lists: [Int] = []
        for place in first..<steps.count where random.next(0...3) == 0 {
          if let list = steps[place].copyOf {
            if !lists.contains(list) { lists.append(list) }
          } else {
            needs.append(place)
          }
        }
        let copies = repeats && random.next(0...2) == 0 ? random.next(1...5) : 0
        if copies > 0 {
          var list = RepeatedStep(
            step: StepID("r\(repeated.count)"), stage: stage, list: "[]", first: steps.count,
            count: copies)
          list.canary = random.next(0...1) == 0 ? random.next(1...2) : nil
          list.maxParallel = random.next(0...1) == 0 ? random.next(1...3) : nil
          repeated.append(list)
        }
        for copy in 0..<max(copies, 1) {
          steps.append(
            step(
              StepID("t\(steps.count)"), needs: needs, stage: stage,
              // Powers of two: sums of them are seldom equal by chance, which would leave the order open.
              expected: .milliseconds(1 << random.next(0...20) + copy)
            ) {
              $0.needsCopies = lists.isEmpty ? nil : lists
              $0.copyOf = copies > 0 ? repeated.count - 1 : nil
            })
        }
      }
    }
    return plan(
      steps, concurrency: random.next(1...4), repeated: repeated.isEmpty ? nil : repeated)
  }
}

/// SplitMix64: the same numbers on every machine.
struct Numbers {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next(_ range: ClosedRange<Int>) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    mixed ^= mixed >> 31
    return range.lowerBound + Int(mixed % UInt64(range.count))
  }
}
