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

  /// After so many records another journal is begun: a run that starts reads the newest of them, and must not wait.
  package static let mostRecords = 10_000

  /// Whether now is a moment at which nothing is lost when the next journal knows only where each observer stands.
  package static func canTurn(_ tracks: [ObserverTrack]) -> Bool {
    guard tracks.state(of: .service) != nil else { return true }
    guard let span = tracks.goodSpan else { return false }
    return span.until.monotonic - span.since.monotonic >= OutageWatch.shortest
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
  /// first of them saw it. A journal that nobody has written to of late is not read: a recovery waits for this.
  package func outage(
    of service: String, in environment: Plan.Source, now: Timestamp
  ) throws(StoreError) -> ObservedOutage? {
    var found: ObservedOutage?
    for id in try ids(of: service).prefix(Self.mostJournals) {
      let file = "\(path(of: service))/\(id).jsonl"
      guard now - (try Files.modified(file)) <= Self.freshness else { continue }
      var reader = try JournalReader(file)
      guard let opening = try reader.next() else { continue }
      var watch = OutageWatch(try Self.read(opening, file), observation: id)
      guard watch.isOf(environment) else { continue }
      while let record = try reader.next() {
        guard case .observed(let seen) = try Self.read(record, file) as Event else { continue }
        watch.take(seen, reader.head)
      }
      guard let last = watch.last, now - last <= Self.freshness, let outage = watch.outage,
        !watch.isGood
      else { continue }
      if found.map({ outage.badSince < $0.badSince }) ?? true { found = outage }
    }
    return found
  }

  private static func read<Content: Decodable>(
    _ record: Record, _ path: String
  ) throws(StoreError) -> Content {
    do { return try ValueDecoder().decode(Content.self, from: record.event) } catch {
      throw StoreError(
        .damaged, "record \(record.seq) of \(path) cannot be read: \(error)",
        advice: "see what was changed with: lifeboat audit verify")
    }
  }
}
