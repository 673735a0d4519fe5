/// A program to run: nothing of ours reaches it but what stands here.
package struct ChildRequest: Sendable {
  /// An absolute path.
  package var executable: String
  /// With the program's own name first.
  package var arguments: [String]
  /// `NAME=value`, all of it.
  package var environment: [String]
  package var folder: String
  /// What it reads; nil is an empty input.
  package var input: [UInt8]?

  package init(
    executable: String, arguments: [String], environment: [String], folder: String,
    input: [UInt8]? = nil
  ) {
    self.executable = executable
    self.arguments = arguments
    self.environment = environment
    self.folder = folder
    self.input = input
  }
}

/// How a program ended and what it wrote.
package struct ChildReport: Sendable {
  package var end: End
  package var output = Captured()
  package var errors = Captured()
  package var took = Duration.zero
  /// It ended, but a process that it started still holds its output open.
  package var leftProcessBehind = false

  package enum End: Sendable, Equatable {
    case exited(Int32)
    /// A signal that was not ours ended it.
    case signalled(Int32)
    /// We ended it, at the deadline or because the run was called off.
    case stopped(Stop)
    /// The system would not start it, for this reason (`errno`): nothing was run.
    case notStarted(Int32)
    /// The time was over before it was its turn: nothing was run.
    case neverBegan
    /// The system had not finished starting it when the time was over: it may or may not have run.
    case startHung
    /// It ended, but the system gave its exit code to somebody else.
    case unseen
  }

  package enum Stop: Sendable, Equatable {
    case terminated
    case killed
    /// Not even SIGKILL has ended it: it hangs inside the system (a dead disk or network file system).
    case stillThere
  }

  /// What of one stream was kept, and how much was not.
  package struct Captured: Sendable {
    package var bytes: [UInt8] = []
    package var dropped = 0
  }
}

/// Limits of every child process.
package enum ChildLimits {
  /// Kept of stdout and of stderr; together the 1 MiB that a step may keep. The rest is counted and dropped.
  package static let output = 768 << 10
  package static let errors = 256 << 10
  /// Read beyond the limit and dropped after masking, so that no secret that spans the limit shows its first half.
  package static let slack = 64 << 10
  /// Between SIGTERM at the deadline and SIGKILL.
  package static let grace = Duration.seconds(2)
  /// After SIGKILL, until it is given up.
  package static let patience = Duration.milliseconds(500)
}
