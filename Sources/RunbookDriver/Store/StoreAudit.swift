internal import Glibc
package import RunbookJournal
package import RunbookModel

/// Checks runs against their signatures and against the log of all runs. Changes nothing.
package struct StoreAudit: Sendable {
  let folder: StateFolder
  let keys: [VerifyingKey]

  /// Signatures of the state folder's own keys count, and those of `keys`.
  package init(_ folder: StateFolder, keys: [VerifyingKey] = []) {
    self.folder = folder
    self.keys = SigningKeys(folder).known() + keys
  }

  /// One run: its journal, its plan and its attachments.
  package func verify(_ run: RunFolder) throws(StoreError) -> RunAudit {
    try verify(run, try readLog())
  }

  /// The log of all runs and every run, with those that are missing and those that nobody entered.
  package func verifyAll() throws(StoreError) -> StoreAuditReport {
    let store = RunStore(folder)
    // Folders first: what begins meanwhile is then in the log already.
    let ids = try store.ids()
    let incidents = try IncidentStore(folder).ids()
    let log = try readLog()
    var report = StoreAuditReport(log: log.report, runs: [], findings: log.findings)
    for id in ids.reversed() {
      report.runs.append(
        try twice(log) { log throws(StoreError) in try verify(store.run(id), log) })
    }
    report.incidents = try verifyIncidents(incidents, log, &report.findings)
    let present = Set(ids)
    for id in log.runs.keys.sorted() where !present.contains(id) {
      report.findings.append(
        AuditFinding(.missing, "run \(id) is in the log of all runs, but its folder is missing"))
    }
    report.findings += try verifyObservations()
    return report
  }

  /// What was begun before and is gone on with meanwhile may be in the log only now: before anything is called damaged,
  /// the log is read again.
  private func twice(
    _ log: LogContent, _ audit: (LogContent) throws(StoreError) -> RunAudit
  ) throws(StoreError) -> RunAudit {
    let first = try audit(log)
    guard first.findings.contains(where: \.isDamage) else { return first }
    return try audit(try readLog())
  }

  /// One incident's journal.
  package func verify(incident id: String) throws(StoreError) -> RunAudit {
    try verify(incident: id, try readLog())
  }

  private func verify(incident id: String, _ log: LogContent) throws(StoreError) -> RunAudit {
    let store = IncidentStore(folder)
    let note = try readIfThere(store.checkpoint(id), limit: Checkpoint.maximumBytes)
    let verifier = JournalVerifier(origin: Checkpoint.origin(ofIncident: id), keys: keys)
    let anchors = log.incidents[id]
    let file = Files.exists(store.journal(id)) ? try OpenFile(store.journal(id), O_RDONLY) : nil
    let journal =
      try file.map { file throws(StoreError) in
        try verifier.verify(file, checkpoint: note, anchors: anchors ?? [])
      } ?? verifier.verify(BytesSource([]), checkpoint: note, anchors: anchors ?? [])
    var findings: [AuditFinding] = []
    if anchors == nil, note == nil, try file?.size() ?? 0 == 0 {
      findings.append(
        AuditFinding(
          .uncovered,
          "incident \(id) holds no record: it was broken off before anything was written"))
    } else if file == nil {
      findings.append(AuditFinding(.missing, "the journal of incident \(id) is missing"))
    } else if anchors == nil {
      findings.append(AuditFinding(.added, "incident \(id) is not in the log of all runs"))
    }
    return RunAudit(run: RunID(id), journal: journal, findings: findings)
  }

  private func verifyIncidents(
    _ ids: [String], _ log: LogContent, _ findings: inout [AuditFinding]
  ) throws(StoreError) -> [RunAudit] {
    for id in log.incidents.keys.sorted() where !ids.contains(id) {
      findings.append(
        AuditFinding(
          .missing, "incident \(id) is in the log of all runs, but its folder is missing"))
    }
    var audits: [RunAudit] = []
    for id in ids {
      audits.append(try twice(log) { log throws(StoreError) in try verify(incident: id, log) })
    }
    return audits
  }

  private func verify(_ run: RunFolder, _ log: LogContent) throws(StoreError) -> RunAudit {
    let entry = log.runs[run.id]
    var findings: [AuditFinding] = []
    guard Files.exists(run.path) else {
      throw StoreError(
        .notFound, "run \(run.id) has no folder in \(folder.runs)",
        advice: "list the runs with: lifeboat runs")
    }
    let note = try readIfThere(run.checkpoint, limit: Checkpoint.maximumBytes)
    let verifier = JournalVerifier(origin: Checkpoint.origin(ofRun: run.id.text), keys: keys)
    let journal: AuditReport
    if Files.exists(run.journal) {
      let file = try OpenFile(run.journal, O_RDONLY)
      journal = try verifier.verify(file, checkpoint: note, anchors: entry?.anchors ?? [])
    } else {
      findings.append(AuditFinding(.missing, "the journal of run \(run.id) is missing"))
      journal = verifier.verify(BytesSource([]), checkpoint: note, anchors: entry?.anchors ?? [])
    }
    if entry == nil { findings.append(notEntered(run, journal)) }
    // Where nothing was recorded the plan binds nothing: a start that died may have been about to replace it.
    if journal.recordCount > 0 || journal.verdict == .damaged {
      findings += try verifyPlan(run, entry?.plan)
    }
    findings += try verifyAttachments(run)
    return RunAudit(run: run.id, journal: journal, findings: findings)
  }

  private func notEntered(_ run: RunFolder, _ journal: AuditReport) -> AuditFinding {
    if journal.recordCount == 0 {
      return AuditFinding(
        .uncovered, "run \(run.id) holds no record: it was broken off before anything was done")
    }
    return AuditFinding(.added, "run \(run.id) is not in the log of all runs")
  }

  private func verifyPlan(
    _ run: RunFolder, _ plan: RecordHash?
  ) throws(StoreError) -> [AuditFinding] {
    guard let plan else { return [] }
    guard let bytes = try readIfThere(run.plan, limit: RunFolder.maximumFileBytes) else {
      return [AuditFinding(.missing, "the plan of run \(run.id) is missing: \(run.plan)")]
    }
    guard RecordHash.of(bytes) != plan else { return [] }
    return [
      AuditFinding(
        .changed, "the plan of run \(run.id) was changed after the run was opened: \(run.plan)")
    ]
  }

  private func verifyAttachments(_ run: RunFolder) throws(StoreError) -> [AuditFinding] {
    let present = Files.exists(run.attachments) ? try Files.names(in: run.attachments) : []
    var findings: [AuditFinding] = []
    if Files.exists(run.journal) {
      let named = try NamedAttachments(in: OpenFile(run.journal, O_RDONLY)).hashes
      findings += named.subtracting(present).sorted().map {
        AuditFinding(
          .missing, "an attachment that the records name is missing: \(run.attachments)/\($0)")
      }
    }
    for name in present.sorted() where !name.hasSuffix(".new") {
      let path = "\(run.attachments)/\(name)"
      guard let hash = RecordHash(hex: name) else {
        findings.append(AuditFinding(.added, "\(path) is no attachment of a run"))
        continue
      }
      let bytes: [UInt8]
      do throws(StoreError) {
        bytes = try Files.read(path, limit: RunFolder.maximumFileBytes)
      } catch {
        guard error.kind == .tooLarge else { throw error }
        findings.append(AuditFinding(.changed, error.message))
        continue
      }
      if RecordHash.of(bytes) != hash {
        findings.append(
          AuditFinding(.changed, "the attachment \(path) was changed: its SHA-256 is not its name"))
      }
    }
    return findings
  }

  func readIfThere(_ path: String, limit: Int) throws(StoreError) -> [UInt8]? {
    do throws(StoreError) { return try Files.read(path, limit: limit) } catch {
      switch error.kind {
      case .notFound: return nil
      // What is too large is not what was written; a reader that refuses it says so.
      case .tooLarge: return []
      default: throw error
      }
    }
  }
}

