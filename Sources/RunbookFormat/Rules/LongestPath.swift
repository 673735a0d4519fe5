internal import RunbookModel

/// The longest way through stages and needs, when each step weighs so many nanoseconds.
struct LongestPath {
  private let order: StepOrder
  private let weights: [Int64]
  /// When each step ends, counted from the start of the run.
  private var ends: [Int64] = []
  /// Which step was waited for last; -1 for none.
  private var waitedFor: [Int32] = []
  private var last = -1
  private(set) var total: Int64 = 0

  init(_ order: StepOrder, _ weights: [Int64]) {
    self.order = order
    self.weights = weights
    ends.reserveCapacity(order.count)
    waitedFor.reserveCapacity(order.count)
    var stageStart: Int64 = 0
    var stageLast: Int32 = -1
    for step in 0..<order.count {
      if step > 0, order.stages[step] != order.stages[step - 1] {
        stageStart = total
        stageLast = Int32(last)
      }
      var start = stageStart
      var before = stageLast
      for need in order.needs(of: step) where ends[Int(need)] > start {
        start = ends[Int(need)]
        before = Int32(need)
      }
      let (end, overflow) = start.addingReportingOverflow(weights[step])
      ends.append(overflow ? .max : end)
      waitedFor.append(before)
      if ends[step] > total {
        total = ends[step]
        last = step
      }
    }
  }

  func end(of step: Int) -> Int64 { ends[step] }

  /// The steps on the longest way, from the first.
  func steps() -> [(step: Int, weight: Int64)] {
    var steps: [(step: Int, weight: Int64)] = []
    var step = last
    while step >= 0 {
      steps.append((step, weights[step]))
      step = Int(waitedFor[step])
    }
    return steps.reversed()
  }
}
