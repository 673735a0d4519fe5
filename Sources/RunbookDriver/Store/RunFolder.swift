internal import Glibc
package import RunbookJournal
package import RunbookModel

/// The folder of one run.
package struct RunFolder: Sendable, Equatable {
  package let id: RunID
  package let path: String

  package init(id: RunID, path: String) {
    self.id = id
    self.path = path
  }

  package var journal: String { path + "/journal.jsonl" }
  package var checkpoint: String { path + "/checkpoint" }
  package var plan: String { path + "/plan.json" }
  package var attachments: String { path + "/attachments" }
  var lock: String { path + "/lock" }
  /// Where the process that drives the run takes orders; there only while one does, or after it was killed.
  package var control: String { path + "/control" }

  /// Larger plans and attachments are neither written nor read.
  package static let maximumFileBytes = 64 << 20

  package func readPlan() throws(StoreError) -> [UInt8] {
    try Files.read(plan, limit: Self.maximumFileBytes)
  }

  /// Takes the run: two processes cannot drive it.
  package func take(_ holder: LockHolder) throws(StoreError) -> FileLock {
    do throws(StoreError) { return try FileLock(lock, holder: holder) } catch {
      guard case .held(let other) = error.kind else { throw error }
      throw StoreError(
        .held(by: other),
        "run \(id) is being driven by \(other?.text ?? "another process")",
        advice: "look at it with: lifeboat status \(id)")
    }
  }

  /// Whether its start died before its first record was whole: then nothing was done in it.
  var isWithoutRecords: Bool { JournalReader.isWithoutRecords(in: path) }

  /// Why a run whose journal holds no record can neither be told of nor gone on with.
  package var neverOpened: StoreError {
    if case .held(let holder) = driver {
      return StoreError(
        .held(by: holder),
        "run \(id) is just being started by \(holder?.text ?? "another process")",
        advice: "look again in a moment: lifeboat status \(id)")
    }
    return holdsNoRecord
  }

  /// The same to whoever holds its lock.
  var holdsNoRecord: StoreError {
    guard isWithoutRecords else {
      return StoreError(
        .damaged,
        "run \(id) holds no record, and yet its checkpoint was signed: its records are missing",
        advice: "see what is there with: lifeboat audit verify \(id)")
    }
    return StoreError(
      .neverBegun,
      "run \(id) holds no record: its process ended before the first, and nothing was done; "
        + "unless its journal was cut since",
      advice:
        "start a new run; if it was to continue another, 'lifeboat status' of that one says how")
  }

  /// Takes back a folder that was just made and that no log knows.
  func removeUnentered() {
    // The journal last: without one it would be taken for a run whose journal somebody removed.
    for file in [plan, lock, journal] { unlink(file) }
    rmdir(path)
  }

  /// Whether a process drives the run now.
  package var driver: FileLock.State { FileLock.state(of: lock) }

  /// The journal from its first record, also while another process writes it.
  package func readJournal() throws(StoreError) -> JournalReader { try JournalReader(journal) }

  /// How long the journal is now.
  package func journalSize() throws(StoreError) -> Int { try OpenFile(journal, O_RDONLY).size() }

  /// How much has to be read to know the whole run.
  package func readBytes() throws(StoreError) -> Int {
    try journalSize() + OpenFile(plan, O_RDONLY).size()
  }

  /// Keeps bytes beside the journal, durably, and returns the SHA-256 under which they are found.
  @discardableResult
  package func attach(_ bytes: [UInt8]) throws(StoreError) -> RecordHash {
    guard bytes.count <= Self.maximumFileBytes else {
      throw StoreError(
        .tooLarge, "an attachment of \(bytes.count) bytes; the limit is \(Self.maximumFileBytes)")
    }
    let hash = RecordHash.of(bytes)
    try Files.makeFolder(attachments)
    do throws(StoreError) {
      try Files.create("\(attachments)/\(hash.hex)", bytes)
    } catch {
      // The same bytes were kept before.
      guard error.kind == .alreadyExists else { throw error }
    }
    return hash
  }

  package func attachment(_ hash: RecordHash) throws(StoreError) -> [UInt8] {
    let path = "\(attachments)/\(hash.hex)"
    let bytes = try Files.read(path, limit: Self.maximumFileBytes)
    guard RecordHash.of(bytes) == hash else {
      throw StoreError(.damaged, "\(path) was changed: its SHA-256 is not its name")
    }
    return bytes
  }
}
