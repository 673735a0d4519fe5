import Glibc
import Synchronization

/// A real server, started for a test in a folder of its own.
///
/// It ends with the test program, however that ends: a shell holds the other end of a pipe; when
/// that closes, it kills the server and removes the folder.
package final class ServerProcess: Sendable {
  package let folder: String
  private let shell: pid_t
  private let lifeline: Int32
  private let isStopped = Mutex(false)

  private static let script = """
    folder=$1; shift
    exec 3<&0
    cd "$folder"
    "$@" </dev/null >"$folder/output" 2>&1 3<&- & server=$!
    echo $server >"$folder/server.pid.new"
    mv "$folder/server.pid.new" "$folder/server.pid"
    cat <&3 >/dev/null
    kill -9 $server
    wait $server
    rm -rf "$folder"
    """

  /// Starts the program; its output goes to `output` in the folder, which is removed in the end.
  package init(_ arguments: [String], in folder: String) throws {
    self.folder = folder
    var ends: [Int32] = [0, 0]
    let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw RigError("no pipe: \(errno)") }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
    let words = ["/bin/sh", "-c", Self.script, "sh", folder] + arguments
    var pointers = words.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    var process: pid_t = 0
    let code = posix_spawn(&process, "/bin/sh", &actions, &attributes, &pointers, environ)
    close(ends[0])
    guard code == 0 else {
      close(ends[1])
      throw RigError("\(arguments[0]) could not be started: \(code)")
    }
    shell = process
    lifeline = ends[1]
  }

  deinit { stop() }

  /// Ends the server at once and waits until it is gone.
  package func stop() {
    let isFirst = isStopped.withLock { stopped in
      defer { stopped = true }
      return !stopped
    }
    guard isFirst else { return }
    close(lifeline)
    waitpid(shell, nil, 0)
  }

  /// The server's own process id.
  package var pid: Int32? {
    readText("\(folder)/server.pid").flatMap { Int32($0.split(separator: "\n").first ?? "") }
  }

  /// The server keeps its sockets and answers nothing any more: every thread of it stands still.
  package func freeze() throws {
    try signal(SIGSTOP)
    while try !isFrozen { usleep(1000) }
  }

  private var isFrozen: Bool {
    get throws {
      guard let pid, let tasks = opendir("/proc/\(pid)/task") else {
        throw RigError("there is no such server")
      }
      defer { closedir(tasks) }
      while let entry = readdir(tasks) {
        let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
          String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        guard !name.hasPrefix("."), let state = readText("/proc/\(pid)/task/\(name)/stat") else {
          continue
        }
        guard state.contains(") T ") else { return false }
      }
      return true
    }
  }

  package func thaw() throws { try signal(SIGCONT) }

  private func signal(_ number: Int32) throws {
    guard let pid, kill(pid, number) == 0 else { throw RigError("there is no such server") }
  }

  package var output: String { readText("\(folder)/output") ?? "" }
}

package struct RigError: Error, CustomStringConvertible {
  package let description: String
  package init(_ text: String) { description = text }
}
