package import RunbookEngine
import RunbookJournal
package import RunbookModel

/// What `lifeboat observe` has seen of services, one journal for each time that it was started:
/// `observed/<service>/<id>.jsonl`, chained and signed as a run's.
package struct ObservationStore: Sendable {
  package let folder: StateFolder

  package init(_ folder: StateFolder) { self.folder = folder }

  /// A journal that this process writes.
  package struct Observing: Sendable {
    package let id: String
    package let journal: JournalFile
  }

  /// Who looks, at what.
  package struct Opening: Sendable, Codable, Equatable {
    package var type = "observation_opened"
    package var service: String
    package var runbook: Plan.Source
    package var environment: Plan.Source
    package var by: String
    package var host: String
    package var toolVersion: String
    package var observers: [Observer]

    package init(_ plan: Plan, by: String, toolVersion: String) {
      service = plan.service
      runbook = plan.runbook
      environment = plan.environment
      self.by = by
      host = LockHolder.thisHost
      self.toolVersion = toolVersion
      observers = plan.observers ?? []
    }
  }

  package func begin(_ opening: Opening, at moment: Moment) throws -> Observing {
    try folder.prepare()
    let key = try SigningKeys(folder).own()
    let id = RunStore.newID(at: moment.wall).text
    let home = path(of: opening.service)
    try Files.makeFolder(home)
    let journal = try JournalFile.create(
      "\(home)/\(id).jsonl",
      checkpoint: CheckpointFile(
        path: "\(home)/\(id).checkpoint", origin: Self.origin(of: id), key: key))
    try Files.syncFolder(home)
    try journal.append(event: ValueEncoder().encode(opening), commands: [], at: moment)
    try journal.sync()
    return Observing(id: id, journal: journal)
  }

  package static func origin(of id: String) -> String { "lifeboat/observed/\(id)" }

  func path(of service: String) -> String { "\(folder.path)/observed/\(service)" }

  /// The newest first; none where nobody has looked.
  package func ids(of service: String) throws(StoreError) -> [String] {
    do throws(StoreError) {
      return try Files.names(in: path(of: service)).filter { $0.hasSuffix(".jsonl") }
        .map { String($0.dropLast(6)) }.sorted(by: >)
    } catch {
      guard error.kind == .notFound else { throw error }
      return []
    }
  }

  /// Services that somebody has watched.
  func services() throws(StoreError) -> [String] {
    do throws(StoreError) { return try Files.names(in: "\(folder.path)/observed").sorted() } catch {
      guard error.kind == .notFound else { throw error }
      return []
    }
  }

  // MARK: - What a run takes from it

  /// An observation that has said nothing for so long says nothing about now.
  package static let freshness = Duration.seconds(60)
  /// The newest journals of a service that are read.
  private static let mostJournals = 8

  /// The outage that goes on now, if somebody watches and the service is not good; where several watch, as the
  /// first of them saw it.
  package func outage(
    of service: String, in environment: String, now: Timestamp
  ) throws(StoreError) -> ObservedOutage? {
    var found: ObservedOutage?
    for id in try ids(of: service).prefix(Self.mostJournals) {
      var watch = OutageWatch(observation: id)
      var reader = try JournalReader("\(path(of: service))/\(id).jsonl")
      while let record = try reader.next() { watch.take(record.event, reader.head) }
      guard watch.environment == environment, let last = watch.last, now - last <= Self.freshness,
        !watch.isGood, let outage = watch.outage
      else { continue }
      if found.map({ outage.badSince < $0.badSince }) ?? true { found = outage }
    }
    return found
  }
}

/// Finds the beginning of the outage that goes on, record by record.
private struct OutageWatch {
  let observation: String
  private(set) var environment: String?
  private(set) var last: Timestamp?
  private(set) var outage: ObservedOutage?
  private var deciding: [String] = []
  private var states: [String: ObservedState] = [:]
  private var goodSince: Timestamp?
  var isGood: Bool { goodSince != nil }

  /// A service that was good for less than this between two failures was not well.
  private static let shortest = Duration.seconds(30)

  init(observation: String) { self.observation = observation }

  mutating func take(_ event: Value, _ hash: RecordHash) {
    if let opening = try? ValueDecoder().decode(ObservationStore.Opening.self, from: event) {
      environment = opening.environment.name
      deciding = opening.observers.filter { $0.decides == .service }.map(\.name)
      return
    }
    guard case .observed(let seen)? = try? ValueDecoder().decode(Event.self, from: event) else {
      return
    }
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
