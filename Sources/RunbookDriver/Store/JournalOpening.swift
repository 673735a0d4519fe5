internal import Glibc
internal import RunbookJournal

/// What was found when a journal was opened to go on with it.
package struct JournalRecovery: Sendable, Equatable {
  /// Bytes of a torn last line that were cut: a record whose writer died before it was whole, so
  /// before any effect.
  package var cutBytes: Int
  package var checkpoint: CheckpointState

  package enum CheckpointState: Sendable, Equatable {
    /// There is none: the writer died before the first, or it was removed.
    case missing
    /// It proves nothing, and why; it was kept beside the new one.
    case unusable(String)
    /// It fits the journal and covers so many records.
    case covers(Int)
  }
}

extension JournalFile {
  /// Begins a journal; `alreadyExists` when there is one. Its name is durable once the folder is
  /// synced.
  ///
  /// `makeDurable` is how a file gets to disk; a test puts a disk that fails in its place.
  package static func create(
    _ path: String, checkpoint: CheckpointFile,
    makeDurable: @escaping @Sendable (OpenFile) throws(StoreError) -> Void = {
      file throws(StoreError) in try file.makeDurable()
    }
  ) throws(StoreError) -> JournalFile {
    JournalFile(
      try OpenFile(path, O_RDWR | O_CREAT | O_EXCL), checkpoint: checkpoint,
      makeDurable: makeDurable)
  }

  /// Begins a journal whose file is there and empty; `alreadyExists` where it holds something.
  static func begin(
    _ path: String, checkpoint: CheckpointFile
  ) throws(StoreError) -> JournalFile {
    let file = try OpenFile(path, O_RDWR)
    guard try file.size() == 0 else { throw .system("cannot begin", path, EEXIST) }
    return JournalFile(file, checkpoint: checkpoint)
  }

  /// Opens a journal to go on with it, and hands every record to `visit` first.
  ///
  /// The caller holds the lock of the run. A torn last line is cut; anything else that is not as it
  /// was written, or a journal shorter than its signed checkpoint, is `damaged`, and nothing was
  /// changed.
  static func open(
    _ path: String, checkpoint: CheckpointFile, keys: [VerifyingKey],
    visit: (Record) throws(StoreError) -> Void
  ) throws(StoreError) -> (JournalFile, JournalRecovery) {
    let file = try OpenFile(path, O_RDWR)
    var reader = JournalReader(file)
    let (claim, state) = try read(checkpoint, keys: keys)
    if let claim, claim.size == 0 { try check(claim, reader) }
    while let record = try reader.next() {
      if let claim, claim.size == reader.count { try check(claim, reader) }
      try visit(record)
    }
    if let claim, claim.size > reader.count {
      throw StoreError(
        .damaged,
        "\(path) ends after \(reader.count) records, but its signed checkpoint covers "
          + "\(claim.size): its end is missing",
        advice: "look for a copy of the journal; see what is there with: lifeboat audit verify")
    }
    let torn = reader.tornBytes
    if torn > 0 {
      guard ftruncate(file.descriptor, off_t(reader.endOffset)) == 0 else {
        throw .system("cannot cut the torn last line of", path)
      }
      try file.makeDurable()
    }
    if case .unusable = state { try keepAside(checkpoint, at: reader.count) }
    let journal = JournalFile(
      file, checkpoint: checkpoint, tree: reader.tree, head: reader.head,
      offset: reader.endOffset, sealed: claim?.size ?? 0)
    return (journal, JournalRecovery(cutBytes: torn, checkpoint: state))
  }

  private static func read(
    _ file: CheckpointFile, keys: [VerifyingKey]
  ) throws(StoreError) -> (Checkpoint?, JournalRecovery.CheckpointState) {
    let note: [UInt8]
    do throws(StoreError) {
      note = try Files.read(file.path, limit: Checkpoint.maximumBytes)
    } catch {
      switch error.kind {
      case .notFound: return (nil, .missing)
      case .tooLarge: return (nil, .unusable(error.message))
      default: throw error
      }
    }
    do throws(Checkpoint.Problem) {
      let known = [file.key.verifying] + keys
      let checkpoint = try Checkpoint.read(note, origin: file.origin, keys: known).checkpoint
      return (checkpoint, .covers(checkpoint.size))
    } catch {
      return (nil, .unusable(error.text))
    }
  }

  private static func check(
    _ checkpoint: Checkpoint, _ reader: borrowing JournalReader
  ) throws(StoreError) {
    guard checkpoint.root != reader.root else { return }
    throw StoreError(
      .damaged,
      "\(reader.path) is not what was signed: its first \(checkpoint.size) records have another "
        + "hash than their checkpoint says",
      advice: "see what was changed with: lifeboat audit verify")
  }

  /// The next checkpoint must not wipe out what may be evidence.
  private static func keepAside(_ file: CheckpointFile, at count: Int) throws(StoreError) {
    let aside = "\(file.path).rejected-at-\(count)"
    guard rename(file.path, aside) == 0 || errno == ENOENT else {
      throw .system("cannot set aside", file.path)
    }
  }
}
