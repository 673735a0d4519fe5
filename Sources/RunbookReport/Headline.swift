import RunbookEngine
import RunbookModel

extension Report {
  /// The outcome in one sentence that stands alone.
  static func headline(_ history: RunHistory, _ report: Report) -> String {
    let what = "The \(report.identity.purpose.rawValue)"
    guard let outcome = history.outcome else {
      let recovered =
        report.clocks.recovered == nil
        ? "" : "\(report.identity.service) was recovered in \(report.clocks.rto.measured.words). "
      return recovered + open(what, report.summary)
    }
    let goesOn = history.successor.map { " Continued as variant '\($0.variant)' by run \($0.run)." }
    let cause = trouble(report.summary) + (goesOn ?? "")
    switch outcome {
    case .succeeded: return succeeded(what, report)
    case .failedUnchanged: return "\(what) failed and changed nothing\(cause)"
    case .failedUndone: return "\(what) failed; what it had changed was undone\(cause)"
    case .failedPartly:
      let steps = report.undo.standing.map(\.step.text)
      let more = steps.count > 5 ? ", and \(steps.count - 5) more" : ""
      let left =
        steps.isEmpty ? "" : " (\(steps.prefix(5).joined(separator: ", "))\(more))"
      return "\(what) failed and left changes in place or in doubt\(left)\(cause)"
    }
  }

  private static func succeeded(_ what: String, _ report: Report) -> String {
    let rto = report.clocks.rto
    let service = report.identity.service
    guard let recovered = report.clocks.recovered else {
      if let outage = report.clocks.outage, outage.lasting == nil {
        return
          "\(what) did all its steps, but from outside \(service) was NOT seen to be good to stay."
      }
      return "\(what) succeeded; no critical step was run, so no time to recover is known."
    }
    let words = recovered.onTheirWord.prefix(5).map(\.text).joined(separator: ", ")
    let trust = words.isEmpty ? "" : " (on a person's word alone: \(words))"
    let time = "\(what) succeeded: \(service) was recovered in \(rto.measured.words)\(trust)"
    let target = rto.target?.spoken ?? ""
    switch rto.verdict {
    case .met: return "\(time), within the objective of \(target)."
    case .missed: return "\(time), which MISSED the objective of \(target)."
    case .unknown, .stillCounting, .notRecovered:
      return "\(time); whether the objective of \(target) was met is NOT KNOWN."
    case .noTarget: return "\(time); the runbook sets no objective."
    }
  }

  private static func trouble(_ summary: RunSummary) -> String {
    guard let trouble = summary.trouble else { return "." }
    return ". Step '\(trouble.step)': \(trouble.text.sentence)"
  }

  private static func open(_ what: String, _ summary: RunSummary) -> String {
    switch summary.state {
    case .ended: return "\(what) has ended."
    case .running:
      let steps = summary.current.map(\.step.text).prefix(5).joined(separator: ", ")
      let doing = steps.isEmpty ? "" : " (\(steps))"
      return "\(what) has NOT ENDED: as far as the records say, it is running\(doing)."
    case .unwinding: return "\(what) has NOT ENDED: it is undoing what was changed."
    case .waiting, .holding, .paused, .interrupted:
      let wait = summary.waits.first
      let place = wait?.step.map { " at step '\($0)'" } ?? ""
      let text = wait.map { ": \($0.text.sentence)" } ?? "."
      let state =
        switch summary.state {
        case .waiting: "it waits for a person"
        case .holding: "it holds and waits for a person's decision"
        case .paused: "a person stopped it"
        case .interrupted, .running, .unwinding, .ended: "it was interrupted"
        }
      return "\(what) has NOT ENDED: \(state)\(place)\(text)"
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
