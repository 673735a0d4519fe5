import Glibc
import RunbookDriver
import RunbookEngine
import RunbookForecast
import RunbookModel
import RunbookReport

/// `status --watch`: follows a run until it ends.
struct RunWatcher {
  let follower: RunFollower
  let console: Console
  /// The journal is looked at so often; what is shown changes with it, and each second for the clock.
  private static let look = 250

  /// On one screen. Returns the signal that ended it, or nil when the run has ended.
  func onScreen() throws -> Int32? {
    var screen = FullScreen()
    var recent = moments(from: 0)
    while screen.endedBy == nil {
      let before = follower.history.records.count
      if try follower.advance() { recent = Array((recent + moments(from: before)).suffix(60)) }
      let size = TerminalSize.current
      let summary = try follower.stored.summary(now: Program.current.clock.now())
      screen.draw(
        drawing(summary, recent).lines(size).map { $0.rendered(width: size.columns, console) }, size
      )
      if summary.outcome != nil { return nil }
      for _ in 0..<4 where screen.endedBy == nil {
        guard screen.wait(milliseconds: Int32(Self.look)) else { return SIGHUP }
        if try follower.hasMore() || TerminalSize.current != size { break }
      }
    }
    return screen.endedBy
  }

  private func drawing(_ summary: RunSummary, _ recent: [TimelineEntry]) -> StatusScreen {
    let stored = follower.stored
    let hold = HoldText(
      machine: follower.history.machine, clocks: nil, way: stored.isDriven ? .driven : .undriven,
      console: console, words: follower.history.words)
    return StatusScreen(
      history: follower.history, summary: summary,
      standing: summary.standing(follower.folder, follower.history.words),
      commands: hold.commands(about:), usual: usual, recent: recent,
      now: Program.current.clock.now().wall)
  }

  private var usual: [StepID: TimeForecast.StepTime] {
    Dictionary(
      (follower.kept?.forecast.steps ?? []).map { ($0.step, $0) },
      uniquingKeysWith: { first, _ in first })
  }

  private func moments(from record: Int) -> [TimelineEntry] {
    let count = follower.history.records.count
    return follower.history.moments(from: max(record, count - 60))
  }

  /// As lines of JSON, each once.
  func asEvents() throws {
    let lines = EventLine(run: follower.folder.id)
    var said = 0
    var shown: (isDriven: Bool, outlook: TimeForecast.Outlook?)?
    while true {
      try follower.advance()
      for entry in follower.history.moments(from: said) { console.out(lines.event(entry)) }
      let summary = try follower.stored.summary(now: Program.current.clock.now())
      let now = (isDriven: follower.stored.isDriven, outlook: summary.forecast?.outlook)
      if said < follower.history.records.count || shown.map({ $0 != now }) ?? true {
        console.out(lines.state(summary, isDriven: now.isDriven))
        shown = now
      }
      said = follower.history.records.count
      guard summary.outcome == nil, console.isRead else { return }
      usleep(UInt32(Self.look) * 1000)
    }
  }
}
