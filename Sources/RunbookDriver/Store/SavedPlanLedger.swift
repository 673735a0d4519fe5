internal import Glibc
package import RunbookModel

/// Which saved plans were executed: each may be, once.
package struct SavedPlanLedger: Sendable {
  let folder: StateFolder

  package init(_ folder: StateFolder) { self.folder = folder }

  /// Takes the plan for a run, durably, or throws `planUsed`: of two processes that claim it,
  /// exactly one gets it. A run may claim it again.
  package func claim(_ plan: String, for run: RunID) throws(StoreError) {
    let path = usedPath(plan)
    do throws(StoreError) {
      try Files.create(path, Array("\(run)\n".utf8))
    } catch {
      guard error.kind == .alreadyExists else { throw error }
      let other = user(of: plan)
      // Claimed by a start of this very run that died before its first record.
      if other == run { return }
      throw StoreError(
        .planUsed(by: other),
        "the saved plan \(plan) was executed already\(other.map { ", by run \($0)" } ?? "")",
        advice: "make a new plan: the world is not as it was")
    }
  }

  /// The run that executed the plan; nil when none did.
  package func user(of plan: String) -> RunID? {
    guard let bytes = try? Files.read(usedPath(plan), limit: 4096) else { return nil }
    let text = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).first
    return text.map { RunID(String($0)) }
  }

  private func usedPath(_ plan: String) -> String {
    "\(folder.plans)/\(StateFolder.fileName(plan)).used"
  }
}
