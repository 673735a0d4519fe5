internal import Glibc

/// The folder in which lifeboat keeps what happened: `$LIFEBOAT_STATE`, or
/// `~/.local/state/lifeboat`.
///
///     runs/<id>/{journal.jsonl, checkpoint, plan.json, attachments/<sha256>, lock}
///     runs.jsonl, runs.checkpoint     the log of all runs
///     locks/<service>.lock            one run per service
///     plans/<id>.used                 saved plans that were executed
///     keys/checkpoint.key, *.pub      what signs checkpoints, and what checks them
package struct StateFolder: Sendable, Equatable {
  package let path: String

  /// Finds the folder's path; says nothing about whether it is there.
  package init(environment: [String: String]) throws(StoreError) {
    if let wanted = environment["LIFEBOAT_STATE"], !wanted.isEmpty {
      self.init(path: wanted)
    } else if let home = environment["HOME"], home.hasPrefix("/") {
      self.init(path: home + "/.local/state/lifeboat")
    } else {
      throw StoreError(
        .unusableFolder, "there is no place to keep runs: neither LIFEBOAT_STATE nor HOME is set",
        advice: "set LIFEBOAT_STATE to a folder that survives a restart")
    }
  }

  /// A relative path counts from the folder that the process is in now.
  package init(path: String) {
    var path = path
    if !path.hasPrefix("/"), let current = getcwd(nil, 0) {
      path = String(cString: current) + "/" + path
      free(current)
    }
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    self.path = path
  }

  package var runs: String { path + "/runs" }
  package var log: String { path + "/runs.jsonl" }
  package var logCheckpoint: String { path + "/runs.checkpoint" }
  package var locks: String { path + "/locks" }
  package var plans: String { path + "/plans" }
  package var keys: String { path + "/keys" }
  package var exists: Bool { Files.exists(path) }

  /// Makes the folder if it is missing, and checks that it can be relied on before anything is
  /// done.
  package func prepare() throws(StoreError) {
    do {
      try Files.makeFolder(path)
    } catch  where error.kind == .notFound {
      // A folder that cannot be made is trouble with this machine, not a name that was given wrongly.
      throw StoreError(
        .unusableFolder, error.message, advice: "set LIFEBOAT_STATE to a folder that can be made")
    }
    try check()
    for folder in [runs, locks, plans, keys] { try Files.makeFolder(folder) }
  }

  /// Owner, permissions and whether it can be written.
  private func check() throws(StoreError) {
    var status = stat()
    guard stat(path, &status) == 0 else { throw .system("cannot use the state folder", path) }
    guard status.st_uid == geteuid() else {
      throw StoreError(
        .unusableFolder,
        "the state folder \(path) belongs to user \(status.st_uid), and this is user \(geteuid())",
        advice: "run as its owner, or set LIFEBOAT_STATE to a folder of your own")
    }
    guard status.st_mode & S_IWOTH == 0 else {
      throw StoreError(
        .unusableFolder, "anybody on this machine can write to the state folder \(path)",
        advice: "run: chmod o-w \(path)")
    }
    guard access(path, W_OK | X_OK) == 0 else {
      throw .system("cannot write to the state folder", path)
    }
  }
}