/// What the log of all runs says, with logs that were set aside before it.
private struct LogContent {
  struct Run {
    var plan: RecordHash?
    var anchors: [JournalAnchor] = []
  }

  var report: AuditReport
  var runs: [RunID: Run] = [:]
  var incidents: [String: [JournalAnchor]] = [:]
  var findings: [AuditFinding] = []
}

extension StoreAudit {
  private func readLog() throws(StoreError) -> LogContent {
    let verifier = JournalVerifier(origin: Checkpoint.originOfRuns, keys: keys)
    guard Files.exists(folder.log) else {
      let note = try readIfThere(folder.logCheckpoint, limit: Checkpoint.maximumBytes)
      return LogContent(report: verifier.verify(BytesSource([]), checkpoint: note))
    }
    // No writer may come between the checkpoint and the log: the checkpoint is read first.
    let note = try readIfThere(folder.logCheckpoint, limit: Checkpoint.maximumBytes)
    let file = try OpenFile(folder.log, O_RDONLY)
    var content = LogContent(report: try verifier.verify(file, checkpoint: note))
    for name in try readEntries(folder.log, "the log of all runs", into: &content) {
      content.findings.append(
        AuditFinding(
          .changed, "an earlier log of all runs was damaged and is kept as \(folder.path)/\(name)"))
      guard !name.contains("/"), Files.exists("\(folder.path)/\(name)") else { continue }
      _ = try readEntries("\(folder.path)/\(name)", name, into: &content)
    }
    return content
  }

