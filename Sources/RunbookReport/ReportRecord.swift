package import RunbookEngine
package import RunbookModel

/// One line of a run's journal, as status and reports read it.
package struct ReportRecord: Sendable, Equatable {
  package var seq: Int
  package var at: Moment
  package var event: Event
  package var commands: [Command]

  package init(seq: Int, at: Moment, event: Event, commands: [Command]) {
    self.seq = seq
    self.at = at
    self.event = event
    self.commands = commands
  }
}

/// What the caller knows of the journal's integrity: the report repeats it and finds out nothing itself.
package struct IntegrityFacts: Sendable, Equatable {
  package enum Verification: Sendable, Equatable {
    /// The journal was checked just before the report was made, and nothing was found wrong.
    case verified
    /// Nobody looked; the text says why.
    case notVerified(String)
    /// It was checked, and something is wrong with it.
    case failed(String)
  }

  /// The root of the Merkle tree over the records, in hexadecimal.
  package var rootHash: String
  package var records: Int
  /// The journal's size.
  package var bytes: Int
  /// The key that signed the last checkpoint; nil when none is signed.
  package var signedBy: String?
  package var verification: Verification

  package init(
    rootHash: String, records: Int, bytes: Int, signedBy: String?, verification: Verification
  ) {
    self.rootHash = rootHash
    self.records = records
    self.bytes = bytes
    self.signedBy = signedBy
    self.verification = verification
  }
}
