/// A file that somebody asked for, outside the state folder.
package enum ExportFile {
  /// Makes it appear with its whole content; `alreadyExists` when there is one, which stays as it is.
  package static func create(_ path: String, _ bytes: [UInt8]) throws(StoreError) {
    // As any other file of theirs: who else may read it, the umask says.
    try Files.create(path, bytes, mode: 0o666)
  }
}
