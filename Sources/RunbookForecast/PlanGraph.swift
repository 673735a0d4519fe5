import RunbookEngine
import RunbookModel

/// A plan as a simulation walks it: places, no names.
struct PlanGraph: Sendable {
  let stages: [Range<Int>]
  let stageOf: [Int]
  let concurrency: Int
  /// The steps that wait for step `i` are `dependents[offsets[i]..<offsets[i + 1]]`.
  let offsets: [Int]
  let dependents: [Int]
  /// The steps that step `i` waits for are `needs[needOffsets[i]..<needOffsets[i + 1]]`.
  let needOffsets: [Int]
  let needs: [Int]
  let needsCopies: [[Int]]
  let repeated: [RepeatedStep]
  let copyOf: [Int?]
  /// Steps that wait for all copies of each repeated step.
  let waitsForCopies: [[Int]]
  /// Its end is part of the recovery.
  let isCritical: [Bool]
  /// Whatever the times, no more steps than the run allows at a time could ever be under way, and no copies are held back.
  let isUnbounded: Bool

  init(_ plan: Plan) {
    stages = plan.stages.map(\.range)
    stageOf = plan.steps.map(\.stage)
    concurrency = max(1, plan.concurrency)
    repeated = plan.repeated ?? []
    copyOf = plan.steps.map(\.copyOf)
    (needs, needOffsets) = Self.flat(plan.steps.map(\.needs))
    needsCopies = plan.steps.map { $0.needsCopies ?? [] }
    isCritical = plan.steps.map(\.isCritical)
    var lists = [[Int]](repeating: [], count: plan.steps.count)
    var copyLists = [[Int]](repeating: [], count: repeated.count)
    for (place, step) in plan.steps.enumerated() {
      for need in step.needs { lists[need].append(place) }
      for need in step.needsCopies ?? [] { copyLists[need].append(place) }
    }
    waitsForCopies = copyLists
    (dependents, offsets) = Self.flat(lists)
    let holdsCopiesBack = repeated.contains { $0.canary != nil || $0.maxParallel != nil }
    isUnbounded = !holdsCopiesBack && Self.width(plan) <= concurrency
  }

  private static func flat(_ lists: [[Int]]) -> (all: [Int], offsets: [Int]) {
    var offsets = [0]
    offsets.reserveCapacity(lists.count + 1)
    for list in lists { offsets.append(offsets[offsets.count - 1] + list.count) }
    return (lists.flatMap { $0 }, offsets)
  }

  /// Steps in one chain never run together, so no more run together than there are chains: at most this many in a stage.
  private static func width(_ plan: Plan) -> Int {
    var isTaken = [Bool](repeating: false, count: plan.steps.count)
    var widest = 0
    for stage in plan.stages {
      var chains = 0
      for place in stage.range {
        if let before = plan.steps[place].needs.first(where: {
          stage.range.contains($0) && !isTaken[$0]
        }) {
          isTaken[before] = true
        } else {
          chains += 1
        }
      }
      widest = max(widest, chains)
    }
    return widest
  }
}
