import Glibc
import RunbookDriver
import RunbookJournal
import RunbookReport

/// What a report says of its journal's integrity: found by the same look as `audit verify`.
struct Auditing {
  private let store: RunStore

  init(_ store: RunStore) { self.store = store }

  func facts(of run: RunFolder) throws -> IntegrityFacts {
    let audit = try StoreAudit(store.folder).verify(run)
    var file = stat()
    let size = stat(run.journal, &file) == 0 ? Int(file.st_size) : 0
    var signedBy: String?
    if case .valid(_, _, let name) = audit.journal.checkpoint { signedBy = name }
    let findings = (audit.journal.findings + audit.findings).map(\.message).joined(separator: "; ")
    let verification: IntegrityFacts.Verification =
      switch audit.verdict {
      case .intact: .verified
      case .unproven: .notVerified(findings)
      case .damaged: .failed(findings)
      }
    return IntegrityFacts(
      rootHash: audit.journal.root?.hex ?? "none: the records are no unbroken chain",
      records: audit.journal.recordCount, bytes: size,
      signedBy: signedBy, verification: verification)
  }
}
