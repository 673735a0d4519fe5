import RunbookEngine

/// One simulated run: when each step ends, and what it had waited for last.
///
/// It starts steps as the engine does: a stage after the last one, a step after its needs, canaries before the other
/// copies, no more at a time than the plan allows, the first in the plan first. Nothing fails in it.
struct Walk {
  let graph: PlanGraph
  let progress: [StepProgress]?
  /// In seconds, from the moment of the forecast.
  private(set) var ends: [Double]
  /// The step with whose end this one began; -1: with nothing's.
  private(set) var causes: [Int]
  private(set) var stageEnds: [Double]
  private let isSettled: [Bool]
  /// Of each stage, what has not ended.
  private let left: [[Int]]
  private let criticalLeft: [Int]

  // Only where places are scarce: as each run begins, worked out once, and as it goes.
  private var beginning = Beginning()
  private var waitingFor: [Int] = []
  private var unsettledInStage: [Int] = []
  private var unsettledCopies: [Int] = []
  private var provenCopies: [Int] = []
  private var copiesUnderWay: [Int] = []
  private var waitingCopies: [PlaceHeap] = []
  private var ready = PlaceHeap()
  private var agenda = TimeHeap()

  init(_ graph: PlanGraph, progress: [StepProgress]?) {
    self.graph = graph
    self.progress = progress
    let count = graph.stageOf.count
    ends = Array(repeating: 0, count: count)
    causes = Array(repeating: -1, count: count)
    stageEnds = Array(repeating: 0, count: graph.stages.count)
    let isSettled = (0..<count).map { progress?[$0] == .settled }
    self.isSettled = isSettled
    left = graph.stages.map { stage in stage.filter { !isSettled[$0] } }
    criticalLeft = (0..<count).filter { graph.isCritical[$0] && !isSettled[$0] }
    if !graph.isUnbounded { beginning = Beginning(graph, isSettled) }
  }

  /// What every run of a plan with scarce places begins with.
  private struct Beginning {
    var waitingFor: [Int] = []
    var unsettledInStage: [Int] = []
    var unsettledCopies: [Int] = []
    var provenCopies: [Int] = []

    init() {}

    init(_ graph: PlanGraph, _ isSettled: [Bool]) {
      waitingFor = graph.stageOf.indices.map { place in
        graph.needs[graph.needOffsets[place]..<graph.needOffsets[place + 1]].count {
          !isSettled[$0]
        }
          + graph.needsCopies[place].count { list in
            graph.repeated[list].range.contains { !isSettled[$0] }
          }
      }
      unsettledInStage = graph.stages.map { $0.count { !isSettled[$0] } }
      unsettledCopies = graph.repeated.map { $0.range.count { !isSettled[$0] } }
      provenCopies = graph.repeated.map { $0.range.count { isSettled[$0] } }
    }
  }

  /// The place of the critical step that ends last; -1 where none is left.
  var lastCritical: Int {
    var last = -1
    var end = 0.0
    for place in criticalLeft where ends[place] > end {
      last = place
      end = ends[place]
    }
    return last
  }

  mutating func go(_ run: Int, _ draws: Draws) {
    if graph.isUnbounded { flow(run, draws) } else { schedule(run, draws) }
  }

  /// Nothing is scarce: each step begins as soon as what it waits for has ended.
  private mutating func flow(_ run: Int, _ draws: Draws) {
    var stageStart = 0.0
    var stageCause = -1
    let waitsForCopies = !graph.repeated.isEmpty
    for (number, stage) in left.enumerated() {
      var end = stageStart
      var last = stageCause
      for place in stage {
        var start = stageStart
        var cause = stageCause
        for index in graph.needOffsets[place]..<graph.needOffsets[place + 1] {
          let need = graph.needs[index]
          if ends[need] > start {
            start = ends[need]
            cause = need
          }
        }
        if waitsForCopies {
          for list in graph.needsCopies[place] {
            for need in graph.repeated[list].range where ends[need] > start {
              start = ends[need]
              cause = need
            }
          }
        }
        let ended = start + draws.answer(run, place) + draws.work(run, place)
        ends[place] = ended
        causes[place] = cause
        if ended > end {
          end = ended
          last = place
        }
      }
      stageEnds[number] = end
      stageStart = end
      stageCause = last
    }
  }

