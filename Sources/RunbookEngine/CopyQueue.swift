/// The copies of one repeated step: which may start, and who waits for all of them.
///
/// These may start: the canaries first, the rest when enough of them have proven the change,
/// and never more at a time than the step allows.
///
/// A copy proves the change by having made it and seen it, or on a person's word. One that was skipped, or had nothing
/// to do, proves nothing: the next takes its place. When a canary has failed and the run goes on, no copy starts any
/// more.
struct CopyQueue: Sendable {
  /// The steps that wait for all copies.
  private(set) var dependents: [Int] = []
  var unsettled: Int
  private let canary: Int
  private let maxParallel: Int
  private var waiting = ReadyQueue()
  /// Let go and not settled: a copy that waits for an answer or for its next attempt counts.
  private var underWay: Set<Int> = []
  private var proven: Set<Int> = []
  /// The canary that failed, by its place.
  private(set) var failed: Int?

  init(_ step: RepeatedStep) {
    canary = step.canary ?? 0
    maxParallel = step.maxParallel ?? .max
    unsettled = step.count
  }

  static func all(in plan: Plan) -> [CopyQueue] {
    var queues = (plan.repeated ?? []).map { CopyQueue($0) }
    for (place, step) in plan.steps.enumerated() {
      for need in step.needsCopies ?? [] where queues[need].unsettled > 0 {
        queues[need].dependents.append(place)
      }
    }
    return queues
  }

  /// How many more copies must prove the change before the rest may start.
  var unproven: Int { max(0, canary - proven.count) }

  /// Whatever the copy waited for has ended. True when it has its turn already: it was held back before it changed
  /// anything.
  mutating func insert(_ place: Int) -> Bool {
    if underWay.contains(place) { return true }
    waiting.insert(place)
    return false
  }

  /// The next copy that may start; nil when none may now.
  mutating func next() -> Int? {
    guard failed == nil, let place = waiting.first, underWay.count < maxParallel else { return nil }
    guard unproven == 0 || underWay.count < unproven else { return nil }
    waiting.removeFirst()
    underWay.insert(place)
    return place
  }

  /// Takes a copy's new state. True when it is a canary that has failed for good.
  mutating func note(_ place: Int, _ state: StepState) -> Bool {
    switch state {
    case .pending: proven.remove(place)
    case .skipped:
      underWay.remove(place)
      proven.remove(place)
    case .succeeded(let success):
      underWay.remove(place)
      if success.way.isProof { proven.insert(place) }
    case .failed(let failure) where failure.isPassed:
      underWay.remove(place)
      guard unproven > 0, failed == nil else { return false }
      failed = place
      return true
    case .planning, .gated, .applying, .verifying, .inDoubt, .backingOff, .confirming, .failed,
      .undoing, .undone:
      proven.remove(place)
    }
    return false
  }
}

extension StepSuccess.Way {
  /// The change was tried here, and is seen: what a canary is for.
  package var isProof: Bool {
    switch self {
    case .changed, .foundInPlace, .checked, .approved, .markedDone: true
    case .unverified, .alreadyInPlace: false
    }
  }
}
