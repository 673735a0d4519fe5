import ArgumentParser
import RunbookDriver
import RunbookEngine
import RunbookReport

/// `lifeboat report`: what an auditor gets.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration.verb(
    commandName: "report",
    abstract:
      "Write the report of a run: outcome, RTA and RPA, timeline, steps, deviations, proof.",
    discussion: "Made from the journal alone: the same journal gives the same bytes.")

  @Argument(help: "The run: its id, the beginning of it, or 'latest'.")
  var id: String = "latest"
  @Option(
    help: """
      markdown and html for people (html is one file for screen, phone and paper), json for programs \
      ('schema report' describes it), csv for spreadsheets (the timeline), junit for CI servers.
      """)
  var format: ReportFormat = .markdown
  @OptionGroup var output: ReportOutput

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Set these runs of one runbook side by side instead; differences are from the first to the last.",
      valueName: "run"))
  var compare: [String] = []
  @OptionGroup var language: LanguageOptions

  func run() throws {
    let console = Console()
    let session = try RunSession.current()
    guard compare.isEmpty else { return try compareRuns(session, console) }
    let stored = try StoredRun(session.store.find(id), session: session)
    // What programs read is the same in every language.
    let read: Language =
      switch format {
      case .markdown, .html: language.lang
      case .json, .csv, .junit: .english
      }
    let report = try stored.wholeReport(in: read, hasCourse: format == .json)
    try output.write(report.text(as: format), console)
  }
}

extension ReportCommand {
  private static let mostRuns = 12

  private func compareRuns(_ session: RunSession, _ console: Console) throws {
    // A run named before the option counts as the first.
    let names = (id == "latest" ? [] : [id]) + compare
    guard (2...Self.mostRuns).contains(names.count) else {
      throw Refusal(
        .invalid, "2 to \(Self.mostRuns) runs can be compared, not \(names.count)", changed: "",
        next: "lifeboat report --compare RUN RUN")
    }
    let stored = try names.map { try StoredRun(session.store.find($0), session: session) }
    let reports = try stored.map { try $0.report() }
    let runbooks = Set(reports.map(\.identity.runbook.name))
    guard runbooks.count == 1 else {
      throw Refusal(
        .invalid,
        "these are runs of several runbooks: \(runbooks.sorted().joined(separator: ", "))",
        changed: "", next: "list the runs with: lifeboat runs")
    }
    let comparison = RunComparison(
      reports, definitions: stored.map { StepContent.all($0.history.plan) })
    let text: String
    switch format {
    case .markdown: text = comparison.sheet(language.lang).markdown
    case .html: text = comparison.sheet(language.lang).html
    case .json: text = comparison.jsonText
    case .csv, .junit:
      throw Refusal(
        .invalid, "a comparison is written as markdown, html or json", changed: "")
    }
    try output.write(text, console)
  }
}

extension ReportFormat: ExpressibleByArgument {}
