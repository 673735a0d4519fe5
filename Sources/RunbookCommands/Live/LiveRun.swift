import RunbookDriver
import RunbookEngine
import RunbookForecast
import RunbookModel
import RunbookReport
import Synchronization

/// What the running command shows: a line for each thing that happens, a word when the forecast turns, and on a terminal a
/// last line with the clock.
///
/// The forecast is made again each second, never in the driver's loop. On a terminal the last line is put away
/// before anything else is written, and while somebody is asked: nothing that was said is lost.
final class LiveRun: RunListener {
  private let console: Console
  private let printer: ProgressPrinter
  private let plan: Plan
  private let words: Words
  private let forecast: LiveForecast?
  /// When the run's first record was written; nil: with the next.
  private let began: Mutex<Timestamp?>
  private let tracker: Mutex<ProgressTracker>
  private let said = Mutex<TimeForecast.Outlook>(.onTrack)
  private let ticking = Mutex<Task<Void, Never>?>(nil)

  init(
    console: Console, plan: Plan, startedAt: Timestamp, kept: KeptForecast?,
    began: Timestamp? = nil, words: Words
  ) {
    self.words = words
    self.console = console
    self.plan = plan
    printer = ProgressPrinter(
      console: console, plan: plan, startedAt: startedAt, words: words)
    forecast = kept.flatMap { LiveForecast($0, of: plan) }
    self.began = Mutex(began)
    tracker = Mutex(ProgressTracker(plan))
  }

  func wrote(_ record: RunRecord, _ machine: RunMachine) {
    printer.wrote(record, machine)
    began.withLock { $0 = $0 ?? record.at.wall }
    tracker.withLock { $0.take(record, machine) }
  }

  func begin() {
    let task = Task.detached { [self] in
      while !Task.isCancelled {
        let started = ContinuousClock.now
        tick()
        // However long a forecast takes, it takes at most a fiftieth of the time.
        let rest = max(.seconds(1), (ContinuousClock.now - started) * 50)
        try? await Task.sleep(for: rest)
      }
    }
    ticking.withLock { $0 = task }
  }

  /// Nothing of it is left on the terminal.
  func end() {
    ticking.withLock {
      $0?.cancel()
      $0 = nil
    }
    Console.showLast(nil)
  }

  private func tick() {
    let now = Program.current.clock.now()
    let tracker = tracker.withLock { $0 }
    guard let clock = tracker.clock, let began = began.withLock({ $0 }) else { return }
    var line = ScreenLine("\(max(.zero, now.wall - began).clockFace)  ", .faint)
    if let progress = tracker.progress(at: now.monotonic),
      let ahead = forecast?.forecast(
        progress, passed: clock.reading(started: began, at: max(.zero, now.wall - began)))
    {
      announce(ahead, now)
      line = AheadText(forecast: ahead, words: words).line.adding("  ")
    }
    guard console.isScreen, console.isInteractive, !tracker.isClosed else { return }
    let working = tracker.working(at: now.monotonic)
    for (step, time) in working.prefix(3) { line.add("  \(step) \(time.clockFace)", .strong) }
    if working.count > 3 { line.add("  +\(working.count - 3)") }
    let width = TerminalSize.current.columns
    if !Task.isCancelled { Console.showLast(line.rendered(width: width - 1, console)) }
  }

  /// Says so once when the objective comes to be at risk, and each time that it gets worse; and when it is safe again.
  private func announce(_ forecast: TimeForecast, _ now: Moment) {
    let text = AheadText(forecast: forecast, words: words)
    let turned = said.withLock { said -> Bool in
      let isWorse = forecast.outlook.severity > said.severity
      let isSafe = forecast.outlook == .onTrack && said != .onTrack && forecast.chance ?? 0 > 0.97
      guard isWorse || isSafe else { return false }
      said = forecast.outlook
      return true
    }
    guard turned, let outlook = text.outlook else { return }
    printer.say(
      forecast.outlook == .onTrack ? words.backOnTrack : outlook.text, outlook.style,
      [text.clock, text.chance, text.finish].compactMap { $0 }.joined(separator: words.semicolon),
      at: now.wall
    )
  }
}

extension TimeForecast.Outlook {
  fileprivate var severity: Int {
    switch self {
    case .onTrack, .noTarget: 0
    case .atRisk: 1
    case .willBeMissed: 2
    case .missed: 3
    }
  }
}
