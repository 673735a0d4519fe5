package import RunbookEngine
package import RunbookModel

extension Report {
  /// One step: what was planned, what happened, what it took.
  package struct StepResult: Sendable, Equatable {
    package var id: StepID
    package var title: String?
    package var owner: String?
    package var stage: String
    package var uses: String
    package var kind: ActionKind
    package var isCritical: Bool
    package var status: StepStatus
    package var attempts: Int
    package var started: Timestamp?
    package var ended: Timestamp?
    /// From its first command to where it stands now; nil while it goes on or was never started.
    package var duration: Duration?
    /// Time of its own commands on the way forward: without people, delays and undo.
    package var worked: Duration
    package var expected: Duration
    /// What the plan said of it.
    package var forecast: StepForecast
    /// What was about to be done, as looked at during the run.
    package var preview: Preview?
    /// One sentence: the evidence, or why it failed or was left out.
    package var result: String
    package var advice: String?
    package var failureKind: FailureKind?
    package var facts: ValueMap
    package var output: String?
    package var droppedBytes: Int
    package var acts: [Act]
  }

  /// One command with its ending.
  package struct Act: Sendable, Equatable {
    package var kind: StepAct.Kind
    package var attempt: Int
    package var began: Timestamp
    package var beganSeq: Int
    package var ended: Timestamp?
    package var endedSeq: Int?
    package var duration: Duration?
    package var ending: StepAct.Ending
    package var text: String
    package var answers: [Answer]
  }

  package struct Answer: Sendable, Equatable {
    package var by: String
    package var at: Timestamp
    package var decision: PersonAnswer.Decision
    package var reason: String?
  }
}

extension Report.StepResult {
  init(_ history: RunHistory, _ index: Int) {
    let step = history.plan.steps[index]
    let past = history.steps[index]
    id = step.id
    title = step.title
    owner = step.owner
    stage = step.stage < history.plan.stages.count ? history.plan.stages[step.stage].name : ""
    uses = step.uses
    kind = step.kind
    isCritical = step.isCritical
    status = history.status(of: index)
    attempts = past.attempts
    expected = step.expected
    forecast = step.forecast
    acts = past.acts.map { Report.Act(history, $0) }
    preview = past.acts.last { $0.preview != nil }?.preview
    let isOver = !status.isUnderWay && status != .notStarted && past.startedAt != nil
    let end = isOver ? past.acts.compactMap(\.ended).max().map { max($0, past.since ?? 0) } : nil
    started = past.startedAt.map { history.records[$0].at.wall }
    ended = end.map { history.records[$0].at.wall }
    duration =
      if let begun = past.startedAt, let end { history.time.between(begun, end) } else { nil }
    worked = past.worked(history.time)
    let failure = history.failure(of: index)
    let shown = past.acts.last { $0.evidence != nil }
    let evidence =
      if case .succeeded(let success) = history.machine.steps[index] {
        Optional(success.evidence)
      } else {
        shown?.evidence
      }
    facts = evidence?.facts ?? [:]
    output = evidence?.output
    droppedBytes = evidence?.droppedBytes ?? 0
    advice = (failure?.failure.advice).map { history.words.ours($0) }
    failureKind = failure?.failure.kind
    result = Self.sentence(history.machine.steps[index], past, history.words)
  }

  private static func sentence(
    _ state: StepState, _ past: StepHistory, _ words: Words
  ) -> String {
    switch state {
    case .pending: ""
    case .planning, .applying, .verifying, .undoing: words.ours(past.acts.last?.text ?? "")
    case .gated(_, _, let request, _): request.text
    case .inDoubt(_, _, let because, _): words.ours(because)
    case .backingOff(_, let last): words.ours(last.failure.message)
    case .succeeded(let success), .confirming(let success, _):
      words.ours(success.evidence.summary)
    case .failed(let failure): past.declined ?? words.ours(failure.failure.message)
    case .skipped(.byVariant): ""
    case .skipped(.byCondition(let why)): why
    case .skipped(.byCanary(let canary)): words.canaryFailed(canary)
    case .skipped(.byPerson(let who, let reason)): words.leftOutBy(who, reason)
    case .undone(let evidence): words.ours(evidence.summary)
    }
  }
}

extension StepHistory {
  /// A person's no, which is what it failed by.
  var declined: String? {
    guard let last = acts.last, last.kind == .ask, last.ending == .declined else { return nil }
    return last.text
  }
}

extension Report.Act {
  init(_ history: RunHistory, _ act: StepAct) {
    kind = act.kind
    attempt = act.attempt
    began = history.records[act.begun].at.wall
    beganSeq = history.records[act.begun].seq
    ended = act.ended.map { history.records[$0].at.wall }
    endedSeq = act.ended.map { history.records[$0].seq }
    duration = act.ended.map { history.time.between(act.begun, $0) }
    ending = act.ending
    text = history.words.ours(act.text)
    answers = act.answers.map { place in
      let noted = history.answers[place]
      return Report.Answer(
        by: noted.said.who, at: history.records[noted.record].at.wall,
        decision: noted.said.decision, reason: noted.said.reason)
    }
  }
}

extension StepHistory {
  /// Time in which a command of its own was under way on the way forward; questions to people do not count.
  func worked(_ time: RunTime) -> Duration {
    acts.reduce(.zero) { sum, act in
      guard act.kind != .ask, act.kind != .undo, act.ending != .interrupted, let ended = act.ended
      else { return sum }
      return sum + time.between(act.begun, ended)
    }
  }
}
