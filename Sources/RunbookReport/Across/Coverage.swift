import RunbookEngine
package import RunbookModel

/// For every step of a runbook, in each of its variants: whether and when it was last done for real.
///
/// For real means that a run began its check, its change or its question; finding it in place, or a person's word, is
/// not doing it. A model's runs are in no journal and count for nothing here.
package struct Coverage: Sendable, Equatable {
  package static let formatVersion = 1

  package struct Row: Sendable, Equatable {
    package var step: StepID
    package var stage: String
    package var uses: String
    package var variant: String?
    package var state: State
    /// How often it was done, in whatever form; and as it now stands.
    package var times: Int
    package var timesAsItStands: Int
    package var last: Last?
    /// Times that it was found in place, left out, or called done by a person.
    package var timesNotDone: Int
  }

  package enum State: String, Sendable, CaseIterable {
    /// Done as it now stands, and the last time it came to a good end.
    case exercised
    /// Done as it now stands, and the last time it did not.
    case failedLast = "failed_last"
    /// Done, but it does something else now.
    case changedSince = "changed_since"
    case never
  }

  package struct Last: Sendable, Equatable {
    package var run: RunID
    package var at: Timestamp
    package var environment: String
    package var purpose: Purpose
    package var status: StepStatus
  }

  package var runbook: String
  package var variants: [String]
  package var rows: [Row]
  /// Runs that were looked at.
  package var runs: Int
  package var leftOut: [LeftOut]

  package func count(_ state: State) -> Int { rows.count { $0.state == state } }
}

extension Coverage {
  /// Takes in one run after another, so that no more than one is in memory; in any order.
  package struct Builder {
    private let runbook: Runbook
    private let definitions: [StepID: String]
    private var found: [Key: Found] = [:]
    private var runs = 0

    private struct Key: Hashable {
      var step: StepID
      var variant: String?
    }

    private struct Found {
      var times = 0
      var timesAsItStands = 0
      var timesNotDone = 0
      var last: Last?
      var lastAsItStands: Last?
    }

    package init(_ runbook: Runbook) {
      self.runbook = runbook
      definitions = Dictionary(
        runbook.steps.map { ($0.id, StepContent.text($0)) }, uniquingKeysWith: { $1 })
    }

    package mutating func add(_ history: RunHistory) {
      guard let opening = history.opening else { return }
      runs += 1
      let plan = history.plan
      // A step with copies was done once in a run, whichever of them were: the worst of them counts.
      var seen: [StepID: (last: Last, text: String)] = [:]
      for (index, step) in plan.steps.enumerated() {
        let id = StepContent.authored(step, in: plan)
        let past = history.steps[index]
        guard let begun = past.reallyBegun else {
          if past.startedAt != nil || history.status(of: index) == .skipped {
            found[Key(step: id, variant: opening.variant), default: Found()].timesNotDone += 1
          }
          continue
        }
        let last = Last(
          run: opening.run, at: history.records[begun].at.wall, environment: opening.environment,
          purpose: opening.purpose, status: history.status(of: index))
        if let other = seen[id], other.last.status != .succeeded { continue }
        seen[id] = (last, StepContent.text(step))
      }
      for (id, done) in seen {
        let key = Key(step: id, variant: opening.variant)
        var entry = found[key] ?? Found()
        entry.times += 1
        if entry.last.map({ $0.at < done.last.at }) ?? true { entry.last = done.last }
        if done.text == definitions[id] {
          entry.timesAsItStands += 1
          if entry.lastAsItStands.map({ $0.at < done.last.at }) ?? true {
            entry.lastAsItStands = done.last
          }
        }
        found[key] = entry
      }
    }

    package func coverage(leftOut: [LeftOut]) -> Coverage {
      let variants: [String?] = runbook.variants.isEmpty ? [nil] : runbook.variants
      let rows = runbook.stages.flatMap { stage in
        stage.steps.flatMap { step in
          variants.compactMap { variant -> Row? in
            if !step.only.isEmpty, !step.only.contains(where: { $0 == variant }) { return nil }
            let entry = found[Key(step: step.id, variant: variant)] ?? Found()
            let state: State =
              if let last = entry.lastAsItStands {
                last.status == .succeeded || last.status == .undone ? .exercised : .failedLast
              } else {
                entry.last == nil ? .never : .changedSince
              }
            return Row(
              step: step.id, stage: stage.name, uses: step.uses, variant: variant, state: state,
              times: entry.times, timesAsItStands: entry.timesAsItStands,
              last: entry.lastAsItStands ?? entry.last, timesNotDone: entry.timesNotDone)
          }
        }
      }
      return Coverage(
        runbook: runbook.name, variants: runbook.variants, rows: rows, runs: runs,
        leftOut: leftOut.sorted { $0.run < $1.run })
    }
  }
}

extension StepHistory {
  /// The record with which its own work was begun last: the check, the change, or a question that was answered.
  fileprivate var reallyBegun: Int? {
    acts.last { act in
      switch act.kind {
      case .check, .apply: act.ending != .skipped
      case .ask: act.ending == .approved || act.ending == .declined
      case .plan, .verify, .undo: false
      }
    }?.begun
  }
}
