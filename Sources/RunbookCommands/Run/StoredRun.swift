import RunbookDriver
import RunbookEngine
import RunbookJournal
import RunbookModel
import RunbookReport

/// A run as its folder holds it, read without disturbing whoever drives it.
struct StoredRun {
  let folder: RunFolder
  let history: RunHistory
  let session: RunSession

  /// `plan` is the run's, when it is at hand: whether the folder's is still that one, the audit says.
  init(_ folder: RunFolder, of plan: Plan? = nil, session: RunSession) throws {
    self.folder = folder
    self.session = session
    var reader = try folder.readJournal()
    var history = RunHistory(plan: try plan ?? session.readPlan(folder), records: [])
    while let record = try reader.next() {
      let read = try Replay.read(record)
      history.add(
        ReportRecord(seq: record.seq, at: read.at, event: read.event, commands: read.commands))
    }
    self.history = history
  }

  /// A process drives it now.
  var isDriven: Bool { if case .held = folder.driver { true } else { false } }

  func report() throws -> Report {
    guard
      let report = Report(
        history, integrity: try Auditing(session.store).facts(of: folder),
        toolVersion: Program.current.version)
    else { throw notOpened }
    return report
  }

  func summary(now: Moment?) throws -> RunSummary {
    guard let summary = RunSummary(history, now: now) else { throw notOpened }
    return summary
  }

  private var notOpened: Refusal {
    Refusal(
      .internal, "run \(folder.id) was never opened: its process ended before the first record",
      next: "start a new run; this one did nothing")
  }
}

extension RunStore {
  static func current() throws -> RunStore {
    RunStore(try StateFolder(environment: ProcessEnvironment.variables))
  }
}
