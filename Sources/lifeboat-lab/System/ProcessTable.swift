import Glibc

/// One line of the kernel's process table.
struct ProcessState {
  var pid: pid_t
  var parent: pid_t
  /// The kernel's letter: R, S, D, T (stopped), Z (dead, not yet collected).
  var letter: Character
  var name: String

  /// Nil when there is no such process.
  init?(_ pid: pid_t) {
    // The name stands in parentheses and may hold spaces and parentheses itself.
    guard let text = Files.read("/proc/\(pid)/stat", limit: 4096),
      let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")")
    else { return nil }
    let rest = text[text.index(after: close)...].split(separator: " ")
    guard rest.count > 1, let letter = rest[0].first, let parent = pid_t(rest[1]) else {
      return nil
    }
    self.pid = pid
    self.parent = parent
    self.letter = letter
    name = String(text[text.index(after: open)..<close])
  }

  static func all() -> [ProcessState] {
    Files.list("/proc").compactMap { pid_t($0).flatMap(ProcessState.init) }
  }

  /// A process and all that it started, the process itself first; dead ones are left out.
  static func family(of pid: pid_t, in table: [ProcessState] = all()) -> [pid_t] {
    var members = [pid]
    var index = 0
    while index < members.count, members.count < 10_000 {
      for process in table where process.parent == members[index] && process.letter != "Z" {
        members.append(process.pid)
      }
      index += 1
    }
    return members
  }

  /// True while a process with this id exists and is not dead.
  static func isAlive(_ pid: pid_t) -> Bool {
    guard let state = ProcessState(pid) else { return false }
    return state.letter != "Z" && state.letter != "X"
  }
}
