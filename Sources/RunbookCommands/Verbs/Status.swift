import ArgumentParser
import Glibc
import RunbookDriver
import RunbookEngine
import RunbookModel
import RunbookReport

/// `lifeboat status`: where a run stands, from its journal.
struct Status: ParsableCommand {
  static let configuration = CommandConfiguration.verb(
    commandName: "status",
    abstract:
      "Show where a run stands: what is done, what runs, what waits for whom, what is open.",
    discussion: """
      Reads the journal only; it can be asked at any time, also while the run goes on. With --watch it \
      is followed until the run ends or you press Ctrl-C: on a terminal as one screen with the clock, the \
      forecast, what waits for whom and what to type; elsewhere as text whenever something was recorded. \
      --watch --format json writes a line of JSON for each thing that happens.
      """)

  @Argument(help: "The run: its id, the beginning of it, or 'latest'.")
  var id: String = "latest"
  @Flag(help: "Show it again and again until the run ends.")
  var watch = false
  @OptionGroup var output: OutputOptions
  @OptionGroup var language: LanguageOptions

  /// What programs read is the same in every language.
  private var words: Words { output.format == .json ? .english : language.words }

  func run() throws {
    let console = Console()
    let session = try RunSession.current()
    // Found once: 'latest' stays the run that it was.
    let folder = try session.store.find(id)
    if watch {
      let watcher = RunWatcher(
        follower: try RunFollower(folder, session: session, words: words), console: console)
      switch output.format {
      case .json: return try watcher.asEvents()
      case .text:
        if console.isScreen {
          // Who leaves the view has seen it; of a run that has ended the last word stays on the terminal.
          guard try watcher.onScreen() == nil else { return }
          let stored = try StoredRun(folder, session: session, words: words)
          return try show(stored, stored.summary(now: Program.current.clock.now()), console)
        }
      }
    }
    var shown: (records: Int, isDriven: Bool)?
    while true {
      let stored = try StoredRun(folder, session: session, words: words)
      let summary = try stored.summary(now: Program.current.clock.now())
      let now = (records: stored.history.records.count, isDriven: stored.isDriven)
      if shown.map({ $0 != now }) ?? true {
        try show(stored, summary, console)
        shown = now
      }
      guard watch, summary.outcome == nil, console.isRead else { return }
      usleep(1_000_000)
    }
  }

  private func show(_ stored: StoredRun, _ summary: RunSummary, _ console: Console) throws {
    switch output.format {
    case .json: console.out(JSONText.text(summary.json, pretty: true))
    case .text: console.out(try text(stored, summary, console) + (watch ? "\n" : ""))
    }
  }

  private func text(
    _ stored: StoredRun, _ summary: RunSummary, _ console: Console
  ) throws -> String {
    var lines = [
      console.styled("\(summary.title)", .strong)
        + "  " + words.runKind(summary.purpose, summary.environment)
        + words.byWhom(summary.startedBy),
      label(words.runLabel) + summary.run.text + words.clause + words.startedAt(summary.started),
      label(words.stateLabel)
        + [
          summary.standing(stored.folder, words),
          words.settled(summary.settledCount, summary.stepCount), driver(stored.folder),
        ].joined(separator: words.clause),
    ]
    lines += stored.links
    lines += ObjectiveLines(clocks: summary.clocks, words: words).lines
    if let forecast = summary.forecast {
      lines.append(
        label(words.aheadLabel)
          + AheadText(forecast: forecast, words: words).line.rendered(width: .max, console))
    }
    lines.append("")
    lines += try steps(stored, console)
    let hold = try stored.holdText(stored.isDriven ? .driven : .undriven, console: console)
    if hold.isNeeded {
      lines.append("")
      lines.append(hold.text)
    } else if let trouble = summary.trouble {
      lines.append("")
      lines.append(
        console.styled(words.troubleLabel, .bad) + words.troubleIn(trouble.step, trouble.text))
      if let advice = trouble.advice { lines.append("  " + words.nextAdvice(advice)) }
    }
    return lines.joined(separator: "\n")
  }

  private func driver(_ folder: RunFolder) -> String {
    switch folder.driver {
    case .free: words.noDriver
    case .held(let holder?): words.drivenBy(holder.pid, holder.by, holder.host)
    case .held(nil): words.drivenByAnother
    }
  }

  private func label(_ text: String) -> String { text.padded(to: 8) }

  private func steps(_ stored: StoredRun, _ console: Console) throws -> [String] {
    var table = TextTable(words.statusHeads)
    for step in try stored.report(in: words.language).steps {
      table.add([step.stage, step.id.text, words.status(step.status), step.result])
    }
    return table.lines
  }
}

/// `lifeboat runs`: what has been run here.
struct Runs: ParsableCommand {
  static let configuration = CommandConfiguration.verb(
    commandName: "runs",
    abstract: "List the runs kept on this machine, newest first.")

  @Option(help: "How many at most.")
  var limit: Int = 20
  @OptionGroup var output: OutputOptions

  func run() throws {
    let console = Console()
    let session = try RunSession.current()
    let folders = try session.store.list(limit: max(1, limit))
    var table = TextTable([
      "run", "runbook", "purpose", "environment", "state", "rta", "started by",
    ])
    var values: [Value] = []
    for listing in folders {
      do {
        if let problem = listing.problem { throw Refusal(.internal, problem) }
        let summary = try StoredRun(listing.folder, session: session).summary(now: nil)
        table.add([
          summary.run.text, summary.runbook, summary.purpose.rawValue, summary.environment,
          summary.standing(listing.folder), summary.clocks.rto.measured.words,
          summary.startedBy,
        ])
        values.append(summary.json)
      } catch {
        let problem = (error as? Refusal)?.message ?? "\(error)"
        table.add([listing.id.text, "?", "?", "?", "cannot be read: \(problem)", "", ""])
        values.append(["run": .string(listing.id.text), "problem": .string(problem)])
      }
    }
    switch output.format {
    case .json: console.out(JSONText.text(.list(values), pretty: true))
    case .text:
      console.out(
        table.isEmpty ? "There are no runs in \(session.store.folder.runs)." : table.text)
    }
  }
}

extension RunSummary {
  /// Where the run stands, with what its records cannot know: that nobody drives it any more.
  func standing(_ folder: RunFolder, _ words: Words = .english) -> String {
    if let outcome { return words.outcomeInShort(outcome) }
    switch (state, folder.driver) {
    case (.running, .free), (.unwinding, .free):
      return words.processGone(run)
    case (.running, .held), (.unwinding, .held), (.waiting, _), (.holding, _), (.paused, _),
      (.interrupted, _), (.ended, _):
      return words.state(state)
    }
  }
}
