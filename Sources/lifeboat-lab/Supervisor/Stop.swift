import CLab
import Glibc

/// Ends processes so that nothing of them is left: children, frozen ones, shared memory, mounted file systems.
extension Supervisor {
  func stopAll() {
    Leftovers.end(ProcessState.family(of: getpid()).dropFirst().map(\.self)) { collect() }
    Leftovers.giveBack(folder)
  }
}

enum Leftovers {
  private static func unmount(_ folder: LabFolder) {
    let mounts = Files.read("/proc/self/mounts") ?? ""
    for disk in SmallDisk.allCases {
      // More than once when the lab was started over what was left of another.
      let place = disk.place(folder)
      for _ in 0..<4 where mounts.contains(" \(place) ") { _ = lab_unmount(place) }
    }
  }

  /// Ends processes: databases may tidy up for a moment, all others are killed.
  static func end(_ pids: [pid_t], collect: () -> Void) {
    for pid in pids {
      // A frozen process takes no signal but this one and the kill.
      kill(pid, SIGCONT)
      let isDatabase = ProcessState(pid)?.name == "postgres"
      kill(pid, isDatabase ? SIGQUIT : SIGKILL)
    }
    let gone = wait(atMost: 1, every: 0.005) {
      collect()
      return !pids.contains(where: ProcessState.isAlive)
    }
    if !gone {
      for pid in pids where ProcessState.isAlive(pid) { kill(pid, SIGKILL) }
      _ = wait(atMost: 5, every: 0.005) {
        collect()
        return !pids.contains(where: ProcessState.isAlive)
      }
    }
  }

  /// A killed database leaves a small System V segment behind, whose id stands in its pid file.
  static func giveBack(_ folder: LabFolder) {
    for site in SiteName.allCases {
      guard let text = Files.read("\(folder.data(site))/postmaster.pid") else { continue }
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      if lines.count > 6, let id = lines[6].split(separator: " ").last.flatMap({ Int32($0) }) {
        _ = lab_remove_shared_memory(id)
      }
    }
    LabNetwork.remove(folder)
    unmount(folder)
  }
}
