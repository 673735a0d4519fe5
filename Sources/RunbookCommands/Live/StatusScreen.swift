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

  private var words: Words { history.words }

  /// The labels stand in a column of their own.
  private func label(_ text: String) -> ScreenLine { ScreenLine(text.padded(to: 10), .strong) }

  // MARK: - The clock

  private func head(_ size: TerminalSize) -> [ScreenLine] {
    var lines = [
      ScreenLine(summary.title, .strong).adding(
        "  " + words.runKind(summary.purpose, summary.environment) + words.clause
          + words.settled(summary.settledCount, summary.stepCount), .faint)
    ]
    if size.rows >= 30, size.columns >= 70, let left = clockLeft {
      lines.append(ScreenLine())
      lines += BigDigits.lines(left, style: clock.style)
    }
    lines += [state, clock.line]
    if let forecast = summary.forecast {
      let text = AheadText(forecast: forecast, words: words)
      var line = label(words.forecastLabel)
      if let outlook = text.outlook { line.add("\(outlook.text)  ", outlook.style) }
      line.add([text.chance, text.finish].compactMap { $0 }.joined(separator: words.semicolon))
      switch summary.state {
      case .holding, .paused, .interrupted: line.add(words.ifItGoesOn, .warning)
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
    return label(words.stateLabel).adding(standing, style)
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
    var line = label(words.clockLabel)
    if let text = summary.forecast.flatMap({ AheadText(forecast: $0, words: words).clock }) {
      line.add(text, style)
      if let forecast = summary.forecast {
        line.add(
          "   "
            + words.since(
              summary.clocks.start.clock, forecast.passed.time.clockFace,
              isLeast: forecast.passed.isLeast))
      }
    } else {
      let target = result.target.map {
        "RTO \(words.duration($0))" + words.colon + words.verdict(result.verdict)
      }
      line.add(target ?? words.noRTO, style)
      line.add("   " + words.measured(result.measured))
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
      let more = hidden > 0 && section.title != last.title ? words.moreLines(hidden) : ""
      lines.append(ScreenLine(section.title, .strong).adding(more, .faint))
      lines += section.lines.prefix(shown[number])
    }
    return lines
  }

  private var waits: Section {
    var lines: [ScreenLine] = []
    for wait in summary.waits {
      // What a narrow screen cuts is the text, not the time that is left.
      let left = wait.until.map { words.timeLeft(max(.zero, $0 - now).clockFace) }
      let start = [wait.step?.text, left].compactMap { $0 }.joined(separator: words.clause)
      var line = ScreenLine("  \(start)\(start.isEmpty ? "" : words.colon)\(wait.text)", .warning)
      line.add("  " + words.askedAgo((now - wait.since).clockFace), .faint)
      if let role = wait.role { line.add(words.clause + role, .faint) }
      if wait.needed > 1 {
        line.add(words.clause + words.saidYes(wait.approvedBy.count, wait.needed), .faint)
      }
      lines.append(line)
      if let first = wait.instructions.first { lines.append(ScreenLine("    \(first)")) }
      for command in commands(wait.step).prefix(3) { lines.append(ScreenLine("    \(command)")) }
    }
    return Section(title: words.waitsTitle, lines: lines, least: 4)
  }

  private var failed: Section {
    // What waits for a decision stands there already.
    guard let trouble = summary.trouble, !summary.waits.contains(where: { $0.step == trouble.step })
    else {
      return Section(title: words.failedTitle, lines: [], least: 0)
    }
    var lines = [ScreenLine("  \(trouble.step)\(words.colon)\(trouble.text)", .bad)]
    if let advice = trouble.advice { lines.append(ScreenLine("    \(advice)")) }
    return Section(title: words.failedTitle, lines: lines, least: 2)
  }

  private var working: Section {
    let lines = summary.current.filter { $0.status != .gated }.map { current -> ScreenLine in
      let index = history.place(of: current.step) ?? 0
      let began = history.steps[index].startedAt ?? 0
      let time = now - history.records[began].at.wall
      var line = ScreenLine("  \(current.step)", .strong)
      line.add("  \(words.status(current.status))\(words.clause)\(time.clockFace)")
      if let usual = usual[current.step], usual.work.p95 > .zero {
        line.add("  " + words.usually(usual.work.p50, usual.work.p95), .faint)
        if usual.answer == nil, !usual.asksPeople, time > usual.work.p95 {
          line.add("  " + words.longerThanUsual, .warning)
        }
      }
      return line
    }
    return Section(title: words.goesOnTitle, lines: lines, least: 3)
  }

  /// What observers say, those of the service first.
  private var seen: Section {
    let tracks = history.service.tracks.sorted { first, second in
      first.observer.decides == .service && second.observer.decides != .service
    }
    let offset = now - summary.started
    let lines = tracks.map { track -> ScreenLine in
      var line = ScreenLine("  \(track.observer.name)", .strong)
      guard let span = track.spans.last else { return line.adding("  " + words.notLookedAt) }
      let style: Console.Style =
        switch span.state {
        case .good: .good
        case .bad: track.observer.decides == .service ? .bad : .warning
        case .unknown: .warning
        }
      line.add("  " + words.observed(span.state), style)
      line.add(words.forTime(max(.zero, offset - span.from).clockFace))
      if let site = span.answeredBy { line.add(words.bySite(site)) }
      return line.adding("  \(span.saw)", .faint)
    }
    return Section(title: words.seenTitle, lines: lines, least: 1)
  }

  private var next: Section {
    guard !history.isClosed else { return Section(title: words.nextTitle(0), lines: [], least: 0) }
    let steps = history.plan.steps.indices.filter { history.status(of: $0) == .notStarted }
    let lines = steps.prefix(3).map { index -> ScreenLine in
      let step = history.plan.steps[index]
      var line = ScreenLine("  \(step.id)", .strong)
      line.add("  \(step.title ?? step.uses)")
      if step.pointOfNoReturn { line.add("  " + words.pointOfNoReturn, .warning) }
      return line
    }
    let more = steps.count - lines.count
    return Section(title: words.nextTitle(more), lines: lines, least: 1)
  }

  private var last: Section {
    let lines = recent.reversed().map { entry -> ScreenLine in
      var line = ScreenLine("  \(Self.clock(entry.at))  ", .faint)
      if let step = entry.step { line.add("\(step)  ", .strong) }
      line.add(entry.text)
      return line
    }
    return Section(title: words.lastTitle, lines: lines, least: 2)
  }

  private var foot: ScreenLine {
    ScreenLine(
      "\(Self.clock(now)) UTC  \(summary.run)  \(words.leaveTheView)", .faint)
  }

  private static func clock(_ time: Timestamp) -> String {
    String(time.text(decimals: 0).dropFirst(11).prefix(8))
  }
}
