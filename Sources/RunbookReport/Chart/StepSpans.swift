import RunbookEngine
import RunbookModel

/// What one step's row shows, in the order of time.
struct StepSpans {
  private(set) var spans: [RunChart.Span] = []

  init(_ history: RunHistory, _ index: Int) {
    let step = history.steps[index]
    let time = history.time
    let last = max(0, history.records.count - 1)
    func add(_ from: Int, _ to: Int, _ tone: RunChart.Tone) {
      spans.append(RunChart.Span(from: time.offsets[from], to: time.offsets[to], tone: tone))
    }
    for (place, act) in step.acts.enumerated() {
      let ended = act.ended ?? last
      add(act.begun, max(act.begun, ended), Self.tone(act))
      guard act.ended != nil else { continue }
      let next = place + 1 < step.acts.count ? step.acts[place + 1].begun : nil
      let failure = step.failures.last { $0.record >= act.begun && $0.record <= ended }
      if failure != nil {
        // It failed for good: from here a person is waited for, where anything comes after it.
        let settled = step.settledBy.map { history.decisions[$0].record }
        let until = next ?? settled ?? (Self.holds(history, index) ? last : nil)
        if let until, until > ended { add(ended, until, .people) }
      } else if let next, next > ended, act.ending == .failed {
        add(ended, next, .delay)
      }
    }
  }

  private static func holds(_ history: RunHistory, _ index: Int) -> Bool {
    guard !history.isClosed, case .failed(let failure) = history.machine.steps[index] else {
      return false
    }
    return !failure.isPassed
  }

  private static func tone(_ act: StepAct) -> RunChart.Tone {
    switch act.ending {
    case .unknown, .interrupted: return .doubt
    case .failed, .doesNotHold, .cannotTell, .declined, .notAnswered: return .failed
    case .open, .changeFound, .question, .alreadyInPlace, .skipped, .done, .holds, .approved,
      .withdrawn:
      break
    }
    switch act.kind {
    case .plan, .check, .verify: return .look
    case .ask: return .people
    case .apply: return .work
    case .undo: return .undo
    }
  }
}