  // MARK: - With scarce places

  private mutating func schedule(_ run: Int, _ draws: Draws) {
    prepare()
    var stage = 0
    var active = 0
    var now = 0.0
    var cause = -1
    for (place, step) in (progress ?? []).enumerated() {
      switch step {
      case .waiting, .settled: break
      case .working:
        active += 1
        causes[place] = -1
        agenda.push(draws.work(run, place), place, .worked)
      case .asking:
        causes[place] = -1
        agenda.push(draws.answer(run, place), place, .answered)
      }
    }
    while true {
      while stage < graph.stages.count {
        let end = graph.stages[stage].upperBound
        while active < graph.concurrency, let place = ready.first, place < end {
          ready.removeFirst()
          causes[place] = cause
          let answer = draws.answer(run, place)
          if answer > 0 {
            // Who waits for an answer takes no place from others.
            agenda.push(now + answer, place, .answered)
          } else {
            active += 1
            agenda.push(now + draws.work(run, place), place, .worked)
          }
        }
        guard unsettledInStage[stage] == 0 else { break }
        stageEnds[stage] = now
        stage += 1
      }
      guard let next = agenda.pop() else { return }
      now = next.time
      switch next.kind {
      case .answered:
        active += 1
        agenda.push(now + draws.work(run, next.place), next.place, .worked)
      case .worked:
        active -= 1
        cause = next.place
        ends[next.place] = now
        settle(next.place)
      }
    }
  }

  private mutating func prepare() {
    waitingFor = beginning.waitingFor
    unsettledInStage = beginning.unsettledInStage
    unsettledCopies = beginning.unsettledCopies
    provenCopies = beginning.provenCopies
    copiesUnderWay = graph.repeated.map { $0.range.count { isUnderWay($0) } }
    waitingCopies = graph.repeated.map { _ in PlaceHeap() }
    for place in graph.stageOf.indices
    where waitingFor[place] == 0 && !isSettled[place] && !isUnderWay(place) {
      mayStart(place)
    }
  }

  private func isUnderWay(_ place: Int) -> Bool {
    switch progress?[place] {
    case .working, .asking: true
    case .waiting, .settled, nil: false
    }
  }

  private mutating func mayStart(_ place: Int) {
    guard let list = graph.copyOf[place] else { return ready.insert(place) }
    waitingCopies[list].insert(place)
    startCopies(of: list)
  }

  private mutating func startCopies(of list: Int) {
    let copies = graph.repeated[list]
    while let place = waitingCopies[list].first,
      copiesUnderWay[list] < copies.maxParallel ?? .max
    {
      let unproven = max(0, (copies.canary ?? 0) - provenCopies[list])
      guard unproven == 0 || copiesUnderWay[list] < unproven else { return }
      waitingCopies[list].removeFirst()
      copiesUnderWay[list] += 1
      ready.insert(place)
    }
  }

  private mutating func settle(_ place: Int) {
    unsettledInStage[graph.stageOf[place]] -= 1
    for place in graph.dependents[graph.offsets[place]..<graph.offsets[place + 1]] {
      letGo(place)
    }
    guard let list = graph.copyOf[place] else { return }
    unsettledCopies[list] -= 1
    provenCopies[list] += 1
    copiesUnderWay[list] -= 1
    if unsettledCopies[list] == 0 {
      for place in graph.waitsForCopies[list] { letGo(place) }
    }
    startCopies(of: list)
  }

  private mutating func letGo(_ place: Int) {
    waitingFor[place] -= 1
    if waitingFor[place] == 0, !isSettled[place], !isUnderWay(place) { mayStart(place) }
  }
}
