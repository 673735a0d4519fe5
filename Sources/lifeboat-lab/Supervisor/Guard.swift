import CLab
import Glibc

/// The supervisor's parent: when the supervisor dies, however it dies, it ends all that is left.
///
/// As the subreaper it inherits every orphan of the lab. When the guard itself is killed, the kernel kills the
/// supervisor and then its children.
enum Guard {
  static func run(_ folder: LabFolder, program: String) throws -> Never {
    guard lab_become_subreaper() == 0 else {
      throw LabError.system("orphans cannot be adopted", errno)
    }
    try Files.write(folder.lock, "\(getpid())\n")
    let launch = Launch(
      [program, "supervise", "--dir", folder.path], in: folder.path,
      log: folder.log("supervisor"))
    let supervisor = try launch.start()
    var status: Int32 = 0
    while true {
      let pid = waitpid(-1, &status, 0)
      if pid == supervisor || pid < 0 && errno == ECHILD { break }
    }
    let left = ProcessState.family(of: getpid()).dropFirst()
    Leftovers.end(Array(left)) {
      var ignored: Int32 = 0
      while waitpid(-1, &ignored, WNOHANG) > 0 {}
    }
    Leftovers.giveBack(folder)
    unlink(folder.control)
    unlink(folder.lock)
    exit(0)
  }

  /// The guard's process id while the lab runs.
  static func pid(_ folder: LabFolder) -> pid_t? {
    guard let text = Files.read(folder.lock, limit: 100),
      let pid = pid_t(text.filter(\.isNumber)), ProcessState.isAlive(pid),
      // Process ids are used again: only one that is ours counts.
      let words = Files.read("/proc/\(pid)/cmdline", limit: 65536)?.split(separator: "\0"),
      words.contains("guard"), words.contains(Substring(folder.path))
    else { return nil }
    return pid
  }
}
