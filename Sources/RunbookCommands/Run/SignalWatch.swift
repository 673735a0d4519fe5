import Glibc
import RunbookDriver
import RunbookModel
import Synchronization

/// First signal: nothing more is started, what runs is let finish, and the run waits to be resumed. Second: the process
/// ends at once; every effect was recorded before it began, and what was under way is looked at when the run is resumed.
///
/// All of the signals are one and the same.
final class SignalWatch: Sendable {
  private let signals = TerminationSignals()
  private let count = Atomic<Int>(0)

  func watch(_ started: RunSession.Started, _ console: Console) {
    if let problem = started.controlProblem {
      console.note("This run cannot be steered from another terminal: \(problem)")
    }
    signals.handle { [self] name in
      let acting = Self.list(started.driver.actingNow)
      if count.add(1, ordering: .relaxed).oldValue == 0 {
        console.note(
          "\n\(name): starting nothing more; letting finish what runs"
            + (acting.isEmpty ? "" : " (\(acting))") + ". Once more ends at once.")
        started.driver.interrupt(cause: name)
      } else {
        started.control?.removeName()
        console.note(
          "\n\(name) again: ending at once. "
            + (acting.isEmpty ? "Nothing was under way." : "Not known how these end: \(acting).")
            + " Go on with: lifeboat resume \(started.folder.id)")
        _exit(ExitStatus.interrupted.rawValue)
      }
    }
  }

  private static func list(_ steps: [StepID]) -> String {
    steps.prefix(10).map(\.text).joined(separator: ", ") + (steps.count > 10 ? ", ..." : "")
  }
}