  /// Reads entries as far as they can be read, and returns the names of logs that were set aside.
  /// Where reading ends early, the report on the log says why.
  private func readEntries(
    _ path: String, _ source: String, into content: inout LogContent
  ) throws(StoreError) -> [String] {
    var reader = try JournalReader(path)
    var aside: [String] = []
    var opened: [RunID: RecordHash] = [:]
    // The last one counts: a run whose start died is begun again. Logs that were set aside are older, and read later.
    defer {
      for (run, plan) in opened where content.runs[run]?.plan == nil {
        content.runs[run, default: .init()].plan = plan
      }
    }
    do throws(StoreError) {
      while let record = try reader.next() {
        switch RunLog.Entry(record.event) {
        case .opened(let run, _, let plan): opened[run] = plan
        case .sealed(let run, let size, let root):
          content.runs[run, default: .init()].anchors.append(
            JournalAnchor(size: size, root: root, source: source))
        case .incidentSealed(let incident, let size, let root):
          content.incidents[incident, default: []].append(
            JournalAnchor(size: size, root: root, source: source))
        case .setAside(let name, _): aside.append(name)
        case nil: break
        }
      }
    } catch {
      guard error.kind == .damaged else { throw error }
    }
    return aside
  }
}

/// What was seen of one run.
package struct RunAudit: Sendable, Equatable {
  package var run: RunID
  package var journal: AuditReport
  /// What is not as it should be beside the journal.
  package var findings: [AuditFinding]

  package var verdict: AuditReport.Verdict { journal.verdict.worse(with: findings) }
}

/// What was seen of a whole state folder.
package struct StoreAuditReport: Sendable, Equatable {
  package var log: AuditReport
  /// Oldest first.
  package var runs: [RunAudit]
  /// Journals of incidents, by their ids.
  package var incidents: [RunAudit] = []
  /// What is not as it should be with the runs as a whole.
  package var findings: [AuditFinding]

  package var verdict: AuditReport.Verdict {
    let verdicts = [log.verdict.worse(with: findings)] + (runs + incidents).map(\.verdict)
    return verdicts.contains(.damaged)
      ? .damaged : verdicts.contains(.unproven) ? .unproven : .intact
  }
}

extension AuditReport.Verdict {
  fileprivate func worse(with findings: [AuditFinding]) -> AuditReport.Verdict {
    if findings.contains(where: \.isDamage) { return .damaged }
    return self == .intact && !findings.isEmpty ? .unproven : self
  }
}

extension OpenFile: JournalSource {}
