import CLab
import Glibc

/// How a program is started: as whom, where, with what, and what happens to it when we die.
struct Launch {
  var arguments: [String]
  var directory: String
  /// Standard output and error are appended here.
  var log: String
  var input: String?
  var user: ServerUser?
  /// Sent by the kernel when the thread that started it ends; 0 sends nothing.
  var deathSignal: Int32 = SIGKILL
  var newSession = false
  /// The process id of a process in the network namespace to run in.
  var networkOf: pid_t?
  var newNetwork = false
  /// In a user namespace where we are root, PostgreSQL needs one more in which it is not.
  var nestedUser = false
  var environment: [String: String] = [:]

  init(_ arguments: [String], in directory: String, log: String) {
    self.arguments = arguments
    self.directory = directory
    self.log = log
  }

  /// Starts it; the process id. Call only from a thread that lives as long as the program is to live.
  func start() throws -> pid_t {
    let output = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard output >= 0 else { throw LabError.system("the log \(log) cannot be written", errno) }
    defer { close(output) }
    let source = input.map { open($0, O_RDONLY | O_CLOEXEC) } ?? -1
    defer { if source >= 0 { close(source) } }
    let network = networkOf.map { open("/proc/\($0)/ns/net", O_RDONLY | O_CLOEXEC) } ?? -1
    defer { if network >= 0 { close(network) } }
    if networkOf != nil, network < 0 { throw LabError.system("the namespace is gone", errno) }

    var variables = [
      "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": directory, "LC_ALL": "C", "TZ": "UTC",
    ]
    variables.merge(environment) { $1 }
    let pid = withStrings(arguments) { argv in
      withStrings(variables.map { "\($0)=\($1)" }) { envp in
        directory.withCString { directory in
          var what = lab_spawn()
          what.argv = argv
          what.envp = envp
          what.directory = directory
          what.log = output
          what.input = source
          what.death_signal = deathSignal
          what.new_session = newSession ? 1 : 0
          what.uid = user.map { Int($0.uid) } ?? -1
          what.gid = user.map { Int($0.gid) } ?? -1
          what.network = network
          what.new_network = newNetwork ? 1 : 0
          what.nested_user = nestedUser ? 1 : 0
          return lab_start(&what)
        }
      }
    }
    guard pid > 0 else { throw LabError.system("\(arguments[0]) could not be started", errno) }
    return pid
  }

  /// Starts it and waits for its end; throws with the last lines of its log unless it ends with 0.
  func run(atMost seconds: Double) throws {
    let pid = try start()
    var status: Int32 = 0
    let ended = wait(atMost: seconds, every: 0.002) { waitpid(pid, &status, WNOHANG) == pid }
    guard ended else {
      kill(pid, SIGKILL)
      waitpid(pid, &status, 0)
      throw LabError(
        "\(arguments[0]) did not end within \(Int(seconds)) s and was killed. Its last lines:\n"
          + Files.tail(log))
    }
    guard status == 0 else {
      throw LabError(
        "\(arguments[0]) \(endText(status)). The last lines of \(log):\n\(Files.tail(log))")
    }
  }
}

/// How a process ended, from its wait status.
func endText(_ status: Int32) -> String {
  let signal = status & 0x7F
  return signal == 0
    ? "ended with exit code \((status >> 8) & 0xFF)" : "was ended by signal \(signal)"
}

private func withStrings<Result>(
  _ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result
) -> Result {
  var pointers = strings.map { UnsafePointer<CChar>(strdup($0)) }
  defer { for pointer in pointers { free(UnsafeMutablePointer(mutating: pointer)) } }
  pointers.append(nil)
  return pointers.withUnsafeBufferPointer { body($0.baseAddress!) }
}
