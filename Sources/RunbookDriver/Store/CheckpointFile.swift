package import RunbookJournal

/// The signed checkpoint beside a journal.
package struct CheckpointFile: Sendable {
  let path: String
  let origin: String
  let key: SigningKey

  package init(path: String, origin: String, key: SigningKey) {
    self.path = path
    self.origin = origin
    self.key = key
  }

  /// Puts a new checkpoint in the place of the old one; a reader sees the one or the other.
  func write(
    size: Int, root: RecordHash, head: RecordHash, _ durable: Bool
  ) throws(StoreError) {
    let checkpoint = Checkpoint(
      origin: origin, size: size, root: root, head: size == 0 ? nil : head)
    guard let note = checkpoint.signed(by: key) else {
      throw StoreError(
        .unusableKey, "the checkpoint \(path) could not be signed with \(key.verifying)")
    }
    try Files.replace(path, note, mode: 0o600, durable: durable)
  }
}
