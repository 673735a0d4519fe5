import ArgumentParser
import RunbookDriver
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

  func run() throws {
    let console = Console()
    let session = try RunSession.current()
    let report = try StoredRun(session.store.find(id), session: session).report()
    try ReportOutput(path: output, console: console).write(report.text(as: format))
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
