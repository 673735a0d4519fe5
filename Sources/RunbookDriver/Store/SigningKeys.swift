internal import Glibc
package import RunbookJournal
internal import RunbookModel

/// The keys that sign checkpoints and those that check them: `keys/checkpoint.key` and
/// `keys/*.pub`.
package struct SigningKeys: Sendable {
  let folder: StateFolder

  package init(_ folder: StateFolder) { self.folder = folder }

  /// The state folder's own key, made on the first call; two processes that come together get the
  /// same one.
  package func own() throws(StoreError) -> SigningKey {
    let path = folder.keys + "/checkpoint.key"
    if !Files.exists(path) {
      guard let key = SigningKey(newNamed: "lifeboat/\(Self.keyName(LockHolder.thisHost))") else {
        throw StoreError(.unusableKey, "no signing key could be made for this host's name")
      }
      do throws(StoreError) {
        try Files.create(path, Array((key.text.reveal() + "\n").utf8))
      } catch {
        // Another process was quicker; its key counts.
        guard error.kind == .alreadyExists else { throw error }
      }
    }
    return try load(path)
  }

  /// The key in a file, in the text form of signed notes: `PRIVATE+KEY+name+id+base64`. Its public
  /// half is kept, so that what it signs can be checked here later.
  package func load(_ path: String) throws(StoreError) -> SigningKey {
    let bytes: [UInt8]
    do throws(StoreError) {
      try checkMode(path)
      bytes = try Files.read(path, limit: 4096)
    } catch {
      guard error.kind == .notFound else { throw error }
      throw StoreError(
        .unusableKey, "the signing key \(path) does not exist",
        advice:
          "correct 'signing_key' in the environment, or leave it out to use the folder's own key"
      )
    }
    let text = String(decoding: bytes, as: UTF8.self)
    let line = text.split(whereSeparator: \.isNewline)
    guard line.count == 1, let key = SigningKey(text: String(line[0])) else {
      throw StoreError(
        .unusableKey,
        "\(path) is no signing key: it must hold one line 'PRIVATE+KEY+name+id+base64'",
        advice: "restore the file, or remove it from the environment")
    }
    try remember(key.verifying)
    return key
  }

  /// Every public key that this state folder knows; a file that is not one is left out.
  package func known() -> [VerifyingKey] {
    let names = ((try? Files.names(in: folder.keys)) ?? []).filter { $0.hasSuffix(".pub") }
    return names.sorted().compactMap { name in
      guard let bytes = try? Files.read("\(folder.keys)/\(name)", limit: 4096) else { return nil }
      let text = String(decoding: bytes, as: UTF8.self)
      return text.split(whereSeparator: \.isNewline).first.flatMap { VerifyingKey(text: $0) }
    }
  }

  /// The public key in a file, for checking what another machine signed.
  package static func verifyingKey(_ path: String) throws(StoreError) -> VerifyingKey {
    let text = String(decoding: try Files.read(path, limit: 4096), as: UTF8.self)
    guard let line = text.split(whereSeparator: \.isNewline).first,
      let key = VerifyingKey(text: line)
    else {
      throw StoreError(
        .unusableKey, "\(path) is no public key: its first line must be 'name+id+base64'")
    }
    return key
  }

  private func remember(_ key: VerifyingKey) throws(StoreError) {
    let path = "\(folder.keys)/\(StateFolder.fileName(key.description)).pub"
    guard !Files.exists(path) else { return }
    do throws(StoreError) {
      try Files.create(path, Array((key.text + "\n").utf8), mode: 0o644)
    } catch {
      // The same key, kept by another process.
      guard error.kind == .alreadyExists else { throw error }
    }
  }

  /// As ssh does: nobody else may read a private key of ours, and the world may read nobody's.
  private func checkMode(_ path: String) throws(StoreError) {
    var status = stat()
    guard stat(path, &status) == 0 else { throw .system("cannot use the signing key", path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw StoreError(.unusableKey, "the signing key \(path) is no plain file")
    }
    let forbidden: mode_t = status.st_uid == geteuid() ? 0o077 : 0o007
    guard status.st_mode & forbidden == 0 else {
      throw StoreError(
        .unusableKey, "the signing key \(path) can be read or written by others",
        advice: "run: chmod 600 \(path)")
    }
  }

  /// A host's name as part of a key's name, which has neither spaces nor `+`.
  private static func keyName(_ host: String) -> String {
    let name = host.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == ".") }
    return name.isEmpty ? "host" : String(name.prefix(64))
  }
}
