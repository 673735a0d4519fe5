import CLinux
import Glibc

/// A started child as the system knows it.
struct Spawned {
  var pid: pid_t
  /// Becomes readable when it has ended.
  var descriptor: Int32
  var output: Int32
  var errors: Int32
}

/// The reason (`errno`) for which nothing was started.
struct SpawnError: Error {
  var number: Int32
}

/// Starts a program in a session of its own, with no signal blocked or ignored and no descriptor of ours.
///
/// A session, not only a process group: a program that wants to ask for a password at the terminal then fails at once
/// instead of waiting where nobody sees it. The call blocks its thread until the program is loaded (0.5 ms; for ever on
/// a dead network file system).
func spawn(_ request: ChildRequest) throws(SpawnError) -> Spawned {
  var given = Descriptors()
  defer { given.closeAll() }
  let (output, outputEnd) = try given.pipe()
  let (errors, errorsEnd) = try given.pipe()
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  if let input = request.input {
    posix_spawn_file_actions_adddup2(&actions, try given.file(holding: input), 0)
  } else {
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
  }
  posix_spawn_file_actions_adddup2(&actions, outputEnd, 1)
  posix_spawn_file_actions_adddup2(&actions, errorsEnd, 2)
  posix_spawn_file_actions_addclosefrom_np(&actions, 3)
  posix_spawn_file_actions_addchdir_np(&actions, request.folder)

  var attributes = posix_spawnattr_t()
  posix_spawnattr_init(&attributes)
  defer { posix_spawnattr_destroy(&attributes) }
  var signals = sigset_t()
  sigemptyset(&signals)
  posix_spawnattr_setsigmask(&attributes, &signals)
  for signal in [SIGPIPE, SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGTTOU] {
    sigaddset(&signals, signal)
  }
  posix_spawnattr_setsigdefault(&attributes, &signals)
  let flags = LIFEBOAT_SPAWN_SETSID | Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK)
  posix_spawnattr_setflags(&attributes, flags)

  var pid = pid_t()
  let failure = withTextArray(request.arguments) { arguments in
    withTextArray(request.environment) { environment in
      posix_spawn(&pid, request.executable, &actions, &attributes, arguments, environment)
    }
  }
  guard failure == 0 else { throw SpawnError(number: failure) }
  given.keep(output)
  given.keep(errors)
  // -1 only when no descriptor is left; the child is then looked after by the clock alone.
  return Spawned(
    pid: pid, descriptor: lifeboat_pidfd_open(pid), output: output, errors: errors)
}

/// Descriptors that are closed again unless they are kept.
private struct Descriptors {
  private var open: [Int32] = []

  mutating func pipe() throws(SpawnError) -> (read: Int32, write: Int32) {
    var ends: [Int32] = [-1, -1]
    guard pipe2(&ends, O_CLOEXEC) == 0 else { throw SpawnError(number: errno) }
    open += ends
    // Only our end: a program that finds its own output non-blocking may lose some of it.
    _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
    return (ends[0], ends[1])
  }

  /// The bytes in memory, to be read like a file: no pipe that the child could leave full or break.
  mutating func file(holding bytes: [UInt8]) throws(SpawnError) -> Int32 {
    let descriptor = memfd_create("input", LIFEBOAT_MFD_CLOEXEC)
    guard descriptor >= 0 else { throw SpawnError(number: errno) }
    open.append(descriptor)
    var written = 0
    while written < bytes.count {
      let count = bytes[written...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { throw SpawnError(number: errno) }
      written += count
    }
    lseek(descriptor, 0, SEEK_SET)
    return descriptor
  }

  mutating func keep(_ descriptor: Int32) { open.removeAll { $0 == descriptor } }
  func closeAll() { for descriptor in open { close(descriptor) } }
}

/// The texts as C has them, with a null at the end, for the length of the call.
private func withTextArray<Result>(
  _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
  let copies = texts.map { strdup($0) }
  defer { for copy in copies { free(copy) } }
  return body(copies + [nil])
}
