import Glibc
import RunbookJournal

extension StoreAudit {
  /// What is not as it was written of what observers saw. One that is still being written is behind its signature; that
  /// is no finding.
  func verifyObservations() throws(StoreError) -> [AuditFinding] {
    let store = ObservationStore(folder)
    var findings: [AuditFinding] = []
    for service in try store.services() {
      for id in try store.ids(of: service).reversed() {
        let path = "\(store.path(of: service))/\(id)"
        let note = try readIfThere("\(path).checkpoint", limit: Checkpoint.maximumBytes)
        let verifier = JournalVerifier(origin: ObservationStore.origin(of: id), keys: keys)
        let report = try verifier.verify(try OpenFile("\(path).jsonl", O_RDONLY), checkpoint: note)
        for var finding in report.findings where finding.isDamage {
          finding.message = "what was observed of \(service) in \(id): \(finding.message)"
          findings.append(finding)
        }
      }
    }
    return findings
  }
}
