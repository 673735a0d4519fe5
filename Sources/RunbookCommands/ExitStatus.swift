/// How a command ended, as its exit code: distinct, documented, stable.
enum ExitStatus: Int32, Sendable, CaseIterable, Error {
  case done = 0
  /// The documents, the parameters or the command line are not valid; nothing was started.
  case invalid = 2
  /// Everything was done, but later or with more loss than the objectives allow.
  case objectiveMissed = 3
  /// A guard said no before anything was changed.
  case refused = 4
  /// Another process drives this service or this run.
  case locked = 5
  /// The run holds for a person's decision or answer.
  case waiting = 6
  case failedUnchanged = 7
  case failedUndone = 8
  /// Something was changed and still is, or it is not known.
  case failedPartly = 9
  /// A signal or a lost terminal stopped it; it can be resumed.
  case interrupted = 10
  /// The audit found something that was changed, missing or added.
  case auditFailed = 11
  /// A rehearsal did not come out as expected.
  case rehearsalFailed = 12
  /// A fault of this program or of the machine it runs on (full disk, unwritable folder).
  case `internal` = 70

  var meaning: String {
    switch self {
    case .done: "done"
    case .invalid: "invalid: documents, parameters or command line; nothing was started"
    case .objectiveMissed: "done, but an objective (RTO, RPO) was missed"
    case .refused: "refused by a guard; nothing was changed"
    case .locked: "another process holds the lock of this service or run"
    case .waiting: "waiting for a person"
    case .failedUnchanged: "failed; nothing was changed"
    case .failedUndone: "failed; what was changed was undone"
    case .failedPartly: "failed; something is changed, or it is not known"
    case .interrupted: "interrupted; resume it"
    case .auditFailed: "the audit found a record that was changed, missing or added"
    case .rehearsalFailed: "a rehearsal did not come out as expected"
    case .internal: "internal error, or the machine's (disk full, folder not writable)"
    }
  }
}
