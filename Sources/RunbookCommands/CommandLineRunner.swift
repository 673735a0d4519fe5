import ArgumentParser
import Glibc
import RunbookDriver
import RunbookModel

/// Parses the command line, runs the command, and turns whatever comes out into an exit code and words.
enum CommandLineRunner {
  enum Begun {
    case ended(Int32)
    case waits(Waiting)
  }

  /// A command that has things to wait for. Handed over once, and used by nobody else: the parser has let go of it.
  struct Waiting: @unchecked Sendable {
    let command: any AsyncParsableCommand
  }

  /// Runs a command that waits for nothing, on the thread that calls: no other is made for it.
  static func begin(_ arguments: [String]) -> Begun {
    let console = Console()
    setSignals()
    do {
      var command = try Lifeboat.command(arguments)
      if let command = command as? any AsyncParsableCommand {
        return .waits(Waiting(command: command))
      }
      try command.run()
      return .ended(finish(command, console).rawValue)
    } catch {
      return .ended(report(error, console).rawValue)
    }
  }

  static func goOn(_ waiting: Waiting) async -> Int32 {
    let console = Console()
    do {
      var command = waiting.command
      try await command.run()
      return finish(command, console).rawValue
    } catch {
      return report(error, console).rawValue
    }
  }

  /// Says a word that needs no command.
  static func answer(_ text: String) -> ExitStatus {
    setSignals()
    let console = Console()
    console.out(text)
    return ending(console, isRun: false)
  }

  /// A closed pipe and a file-size limit are then errors with words, not sudden deaths. Whoever started this program may
  /// have blocked signals: Ctrl-C ends it all the same.
  private static func setSignals() {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
    var none = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, nil)
  }

  private static func finish(_ command: any ParsableCommand, _ console: Console) -> ExitStatus {
    let isRun =
      command is Drill || command is Recover || command is Resume || command is Undo
      || command is SwitchVariant
    return ending(console, isRun: isRun)
  }

  /// An answer that was cut short is no answer. A run's own ending counts more: its report is in its folder.
  private static func ending(_ console: Console, isRun: Bool) -> ExitStatus {
    guard let cause = Console.lostOutput else { return .done }
    console.note(
      Refusal(
        .internal, "not all of the answer could be written: \(cause)", changed: "",
        next: isRun
          ? "see how the run ended with: lifeboat status"
          : "make room where it is written to, and ask again"
      ).text(console))
    return isRun ? .done : .internal
  }

  private static func report(_ error: any Error, _ console: Console) -> ExitStatus {
    switch error {
    case let status as ExitStatus: return status
    case let refusal as Refusal:
      console.note(refusal.text(console))
      return refusal.status
    case let error as StoreError:
      console.note(Refusal(storage: error).text(console))
      return Refusal(storage: error).status
    case let error as RunSession.Unreadable:
      console.note(Refusal(.internal, error.message, next: error.advice).text(console))
      return .internal
    case let error as RunDriver.JournalLost:
      console.note(Refusal(journal: error).text(console))
      return .internal
    default: return reportUsage(error, console)
    }
  }

  /// Help and the version are data; everything else that the parser says is a usage error.
  private static func reportUsage(_ error: any Error, _ console: Console) -> ExitStatus {
    let code = Lifeboat.exitCode(for: error)
    let message = Lifeboat.fullMessage(for: error)
    if code == .success {
      if !message.isEmpty { console.out(message) }
      return ending(console, isRun: false)
    }
    console.note(message)
    return code == .validationFailure ? .invalid : .internal
  }
}

/// A clear no: what happened, what was changed (nothing, unless said), what to do next, and the exit code.
struct Refusal: Error {
  var status: ExitStatus
  var message: String
  var changed: String
  var next: String?

  init(
    _ status: ExitStatus, _ message: String, changed: String = "Nothing was changed.",
    next: String? = nil
  ) {
    self.status = status
    self.message = message
    self.changed = changed
    self.next = next
  }

  init(storage error: StoreError) {
    let status: ExitStatus =
      switch error.kind {
      case .held: .locked
      case .planUsed: .refused
      case .notFound, .neverBegun, .ambiguous: .invalid
      case .unusableFolder, .alreadyExists, .system, .full, .dead, .damaged, .tooLarge,
        .unusableKey:
        .internal
      }
    self.init(status, error.message, next: error.advice)
  }

  init(journal error: RunDriver.JournalLost) {
    let steps = error.underWay.map(\.text).joined(separator: ", ")
    self.init(
      .internal, "the journal cannot be written: \(error.cause)",
      changed: steps.isEmpty
        ? "Nothing was under way; nothing more was started."
        : "Under way at that moment, and now in doubt: \(steps). Nothing more was started.",
      next: "make room or mend the disk, then run 'lifeboat resume': it looks before it acts")
  }

  func text(_ console: Console) -> String {
    var lines = [console.styled("error: ", .bad) + message]
    if !changed.isEmpty { lines.append("  " + changed) }
    if let next { lines.append("  Next: \(next)") }
    return lines.joined(separator: "\n")
  }
}
