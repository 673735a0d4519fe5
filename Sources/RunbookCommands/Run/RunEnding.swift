import FoundationEssentials
import RunbookDriver
import RunbookEngine
import RunbookForecast
import RunbookModel
import RunbookReport

/// What is said when a run's process lets go of it: the outcome, the objectives, the report, what comes next.
struct RunEnding {
  let result: RunSession.Result
  let session: RunSession
  let console: Console
  var words = Words.english
  /// Of a run that this process began.
  var foretold: KeptForecast?

  func show() throws -> ExitStatus {
    var stored = try StoredRun(
      result.run, of: result.machine.plan, session: session, words: words)
    stored.foretold = foretold
    let report = try stored.wholeReport(in: words.language)
    let path = result.run.path + "/report.md"
    try Data(report.markdown.utf8).write(to: URL(filePath: path), options: .atomic)
    let status = status(report)
    console.out("")
    console.out(console.styled(report.headline, status == .done ? .good : .bad))
    for line in ObjectiveLines(clocks: report.clocks, words: words).lines { console.out(line) }
    for doubt in report.doubts where doubt.isUrgent {
      console.out(console.styled(label(words.openLabel) + doubt.text, .warning))
      if let advice = doubt.advice { console.out("        \(advice)") }
    }
    console.out(label(words.reportForm) + path)
    // Made when somebody wants it: a run must not end later for a page that nobody reads yet.
    let lang = words.language == .english ? "" : " --lang \(words.language.rawValue)"
    console.out(
      label(words.pageLabel) + "lifeboat report \(result.run.id) --format html\(lang) --output FILE"
    )
    console.out(label(words.proofLabel) + "lifeboat audit verify \(result.run.id)")
    switch result.ending {
    case .waiting, .paused:
      console.note("\n" + (try stored.holdText(.undriven, console: console)).text)
      if result.machine.isTakingBack {
        // Stopped half way: what is left must not depend on this program being able to go on.
        console.note("\n" + UndoText(stored, isDriven: false, console: console).text)
      }
    case .closed: break
    }
    for line in stored.links { console.out(line) }
    if let next = next, result.machine.opening != nil, stored.history.successor == nil {
      console.out(label(words.nextLabel) + next)
    }
    return status
  }

  private func label(_ text: String) -> String { text.padded(to: 8) }

  private func status(_ report: Report) -> ExitStatus {
    switch result.ending {
    case .waiting: .waiting
    case .paused: .interrupted
    case .closed(.succeeded):
      report.clocks.missesObjective
        ? .objectiveMissed : .done
    case .closed(.failedUnchanged): .failedUnchanged
    case .closed(.failedUndone): .failedUndone
    case .closed(.failedPartly): .failedPartly
    }
  }

  private var next: String? {
    let run = result.run.id
    switch result.ending {
    case .waiting:
      return "lifeboat status \(run) says what is asked; lifeboat resume \(run) goes on"
    case .paused: return "lifeboat resume \(run)"
    case .closed(.failedPartly):
      return "lifeboat status \(run) says what is changed; lifeboat undo \(run) takes it back"
    case .closed(.succeeded), .closed(.failedUnchanged), .closed(.failedUndone): return nil
    }
  }
}

/// The objectives in one line each.
struct ObjectiveLines {
  let clocks: Clocks
  let words: Words

  var lines: [String] {
    [line("RTA", "RTO", clocks.rto), line("RPA", "RPO", clocks.rpo)]
      + (clocks.deadline.map {
        [
          words.limitLabel.padded(to: 8) + words.deadlineOf($0.limit) + words.colon
            + $0.sentence(words)
        ]
      } ?? [])
  }

  private func line(_ actual: String, _ objective: String, _ result: ObjectiveResult) -> String {
    let target = words.objective(objective, result.target)
    return
      "\(actual)     \(words.measured(result.measured))  (\(target): \(words.verdict(result.verdict)))  \(result.why)"
  }
}
