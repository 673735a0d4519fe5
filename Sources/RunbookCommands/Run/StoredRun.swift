import RunbookDriver
import RunbookEngine
import RunbookForecast
import RunbookJournal
import RunbookModel
import RunbookReport

/// A run as its folder holds it, read without disturbing whoever drives it.
struct StoredRun {
  let folder: RunFolder
  let history: RunHistory
  let session: RunSession
  /// What was foretold when it began, where this process foretold it itself.
  var foretold: KeptForecast?

  /// `plan` is the run's, when it is at hand: whether the folder's is still that one, the audit says.
  init(
    _ folder: RunFolder, of plan: Plan? = nil, session: RunSession, words: Words = .english
  ) throws {
    self.folder = folder
    self.session = session
    var reader = try folder.readJournal()
    var history = RunHistory(
      plan: try plan ?? session.readPlan(folder), records: [], words: words)
    while let record = try reader.next() {
      let read = try Replay.read(record)
      history.add(
        ReportRecord(seq: record.seq, at: read.at, event: read.event, commands: read.commands))
    }
    self.history = history
  }

  /// Of records that were read already.
  init(_ folder: RunFolder, _ history: RunHistory, session: RunSession) {
    self.folder = folder
    self.history = history
    self.session = session
  }

  /// What was foretold when it began; nil where that was not kept, is gone or was changed.
  var keptForecast: KeptForecast? {
    guard let hash = history.opening?.forecast.flatMap({ RecordHash(hex: $0) }) else { return nil }
    return foretold ?? (try? KeptForecast(decoding: folder.attachment(hash)))
  }

  /// A process drives it now.
  var isDriven: Bool { if case .held = folder.driver { true } else { false } }

  /// `hasCourse`: with the forecast as it changed on the way, which only programs are told.
  func report(in language: Language = .english, hasCourse: Bool = false) throws -> Report {
    let history = history.told(in: Words(language))
    guard
      let report = Report(
        history, integrity: try Auditing(session.store).facts(of: folder),
        toolVersion: Program.current.version, kept: keptForecast, hasCourse: hasCourse)
    else { throw folder.neverOpened }
    return report
  }

  /// With the incidents that it belongs to.
  func wholeReport(in language: Language = .english, hasCourse: Bool = false) throws -> Report {
    var report = try report(in: language, hasCourse: hasCourse)
    report.take(IncidentDesk(session.store).incidents(of: history, in: language))
    return report
  }

  func summary(now: Moment?) throws -> RunSummary {
    guard var summary = RunSummary(history, now: now) else { throw folder.neverOpened }
    if let now, !history.isClosed, let kept = keptForecast {
      summary.forecast = LiveForecast(kept, of: history.plan)?.forecast(
        history, ClockBeginning(history, summary.clocks), at: history.offset(now: now))
    }
    return summary
  }

  /// For messages and `clock.*`; nil when it was never opened.
  func figures(now: Moment) -> RunFigures? {
    RunFigures(history, now: now, forecast: (try? summary(now: now))?.forecast)
  }
}

extension RunStore {
  static func current() throws -> RunStore {
    RunStore(try StateFolder(environment: ProcessEnvironment.variables))
  }
}
