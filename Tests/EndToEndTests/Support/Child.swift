import Glibc
import Synchronization
import TestServers

/// How a program ended, and what it wrote.
struct Ended: CustomStringConvertible {
  /// Its exit code; 128 and the signal's number when a signal ended it.
  var status: Int32
  var output: String
  var errors: String

  var description: String { "exit code \(status)\n\(output)\n\(errors)" }
  var everything: String { output + errors }
}

/// A real program under test, its output kept in files; nothing is ever typed into it.
final class Child: Sendable {
  let pid: pid_t
  private let output: String
  private let errors: String
  private let status = Mutex<Int32?>(nil)

  init(_ words: [String], environment: [String], in folder: String, output: String, errors: String)
    throws
  {
    self.output = output
    self.errors = errors
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o666)
    posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_TRUNC, 0o666)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
    // `env` becomes the program itself, so that the process id is the program's.
    let words = ["/usr/bin/env", "-C", folder] + words
    var arguments = words.map { strdup($0) } + [nil]
    var variables = environment.map { strdup($0) } + [nil]
    defer { for word in arguments + variables { free(word) } }
    var process: pid_t = 0
    let code = posix_spawn(&process, words[0], &actions, &attributes, &arguments, &variables)
    guard code == 0 else { throw RigError("\(words[3]) cannot be started: error \(code)") }
    pid = process
  }

  /// Whether it has ended; takes its status the first time.
  var hasEnded: Bool {
    status.withLock { status in
      if status != nil { return true }
      var raw: Int32 = 0
      guard waitpid(pid, &raw, WNOHANG) == pid else { return false }
      status = raw & 0x7F == 0 ? raw >> 8 & 0xFF : 128 + (raw & 0x7F)
      return true
    }
  }

  var outputSoFar: String { readText(output) ?? "" }
  var errorsSoFar: String { readText(errors) ?? "" }

  /// Waits for its end; kills it and fails when that takes longer than any test should.
  func end(within limit: Duration = .seconds(90)) async throws -> Ended {
    guard await eventually(within: limit, { hasEnded }) else {
      await kill()
      throw RigError("it did not end in \(limit):\n\(outputSoFar)\n\(errorsSoFar)")
    }
    return Ended(
      status: status.withLock { $0 } ?? -1, output: outputSoFar, errors: errorsSoFar)
  }

  func signal(_ number: Int32) {
    if !hasEnded { Glibc.kill(pid, number) }
  }

  /// As a power cut would: nothing of it runs afterwards.
  func kill() async {
    signal(SIGKILL)
    _ = await eventually { hasEnded }
  }
}
