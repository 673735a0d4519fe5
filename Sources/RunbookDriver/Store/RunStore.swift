internal import Glibc
package import RunbookJournal
package import RunbookModel

/// All runs of a state folder.
package struct RunStore: Sendable {
  package let folder: StateFolder

  package init(_ folder: StateFolder) { self.folder = folder }

  /// A run that this process drives: it does as long as it keeps `lock`.
  package struct Driven: Sendable {
    package let folder: RunFolder
    package let journal: JournalFile
    package let lock: FileLock
  }

  /// A new run's id: its time in UTC and four random characters.
  package static func newID(at time: Timestamp) -> RunID {
    var generator = SystemRandomNumberGenerator()
    return newID(at: time, using: &generator)
  }

  package static func newID(
    at time: Timestamp, using generator: inout some RandomNumberGenerator
  ) -> RunID {
    let digits = time.text(decimals: 0).filter(\.isNumber)
    let letters = Array("abcdefghjkmnpqrstuvwxyz23456789")
    let tail = (0..<4).compactMap { _ in letters.randomElement(using: &generator) }
    return RunID("\(digits.prefix(8))-\(digits.dropFirst(8))-\(String(tail))")
  }

  /// Makes the folder of a new run, takes it, keeps its plan, begins its journal and enters it into
  /// the log of all runs.
  ///
  /// All of it is durable when this returns. The folder gets its name when all of it is there: a process that dies
  /// before leaves one that nobody takes for a run, one that dies after it a run without records.
  /// `hash`: the plan's, where it is known already.
  package func create(
    _ holder: LockHolder, service: String, plan: [UInt8], hash: RecordHash? = nil,
    key: SigningKey, at moment: Moment
  ) throws(StoreError) -> Driven {
    let run = self.run(holder.run)
    guard !hasRecords(run.id) else {
      throw .system("cannot create the run's folder", run.path, EEXIST)
    }
    let driven =
      Files.exists(run.path)
      ? try beginAgain(run, holder, plan, key) : try makeFolder(of: run, holder, plan, key)
    try RunLog(folder).append(
      .opened(run: run.id, service: service, plan: hash ?? RecordHash.of(plan)), at: moment)
    return driven
  }

  private func makeFolder(
    of run: RunFolder, _ holder: LockHolder, _ plan: [UInt8], _ key: SigningKey
  ) throws(StoreError) -> Driven {
    let begun = RunFolder(id: run.id, path: "\(folder.runs)/.\(run.id.text)")
    try Files.makeFolder(folder.runs)
    // Left by a start that died: an id may be fixed, by the run that this one continues. Whoever else lives and would
    // start it is kept out by the lock of the service.
    begun.removeUnentered()
    guard mkdir(begun.path, 0o700) == 0 else {
      throw .system("cannot create the run's folder", begun.path)
    }
    do throws(StoreError) {
      try Files.createNew(begun.plan, plan)
      try Files.createNew(begun.journal, [])
      try Files.syncFolder(begun.path)
      // With no file open in it, which some file systems would refuse; never in the place of a folder that holds something.
      guard rename(begun.path, run.path) == 0 else {
        throw StoreError.system("cannot create the run's folder", run.path)
      }
    } catch {
      begun.removeUnentered()
      throw error
    }
    do throws(StoreError) {
      let lock = try run.take(holder)
      let journal = try JournalFile.begin(run.journal, checkpoint: checkpoint(of: run, key))
      try Files.syncFolder(folder.runs)
      return Driven(folder: run, journal: journal, lock: lock)
    } catch {
      run.removeUnentered()
      throw error
    }
  }

  /// Takes the folder of a run whose start died before its first record; its plan is this one from now on.
  private func beginAgain(
    _ run: RunFolder, _ holder: LockHolder, _ plan: [UInt8], _ key: SigningKey
  ) throws(StoreError) -> Driven {
    let (driven, _) = try resume(run, holder, key: key) { _ in }
    guard driven.journal.count == 0 else {
      throw .system("cannot create the run's folder", run.path, EEXIST)
    }
    try Files.replace(run.plan, plan, durable: true)
    return driven
  }

  /// Takes a run over and hands its records to `visit`, to go on where it stopped.
  package func resume(
    _ run: RunFolder, _ holder: LockHolder, key: SigningKey,
    visit: (Record) throws(StoreError) -> Void
  ) throws(StoreError) -> (Driven, JournalRecovery) {
    let lock = try run.take(holder)
    let (journal, recovery) = try JournalFile.open(
      run.journal, checkpoint: checkpoint(of: run, key), keys: SigningKeys(folder).known(),
      visit: visit)
    return (Driven(folder: run, journal: journal, lock: lock), recovery)
  }

  /// Signs what the run's journal holds and enters it into the log of all runs: when the run ends
  /// or holds.
  package func seal(_ driven: Driven, at moment: Moment) throws(StoreError) {
    try driven.journal.seal()
    try RunLog(folder).append(
      .sealed(run: driven.folder.id, size: driven.journal.count, root: driven.journal.root),
      at: moment)
  }

  /// A run of that id is there, whatever became of it; one whose start died before its first record is none.
  package func hasBegun(_ id: RunID) -> Bool {
    if case .held = run(id).driver { return true }
    return hasRecords(id)
  }

  private func hasRecords(_ id: RunID) -> Bool {
    guard Files.exists(run(id).path) else { return false }
    return !run(id).isWithoutRecords || RunLog(folder).hasSealed(run: id)
  }

  package func run(_ id: RunID) -> RunFolder {
    RunFolder(id: id, path: "\(folder.runs)/\(id.text)")
  }

  /// The run whose id begins with `text`, or the newest for `latest`.
  package func find(_ text: String) throws(StoreError) -> RunFolder {
    let ids = try self.ids()
    guard let newest = ids.first else {
      throw StoreError(
        .notFound, "there is no run in \(folder.runs)",
        advice: "LIFEBOAT_STATE says where runs are kept")
    }
    if text == "latest" { return run(newest) }
    if ids.contains(where: { $0.text == text }) { return run(RunID(text)) }
    let fitting = text.isEmpty ? [] : ids.filter { $0.text.hasPrefix(text) }
    guard let found = fitting.first else {
      throw StoreError(
        .notFound, "no run begins with '\(text)' in \(folder.runs); the newest is \(newest)",
        advice: "list them with: lifeboat runs")
    }
    guard fitting.count == 1 else {
      let some = fitting.prefix(5).map(\.text).joined(separator: ", ")
      throw StoreError(
        .ambiguous,
        "\(fitting.count) runs begin with '\(text)': \(some)\(fitting.count > 5 ? ", ..." : "")",
        advice: "write more of the id")
    }
    return run(found)
  }

  /// Ids of all runs, newest first. A state folder that is not there has none.
  package func ids() throws(StoreError) -> [RunID] {
    do throws(StoreError) {
      let names = try Files.names(in: folder.runs).filter { !$0.hasPrefix(".") }
      return newestFirst(names).map { RunID($0) }
    } catch {
      guard error.kind == .notFound else { throw error }
      return []
    }
  }

  /// By the second in the id; of runs of one second, whose ids end at random, by when their plans were written.
  private func newestFirst(_ names: [String]) -> [String] {
    let sorted = names.sorted(by: >)
    let seconds = sorted.map { $0.prefix(Self.secondLength) }
    guard zip(seconds, seconds.dropFirst()).contains(where: { $0 == $1 }) else { return sorted }
    let times = Dictionary(grouping: sorted) { $0.prefix(Self.secondLength) }.values
      .filter { $0.count > 1 }.joined()
      .map { ($0, planWritten(RunID($0))) }
    let written = Dictionary(times, uniquingKeysWith: { first, _ in first })
    return sorted.sorted { first, second in
      let (one, other) = (first.prefix(Self.secondLength), second.prefix(Self.secondLength))
      guard one == other else { return one > other }
      return (written[first] ?? 0, first) > (written[second] ?? 0, second)
    }
  }

  /// `20261121-013500`
  private static let secondLength = 15

  /// In nanoseconds; 0 where that cannot be seen.
  private func planWritten(_ id: RunID) -> Int {
    var status = stat()
    guard stat(run(id).plan, &status) == 0 else { return 0 }
    return status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec
  }

  private func checkpoint(of run: RunFolder, _ key: SigningKey) -> CheckpointFile {
    CheckpointFile(path: run.checkpoint, origin: Checkpoint.origin(ofRun: run.id.text), key: key)
  }
}
