import RunbookEngine
import RunbookJournal
import RunbookModel

/// Finds the beginning of the outage that goes on, record by record.
struct OutageWatch {
  let observation: String
  private let environment: Plan.Source
  private(set) var last: Timestamp?
  private(set) var outage: ObservedOutage?
  private let deciding: [String]
  private var states: [String: ObservedState] = [:]
  private var goodSince: Timestamp?
  var isGood: Bool { goodSince != nil }

  /// Two environments may have the same name, as those of two labs have. One whose file was edited since, or lies in two
  /// places, is the same.
  func isOf(_ other: Plan.Source) -> Bool {
    environment.name == other.name
      && (environment.sha256 == other.sha256 || environment.path == other.path)
  }

  /// A service that was good for less than this between two failures was not well.
  static let shortest = Duration.seconds(30)

  init(_ opening: ObservationStore.Opening, observation: String) {
    self.observation = observation
    environment = opening.environment
    deciding = opening.observers.filter { $0.decides == .service }.map(\.name)
  }

  mutating func take(_ seen: Observation, _ hash: RecordHash) {
    let changes = seen.observers.flatMap { report in report.changes.map { (report.observer, $0) } }
      .sorted { $0.1.at.wall < $1.1.at.wall }
    for (name, change) in changes where deciding.contains(name) {
      states[name] = change.to
      guard states.count == deciding.count else { continue }
      move(states.values.allSatisfy { $0 == .good }, change, hash)
    }
    for report in seen.observers {
      if let seen = report.last?.wall { last = max(last ?? seen, seen) }
    }
    if let last, let goodSince, last - goodSince >= Self.shortest { outage = nil }
  }

  private mutating func move(_ isGood: Bool, _ change: ObservedChange, _ hash: RecordHash) {
    if isGood {
      goodSince = goodSince ?? change.at.wall
      return
    }
    let wasGoodSince = goodSince
    goodSince = nil
    if outage != nil, let since = wasGoodSince, change.at.wall - since < Self.shortest { return }
    if outage != nil, wasGoodSince == nil { return }
    outage = ObservedOutage(
      badSince: change.at.wall, lastGood: wasGoodSince == nil ? nil : change.after?.wall,
      observation: observation, record: hash.hex)
  }
}
