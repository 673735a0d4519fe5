import RunbookEngine
import RunbookModel
import RunbookSimulation

/// Plans to simulate: by hand, and mixed by seed.
enum Plans {
  static func plan(_ steps: [PlannedStep], concurrency: Int = 16) -> Plan {
    var plan = Plan(
      id: "p-1", runbook: .init(name: "test", path: "runbook.yaml", sha256: ""),
      environment: .init(name: "lab", path: "lab.yaml", sha256: ""), title: "Test",
      service: "test", purpose: .drill, objectives: Objectives(rto: nil, rpo: nil, clock: .run),
      stages: [], steps: steps, madeAt: Timestamp(nanoseconds: 0), madeBy: "me",
      toolVersion: "0")
    let last = steps.map(\.stage).max() ?? 0
    plan.stages = (0...last).map { number in
      let first = steps.firstIndex { $0.stage == number } ?? steps.count
      return PlannedStage(
        name: "s\(number)", title: nil, budget: nil, first: first,
        count: steps.count { $0.stage == number })
    }
    plan.concurrency = concurrency
    return plan
  }

  static func step(
    _ id: StepID, _ kind: ActionKind = .change, needs: [Int] = [], stage: Int = 0,
    _ adjust: (inout PlannedStep) -> Void = { _ in }
  ) -> PlannedStep {
    var step = PlannedStep(
      id: id, stage: stage, uses: "test.\(kind.rawValue)", kind: kind, with: .map([], nil),
      timeout: .seconds(10), settle: .zero, expected: .seconds(1),
      forecast: StepForecast(.decidedDuringRun, ""))
    step.needs = needs
    adjust(&step)
    return step
  }

  static let authorsCheck = CheckCall(uses: "test.check", with: .map([], nil))

  /// Everything in one small run: parallel steps, a retry, a timer, two approvals, and undo.
  static let everything = plan([
    step("look", .check) { $0.retry = RetryPolicy(attempts: 2) },
    step("go", .person, needs: [0]) {
      $0.approval = ApprovalPolicy(role: "commander", timeout: .seconds(300))
    },
    step("left", needs: [1], stage: 1) {
      $0.retry = RetryPolicy(attempts: 3)
      $0.commitWithin = .seconds(90)
    },
    step("right", needs: [1], stage: 1) {
      $0.isRepeatable = false
      $0.verify = [authorsCheck]
    },
    step("agreed", needs: [2, 3], stage: 1) {
      $0.approval = ApprovalPolicy(role: "commander", count: 2, timeout: .seconds(600))
      $0.onFailure = .unwind
    },
    step("proof", .check, needs: [4], stage: 2) { $0.onFailure = .unwind },
  ])

  /// A plan in which steps are repeated, up to four times, by chance; what needed a step needs all of its copies.
  static func repeating(_ original: Plan, seed: UInt64, always: Set<StepID> = []) -> Plan {
    var random = SeededRandom(seed: seed ^ 0xE4C4)
    var steps: [PlannedStep] = []
    var repeated: [RepeatedStep] = []
    var now: [(step: Int?, copies: Int?)] = []
    for old in original.steps {
      var next = old
      next.needs = old.needs.compactMap { now[$0].step }
      let copies = old.needs.compactMap { now[$0].copies }
      next.needsCopies = copies.isEmpty ? nil : copies
      let isChosen = Int.random(in: 0..<2, using: &random) == 0
      guard !old.isExcluded, isChosen || always.contains(old.id) else {
        now.append((steps.count, nil))
        steps.append(next)
        continue
      }
      now.append((nil, repeated.count))
      let first = steps.count
      let count = Int.random(in: 1...4, using: &random)
      for number in 0..<(always.contains(old.id) ? 3 : count) {
        var copy = next
        copy.id = StepID("\(old.id)[\(number)]")
        copy.each = EachItem(key: "\(number)", value: .int(Int64(number)))
        copy.copyOf = repeated.count
        steps.append(copy)
      }
      var laid = RepeatedStep(
        step: old.id, stage: old.stage, list: "env.items", first: first,
        count: steps.count - first)
      laid.canary = [nil, 1, 2].randomElement(using: &random) ?? nil
      if always.contains(old.id) { laid.canary = 1 }
      laid.maxParallel = [nil, 1, 2].randomElement(using: &random) ?? nil
      repeated.append(laid)
    }
    var plan = plan(steps, concurrency: original.concurrency)
    plan.bindsChanges = original.bindsChanges
    plan.repeated = repeated
    return plan
  }

  /// A plan of up to twelve steps, with every kind of step, order and policy, by chance.
  static func mixed(seed: UInt64) -> Plan {
    var random = SeededRandom(seed: seed ^ 0x5EED)
    let count = Int.random(in: 1...12, using: &random)
    var stage = 0
    var steps: [PlannedStep] = []
    for place in 0..<count {
      if place > 0, Int.random(in: 0..<4, using: &random) == 0 { stage += 1 }
      let kinds: [ActionKind] = [.change, .change, .change, .check, .person]
      let kind = kinds.randomElement(using: &random) ?? .change
      var next = step(StepID("s\(place)"), kind, stage: stage)
      if place > 0 {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: break
        case 1: next.needs = [Int.random(in: 0..<place, using: &random)]
        default: next.needs = [place - 1]
        }
      }
      vary(&next, &random)
      steps.append(next)
    }
    var plan = plan(steps, concurrency: Int.random(in: 1...4, using: &random))
    plan.bindsChanges = Bool.random(using: &random)
    return plan
  }

  private static func vary(_ step: inout PlannedStep, _ random: inout SeededRandom) {
    step.expected = .seconds(Int.random(in: 1...3, using: &random))
    step.retry = RetryPolicy(attempts: Int.random(in: 1...3, using: &random))
    step.onFailure =
      [FailurePolicy.hold, .hold, .unwind, .continue, .stop].randomElement(using: &random) ?? .hold
    step.isCritical = Int.random(in: 0..<5, using: &random) > 0
    step.isExcluded = Int.random(in: 0..<12, using: &random) == 0
    if step.kind == .person || Int.random(in: 0..<5, using: &random) == 0, step.kind != .check {
      let isTimed = Bool.random(using: &random)
      step.approval = ApprovalPolicy(
        role: "commander", count: Int.random(in: 1...2, using: &random),
        timeout: isTimed ? .seconds(120) : nil,
        onTimeout: Bool.random(using: &random) ? .deny : .hold)
    }
    guard step.kind == .change else { return }
    step.isRepeatable = Bool.random(using: &random)
    step.isVerifiable = Int.random(in: 0..<4, using: &random) > 0
    if Bool.random(using: &random) { step.verify = [authorsCheck] }
    step.pointOfNoReturn = Int.random(in: 0..<12, using: &random) == 0
    if Int.random(in: 0..<6, using: &random) == 0 { step.undo = .none(reason: "it cannot be") }
    // Some of those without an undo are messages; drawn without chance, so that other seeds stay what they were.
    if step.undo != .auto, !step.pointOfNoReturn, step.expected == .seconds(1) {
      step.onlyTells = true
      step.isRepeatable = false
    }
    if !step.pointOfNoReturn, step.undo == .auto, Int.random(in: 0..<4, using: &random) == 0 {
      step.commitWithin = .seconds(Int.random(in: 1...200, using: &random))
    }
  }

  static func model(_ plan: Plan) -> Model { Model(plan, catalogue: ActionCatalogue([])) }
}
