import RunbookEngine
import RunbookModel

extension Report {
  /// The outcome in one sentence that stands alone.
  static func headline(_ history: RunHistory, _ report: Report) -> String {
    let words = history.words
    let what = words.theRun(report.identity.purpose)
    guard let outcome = history.outcome else {
      let recovered =
        report.clocks.recovered == nil
        ? "" : words.recoveredIn(report.identity.service, report.clocks.rto.measured)
      return recovered + open(what, report.summary, words)
    }
    let goesOn = history.successor.map { words.continuedAs($0.variant, $0.run) }
    let cause = trouble(report.summary, words) + (goesOn ?? "")
    switch outcome {
    case .succeeded: return succeeded(what, report, words)
    case .failedUnchanged: return words.failedUnchanged(what) + cause
    case .failedUndone: return words.failedUndone(what) + cause
    case .failedPartly:
      return words.failedPartly(what, report.undo.standing.map(\.step.text)) + cause
    }
  }

  private static func succeeded(_ what: String, _ report: Report, _ words: Words) -> String {
    let rto = report.clocks.rto
    let service = report.identity.service
    guard let recovered = report.clocks.recovered else {
      if let outage = report.clocks.outage, outage.lasting == nil {
        return words.notSeenGood(what, service)
      }
      return words.noCriticalStep(what)
    }
    let steps = recovered.onTheirWord.prefix(5).map(\.text).joined(separator: words.comma)
    let trust = steps.isEmpty ? "" : words.brackets(words.onTheirWord(steps))
    return words.against(
      words.succeeded(what, service, rto.measured, trust), rto.verdict, rto.target)
  }

  private static func trouble(_ summary: RunSummary, _ words: Words) -> String {
    guard let trouble = summary.trouble else { return words.fullStop }
    return words.troubleAt(trouble.step, trouble.text)
  }

  private static func open(_ what: String, _ summary: RunSummary, _ words: Words) -> String {
    switch summary.state {
    case .ended: return words.hasEnded(what)
    case .running:
      let steps = summary.current.map(\.step.text).prefix(5).joined(separator: words.comma)
      return words.running(what, steps)
    case .unwinding: return words.isUnwinding(what)
    case .waiting, .holding, .paused, .interrupted:
      let wait = summary.waits.first
      return words.stands(what, summary.state, wait?.step, wait?.text)
    }
  }
}

extension String {
  /// With a full stop, unless it ends in one already.
  var sentence: String {
    guard let last else { return "" }
    return ".!?…".contains(last) ? self : self + "."
  }
}
