internal import Glibc
package import RunbookJournal
package import RunbookModel

/// The log of all runs of a state folder: what makes a missing run show.
///
/// Its lines are records as in a run's journal. Several processes write it, one after the other
/// under a lock. A log that is damaged is set aside and a new one begins: it must not keep anybody
/// from recovering a service.
package struct RunLog: Sendable {
  let folder: StateFolder

  package init(_ folder: StateFolder) { self.folder = folder }

  package enum Entry: Sendable, Equatable {
    case opened(run: RunID, service: String, plan: RecordHash)
    /// The run's journal had this size and root when it ended or held.
    case sealed(run: RunID, size: Int, root: RecordHash)
    /// The incident's journal had this size and root when something was added to it, and none when it was begun.
    case incidentSealed(incident: String, size: Int, root: RecordHash)
    /// An earlier log was damaged; it is kept under this name.
    case setAside(name: String, why: String)
  }

  /// Another process holds the lock for milliseconds only.
  static let patience = 5.0

  /// Adds an entry; it is durable and signed when this returns.
  package func append(_ entry: Entry, at moment: Moment) throws(StoreError) {
    let lock = try lockLog()
    defer { withExtendedLifetime(lock) {} }
    let keys = SigningKeys(folder)
    let checkpoint = CheckpointFile(
      path: folder.logCheckpoint, origin: Checkpoint.originOfRuns, key: try keys.own())
    let log = try open(checkpoint, keys.known(), at: moment)
    try log.append(event: entry.value, commands: [], at: moment)
    try log.seal()
  }

  /// Whether the run's journal ever held a record when it was signed, as far as the log can be read.
  func hasSealed(run: RunID) -> Bool {
    hasEntry { if case .sealed(run, let size, _) = $0 { size > 0 } else { false } }
  }

  /// The same of an incident's.
  func hasSealed(incident: String) -> Bool {
    hasEntry { if case .incidentSealed(incident, let size, _) = $0 { size > 0 } else { false } }
  }

  private func hasEntry(_ fits: (Entry) -> Bool) -> Bool {
    do throws(StoreError) {
      var reader = try JournalReader(folder.log)
      while let record = try reader.next() {
        if let entry = Entry(record.event), fits(entry) { return true }
      }
      return false
    } catch { return false }
  }

  private func open(
    _ checkpoint: CheckpointFile, _ keys: [VerifyingKey], at moment: Moment
  ) throws(StoreError) -> JournalFile {
    do throws(StoreError) {
      return try JournalFile.open(folder.log, checkpoint: checkpoint, keys: keys) { _ in }.0
    } catch {
      switch error.kind {
      case .notFound where !Files.exists(folder.logCheckpoint):
        return try create(checkpoint)
      case .notFound, .damaged:
        let name = try setAside()
        let log = try create(checkpoint)
        try log.append(
          event: Entry.setAside(name: name, why: error.message).value, commands: [], at: moment)
        return log
      default: throw error
      }
    }
  }

  private func create(_ checkpoint: CheckpointFile) throws(StoreError) -> JournalFile {
    let log = try JournalFile.create(folder.log, checkpoint: checkpoint)
    try Files.syncFolder(folder.path)
    return log
  }

  /// Renames the damaged log and its checkpoint to a name that is free.
  private func setAside() throws(StoreError) -> String {
    let number = (1...10_000).first { !Files.exists("\(folder.path)/\(Self.asideName($0))") } ?? 0
    let name = Self.asideName(number)
    guard rename(folder.log, "\(folder.path)/\(name)") == 0 || errno == ENOENT else {
      throw .system("cannot set aside the damaged", folder.log)
    }
    guard
      rename(folder.logCheckpoint, "\(folder.path)/\(name).checkpoint") == 0 || errno == ENOENT
    else { throw .system("cannot set aside", folder.logCheckpoint) }
    return name
  }

  static func asideName(_ number: Int) -> String { "runs.damaged-\(number).jsonl" }

  private func lockLog() throws(StoreError) -> FileLock {
    let holder = LockHolder(
      run: RunID("-"), by: "the log of all runs", since: .init(nanoseconds: 0))
    let waited = ContinuousClock.now
    while true {
      do throws(StoreError) {
        return try FileLock("\(folder.path)/runs.lock", holder: holder)
      } catch {
        guard case .held = error.kind, ContinuousClock.now - waited < .seconds(Self.patience) else {
          throw error
        }
        usleep(2000)
      }
    }
  }
}

extension RunLog.Entry {
  var value: Value {
    switch self {
    case .opened(let run, let service, let plan):
      [
        "run_opened": [
          "run": .string(run.text), "service": .string(service), "plan_sha256": .string(plan.hex),
        ]
      ]
    case .sealed(let run, let size, let root):
      [
        "run_sealed": [
          "run": .string(run.text), "size": .int(Int64(size)), "root": .string(root.hex),
        ]
      ]
    case .incidentSealed(let incident, let size, let root):
      [
        "incident_sealed": [
          "incident": .string(incident), "size": .int(Int64(size)), "root": .string(root.hex),
        ]
      ]
    case .setAside(let name, let why):
      ["log_set_aside": ["name": .string(name), "why": .string(why)]]
    }
  }

  /// Nil when it is no entry.
  package init?(_ value: Value) {
    if let opened = value["run_opened"], let run = opened["run"]?.string,
      let service = opened["service"]?.string,
      let plan = opened["plan_sha256"]?.string.flatMap({ RecordHash(hex: $0) })
    {
      self = .opened(run: RunID(run), service: service, plan: plan)
    } else if let sealed = value["run_sealed"], let run = sealed["run"]?.string,
      let size = sealed["size"]?.int,
      let root = sealed["root"]?.string.flatMap({ RecordHash(hex: $0) })
    {
      self = .sealed(run: RunID(run), size: Int(size), root: root)
    } else if let sealed = value["incident_sealed"], let incident = sealed["incident"]?.string,
      let size = sealed["size"]?.int,
      let root = sealed["root"]?.string.flatMap({ RecordHash(hex: $0) })
    {
      self = .incidentSealed(incident: incident, size: Int(size), root: root)
    } else if let aside = value["log_set_aside"], let name = aside["name"]?.string,
      let why = aside["why"]?.string
    {
      self = .setAside(name: name, why: why)
    } else {
      return nil
    }
  }
}
