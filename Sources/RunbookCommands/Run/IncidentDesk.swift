import RunbookDriver
import RunbookEngine
import RunbookJournal
import RunbookModel
import RunbookReport

/// Incidents as commands read and write them: each command one record, durable and signed before it is said to be.
struct IncidentDesk {
  let store: IncidentStore
  private let runs: RunStore

  init(_ runs: RunStore) {
    self.runs = runs
    store = IncidentStore(runs.folder)
  }

  static let longestText = 16 << 10

  /// What is typed is kept for good, so it must be something.
  static func text(_ text: String, _ what: String) throws(Refusal) -> String {
    let text = text.trimmed
    guard !text.isEmpty else { throw Refusal(.invalid, "\(what) says nothing") }
    guard text.utf8.count <= longestText else {
      throw Refusal(
        .invalid, "\(what) is longer than \(longestText >> 10) KiB",
        next: "write the outline, and where the rest is kept")
    }
    return text
  }

  func open(_ opening: IncidentEvent.Opening) throws {
    guard IncidentStore.isID(opening.incident) else {
      throw Refusal(
        .invalid, "'\(opening.incident)' cannot be the id of an incident",
        next: "use letters, digits, '-', '_' and '.', at most 64")
    }
    guard !store.exists(opening.incident) else {
      throw Refusal(
        .refused, "there is an incident '\(opening.incident)' already",
        next: "look at it with: lifeboat incident show \(opening.incident)")
    }
    try store.create(
      opening.incident, try value(.opened(opening)), by: Person.current,
      at: Program.current.clock.now())
  }

  /// Adds what is made of the incident as it stands, under its lock. Returns it as it is then.
  @discardableResult
  func add(
    to id: String, _ event: (Incident) throws -> IncidentEvent
  ) throws -> Incident {
    try store.append(id, by: Person.current, at: Program.current.clock.now()) { records in
      try value(try event(try incident(id, records)))
    }
    return try read(id)
  }

  func read(_ id: String) throws -> Incident { try incident(id, store.read(id)) }

  /// Those that the run was started under or linked to, as far as they are kept here.
  func incidents(of history: RunHistory, in language: Language) -> [Report.KeptIncident] {
    let named = history.opening?.incident?.incident
    var found: [Report.KeptIncident] = []
    let ids: [String]
    do throws(StoreError) { ids = try store.ids() } catch {
      return [.unreadable(named ?? store.folder.incidents, why: error.message)]
    }
    if let named, !ids.contains(named) {
      found.append(.unreadable(named, why: Words(language).notKeptHere))
    }
    for id in ids {
      do {
        let incident = try read(id)
        guard id == named || history.opening.map({ incident.runs.contains($0.run) }) ?? false
        else { continue }
        found.append(.read(try report(id, in: language)))
      } catch {
        // Another incident's trouble is no matter of this run.
        if id == named { found.append(.unreadable(id, why: Self.words(error))) }
      }
    }
    return found
  }

  func report(_ id: String, in language: Language = .english) throws -> IncidentReport {
    let incident = try read(id)
    let session = try RunSession.current()
    let linked = incident.runs.map { run -> IncidentReport.LinkedRun in
      do {
        let stored = try StoredRun(session.store.find(run.text), session: session)
        return .read(
          try stored.summary(now: nil), headline: try stored.report(in: language).headline)
      } catch {
        return .unreadable(run, why: Self.words(error))
      }
    }
    let audit = try StoreAudit(store.folder).verify(incident: id)
    var signedBy: String?
    if case .valid(_, _, let name) = audit.journal.checkpoint { signedBy = name }
    let findings = (audit.journal.findings + audit.findings).map(\.message).joined(separator: "; ")
    let verification: IntegrityFacts.Verification =
      switch audit.verdict {
      case .intact: .verified
      case .unproven: .notVerified(findings)
      case .damaged: .failed(findings)
      }
    var report = IncidentReport(
      incident, runs: linked,
      integrity: IntegrityFacts(
        rootHash: audit.journal.root?.hex ?? "none: the records are no unbroken chain",
        records: audit.journal.recordCount, bytes: 0, signedBy: signedBy,
        verification: verification), toolVersion: Program.current.version)
    report.words = Words(language)
    return report
  }

  private static func words(_ error: any Error) -> String {
    switch error {
    case let refusal as Refusal: refusal.message
    case let error as StoreError: error.message
    case let error as RunSession.Unreadable: error.message
    default: "\(error)"
    }
  }

  private func incident(_ id: String, _ records: [Record]) throws -> Incident {
    let read = try records.map { record in
      guard let by = record.event["by"]?.string, let host = record.event["host"]?.string,
        let event = try? ValueDecoder().decode(IncidentEvent.self, from: record.event)
      else {
        throw Refusal(
          .internal, "record \(record.seq) of incident \(id) is none that this version knows",
          next: "use the version of lifeboat that wrote it, or check: lifeboat audit verify")
      }
      return IncidentRecord(at: record.at.wall, by: by, host: host, event: event)
    }
    guard let incident = Incident(read) else { throw store.neverOpened(id) }
    return incident
  }

  private func value(_ event: IncidentEvent) throws -> Value {
    guard case .map(var map) = try ValueEncoder().encode(event) else { return .null }
    map["by"] = .string(Person.current)
    map["host"] = .string(Person.host)
    return .map(map)
  }
}
