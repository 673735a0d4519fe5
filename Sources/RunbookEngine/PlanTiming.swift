package import RunbookModel

/// How long a plan takes: the longest way through its steps, as expected and at the worst.
///
/// Both ignore `concurrency` and what people take to answer where no timeout says it; the worst case takes every
/// timeout, retry and settling time that the plan allows, but no time for undoing.
package struct PlanTiming: Sendable, Equatable {
  package var expected: Duration
  package var worst: Duration
  /// The steps that `expected` is the sum of, first to last.
  package var criticalPath: [StepID]
  /// Person steps that may take any time: the worst case does not count them.
  package var unbounded: [StepID]

  package init(_ plan: Plan) {
    var expectedEnd = [Duration](repeating: .zero, count: plan.steps.count)
    var worstEnd = expectedEnd
    var before = [Int?](repeating: nil, count: plan.steps.count)
    var stageStart = Moment()
    unbounded = []
    var lanes = (plan.repeated ?? []).map { CopyLanes($0) }
    var copies = [Moment](repeating: Moment(), count: plan.repeated?.count ?? 0)
    for stage in plan.stages {
      var end = stageStart
      for place in stage.range {
        let step = plan.steps[place]
        var start = stageStart
        for need in step.needs {
          start.wait(for: Moment(expected: expectedEnd[need], worst: worstEnd[need], last: need))
        }
        for need in step.needsCopies ?? [] { start.wait(for: copies[need]) }
        if let repeated = step.copyOf { start = lanes[repeated].start(of: place, after: start) }
        let isSkipped = step.forecast.status == .wouldSkip
        expectedEnd[place] = start.expected + (isSkipped ? .zero : step.likely)
        worstEnd[place] = start.worst + (isSkipped ? .zero : step.worst)
        before[place] = start.last
        if step.waitsWithoutLimit, !isSkipped { unbounded.append(step.id) }
        let own = Moment(expected: expectedEnd[place], worst: worstEnd[place], last: place)
        end.wait(for: own)
        if let repeated = step.copyOf {
          copies[repeated].wait(for: own)
          lanes[repeated].end(place, own)
        }
      }
      stageStart = end
    }
    expected = stageStart.expected
    worst = stageStart.worst
    var path: [StepID] = []
    var place = stageStart.last
    while let current = place {
      if plan.steps[current].likely > .zero { path.append(plan.steps[current].id) }
      place = before[current]
    }
    criticalPath = path.reversed()
  }
}

/// When something has ended, as expected and at the worst, and the step that it ended with.
private struct Moment {
  var expected = Duration.zero
  var worst = Duration.zero
  var last: Int?

  mutating func wait(for other: Moment) {
    if other.expected > expected {
      expected = other.expected
      last = other.last
    }
    worst = max(worst, other.worst)
  }
}

/// The copies of a repeated step one behind another, as far as it bounds how many are under way.
private struct CopyLanes {
  let step: RepeatedStep
  private var lanes: [Moment] = []
  private var canaries = Moment()

  init(_ step: RepeatedStep) {
    self.step = step
    let width = min(step.maxParallel ?? 0, step.count)
    lanes = Array(repeating: Moment(), count: width)
  }

  func start(of place: Int, after start: Moment) -> Moment {
    var start = start
    let number = place - step.first
    if number >= step.canary ?? 0 { start.wait(for: canaries) }
    if !lanes.isEmpty { start.wait(for: lanes[number % lanes.count]) }
    return start
  }

  mutating func end(_ place: Int, _ end: Moment) {
    let number = place - step.first
    if number < step.canary ?? 0 { canaries.wait(for: end) }
    if !lanes.isEmpty { lanes[number % lanes.count].wait(for: end) }
  }
}

extension PlannedStep {
  /// What it takes as the world was when it was planned.
  package var likely: Duration {
    switch forecast.status {
    case .wouldSkip: .zero
    case .alreadyInPlace: min(expected, .milliseconds(100))
    case .wouldChange, .holdsNow, .doesNotHoldNow, .cannotTell, .decidedDuringRun, .impossible,
      .asksPerson:
      // Its own checks confirm it at the end of that time, and no sooner; what people take is not foreseen.
      expected + (verify.isEmpty ? .zero : commitWithin ?? .zero)
    }
  }

  /// Every attempt to its timeout, every pause, and the whole time to settle.
  package var worst: Duration {
    let approvalTime = approval?.timeout ?? .zero
    if kind == .person { return approvalTime }
    var sum = approvalTime + settle
    if let commitWithin { sum += commitWithin + (verify.isEmpty ? .zero : settle) }
    for attempt in 1...max(retry.attempts, 1) {
      sum += timeout
      if attempt < retry.attempts { sum += retry.longestDelay(after: attempt) }
    }
    return sum
  }

  package var waitsWithoutLimit: Bool {
    (kind == .person || approval != nil) && approval?.timeout == nil
  }
}

extension RetryPolicy {
  func longestDelay(after attempt: Int) -> Duration {
    var withoutJitter = self
    withoutJitter.jitter = 0
    return withoutJitter.delay(after: attempt, step: "", seed: 0)
  }
}
