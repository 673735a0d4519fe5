import RunbookAction
import RunbookDriver
import RunbookEngine
import RunbookJournal
import RunbookModel
import RunbookReport

/// Asks the state folder whether what a plan promotes was promoted not long ago.
///
/// The answer is taken from the journals, and the log of all runs says which there must be: a run that is missing or
/// cannot be read is a doubt, and a doubt is refused like a promotion.
struct CoolDownGuard {
  let plan: Plan
  let session: RunSession

  /// What stands against the plan now; nothing where there is no cool-down or nothing is promoted.
  func findings() -> [String] {
    guard let coolDown = plan.coolDown,
      plan.steps.contains(where: { $0.promotes != nil && !$0.isExcluded })
    else { return [] }
    let now = session.clock.now().wall
    let since = now - coolDown
    var doubts: [String] = []
    var promotions: [Promotion] = []
    let log = readLog(since: since, &doubts)
    do {
      let ids = try session.store.ids()
      for id in ids { read(id, since: since, log[id], &promotions, &doubts) }
      let there = Set(ids)
      for (id, last) in log.sorted(by: { $0.key < $1.key }) where !there.contains(id) {
        if last >= since {
          doubts.append("the log of all runs names run \(id), and its folder is gone")
        }
      }
    } catch {
      doubts.append("the runs cannot be listed: \(Self.words(error))")
    }
    return CoolDown.findings(plan, after: promotions, doubts: doubts, now: now)
  }

  /// When the log of all runs last speaks of each run.
  private func readLog(since: Timestamp, _ doubts: inout [String]) -> [RunID: Timestamp] {
    var last: [RunID: Timestamp] = [:]
    do throws(StoreError) {
      var reader = try JournalReader(session.store.folder.log)
      while let record = try reader.next() {
        switch RunLog.Entry(record.event) {
        case .opened(let run, _, _), .sealed(let run, _, _): last[run] = record.at.wall
        case .incidentSealed: break
        case .setAside(let name, let why):
          if record.at.wall >= since {
            doubts.append("the log of all runs was damaged and is kept as \(name) (\(why))")
          }
        case nil: doubts.append("the log of all runs holds what this version does not know")
        }
      }
    } catch {
      // A folder in which no run was made has no log.
      let isFresh = error.kind == .notFound && (try? session.store.ids())?.isEmpty == true
      if !isFresh { doubts.append("the log of all runs: \(error.message)") }
    }
    return last
  }

  private func read(
    _ id: RunID, since: Timestamp, _ logged: Timestamp?, _ promotions: inout [Promotion],
    _ doubts: inout [String]
  ) {
    let folder = session.store.run(id)
    let listing = session.store.listing(folder)
    if let last = listing.last?.at.wall, last < since { return }
    // A run of long ago whose folder holds nothing that can be read has not promoted anything since.
    if listing.last == nil, let logged, logged < since { return }
    do {
      let history = try StoredRun(folder, session: session).history
      if let disagreement = history.disagreement {
        doubts.append("run \(id): record \(disagreement.record) does not fit: \(disagreement.text)")
      }
      promotions += history.promotions { step in
        step.promotes != nil
          || session.registry.catalogue[step.uses]?.traits.contains(.promotes) == true
      }.filter { $0.at >= since }
    } catch {
      doubts.append("run \(id): \(Self.words(error))")
    }
  }

  private static func words(_ error: any Error) -> String {
    switch error {
    case let error as StoreError: error.message
    case let error as RunSession.Unreadable: error.message
    default: "\(error)"
    }
  }

  /// Refuses the run unless somebody has said why it must be all the same; gives back what goes into its first record.
  func check(acknowledged reason: String?) throws(Refusal) -> [Acknowledgement] {
    let findings = findings()
    guard !findings.isEmpty else { return [] }
    guard let reason else {
      throw Refusal(
        .refused,
        "the environment '\(plan.environment.name)' wants a cool-down between promotions:\n"
          + findings.map { "    \($0)" }.joined(separator: "\n"),
        next: "look at what the earlier run left, then wait; or say why it must be now with: "
          + "--acknowledge-cool-down '...'")
    }
    return findings.map { Acknowledgement(guard: "cool_down", finding: $0, reason: reason) }
  }
}
