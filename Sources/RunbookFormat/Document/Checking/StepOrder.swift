internal import RunbookModel

/// Which step waits for which, as flat arrays; only needs that point backward are in it, so it has no cycle.
struct StepOrder {
  /// The stage of each step; steps of one stage stand together.
  private(set) var stages: [UInt32] = []
  /// The needs of step i are `edges[offsets[i]..<offsets[i + 1]]`: places of steps, all below i.
  private(set) var offsets: [UInt32] = [0]
  private(set) var edges: [UInt32] = []

  var count: Int { stages.count }

  func needs(of step: Int) -> ArraySlice<UInt32> {
    edges[Int(offsets[step])..<Int(offsets[step + 1])]
  }

  mutating func reserve(_ steps: Int) {
    stages.reserveCapacity(steps)
    offsets.reserveCapacity(steps + 1)
    edges.reserveCapacity(steps)
  }

  mutating func append(stage: UInt32, needs: some Sequence<UInt32>) {
    stages.append(stage)
    edges.append(contentsOf: needs)
    offsets.append(UInt32(edges.count))
  }

  /// The steps of the stage that `step` is in.
  func range(ofStageWith step: Int) -> Range<Int> {
    var first = step
    var end = step + 1
    while first > 0, stages[first - 1] == stages[step] { first -= 1 }
    while end < count, stages[end] == stages[step] { end += 1 }
    return first..<end
  }

  /// One question: has `earlier` always ended before `later` begins?
  struct Question {
    var earlier: UInt32
    var later: UInt32
  }

  /// The questions whose answer is no, in the order in which they were asked.
  ///
  /// Sixty-four earlier steps are followed at a time through the stage's needs, so a stage of n steps with q earlier
  /// steps asked for costs n·q/64, and the usual question (another stage, or a direct need) costs nothing.
  func unmet(_ questions: [Question]) -> [Question] {
    var open: [UInt32: [Int]] = [:]
    var unmet: [Int] = []
    for (place, question) in questions.enumerated() {
      let earlier = Int(question.earlier)
      let later = Int(question.later)
      if stages[earlier] != stages[later] {
        if stages[earlier] > stages[later] { unmet.append(place) }
      } else if earlier >= later {
        unmet.append(place)
      } else if !needs(of: later).contains(question.earlier) {
        open[question.earlier, default: []].append(place)
      }
    }
    let sources = open.keys.sorted()
    var first = 0
    while first < sources.count {
      var end = first + 1
      while end < sources.count, end - first < 64,
        stages[Int(sources[end])] == stages[Int(sources[first])]
      {
        end += 1
      }
      unmet += follow(Array(sources[first..<end]), open, questions)
      first = end
    }
    return unmet.sorted().map { questions[$0] }
  }

  private func follow(
    _ sources: [UInt32], _ open: [UInt32: [Int]], _ questions: [Question]
  ) -> [Int] {
    let start = Int(sources[0])
    var asked: [(later: Int, bit: Int, place: Int)] = []
    var end = start
    for (bit, source) in sources.enumerated() {
      for place in open[source] ?? [] {
        let later = Int(questions[place].later)
        asked.append((later, bit, place))
        end = max(end, later)
      }
    }
    let reach = reach(of: sources, to: end)
    return asked.filter { reach.mask(at: $0.later) & (1 << $0.bit) == 0 }.map(\.place)
  }

  /// Which of up to 64 steps have ended before each step of their stage begins, or are that step.
  struct Reach {
    let start: Int
    let masks: [UInt64]

    func mask(at step: Int) -> UInt64 {
      masks.indices.contains(step - start) ? masks[step - start] : 0
    }
  }

  /// Follows up to 64 steps of one stage, in ascending order, to the stage's end or to `last`.
  func reach(of sources: [UInt32], to last: Int? = nil) -> Reach {
    guard let first = sources.first else { return Reach(start: 0, masks: []) }
    let start = Int(first)
    var end = last ?? start
    if last == nil {
      while end + 1 < count, stages[end + 1] == stages[start] { end += 1 }
    }
    var masks = [UInt64](repeating: 0, count: end - start + 1)
    for (bit, source) in sources.enumerated() { masks[Int(source) - start] |= 1 << bit }
    for step in start...end {
      for need in needs(of: step) where need >= start {
        masks[step - start] |= masks[Int(need) - start]
      }
    }
    return Reach(start: start, masks: masks)
  }
}
