import ArgumentParser
import FoundationEssentials
import RunbookDriver
import RunbookModel
import RunbookReport

/// `lifeboat report`: what an auditor gets.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract:
      "Write the report of a run: outcome, RTA and RPA, timeline, steps, deviations, proof.",
    discussion: "Made from the journal alone: the same journal gives the same bytes.")

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case markdown
    case json
  }
  @Argument(help: "The run: its id, the beginning of it, or 'latest'.")
  var id: String = "latest"
  @Option(help: "markdown for people, json for programs.")
  var format: Format = .markdown
  @Option(help: ArgumentHelp("Write to this file instead of the screen.", valueName: "file"))
  var out: String?

  func run() throws {
    let console = Console()
    let session = try RunSession.current()
    let report = try StoredRun(session.store.find(id), session: session).report()
    let text =
      switch format {
      case .markdown: report.markdown
      case .json: report.jsonText
      }
    guard let out else { return console.out(text) }
    do {
      try Data(text.utf8).write(to: URL(filePath: out), options: .atomic)
    } catch {
      throw Refusal(.internal, "the report cannot be written to \(out): \(error)")
    }
    console.out("Written to \(out).")
  }
}
