import ArgumentParser
import RunbookDriver
import RunbookEngine
import RunbookReport

/// `lifeboat report`: what an auditor gets.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
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
  @Option(
    name: [.customLong("output"), .customLong("out")],
    help: ArgumentHelp(
      "Write to this file, which must not be there yet, instead of the screen.", valueName: "file"),
    completion: .file())
  var output: String?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Set these runs of one runbook side by side instead; differences are from the first to the last.",
      valueName: "run"))
  var compare: [String] = []
  @Option(help: "The language of our own words; what was recorded stays as it is.")
  var lang: Language = .english

  func run() throws {
    let console = Console()
    let session = try RunSession.current()
    guard compare.isEmpty else { return try compareRuns(session, console) }
    let stored = try StoredRun(session.store.find(id), session: session)
    // What programs read is the same in every language.
    let language: Language =
      switch format {
      case .markdown, .html: lang
      case .json, .csv, .junit: .english
      }
    let report = try stored.wholeReport(in: language)
    try ReportOutput(path: output, console: console).write(report.text(as: format))
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
    case .markdown: text = comparison.sheet(lang).markdown
    case .html: text = comparison.sheet(lang).html
    case .json: text = comparison.jsonText
    case .csv, .junit:
      throw Refusal(
        .invalid, "a comparison is written as markdown, html or json", changed: "")
    }
    try ReportOutput(path: output, console: console).write(text)
  }
}

extension ReportFormat: ExpressibleByArgument {}

/// Where a report goes: the screen, or a new file that appears whole or not at all.
struct ReportOutput {
  let path: String?
  let console: Console

  func write(_ text: String) throws {
    // The screen and the file get the same bytes: the console ends the last line itself.
    guard let path else {
      return console.out(text.hasSuffix("\n") ? String(text.dropLast()) : text)
    }
    do throws(StoreError) {
      try ExportFile.create(path, Array(text.utf8))
    } catch {
      throw Refusal(
        error.kind == .alreadyExists ? .invalid : .internal,
        "the report cannot be written to \(path): "
          + (error.kind == .alreadyExists ? "it exists already" : error.message),
        changed: "",
        next: "name a file that does not exist yet, in a folder that can be written")
    }
    console.out("Written to \(path).")
  }
}
