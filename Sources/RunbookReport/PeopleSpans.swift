import RunbookEngine
import RunbookModel

/// When a run was with people: spans between records, by their places, neighbours joined.
///
/// Time without a process is in neither: nobody could have been heard.
struct PeopleSpans {
  /// A question stood open.
  private(set) var asking: [Range<Int>] = []
  /// Nothing but a person could move the run.
  private(set) var standing: [Range<Int>] = []

  init(_ history: RunHistory) {
    var questions = 0
    var working = 0
    // What is watched from outside after the last step waits for no person.
    var isSoaking = false
    var backingOff = Set<StepID>()
    let changes = Self.changesPerRecord(history)
    for record in history.records.indices {
      if record > 0, !history.time.unattended.contains(record - 1..<record) {
        let isBusy = working > 0 || !backingOff.isEmpty || isSoaking
        if questions > 0 { Self.join(record, &asking) }
        if !isBusy { Self.join(record, &standing) }
      }
      questions += changes[record].questions
      working += changes[record].working
      if case .timerFired(let timer) = history.records[record].event, timer.purpose == .backoff {
        backingOff.remove(timer.step)
      }
      if case .soakEnded = history.records[record].event { isSoaking = false }
      if history.records[record].commands.contains(where: \.isSoak) { isSoaking = true }
      for case .startTimer(let step, _, .backoff, _) in history.records[record].commands {
        backingOff.insert(step)
      }
    }
  }

  private static func join(_ record: Int, _ spans: inout [Range<Int>]) {
    if let last = spans.last, last.upperBound == record - 1 {
      spans[spans.count - 1] = last.lowerBound..<record
    } else {
      spans.append(record - 1..<record)
    }
  }

  private static func changesPerRecord(
    _ history: RunHistory
  ) -> [(questions: Int, working: Int)] {
    var changes = history.records.map { _ in (questions: 0, working: 0) }
    for act in history.steps.lazy.flatMap(\.acts) {
      if act.kind == .ask {
        changes[act.begun].questions += 1
        if let ended = act.ended { changes[ended].questions -= 1 }
      } else {
        changes[act.begun].working += 1
        if let ended = act.ended { changes[ended].working -= 1 }
      }
    }
    return changes
  }
}

extension Command {
  fileprivate var isSoak: Bool {
    if case .soak = self { true } else { false }
  }
}
