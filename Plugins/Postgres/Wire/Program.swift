import Glibc
import RunbookAction
import RunbookModel

/// Runs a declared command (`stop`, `start`): words without a shell, in a process group of its own, with bounded
/// output, ended with its whole group at the deadline.
struct Program: Sendable {
  var words: [String]

  enum Ending: Sendable, Equatable {
    case exited(Int32)
    case killed(signal: Int32)
    /// It was still running at the deadline and was ended.
    case late
    /// It could not be started, so it did nothing.
    case notStarted(String)

    var isSuccess: Bool { self == .exited(0) }
    var sentence: String {
      switch self {
      case .exited(let code): "ended with exit code \(code)"
      case .killed(let signal): "was ended by signal \(signal)"
      case .late: "did not end in time and was ended"
      case .notStarted(let reason): "could not be started: \(reason)"
      }
    }
  }

  struct Result: Sendable {
    var ending: Ending
    var output: String
    var droppedBytes: Int
  }

  static let outputLimit = 64 * 1024
  /// Only these of our variables are handed on.
  private static let handedOn = [
    "PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ", "SSH_AUTH_SOCK",
  ]

  func run(by deadline: Deadline) -> Result {
    var ends: [Int32] = [-1, -1]
    guard !words.isEmpty, pipe(&ends) == 0 else {
      return notStarted(words.isEmpty ? EINVAL : errno)
    }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(ends[0]) }
    let (code, process) = spawn(writingTo: ends[1])
    close(ends[1])
    guard code == 0 else { return notStarted(code) }
    return follow(process, output: ends[0], by: deadline)
  }

  private func notStarted(_ code: Int32) -> Result {
    Result(
      ending: .notStarted(String(cString: strerror(code))), output: "", droppedBytes: 0)
  }

  private func spawn(writingTo descriptor: Int32) -> (code: Int32, process: pid_t) {
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, descriptor, 1)
    posix_spawn_file_actions_adddup2(&actions, descriptor, 2)
    var none = sigset_t()
    sigemptyset(&none)
    var all = sigset_t()
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes,
      Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    let environment = Self.handedOn.compactMap { name in
      getenv(name).map { "\(name)=\(String(cString: $0))" }
    }
    var process: pid_t = 0
    let code = withCStrings(words) { words in
      withCStrings(environment) { environment in
        posix_spawnp(
          &process, words[0]!, &actions, &attributes, mutable(words), mutable(environment))
      }
    }
    return (code, process)
  }

  /// C declares the words as changeable and does not change them.
  private func mutable(
    _ words: UnsafePointer<UnsafePointer<CChar>?>
  ) -> UnsafePointer<UnsafeMutablePointer<CChar>?> {
    UnsafeRawPointer(words).assumingMemoryBound(to: UnsafeMutablePointer<CChar>?.self)
  }

  /// Reads until the program itself has ended: what it left behind (a started server) may keep the pipe open for ever.
  private func follow(_ process: pid_t, output: Int32, by deadline: Deadline) -> Result {
    var text: [UInt8] = []
    var dropped = 0
    var status: Int32 = 0
    var isOpen = true
    _ = fcntl(output, F_SETFL, O_NONBLOCK)
    func drain() {
      var buffer = [UInt8](repeating: 0, count: 4096)
      // Bounded, so that a program that never stops talking cannot hide the deadline.
      for _ in 0..<64 where isOpen {
        let count = read(output, &buffer, buffer.count)
        if count < 0 { return }
        isOpen = count > 0
        let kept = min(count, Self.outputLimit - text.count)
        text += buffer[..<kept]
        dropped += count - kept
      }
    }
    var rest = Duration.milliseconds(1)
    while waitpid(process, &status, WNOHANG) == 0 {
      drain()
      if deadline.hasPassed {
        kill(-process, SIGKILL)
        waitpid(process, &status, 0)
        drain()
        return Result(ending: .late, output: utf8(text), droppedBytes: dropped)
      }
      pauseThread(rest, by: deadline)
      rest = min(rest * 2, .milliseconds(20))
    }
    drain()
    let signal = status & 0x7F
    return Result(
      ending: signal == 0 ? .exited(status >> 8 & 0xFF) : .killed(signal: signal),
      output: utf8(text), droppedBytes: dropped)
  }

  private func utf8(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
