import RunbookDriver
import RunbookEngine
import RunbookJournal
import RunbookModel
import RunbookReport

/// Follows a run's journal as it grows: each record is read once.
final class RunFollower {
  let folder: RunFolder
  private let session: RunSession
  private var reader: JournalReader
  private(set) var history: RunHistory
  private(set) var stored: StoredRun
  /// Read once: it does not change while the run goes on.
  private(set) lazy var kept = stored.keptForecast

  init(_ folder: RunFolder, session: RunSession, words: Words) throws {
    self.folder = folder
    self.session = session
    reader = try folder.readJournal()
    history = RunHistory(plan: try session.readPlan(folder), records: [], words: words)
    stored = StoredRun(folder, history, session: session)
    try advance()
  }

  /// Takes in what was written since; true when something was.
  @discardableResult
  func advance() throws -> Bool {
    let before = history.records.count
    do {
      try read()
    } catch let error as StoreError where error.kind == .damaged {
      // Whoever took the run over may have cut a line that was not whole: read it all again, once.
      reader = try folder.readJournal()
      history = RunHistory(plan: history.plan, records: [], words: history.words)
      try read()
    }
    guard history.records.count != before else { return false }
    stored = StoredRun(folder, history, session: session)
    return true
  }

  /// The journal has grown beyond what was read.
  func hasMore() throws -> Bool { try folder.journalSize() > reader.readBytes }

  private func read() throws {
    while let record = try reader.next() {
      let read = try Replay.read(record)
      history.add(
        ReportRecord(seq: record.seq, at: read.at, event: read.event, commands: read.commands))
    }
  }
}
