import RunbookDriver
import RunbookEngine
import RunbookForecast
import RunbookModel
import RunbookReport

/// A run on one screen, for a tired person: the clock first, then what waits for whom, what failed, what goes on, what is
/// next, and what was seen last. Every message is a word; colour only helps.
struct StatusScreen {
  let history: RunHistory
  let summary: RunSummary
  /// Where it stands, with what only its lock can tell.
  let standing: String
  /// The commands to type about a step, or about the run; the first is the one that goes on.
  let commands: (StepID?) -> [String]
  /// What the steps take by the forecast of the run's start.
  let usual: [StepID: TimeForecast.StepTime]
  let recent: [TimelineEntry]
  let now: Timestamp

  /// Exactly as many lines as the terminal has rows, or fewer.
  func lines(_ size: TerminalSize) -> [ScreenLine] {
    let head = head(size)
    let room = max(0, size.rows - head.count - 1)
    return head + body(room) + [foot]
  }

  // MARK: - The clock

  private func head(_ size: TerminalSize) -> [ScreenLine] {
    let kind = summary.purpose == .drill ? "Drill" : "RECOVERY"
    var lines = [
      ScreenLine(summary.title, .strong).adding(
        "  \(kind) in '\(summary.environment)', \(summary.settledCount) of \(summary.stepCount) steps settled",
        .faint)
    ]
    if size.rows >= 30, size.columns >= 70, let left = clockLeft {
      lines.append(ScreenLine())
      lines += BigDigits.lines(left, style: clock.style)
    }
    lines += [state, clock.line]
    if let forecast = summary.forecast {
      let text = AheadText(forecast: forecast)
      var line = ScreenLine("Forecast  ", .strong)
      if let outlook = text.outlook { line.add("\(outlook.text)  ", outlook.style) }
      line.add([text.chance, text.finish].compactMap { $0 }.joined(separator: "; "))
      switch summary.state {
      case .holding, .paused, .interrupted: line.add(", if it goes on now", .warning)
      case .running, .waiting, .unwinding, .ended: break
      }
      lines.append(line)
    }
    return lines
  }

  private var state: ScreenLine {
    let style: Console.Style =
      switch summary.state {
      case .running: .strong
      case .waiting, .holding, .paused, .interrupted, .unwinding: .warning
      case .ended: summary.outcome == .succeeded ? .good : .bad
      }
    return ScreenLine("State     ", .strong).adding(standing, style)
  }

  /// What is left of the RTO, as far as the clock's beginning is known.
  private var clockLeft: String? {
    guard let forecast = summary.forecast, let rto = forecast.rto else { return nil }
    let left = rto - forecast.passed.time
    return left < .zero ? "-" + (.zero - left).clockFace : left.clockFace
  }

  private var clock: (line: ScreenLine, style: Console.Style) {
    let result = summary.clocks.rto
    let style: Console.Style =
      switch (result.verdict, summary.forecast?.outlook) {
      case (.missed, _), (.notRecovered, _), (_, .missed), (_, .willBeMissed): .bad
      case (_, .atRisk): .warning
      case (.met, _), (.stillCounting, _), (.unknown, _), (.noTarget, _): .good
      }
    var line = ScreenLine("Clock     ", .strong)
    if let text = summary.forecast.flatMap({ AheadText(forecast: $0).clock }) {
      line.add(text, style)
      let since =
        switch summary.clocks.start.clock {
        case .outage: "since the outage"
        case .declaration: "since the declaration"
        case .run: "since the run's start"
        }
      if let forecast = summary.forecast {
        let least = forecast.passed.isLeast ? "at least " : ""
        line.add("   \(least)\(forecast.passed.time.clockFace) \(since)")
      }
    } else {
      let target = result.target.map { "RTO \($0.spoken): \(result.verdict.words)" } ?? "no RTO"
      line.add(target, style)
      line.add("   \(result.measured.words)")
    }
    return (line, style)
  }

  // MARK: - The rest

  private struct Section {
    var title: String
    var lines: [ScreenLine]
    /// Shown before any other section gets more.
    var least: Int
  }

  /// Every section gets its least lines, the most urgent first, then what is left goes round in the same order.
  private func body(_ room: Int) -> [ScreenLine] {
    let sections = [waits, failed, working, seen, next, last].filter { !$0.lines.isEmpty }
    var shown = [Int](repeating: 0, count: sections.count)
    var left = room
    for (number, section) in sections.enumerated() {
      let wanted = min(section.least, section.lines.count)
      guard left >= 1 + min(1, wanted) else { break }
      shown[number] = min(wanted, left - 1)
      left -= 1 + shown[number]
    }
    for (number, section) in sections.enumerated() where shown[number] > 0 {
      let more = min(section.lines.count - shown[number], left)
      shown[number] += more
      left -= more
    }
    var lines: [ScreenLine] = []
    for (number, section) in sections.enumerated() where shown[number] > 0 {
      if left > 0 {
        lines.append(ScreenLine())
        left -= 1
      }
      let hidden = section.lines.count - shown[number]
      let more = hidden > 0 && section.title != last.title ? "  (\(hidden) more lines)" : ""
      lines.append(ScreenLine(section.title, .strong).adding(more, .faint))
      lines += section.lines.prefix(shown[number])
    }
    return lines
  }

