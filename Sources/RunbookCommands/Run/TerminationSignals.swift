import Dispatch
import Glibc
import Synchronization

/// SIGINT, SIGTERM and SIGHUP (a closed terminal): what asks a process to end. From the first handler on they do not end
/// it by themselves.
final class TerminationSignals: Sendable {
  /// A dispatch source may be used from any thread; its protocol only does not say so.
  private struct Source: @unchecked Sendable {
    let signal: any DispatchSourceSignal
  }
  private let sources = Mutex<[Source]>([])

  /// Calls `handler` with the signal's name each time that one comes.
  func handle(_ handler: @escaping @Sendable (String) -> Void) {
    for (number, name) in [(SIGINT, "SIGINT"), (SIGTERM, "SIGTERM"), (SIGHUP, "SIGHUP")] {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { handler(name) }
      source.resume()
      let kept = Source(signal: source)
      sources.withLock { $0.append(kept) }
    }
  }
}
