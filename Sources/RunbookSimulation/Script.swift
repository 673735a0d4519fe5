import RunbookModel

/// Decides what goes wrong in one run: from a list, or by chance; keeps what it decided, so that it can be told again.
package struct Script: Sendable {
  /// What has gone wrong, in order. As a list it gives the same run.
  package private(set) var told: [ScriptLine] = []
  private var source: Source
  private var isEmpty: Bool
  private var deaths = 0
  private var decisions = 0
  private var returns = 0

  private enum Source: Sendable {
    /// Several at one point come one after another: two deaths before the same record are two lines.
    case listed([Point: [Fault]])
    case drawn(SeededRandom, Rates)
  }

  /// How often things go wrong, in a thousand; far more often than in life.
  private struct Rates: Sendable {
    var command: UInt64
    var death: UInt64
    var person: UInt64
  }

  /// Nothing goes wrong but what is listed.
  package init(_ lines: [ScriptLine] = []) {
    source = .listed(Dictionary(grouping: lines, by: \.point).mapValues { $0.map(\.fault) })
    isEmpty = lines.isEmpty
  }

  /// Some runs are calm and some go wrong everywhere: what one fault hides another run shows.
  package init(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let rates = Rates(
      command: random.pick([5, 20, 60, 150]), death: random.pick([0, 3, 15, 60]),
      person: random.pick([0, 100, 300, 500]))
    source = .drawn(random, rates)
    isEmpty = false
  }

  private static let mostDeaths = 4
  private static let mostDecisions = 8
  private static let mostReturns = 4

  /// What happens at the point instead of what should; nil when nothing goes wrong there.
  mutating func fault(at point: Point) -> Fault? {
    if isEmpty { return nil }
    let fault: Fault?
    switch source {
    case .listed(var faults):
      // Each line happens once: a process that died before a record must be able to write it.
      guard var here = faults[point], !here.isEmpty else { return nil }
      fault = here.removeFirst()
      faults[point] = here
      source = .listed(faults)
    case .drawn(var random, let rates):
      fault = draw(point, &random, rates)
      source = .drawn(random, rates)
    }
    if let fault { told.append(ScriptLine(point, fault)) }
    return fault
  }

  private mutating func draw(
    _ point: Point, _ random: inout SeededRandom, _ rates: Rates
  ) -> Fault? {
    switch point {
    case .command(_, let verb, _):
      guard random.happens(perMille: rates.command) else { return nil }
      return .behaves(Behaviour(random.pick(verb.faults)))
    case .question:
      guard random.happens(perMille: rates.person) else { return nil }
      return .answers(
        random.pick([
          .approves(by: nil, after: .seconds(3600)), .declines(by: nil, after: .seconds(30)),
          .nobody, .silence, .toAnotherQuestion,
        ]))
    case .timer:
      guard random.happens(perMille: rates.command) else { return nil }
      return .late(.seconds(random.pick([1, 60, 3600])))
    case .hold:
      guard decisions < Self.mostDecisions, random.happens(perMille: 700) else { return nil }
      decisions += 1
      return .decides(random.pick(Fault.Decision.allCases))
    case .record:
      guard random.happens(perMille: rates.death) else { return nil }
      if random.happens(perMille: 150) { return .signal }
      guard deaths < Self.mostDeaths else { return nil }
      deaths += 1
      return .dies(
        Fault.Death(
          random.pick(Fault.Death.Moment.allCases),
          takesMachine: random.happens(perMille: 500),
          underWayIsMade: random.happens(perMille: 500)))
    case .departure:
      guard returns < Self.mostReturns, random.happens(perMille: 600) else { return nil }
      returns += 1
      return .returns(random.happens(perMille: 800) ? .resumes : .undoes)
    }
  }
}
