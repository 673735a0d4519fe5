import RunbookModel

/// The built-in texts. Each line is a label and what is known of it; what is not known says so.
enum MessageTemplate: String, Decodable, Sendable, CaseIterable {
  case firstResponse = "first_response"
  case progress
  case recovered

  func subject(_ figures: RunFigures, _ words: MessageWords) -> String {
    let severity = figures.incident?.severity.map { " (\($0.rawValue))" } ?? ""
    let text =
      switch self {
      case .firstResponse: words.subjectFirst
      case .progress, .recovered:
        if figures.recoveredAt != nil {
          words.subjectRecovered
        } else if figures.isBeingWatched {
          words.subjectWatched
        } else if figures.isClosed || self == .recovered {
          words.subjectNotRecovered
        } else {
          words.subjectGoesOn
        }
      }
    return "\(figures.service)\(severity)\(words.colon)\(text)"
  }

  /// `next`: what the author says of what comes next.
  func body(_ figures: RunFigures, _ words: MessageWords, next: String?) -> String {
    var lines: [(String, String)] = [
      (words.service, "\(figures.service)\(words.comma)\(figures.title)"),
      (words.severity, figures.incident.flatMap(words.incident) ?? words.notStated),
      (words.state, state(figures, words)),
      (words.outage, outage(figures, words)),
      (words.clock, clock(figures, words)),
      (words.dataLoss, dataLoss(figures, words)),
    ]
    switch self {
    case .firstResponse: lines.insert((words.response, response(figures, words)), at: 3)
    case .progress:
      lines.append((words.forecast, forecast(figures, words)))
      lines.append((words.done, list(figures.done, words)))
      lines.append((words.underWay, list(figures.underWay, words)))
      if !figures.waiting.isEmpty { lines.append((words.waiting, list(figures.waiting, words))) }
      lines.append((words.next, next ?? list(figures.next, words)))
    case .recovered: lines.append((words.done, list(figures.done, words)))
    }
    if !figures.inDoubt.isEmpty { lines.append((words.inDoubt, list(figures.inDoubt, words))) }
    if self != .progress, let next { lines.append((words.next, next)) }
    lines.append((words.lead, figures.lead ?? words.notStated))
    lines.append((words.run, run(figures, words)))
    lines.append((words.asOf, words.time(figures.at)))
    return lines.map { label, text in "\(words.label(label))\(text)" }.joined(separator: "\n")
      + "\n"
  }

  private func state(_ figures: RunFigures, _ words: MessageWords) -> String {
    if let at = figures.recoveredAt {
      return words.recovered(words.time(at), isSeen: figures.isRecoverySeen)
    }
    if figures.isClosed { return words.endedUnrecovered }
    if figures.isBeingWatched { return words.beingWatched }
    return figures.waiting.isEmpty ? words.beingRecovered : words.waitsForPeople
  }

  private func outage(_ figures: RunFigures, _ words: MessageWords) -> String {
    guard let at = figures.outageAt else { return words.outageNotKnown }
    let end = figures.recoveredAt ?? figures.at
    guard end >= at else { return words.since(words.time(at), nil) }
    return words.since(words.time(at), (words.span(end - at), figures.recoveredAt == nil))
  }

  private func clock(_ figures: RunFigures, _ words: MessageWords) -> String {
    let target = figures.rto.map { words.objective(words.span($0)) } ?? words.noObjective
    let isOpen = figures.recoveredAt == nil && !figures.isClosed
    let shown = words.known(figures.elapsed, isOpen: isOpen)
    let verdict =
      switch figures.rtoVerdict {
      case .met: words.met
      case .missed: words.missed
      case .stillCounting:
        figures.left.map { $0 > .zero ? words.left(words.span($0)) : words.missed }
          ?? words.leftNotKnown
      case .unknown: words.verdictNotKnown
      case .notRecovered: words.endedUnrecovered
      case .noTarget: ""
      }
    return "\(shown)\(words.comma)\(target)" + (verdict.isEmpty ? "" : "\(words.comma)\(verdict)")
  }

  private func response(_ figures: RunFigures, _ words: MessageWords) -> String {
    let target = figures.timeToRespond.map { words.comma + words.objective(words.span($0)) } ?? ""
    let verdict =
      switch figures.responseVerdict {
      case .met: words.comma + words.met
      case .missed: words.comma + words.missed
      case .unknown, .stillCounting, .notRecovered, .noTarget: ""
      }
    return words.known(figures.responded) + target + verdict
  }

  private func dataLoss(_ figures: RunFigures, _ words: MessageWords) -> String {
    let target = figures.rpo.map { words.comma + words.objective(words.span($0)) } ?? ""
    return words.known(figures.dataLoss) + target
  }

  private func forecast(_ figures: RunFigures, _ words: MessageWords) -> String {
    figures.recoveredAt != nil
      ? words.isRecovered : figures.ahead.map(words.ahead) ?? words.notForetold
  }

  private func list(_ items: [String], _ words: MessageWords) -> String {
    guard !items.isEmpty else { return words.nothing }
    let shown = items.prefix(8).joined(separator: words.semicolon)
    return items.count > 8 ? shown + words.more(items.count - 8) : shown
  }

  private func run(_ figures: RunFigures, _ words: MessageWords) -> String {
    guard let run = figures.run else { return words.notStarted }
    return figures.startedBy.map { words.startedBy(run.text, $0) } ?? run.text
  }
}
