import RunbookModel

/// The durations of one simulated run after another. The same seed, run and step give the same one, whatever else is
/// asked: so two plans that differ in one step can be compared run by run.
struct Draws: Sendable {
  /// One time that can be drawn: a sample times a blur, cut, and what comes on top.
  private struct Part: Sendable {
    var first = 0
    var count: UInt64 = 0
    var table = 0
    var limit = Double.infinity
    var fixed = 0.0
  }

  private let seed: UInt64
  private var samples: [Double] = []
  private var factors: [Double] = []
  private var works: [Part] = []
  private var answers: [Part] = []
  private var tables: [Double: Int] = [:]
  /// A step's own part of all that it takes: 1, or less where it is asked what shortening it would bring.
  var scales: [Double]
  var answerScales: [Double]

  init(_ estimates: [StepEstimate], progress: [StepProgress]?, seed: UInt64) {
    self.seed = seed
    scales = Array(repeating: 1, count: estimates.count)
    answerScales = scales
    for (place, estimate) in estimates.enumerated() {
      let (work, answer) = Self.left(estimate, progress?[place] ?? .waiting)
      works.append(part(work))
      answers.append(answer.map { part($0) } ?? Part())
    }
  }

  /// What is left of the step's time, where some of it has passed.
  private static func left(
    _ estimate: StepEstimate, _ progress: StepProgress
  ) -> (work: Spread, answer: Spread?) {
    switch progress {
    case .waiting: (estimate.work, estimate.answer)
    case .settled: (.nothing, nil)
    case .working(let passed): (rest(of: estimate.work, after: passed.inSeconds), nil)
    case .asking(let passed):
      (estimate.work, estimate.answer.map { rest(of: $0, after: passed.inSeconds) })
    }
  }

  /// What can still come, knowing that it took longer than `passed` already. Longer than anything expected: up to as
  /// long again, since nothing better is known.
  private static func rest(of spread: Spread, after passed: Double) -> Spread {
    let later = spread.points().filter { $0 > passed }.map { $0 - passed }
    if !later.isEmpty { return Spread(samples: later, width: 1) }
    let most = min(passed, max(0, (spread.limit ?? .infinity) + spread.fixed - passed))
    return Spread(samples: (0..<32).map { most * (Double($0) + 0.5) / 32 }, width: 1)
  }

  private mutating func part(_ spread: Spread) -> Part {
    var part = Part()
    part.first = samples.count
    part.count = UInt64(spread.samples.count)
    samples += spread.samples
    part.limit = spread.limit ?? .infinity
    part.fixed = spread.fixed
    part.table =
      tables[spread.width]
      ?? {
        let start = factors.count
        factors += Spread.factors(width: spread.width)
        tables[spread.width] = start
        return start
      }()
    return part
  }

  func work(_ run: Int, _ place: Int) -> Double {
    draw(works[place], run, place &* 2) * scales[place]
  }

  func answer(_ run: Int, _ place: Int) -> Double {
    answers[place].count == 0
      ? 0 : draw(answers[place], run, place &* 2 &+ 1) * answerScales[place]
  }

  private func draw(_ part: Part, _ run: Int, _ stream: Int) -> Double {
    let chance = Self.mixed(
      seed &+ UInt64(truncatingIfNeeded: run) &* 0x9E37_79B9_7F4A_7C15
        ^ UInt64(truncatingIfNeeded: stream) &* 0xD134_2543_DE82_EF95)
    let sample = part.first + Int(((chance & 0xFFFF_FFFF) &* part.count) >> 32)
    let factor = part.table + Int(chance >> 56)
    return min(samples[sample] * factors[factor], part.limit) + part.fixed
  }

  /// SplitMix64's finish: neighbouring numbers in, unrelated ones out.
  private static func mixed(_ number: UInt64) -> UInt64 {
    var mixed = number
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
