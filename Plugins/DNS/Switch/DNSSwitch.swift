import RunbookAction
import RunbookModel
import Synchronization

/// `dns.switch`: exchanges one record set for another, as one atomic compare-and-set at the
/// primary.
struct DNSSwitch: UndoableAction {
  private let sightings = Sightings()

  var page: ActionPage { dnsSwitchPage }

  func plan(
    _ input: Input, in context: ReadContext
  ) async throws(ActionFailure) -> Planned<DNSChange> {
    do throws(ActionFailure) {
      return try await SwitchPlanner(order: Order(input), deadline: context.deadline).plan()
    } catch {
      guard error.effect == .unchanged(retryable: false) else { throw error }
      return .impossible(error)
    }
  }

  func apply(
    _ change: DNSChange, in context: WriteContext
  ) async throws(ActionFailure) -> Evidence {
    return try await SwitchApplier(
      change: change, update: change.forward, from: change.from, to: change.to, context: context,
      sightings: sightings
    ).run()
  }

  func verify(_ change: DNSChange, in context: ReadContext) async -> Verdict {
    do throws(ActionFailure) {
      return try await SwitchVerifier(change: change, deadline: context.deadline).verdict(sightings)
    } catch {
      return .cannotTell(Evidence(error.message))
    }
  }

  func undo(
    _ change: DNSChange, in context: WriteContext
  ) async throws(ActionFailure) -> Evidence {
    return try await SwitchApplier(
      change: change, update: change.backward, from: change.to, to: change.from, context: context,
      sightings: sightings
    ).run()
  }

  func wayBack(_ change: DNSChange) -> WayBack {
    let place = ServerAddress(change.server).map { "\($0.host) \($0.port)" } ?? change.server
    let key = change.key.map {
      " -k KEYFILE   # the key \($0.name) (\($0.algorithm.rawValue)), in the secret '\($0.secret)'"
    }
    return WayBack(
      goesBackTo: [
        "\(change.subject) at \(change.server), zone \(change.zone)",
        "from \(change.to.text) back to \(change.from.text)",
      ],
      lookFirst: [
        "\(change.subject) must still be \(change.to.values.joined(separator: ", ")): another "
          + "value is somebody else's, and is left alone"
      ],
      commands: ["nsupdate\(key ?? "")", "server \(place)"] + change.backward.lines)
  }
}

/// When this process first saw each change in place everywhere: from then on caches can only lose
/// the old answer.
///
/// It is kept in memory. A process that resumes a run counts again from its own first sight: it
/// waits longer, never shorter.
final class Sightings: Sendable {
  private static let limit = 10_000
  private let moments = Mutex<[DNSChange: ContinuousClock.Instant]>([:])

  func first(_ change: DNSChange) -> ContinuousClock.Instant {
    moments.withLock { moments in
      if let moment = moments[change] { return moment }
      if moments.count >= Self.limit { moments.removeAll() }
      let now = ContinuousClock.now
      moments[change] = now
      return now
    }
  }

  func forget(_ change: DNSChange) {
    moments.withLock { _ = $0.removeValue(forKey: change) }
  }
}
