import RunbookEngine
package import RunbookModel

extension Report {
  /// What was taken back, what stands, and whether it still can be taken back.
  package struct UndoSection: Sendable, Equatable {
    package var undone: [Undone]
    package var standing: [Standing]
    /// Why changes were undone: a person, or the runbook's own rule.
    package var because: String?

    package struct Undone: Sendable, Equatable {
      package var step: StepID
      package var at: Timestamp
      package var duration: Duration
      package var evidence: String
    }

    package struct Standing: Sendable, Equatable {
      package var step: StepID
      /// False: it may have been made; nobody could see.
      package var isCertain: Bool
      /// The lines of the change, as shown before it was made.
      package var does: [String]
      /// Why it is not undone automatically; nil where `undo` would take it back.
      package var cannotUndo: String?
    }
  }
}

extension Report.UndoSection {
  init(_ history: RunHistory) {
    undone = history.steps.compactMap { step in
      guard case .undone(let evidence) = history.machine.steps[step.index],
        let act = step.acts.last(where: { $0.kind == .undo }), let ended = act.ended
      else { return nil }
      return Undone(
        step: history.plan.steps[step.index].id, at: history.records[ended].at.wall,
        duration: history.time.between(act.begun, ended),
        evidence: history.words.ours(evidence.summary))
    }
    let changes = history.machine.changes
    let barrier = changes.last { history.plan.steps[$0].pointOfNoReturn }
    let barrierPlace = barrier.flatMap { changes.firstIndex(of: $0) } ?? -1
    standing = changes.enumerated().map { place, index in
      let step = history.plan.steps[index]
      let failure = history.failure(of: index)
      let isOpen =
        switch history.status(of: index) {
        case .applying, .inDoubt, .undoing: true
        case .notStarted, .notRun, .excluded, .planning, .checking, .gated, .verifying, .backingOff,
          .confirming,
          .succeeded, .failed, .failedIgnored, .skipped, .undone, .undoFailed:
          false
        }
      return Standing(
        step: step.id, isCertain: !isOpen && failure?.effect != .unknown,
        does: history.steps[index].acts.last { $0.preview != nil }?.preview?.does ?? [],
        cannotUndo: Self.obstacle(
          step, lastNoReturn: barrier.map { history.plan.steps[$0].id },
          isBefore: place < barrierPlace, history.words))
    }
    let order = history.decisions.last { $0.counted && $0.said.choice == .unwind }
    if let order {
      because = history.words.decidedIt(order.said.who, order.said.reason)
    } else if !undone.isEmpty {
      because = history.words.unwindFailed
    }
  }

  private static func obstacle(
    _ step: PlannedStep, lastNoReturn: StepID?, isBefore: Bool, _ words: Words
  ) -> String? {
    if step.pointOfNoReturn { return words.isNoReturn }
    if isBefore, let lastNoReturn {
      return words.beforeNoReturn(lastNoReturn)
    }
    return switch step.undo {
    case .none(let reason): words.hasNoUndo(reason)
    case .auto, .explicit: nil
    }
  }
}
