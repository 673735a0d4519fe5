import Dispatch
import Glibc
import RunbookDriver
import Synchronization

/// First signal: nothing more is started, what runs is let finish. Second: the process ends at once; every record is
/// durable, and what was under way is looked at when the run is resumed.
final class SignalWatch: Sendable {
  /// A dispatch source may be used from any thread; its protocol only does not say so.
  private struct Source: @unchecked Sendable {
    let signal: any DispatchSourceSignal
  }
  private let sources = Mutex<[Source]>([])
  private let count = Atomic<Int>(0)

  func watch(_ driver: RunDriver, _ console: Console) {
    for (number, name) in [(SIGINT, "SIGINT"), (SIGTERM, "SIGTERM"), (SIGHUP, "SIGHUP")] {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { [self] in
        if count.add(1, ordering: .relaxed).oldValue == 0 {
          console.note(
            "\n\(name): starting nothing more; letting finish what runs. Once more ends at once.")
          driver.interrupt(cause: name)
        } else {
          console.note("\n\(name) again: ending at once. Go on with: lifeboat resume")
          _exit(ExitStatus.interrupted.rawValue)
        }
      }
      source.resume()
      let kept = Source(signal: source)
      sources.withLock { $0.append(kept) }
    }
  }
}
