internal import Glibc
package import RunbookJournal
package import RunbookModel

/// The journals of incidents: written as those of runs are, one command at a time, each sealed.
///
///     incidents/<id>/{journal.jsonl, checkpoint, lock}
package struct IncidentStore: Sendable {
  package let folder: StateFolder

  package init(_ folder: StateFolder) { self.folder = folder }

  /// Letters, digits, `-`, `_` and `.`, at most 64, a letter or digit first: it is a folder's name.
  package static func isID(_ text: String) -> Bool {
    guard let first = text.utf8.first, text.utf8.count <= 64 else { return false }
    func isPlain(_ byte: UInt8) -> Bool {
      (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
    }
    return isPlain(first) && text.utf8.allSatisfy { isPlain($0) || "-_.".utf8.contains($0) }
  }

  package func path(_ id: String) -> String { "\(folder.incidents)/\(id)" }
  func journal(_ id: String) -> String { path(id) + "/journal.jsonl" }
  func checkpoint(_ id: String) -> String { path(id) + "/checkpoint" }
  private func lock(_ id: String) -> String { path(id) + "/lock" }

  /// It has been opened, whatever became of it.
  package func exists(_ id: String) -> Bool {
    guard Files.exists(journal(id)) else { return false }
    return !JournalReader.isWithoutRecords(in: path(id)) || RunLog(folder).hasSealed(incident: id)
  }

  /// Ids of all incidents, sorted.
  package func ids() throws(StoreError) -> [String] {
    do throws(StoreError) {
      return try Files.names(in: folder.incidents).filter { Self.isID($0) }.sorted()
    } catch {
      guard error.kind == .notFound else { throw error }
      return []
    }
  }

  /// The incident of that id or whose id begins so.
  package func find(_ text: String) throws(StoreError) -> String {
    let ids = try self.ids()
    if ids.contains(text) { return text }
    let fitting = text.isEmpty ? [] : ids.filter { $0.hasPrefix(text) }
    if fitting.count == 1 { return fitting[0] }
    throw StoreError(
      fitting.isEmpty ? .notFound : .ambiguous,
      fitting.isEmpty
        ? "there is no incident '\(text)' in \(folder.incidents)"
        : "\(fitting.count) incidents begin with '\(text)': "
          + fitting.prefix(5).joined(separator: ", "),
      advice: "list them with: lifeboat incident list")
  }

  /// Its records, as far as the journal can be read.
  package func read(_ id: String) throws(StoreError) -> [Record] {
    guard Files.exists(journal(id)) else { throw neverOpened(id) }
    var reader = try JournalReader(journal(id))
    var records: [Record] = []
    while let record = try reader.next() { records.append(record) }
    return records
  }

  /// Why an incident without a first record is none.
  package func neverOpened(_ id: String) -> StoreError {
    if case .held(let holder) = FileLock.state(of: lock(id)), holder?.pid != getpid() {
      return StoreError(
        .held(by: holder), "incident \(id) is just being opened or added to",
        advice: "look again in a moment: lifeboat incident show \(id)")
    }
    return exists(id)
      ? StoreError(
        .damaged, "the first record of incident \(id) is missing",
        advice: "check it with: lifeboat audit verify")
      : StoreError(
        .neverBegun,
        "incident \(id) holds no record: the command that opened it ended before the first; "
          + "unless its journal was cut since",
        advice: "open it with: lifeboat incident open --id \(id)")
  }

  /// Begins an incident's journal with its first event; durable and signed when it returns.
  ///
  /// The log of all runs hears of it before the first record: a journal that the log does not know was added by others.
  package func create(
    _ id: String, _ event: Value, by: String, at moment: Moment
  ) throws(StoreError) {
    try folder.prepare()
    try Files.makeFolder(folder.incidents)
    try Files.makeFolder(path(id))
    let lock = try take(id, by: by, at: moment)
    defer { withExtendedLifetime(lock) {} }
    let journal =
      Files.exists(journal(id))
      ? try open(id) { _ in } : try JournalFile.create(journal(id), checkpoint: checkpointFile(id))
    guard journal.count == 0 else { throw .system("cannot create", journal.path, EEXIST) }
    try Files.syncFolder(path(id))
    try Files.syncFolder(folder.incidents)
    try enter(id, journal, at: moment)
    try add(event, to: journal, id, at: moment)
  }

  /// Adds what `event` makes of the records so far; durable and signed when it returns.
  package func append(
    _ id: String, by: String, at moment: Moment, _ event: ([Record]) throws -> Value
  ) throws {
    try folder.prepare()
    guard Files.exists(journal(id)) else { throw neverOpened(id) }
    let lock = try take(id, by: by, at: moment)
    defer { withExtendedLifetime(lock) {} }
    var records: [Record] = []
    let journal = try open(id) { records.append($0) }
    try add(try event(records), to: journal, id, at: moment)
  }

  private func add(
    _ event: Value, to journal: JournalFile, _ id: String, at moment: Moment
  ) throws(StoreError) {
    try journal.append(event: event, commands: [], at: moment)
    try journal.seal()
    try enter(id, journal, at: moment)
  }

  private func enter(
    _ id: String, _ journal: JournalFile, at moment: Moment
  ) throws(StoreError) {
    try RunLog(folder).append(
      .incidentSealed(incident: id, size: journal.count, root: journal.root), at: moment)
  }

  /// To go on with it, under its lock.
  private func open(
    _ id: String, visit: (Record) throws(StoreError) -> Void
  ) throws(StoreError) -> JournalFile {
    try JournalFile.open(
      journal(id), checkpoint: checkpointFile(id), keys: SigningKeys(folder).known(), visit: visit
    ).0
  }

  private func checkpointFile(_ id: String) throws(StoreError) -> CheckpointFile {
    CheckpointFile(
      path: checkpoint(id), origin: Checkpoint.origin(ofIncident: id),
      key: try SigningKeys(folder).own())
  }

  /// Others hold it for milliseconds only.
  private func take(_ id: String, by: String, at moment: Moment) throws(StoreError) -> FileLock {
    let holder = LockHolder(run: RunID(id), by: by, since: moment.wall)
    let waited = ContinuousClock.now
    while true {
      do throws(StoreError) {
        return try FileLock(lock(id), holder: holder)
      } catch {
        guard case .held = error.kind, ContinuousClock.now - waited < .seconds(5) else {
          throw error
        }
        usleep(2000)
      }
    }
  }
}

extension StateFolder {
  package var incidents: String { path + "/incidents" }
}

extension Checkpoint {
  package static func origin(ofIncident id: String) -> String { "lifeboat/incident/\(id)" }
}
