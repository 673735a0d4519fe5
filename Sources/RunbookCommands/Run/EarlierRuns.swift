import RunbookDriver
import RunbookEngine
import RunbookForecast
import RunbookModel
import RunbookReport

/// What the runs kept on this machine say of a runbook's times. Reads journals and writes nothing.
struct EarlierRuns {
  private(set) var times: [RunTimes] = []
  /// Runs that could not be read, and why: what they would have said is missing.
  private(set) var problems: [String] = []

  /// Looks at so many of the newest runs for those of the same runbook.
  private static let looked = 200
  /// Reads at most so many of them, and no more once their plans and journals come to so many bytes: reading all runs of a
  /// very long runbook would take longer than it is worth. The newest are read first.
  private static let read = 20
  private static let readBytes = 4 << 20

  init(of plan: Plan, except run: RunID? = nil, session: RunSession) {
    let listings: [RunListing]
    do {
      listings = try session.store.list(limit: Self.looked)
    } catch {
      problems.append("earlier runs could not be listed: \(error.message)")
      return
    }
    var bytes = 0
    for listing in listings where listing.id != run {
      guard times.count + problems.count < Self.read, bytes < Self.readBytes else { return }
      guard case .runOpened(let opening) = Self.first(listing),
        opening.service == plan.service, opening.runbook == plan.runbook.name
      else { continue }
      do {
        bytes += try listing.folder.readBytes()
        if let read = try StoredRun(listing.folder, session: session).history.times {
          times.append(read)
        }
      } catch {
        problems.append("run \(listing.id) could not be read, and does not count: \(error)")
      }
    }
  }

  private static func first(_ listing: RunListing) -> Event? {
    listing.first.flatMap { try? Replay.read($0).event }
  }
}

extension KeptForecast {
  /// Of a run of the plan that would begin now, from the runs kept here.
  init(
    _ plan: Plan, session: RunSession, clockBegan: Timestamp?, now: Timestamp
  ) {
    let earlier = EarlierRuns(of: plan, session: session)
    let estimates = StepEstimate.all(for: plan, from: earlier.times)
    self.init(
      madeAt: now, earlierRuns: earlier.times.map(\.run), estimates: estimates,
      forecast: TimeForecast(plan, estimates, clockBegan: clockBegan, now: now))
  }
}

extension TimeForecast {
  /// Of a run of the plan that would begin now.
  init(_ plan: Plan, _ estimates: [StepEstimate], clockBegan: Timestamp?, now: Timestamp) {
    let passed: Passed =
      switch plan.objectives.clock {
      case .outage: clockBegan.map { Passed(max(.zero, now - $0)) } ?? Passed(.zero, isLeast: true)
      // It is declared when the run begins, if nobody has said otherwise.
      case .declaration: Passed(clockBegan.map { max(.zero, now - $0) } ?? .zero)
      case .run: Passed(.zero)
      }
    self = Forecaster(plan, estimates).forecast(passed: passed)
  }
}