  private var waits: Section {
    var lines: [ScreenLine] = []
    for wait in summary.waits {
      // What a narrow screen cuts is the text, not the time that is left.
      let left = wait.until.map { "\(max(.zero, $0 - now).clockFace) left" }
      let start = [wait.step?.text, left].compactMap { $0 }.joined(separator: ", ")
      var line = ScreenLine("  \(start)\(start.isEmpty ? "" : ": ")\(wait.text)", .warning)
      line.add("  asked \((now - wait.since).clockFace) ago", .faint)
      if let role = wait.role { line.add(", \(role)", .faint) }
      if wait.needed > 1 {
        line.add(", \(wait.approvedBy.count) of \(wait.needed) said yes", .faint)
      }
      lines.append(line)
      if let first = wait.instructions.first { lines.append(ScreenLine("    \(first)")) }
      for command in commands(wait.step).prefix(3) { lines.append(ScreenLine("    \(command)")) }
    }
    return Section(title: "WAITS FOR A PERSON", lines: lines, least: 4)
  }

  private var failed: Section {
    // What waits for a decision stands there already.
    guard let trouble = summary.trouble, !summary.waits.contains(where: { $0.step == trouble.step })
    else {
      return Section(title: "FAILED", lines: [], least: 0)
    }
    var lines = [ScreenLine("  \(trouble.step): \(trouble.text)", .bad)]
    if let advice = trouble.advice { lines.append(ScreenLine("    \(advice)")) }
    return Section(title: "FAILED", lines: lines, least: 2)
  }

  private var working: Section {
    let lines = summary.current.filter { $0.status != .gated }.map { current -> ScreenLine in
      let index = history.place(of: current.step) ?? 0
      let began = history.steps[index].startedAt ?? 0
      let time = now - history.records[began].at.wall
      var line = ScreenLine("  \(current.step)", .strong)
      line.add("  \(current.status.words), \(time.clockFace)")
      if let usual = usual[current.step], usual.work.p95 > .zero {
        line.add(
          "  usually \(usual.work.p50.spoken), 19 of 20 up to \(usual.work.p95.spoken)", .faint)
        if usual.answer == nil, !usual.asksPeople, time > usual.work.p95 {
          line.add("  LONGER THAN USUAL", .warning)
        }
      }
      return line
    }
    return Section(title: "GOES ON", lines: lines, least: 3)
  }

  /// What observers say, those of the service first.
  private var seen: Section {
    let tracks = history.service.tracks.sorted { first, second in
      first.observer.decides == .service && second.observer.decides != .service
    }
    let offset = now - summary.started
    let lines = tracks.map { track -> ScreenLine in
      var line = ScreenLine("  \(track.observer.name)", .strong)
      guard let span = track.spans.last else { return line.adding("  not looked at yet") }
      let style: Console.Style =
        switch span.state {
        case .good: .good
        case .bad: track.observer.decides == .service ? .bad : .warning
        case .unknown: .warning
        }
      line.add("  \(span.state.rawValue)", style)
      line.add(" for \(max(.zero, offset - span.from).clockFace)")
      if let site = span.answeredBy { line.add(", by \(site)") }
      return line.adding("  \(span.saw)", .faint)
    }
    return Section(title: "SEEN FROM OUTSIDE", lines: lines, least: 1)
  }

  private var next: Section {
    guard !history.isClosed else { return Section(title: "NEXT", lines: [], least: 0) }
    let steps = history.plan.steps.indices.filter { history.status(of: $0) == .notStarted }
    let lines = steps.prefix(3).map { index -> ScreenLine in
      let step = history.plan.steps[index]
      var line = ScreenLine("  \(step.id)", .strong)
      line.add("  \(step.title ?? step.uses)")
      if step.pointOfNoReturn { line.add("  POINT OF NO RETURN", .warning) }
      return line
    }
    let more = steps.count - lines.count
    return Section(
      title: "NEXT\(more > 0 ? "  (and \(more) more)" : "")", lines: lines, least: 1)
  }

  private var last: Section {
    let lines = recent.reversed().map { entry -> ScreenLine in
      var line = ScreenLine("  \(Self.clock(entry.at))  ", .faint)
      if let step = entry.step { line.add("\(step)  ", .strong) }
      line.add(entry.text)
      return line
    }
    return Section(title: "LAST", lines: lines, least: 2)
  }

  private var foot: ScreenLine {
    ScreenLine(
      "\(Self.clock(now)) UTC  run \(summary.run)  Ctrl-C leaves this view; the run goes on", .faint
    )
  }

  private static func clock(_ time: Timestamp) -> String {
    String(time.text(decimals: 0).dropFirst(11).prefix(8))
  }
}
